"""Which lead just after which event, and what thinning may not change."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from leadscore.dataset.event_snapshots import event_snapshots
from leadscore.dataset.open_spells import NEVER, OpenSpells
from leadscore.dataset.snapshots import SnapshotTable
from leadscore.domain.time import DAY_US, HOUR_US, parse_instant
from leadscore.features.facts import SCHEMAS, Facts

MONDAY = parse_instant("2026-01-05").at
DEMO = "demo_requested"


def company(
    leads: dict[str, int], events: list[tuple[str, int]], outcomes: list[tuple[str, str, int]] = (), kind: str = "seen"
) -> Facts:
    told = [
        {"event_id": f"e{at}", "lead_id": lead, "type": kind, "occurred_at": known_at, "known_at": known_at}
        for at, (lead, known_at) in enumerate(events)
    ]
    ends = [{"lead_id": lead, "outcome": end, "occurred_at": at, "known_at": at} for lead, end, at in outcomes]
    return Facts(
        leads=pa.table({"lead_id": list(leads), "created_at": list(leads.values())}, schema=SCHEMAS["leads"]),
        attributes=SCHEMAS["attributes"].empty_table(),
        events=pa.Table.from_pylist(told, schema=SCHEMAS["events"]),
        outcomes=pa.Table.from_pylist(ends, schema=SCHEMAS["outcomes"]),
    )


def taken(facts: Facts, since: int = MONDAY, until: int = MONDAY + 30 * DAY_US, most: int = 1_000) -> SnapshotTable:
    return event_snapshots(facts.events, OpenSpells.of(facts, (DEMO,)), since, until, max_rows=most, seed=1)


def rows(table: SnapshotTable) -> list[tuple[str, int]]:
    return list(zip(table.lead_id.to_pylist(), table.as_of.tolist(), strict=True))


def test_a_snapshot_sees_the_last_event_of_its_day_and_there_is_one_a_day():
    at = MONDAY + 9 * HOUR_US
    facts = company({"a": MONDAY}, [("a", at), ("a", at + HOUR_US), ("a", at + DAY_US)])
    assert rows(taken(facts)) == [("a", at + HOUR_US + 1), ("a", at + DAY_US + 1)]


def test_only_the_period_counts_and_only_leads_that_are_known():
    facts = company({"a": MONDAY}, [("a", MONDAY + 5), ("a", MONDAY + DAY_US), ("visitor", MONDAY + 5)])
    assert rows(taken(facts, since=MONDAY + 6)) == [("a", MONDAY + DAY_US + 1)]
    assert rows(taken(facts, until=MONDAY + 6)) == [("a", MONDAY + 6)]


def test_no_snapshot_is_taken_after_an_end_until_the_lead_comes_back():
    events = [("a", MONDAY + day * DAY_US) for day in (1, 3, 5)]
    facts = company({"a": MONDAY, "b": MONDAY}, [*events, ("b", MONDAY + 4)], [("a", "lost", MONDAY + 2 * DAY_US)])
    assert rows(taken(facts)) == [("a", MONDAY + DAY_US + 1), ("b", MONDAY + 5)]
    back = company({"a": MONDAY}, events, [("a", "lost", MONDAY + 2 * DAY_US)], kind=DEMO)
    assert rows(taken(back)) == [("a", MONDAY + day * DAY_US + 1) for day in (1, 3, 5)]


def test_an_event_before_the_lead_was_created_gives_none():
    assert not len(taken(company({"a": MONDAY + DAY_US}, [("a", MONDAY + 1)])))


def test_rows_know_when_their_lead_became_a_customer():
    won_at = MONDAY + 9 * DAY_US
    facts = company({"a": MONDAY, "b": MONDAY}, [("a", MONDAY + 1), ("b", MONDAY + 1)], [("a", "won", won_at)])
    assert taken(facts).won_at.tolist() == [won_at, NEVER]


@pytest.fixture(scope="module")
def busy() -> Facts:
    leads = {f"l{number:03d}": MONDAY for number in range(100)}
    return company(leads, [(lead, MONDAY + day * DAY_US + 7) for lead in leads for day in range(20)])


def test_thinning_keeps_the_total_and_draws_evenly(busy: Facts):
    table = taken(busy, most=500)
    assert len(table) == 500
    assert table.weight.sum() == pytest.approx(2_000)
    days = np.bincount((table.as_of - MONDAY) // DAY_US, minlength=20)
    assert days.max() < 50
    assert len(set(table.lead_id.to_pylist())) > 95


def test_what_is_drawn_does_not_depend_on_the_order_of_the_facts(busy: Facts):
    order = np.random.default_rng(1).permutation(busy.events.num_rows)
    shuffled = replace(busy, events=busy.events.take(pa.array(order)))
    assert rows(taken(shuffled, most=300)) == rows(taken(busy, most=300)) == sorted(rows(taken(busy, most=300)))


def test_a_company_without_events_has_none(busy: Facts):
    assert not len(taken(replace(busy, events=SCHEMAS["events"].empty_table())))
    assert not len(taken(busy, most=0))
