"""Attribute history: leaks come after the win, hints while a lead is open, harmless changes at any time."""

from collections import defaultdict

from leadscore.simulate.changes import FILLED_AFTER_WIN, HARMLESS
from leadscore.simulate.company import SimulatedCompany

RESEARCHED = ("industry", "company_size")


def ends_of(company: SimulatedCompany) -> dict[str, dict[str, object]]:
    return {row["lead_id"]: row for row in company.outcomes.to_pylist()}


def changes_of(company: SimulatedCompany) -> dict[str, list[dict[str, object]]]:
    changes = defaultdict(list)
    for row in company.attributes.to_pylist():
        changes[row["name"]].append(row)
    return changes


def test_fields_of_customers_are_filled_after_the_win_only(company: SimulatedCompany) -> None:
    ends, changes = ends_of(company), changes_of(company)
    assert len(FILLED_AFTER_WIN) >= 3
    won = sum(end["outcome"] == "won" for end in ends.values())
    for name, (share, _) in FILLED_AFTER_WIN.items():
        assert name not in company.leads.column_names
        assert 0.7 * share < len(changes[name]) / won <= share + 0.1
        for row in changes[name]:
            assert ends[row["lead_id"]]["outcome"] == "won"
            assert row["known_at"] > ends[row["lead_id"]]["occurred_at"]


def test_research_fills_what_was_empty_while_the_lead_is_open_or_just_after_it_was_won(
    company: SimulatedCompany,
) -> None:
    ends, changes = ends_of(company), changes_of(company)
    given = {row["lead_id"]: row for row in company.leads.to_pylist()}
    after_win = dict.fromkeys(RESEARCHED, 0)
    for name in RESEARCHED:
        assert len({row["lead_id"] for row in changes[name]}) == len(changes[name]) > 50
        for row in changes[name]:
            lead, end = given[row["lead_id"]], ends.get(row["lead_id"])
            assert lead[name] is None
            assert row["known_at"] > lead["created_at"]
            if end is not None and row["known_at"] >= end["occurred_at"]:
                assert end["outcome"] == "won"
                after_win[name] += 1
    assert after_win["industry"] > 10
    assert after_win["company_size"] == 0


def test_harmless_fields_change_for_leads_of_every_fate(company: SimulatedCompany) -> None:
    ends, changes = ends_of(company), changes_of(company)
    for name, (share, options) in HARMLESS.items():
        assert abs(len(changes[name]) / 2_000 - share) < 0.05
        assert {row["value"] for row in changes[name]} == set(options)
        fates = {ends.get(row["lead_id"], {}).get("outcome") for row in changes[name]}
        assert fates == {None, "won", "lost", "disqualified", "competitor"}
