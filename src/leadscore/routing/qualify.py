"""Who is a suspect, an MQL or an SQL, how hot they are, and what happens next: rules tried from top to bottom."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from leadscore.config.routing import QualificationRules, ReturnRules, RoutingConfig, TemperatureCuts
from leadscore.domain.lifecycle import LIFECYCLE_AFTER, OPEN_STATES, REOPENABLE, Lifecycle, Temperature
from leadscore.domain.outcome import Outcome
from leadscore.domain.score import Decision
from leadscore.domain.time import DAY_US, LATEST_US, format_instant
from leadscore.domain.visibility import visible
from leadscore.features.online import LeadHistory
from leadscore.scoring.scorer import RowScore

_NOTHING_LEARNT: Mapping[str, Mapping[str, float]] = {}
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


def qualify(
    history: LeadHistory,
    as_of: int,
    row_score: RowScore,
    config: RoutingConfig,
    returns: Mapping[str, Mapping[str, float]] = _NOTHING_LEARNT,
) -> Qualified:
    """Decide about one lead from what was known before an instant.

    history    the lead's facts; those with known_at >= as_of are ignored.
    as_of      epoch microseconds, UTC.
    row_score  the model's answer for the same lead and instant.
    returns    outcome -> `ReturnTime.to_dict()` of leads that came back, as learnt with the model.
    """
    end = last_outcome(history, as_of)
    if end is not None and not _is_back(history, as_of, end, config.qualification.sql_event_types):
        return _of_ended(end, config.returns, returns)
    lifecycle, reason = _of_open(history, as_of, row_score, config.qualification)
    reason = reason if end is None else f"recycled after {end.outcome}; {reason}"
    temperature = _temperature(row_score, config.temperature) if lifecycle in OPEN_STATES else None
    queues = {Lifecycle.SQL: config.sales_queue, Lifecycle.MQL: config.marketing_queue}
    queues[Lifecycle.SUSPECT] = config.marketing_queue
    return Qualified(lifecycle, temperature, Decision(_ROUTES[lifecycle], queues.get(lifecycle, ""), reason))


def policy_fingerprint(config: RoutingConfig) -> str:
    """`sha256:` and 16 hex digits over the routing configuration: equal for equal policies, whatever their spelling."""
    text = json.dumps(config.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def _of_ended(end: Outcome, rules: ReturnRules, returns: Mapping[str, Mapping[str, float]]) -> Qualified:
    """What an outcome makes of a lead; one that was set aside gets the day to come back to it."""
    lifecycle = LIFECYCLE_AFTER[end.outcome]
    reason = f"outcome known: {end.outcome}" + (f" ({end.reason})" if end.reason else "")
    if end.outcome not in REOPENABLE:
        return Qualified(lifecycle, None, Decision(_ROUTES[lifecycle], "", reason))
    learnt = returns.get(end.outcome)
    fixed = {"competitor": rules.competitor_days, "lost": rules.lost_days}[end.outcome]

    def after(days: float) -> str:
        return format_instant(min(end.occurred_at + round(days) * DAY_US, LATEST_US))

    back = after(fixed if learnt is None else learnt["days"])
    reason += f"; ask again on {back[:10]}, "
    if learnt is None:
        reason += f"{fixed} days after it, as configured while few have come back"
    else:
        between = f"{after(learnt['low'])[:10]} and {after(learnt['high'])[:10]}"
        reason += f"when half of those who come back are back ({learnt['seen']:.0f} seen; between {between})"
    return Qualified(lifecycle, None, Decision(_ROUTES[lifecycle], "", reason, respond_by=back))


def _of_open(history: LeadHistory, as_of: int, row_score: RowScore, rules: QualificationRules) -> tuple[Lifecycle, str]:
    return (
        _by_attribute(history, as_of, rules.discard_attributes)
        or _by_intent(history, as_of, rules.sql_event_types, rules.sql_event_days)
        or _by_chance(row_score, rules.sql_p_convert, rules.mql_p_convert)
    )


def last_outcome(history: LeadHistory, as_of: int) -> Outcome | None:
    """The latest outcome known before an instant; None if there is none."""
    known = [outcome for outcome in history.outcomes if visible(outcome, as_of) and outcome.occurred_at < as_of]
    return max(known, key=lambda outcome: (outcome.occurred_at, outcome.known_at, outcome.outcome), default=None)


def _is_back(history: LeadHistory, as_of: int, end: Outcome, types: tuple[str, ...]) -> bool:
    """Whether a lead that was set aside has shown explicit intent since; who ever was a customer is not open again."""
    if end.outcome not in REOPENABLE or any(o.outcome == "won" and visible(o, as_of) for o in history.outcomes):
        return False
    return any(
        event.type in types and visible(event, as_of) and end.occurred_at < event.occurred_at < as_of
        for event in history.events
    )


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
