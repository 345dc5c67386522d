"""Which lead as of which Monday, and what thinning may not change."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscore.dataset import snapshots as snapshots_module
from leadscore.dataset.open_spells import NEVER, OpenSpells
from leadscore.dataset.snapshots import SnapshotTable, weekly_snapshots
from leadscore.domain.time import DAY_US, WEEK_US, parse_instant
from leadscore.features.facts import SCHEMAS, Facts

DEMO = "demo_requested"
MONDAY = parse_instant("2026-01-05").at


def company(leads: dict[str, int], outcomes: list[tuple[str, str, int]]) -> Facts:
    return Facts(
        leads=pa.table({"lead_id": list(leads), "created_at": list(leads.values())}, schema=SCHEMAS["leads"]),
        attributes=SCHEMAS["attributes"].empty_table(),
        events=SCHEMAS["events"].empty_table(),
        outcomes=pa.Table.from_pylist(
            [{"lead_id": lead, "outcome": kind, "occurred_at": at, "known_at": at} for lead, kind, at in outcomes],
            schema=SCHEMAS["outcomes"],
        ),
    )


def rows(table: SnapshotTable) -> list[tuple[str, int]]:
    return list(zip(table.lead_id.to_pylist(), table.as_of.tolist(), strict=True))


def all_of(
    facts: Facts, since: int, until: int, max_rows: int = 1_000_000, keep: int = 60, seed: int = 1
) -> SnapshotTable:
    return weekly_snapshots(
        OpenSpells.of(facts, (DEMO,)), since, until, max_rows=max_rows, keep_within_days=keep, seed=seed
    )


def test_snapshots_lie_on_mondays_after_since_and_up_to_until():
    table = all_of(company({"a": MONDAY - WEEK_US}, []), MONDAY, MONDAY + 2 * WEEK_US)
    assert rows(table) == [("a", MONDAY + WEEK_US), ("a", MONDAY + 2 * WEEK_US)]
    assert {datetime.fromtimestamp(at / 1e6, UTC).strftime("%A %H:%M") for at in table.as_of.tolist()} == {
        "Monday 00:00"
    }


def test_a_lead_is_open_from_the_instant_of_its_creation():
    facts = company({"at": MONDAY, "later": MONDAY + 1}, [])
    assert rows(all_of(facts, MONDAY - 1, MONDAY)) == [("at", MONDAY)]


def test_any_outcome_ends_the_snapshots_at_its_own_instant():
    leads = dict.fromkeys(["won", "lost", "disqualified", "competitor"], MONDAY - DAY_US)
    facts = company(leads, [(kind, kind, MONDAY + WEEK_US) for kind in leads])
    assert {at for _, at in rows(all_of(facts, MONDAY - 1, MONDAY + 3 * WEEK_US))} == {MONDAY}


def test_the_first_purchase_counts_even_after_the_lead_was_lost():
    facts = company({"a": MONDAY}, [("a", "won", MONDAY + 99), ("a", "won", MONDAY + 50), ("a", "lost", MONDAY + 10)])
    table = all_of(facts, MONDAY - 1, MONDAY + WEEK_US)
    assert rows(table) == [("a", MONDAY)]
    assert table.won_at.tolist() == [MONDAY + 50]


def test_a_lead_that_comes_back_after_it_was_set_aside_has_snapshots_again():
    ends = [("a", "lost", MONDAY + DAY_US), ("a", "won", MONDAY + 5 * WEEK_US), ("b", "disqualified", MONDAY + DAY_US)]
    facts = company({"a": MONDAY, "b": MONDAY}, ends)
    back = [{"event_id": lead, "lead_id": lead, "type": DEMO, "occurred_at": MONDAY + 2 * WEEK_US} for lead in "ab"]
    events = pa.Table.from_pylist(
        [each | {"known_at": MONDAY + 3 * WEEK_US} for each in back], schema=SCHEMAS["events"]
    )
    table = all_of(replace(facts, events=events), MONDAY - 1, MONDAY + 9 * WEEK_US)
    # Known at an instant is usable after it, so the Monday of that instant itself is not one of them.
    assert rows(table) == [("a", MONDAY), ("a", MONDAY + 4 * WEEK_US), ("b", MONDAY)]
    assert table.won_at.tolist() == [MONDAY + 5 * WEEK_US, MONDAY + 5 * WEEK_US, NEVER]


def test_a_lead_without_a_purchase_is_won_never():
    facts = company({"a": MONDAY, "b": MONDAY}, [("a", "lost", MONDAY + 10), ("unknown", "won", MONDAY)])
    assert set(all_of(facts, MONDAY - 1, MONDAY).won_at.tolist()) == {NEVER}


@pytest.mark.parametrize(("since", "until"), [(MONDAY, MONDAY), (MONDAY + DAY_US, MONDAY)])
def test_no_weeks_give_no_snapshots(since, until):
    assert len(all_of(company({"a": 0}, []), since, until)) == 0


def test_no_leads_give_no_snapshots():
    assert len(all_of(company({}, []), 0, MONDAY)) == 0


@st.composite
def companies(draw: st.DrawFn) -> Facts:
    number = draw(st.integers(1, 30))
    leads = {f"lead {i}": MONDAY + draw(st.integers(-20, 300)) * DAY_US for i in range(number)}
    outcomes = []
    for lead, created_at in leads.items():
        for kind in draw(st.lists(st.sampled_from(["won", "lost"]), max_size=2)):
            outcomes.append((lead, kind, created_at + draw(st.integers(0, 300)) * DAY_US))
    return company(leads, outcomes)


UNTIL = MONDAY + 60 * WEEK_US


@given(companies(), st.integers(10, 400), st.integers(0, 120), st.integers(0, 5))
def test_thinning_keeps_the_totals_and_the_limit(facts, max_rows, keep, seed):
    whole, thin = all_of(facts, MONDAY, UNTIL), all_of(facts, MONDAY, UNTIL, max_rows, keep, seed)
    assert whole.weight.tolist() == [1.0] * len(whole)
    assert len(thin) == min(len(whole), max_rows)
    assert set(rows(thin)) <= set(rows(whole))
    assert thin.weight.sum() == pytest.approx(len(whole))
    assert thin.weight[near(thin, keep)].sum() == pytest.approx(near(whole, keep).sum())
    if near(whole, keep).sum() <= max_rows // 4:
        assert (thin.weight[near(thin, keep)] == 1).all()


def near(table: SnapshotTable, keep: int) -> np.ndarray:
    return (table.won_at < NEVER) & (table.as_of + keep * DAY_US >= table.won_at)


@given(companies(), st.integers(10, 400), st.randoms())
def test_the_order_of_facts_changes_no_snapshot(facts, max_rows, random):
    shuffled = Facts(mixed(facts.leads, random), facts.attributes, facts.events, mixed(facts.outcomes, random))
    left, right = (all_of(f, MONDAY, UNTIL, max_rows) for f in (facts, shuffled))
    assert rows(left) == rows(right)
    assert left.won_at.tolist() == right.won_at.tolist()
    assert rows(left) == sorted(rows(left))


def mixed(table: pa.Table, random: Random) -> pa.Table:
    return table.take(pa.array(random.sample(range(table.num_rows), table.num_rows), pa.int64()))


@settings(max_examples=20)
@given(companies(), st.integers(10, 400), st.integers(1, 50))
def test_the_size_of_the_parts_changes_no_draw(facts, max_rows, at_once):
    whole = all_of(facts, MONDAY, UNTIL, max_rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots_module, "_LEAD_WEEKS_AT_ONCE", at_once)
        assert rows(all_of(facts, MONDAY, UNTIL, max_rows)) == rows(whole)


def test_thinning_draws_weeks_and_never_an_equal_number_per_lead():
    created = {f"old {i}": MONDAY for i in range(50)} | {f"young {i}": MONDAY + 50 * WEEK_US for i in range(50)}
    thin = all_of(company(created, []), MONDAY - 1, UNTIL, 1_000)
    old = sum(lead.startswith("old") for lead in thin.lead_id.to_pylist())
    assert 61 / 72 - 0.05 < old / len(thin) < 61 / 72 + 0.05


def test_another_seed_draws_other_weeks():
    facts = company({f"{i}": MONDAY for i in range(50)}, [])
    first, second = (set(rows(all_of(facts, MONDAY, UNTIL, 1_000, seed=seed))) for seed in (1, 2))
    assert first != second
    assert len(first & second) < 600


def test_rows_can_be_taken_by_mask_or_position():
    facts = company({"a": MONDAY, "b": MONDAY}, [("b", "won", MONDAY + 3)])
    table = all_of(facts, MONDAY - 1, MONDAY + WEEK_US)
    for chosen in (table.take(np.array([False, False, True])), table.take(np.array([2]))):
        assert rows(chosen) == [("b", MONDAY)]
        assert chosen.won_at.tolist() == [MONDAY + 3]
    assert table.arrow().to_pylist()[0] == {"lead_id": "a", "as_of": MONDAY}
