"""Who is a suspect, an MQL or an SQL, how hot they are, and what happens next: rules tried from top to bottom."""

import hashlib
import json
from dataclasses import dataclass

from leadscore.config.routing import RoutingConfig, TemperatureCuts
from leadscore.domain.lifecycle import LIFECYCLE_AFTER, OPEN_STATES, Lifecycle, Temperature
from leadscore.domain.score import Decision
from leadscore.domain.time import DAY_US
from leadscore.domain.visibility import visible
from leadscore.features.online import LeadHistory
from leadscore.scoring.scorer import RowScore

_ROUTES = {
    Lifecycle.SUSPECT: "educate",
    Lifecycle.MQL: "nurture",
    Lifecycle.SQL: "sales",
    Lifecycle.CUSTOMER: "none",
    Lifecycle.SET_ASIDE: "return_later",
    Lifecycle.DISCARDED: "drop",
}


@dataclass(frozen=True, slots=True)
class Qualified:
    """Where a lead stands and what to do with it.

    temperature  None outside suspect, mql and sql.
    decision     route is "sales", "nurture", "educate", "return_later", "drop" or "none"; its reason names the rule or
                 the number that decided.
    """

    lifecycle: Lifecycle
    temperature: Temperature | None
    decision: Decision


def qualify(history: LeadHistory, as_of: int, row_score: RowScore, config: RoutingConfig) -> Qualified:
    """Decide about one lead from what was known before an instant.

    history    the lead's facts; those with known_at >= as_of are ignored.
    as_of      epoch microseconds, UTC.
    row_score  the model's answer for the same lead and instant.
    """
    lifecycle, reason = _lifecycle(history, as_of, row_score, config)
    temperature = _temperature(row_score, config.temperature) if lifecycle in OPEN_STATES else None
    queues = {Lifecycle.SQL: config.sales_queue, Lifecycle.MQL: config.marketing_queue}
    queues[Lifecycle.SUSPECT] = config.marketing_queue
    return Qualified(lifecycle, temperature, Decision(_ROUTES[lifecycle], queues.get(lifecycle, ""), reason))


def policy_fingerprint(config: RoutingConfig) -> str:
    """`sha256:` and 16 hex digits over the routing configuration: equal for equal policies, whatever their spelling."""
    text = json.dumps(config.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def _lifecycle(history: LeadHistory, as_of: int, row_score: RowScore, config: RoutingConfig) -> tuple[Lifecycle, str]:
    rules = config.qualification
    return (
        _by_outcome(history, as_of)
        or _by_attribute(history, as_of, rules.discard_attributes)
        or _by_intent(history, as_of, rules.sql_event_types, rules.sql_event_days)
        or _by_chance(row_score, rules.sql_p_convert, rules.mql_p_convert)
    )


def _by_outcome(history: LeadHistory, as_of: int) -> tuple[Lifecycle, str] | None:
    known = [outcome for outcome in history.outcomes if visible(outcome, as_of) and outcome.occurred_at < as_of]
    if not known:
        return None
    last = max(known, key=lambda outcome: (outcome.occurred_at, outcome.known_at, outcome.outcome))
    because = f" ({last.reason})" if last.reason else ""
    return LIFECYCLE_AFTER[last.outcome], f"outcome known: {last.outcome}{because}"


def _by_attribute(
    history: LeadHistory, as_of: int, discarding: dict[str, tuple[str, ...]]
) -> tuple[Lifecycle, str] | None:
    current = attributes_as_of(history, as_of)
    for name, values in discarding.items():
        if current.get(name) in values:
            return Lifecycle.DISCARDED, f"{name} is {current[name]}, which rules out a purchase"
    return None


def _by_intent(history: LeadHistory, as_of: int, types: tuple[str, ...], days: int) -> tuple[Lifecycle, str] | None:
    since = as_of - days * DAY_US
    asked = [
        event
        for event in history.events
        if event.type in types and visible(event, as_of) and since <= event.occurred_at < as_of
    ]
    if not asked:
        return None
    last = max(asked, key=lambda event: (event.occurred_at, event.type))
    intent = last.type.replace("_", " ")
    return Lifecycle.SQL, f"explicit intent: {intent} {_ago(as_of - last.occurred_at)}, counted for {days} days"


def _by_chance(row_score: RowScore, sql_p: float, mql_p: float) -> tuple[Lifecycle, str]:
    horizons = list(row_score.p_convert.items())
    (first, near), (last, far) = horizons[0], horizons[-1]
    if near >= sql_p:
        return Lifecycle.SQL, f"chance to buy {_within(first)} is {_percent(near)}, at least {_percent(sql_p)}"
    if far >= mql_p:
        return Lifecycle.MQL, f"chance to buy {_within(last)} is {_percent(far)}, at least {_percent(mql_p)}"
    return Lifecycle.SUSPECT, f"chance to buy {_within(last)} is {_percent(far)}, below {_percent(mql_p)}"


def _temperature(row_score: RowScore, cuts: TemperatureCuts) -> Temperature:
    horizons = list(row_score.p_convert.values())
    if horizons[0] >= cuts.hot_p_convert:
        return Temperature.HOT
    return Temperature.WARM if row_score.p_main >= cuts.warm_p_convert else Temperature.COLD


def attributes_as_of(history: LeadHistory, as_of: int) -> dict[str, str | None]:
    """The latest value of each attribute visible as of an instant; among equal times the larger text wins."""
    latest: dict[str, tuple[tuple[int, bool, str], str | None]] = {}
    for item in history.attributes:
        if visible(item, as_of) or item.known_at == history.created_at == as_of:
            turn = (item.known_at, item.value is not None, item.value or "")
            if item.name not in latest or turn > latest[item.name][0]:
                latest[item.name] = turn, item.value
    return {name: value for name, (_, value) in latest.items()}


def _within(key: str) -> str:
    return f"within {key.removesuffix('d')} days" if key.endswith("d") else "at all"


def _ago(passed_us: int) -> str:
    days = passed_us // DAY_US
    return "today" if days == 0 else "1 day ago" if days == 1 else f"{days} days ago"


def _percent(p: float) -> str:
    return f"{100 * p:.3g} %"
