"""How long leads stay away: until explicit intent or a purchase, else until nothing more is known."""

from pathlib import Path

import pyarrow as pa

from leadscore.config.load import load_settings
from leadscore.dataset.returns import days_away
from leadscore.domain.time import DAY_US
from leadscore.features.facts import SCHEMAS, Facts
from leadscore.workflows.learn_returns import learn_returns

DEMO = "demo_requested"


def facts(ends: list[tuple[str, str, int]], events: list[tuple[str, str, int]]) -> Facts:
    rows = {
        "leads": [{"lead_id": lead, "created_at": 0} for lead in sorted({lead for lead, _, _ in ends})],
        "attributes": [],
        "events": [
            {"event_id": str(n), "lead_id": lead, "type": kind, "occurred_at": at * DAY_US, "known_at": at * DAY_US}
            for n, (lead, kind, at) in enumerate(events)
        ],
        "outcomes": [
            {"lead_id": lead, "outcome": kind, "occurred_at": at * DAY_US, "known_at": at * DAY_US}
            for lead, kind, at in ends
        ],
    }
    return Facts(**{kind: pa.Table.from_pylist(found, schema=SCHEMAS[kind]) for kind, found in rows.items()})


def away(*ends: tuple[str, str, int], events: list[tuple[str, str, int]] | None = None) -> list[tuple[float, bool]]:
    days, came_back = days_away(facts(list(ends), events or []), "competitor", (DEMO,), 100 * DAY_US)
    return sorted(zip(days.tolist(), came_back.tolist(), strict=True))


def test_explicit_intent_or_a_purchase_ends_it_and_other_events_do_not() -> None:
    assert away(("a", "competitor", 10), events=[("a", "page_viewed", 20), ("a", DEMO, 40)]) == [(30.0, True)]
    assert away(("a", "competitor", 10), ("a", "won", 60)) == [(50.0, True)]


def test_who_is_not_back_or_was_set_aside_again_is_unknown() -> None:
    assert away(("a", "competitor", 10), ("b", "competitor", 20), ("b", "lost", 50)) == [(30.0, False), (90.0, False)]


def test_the_time_of_return_is_learnt_where_enough_leads_have_come_back() -> None:
    settings = load_settings(Path("/nonexistent"))
    leads = [f"lead {number}" for number in range(60)]
    ends = [(lead, kind, 1) for lead, kind in zip(leads, ["competitor", "lost", "competitor"] * 20, strict=True)]
    back = [(lead, DEMO, 30) for lead, kind, _ in ends[:45] if kind == "competitor"]
    learnt = learn_returns(facts(ends, back), 100 * DAY_US, settings)
    assert learnt.keys() == {"competitor"}
    assert (learnt["competitor"]["days"], learnt["competitor"]["seen"]) == (29.0, 30)


def test_each_time_a_lead_is_set_aside_counts_and_nothing_after_a_purchase_does() -> None:
    twice = away(("a", "competitor", 10), ("a", "competitor", 50), events=[("a", DEMO, 20), ("a", DEMO, 90)])
    assert twice == [(10.0, True), (40.0, True)]
    assert away(("a", "won", 5), ("a", "competitor", 10), events=[("a", DEMO, 20)]) == []
