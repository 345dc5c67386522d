"""What the filter is told: each event once, at its steps, and only when it is known."""

import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from leadscore.domain.errors import DataError
from leadscore.domain.time import DAY_US, LATEST_US
from leadscore.simulate.company import SimulatedCompany
from leadscore.simulate.evidence import visible_leads

EVER = np.iinfo(np.int64).max


def with_events(company: SimulatedCompany, rows: list[tuple[str, float, float, int | None]]) -> SimulatedCompany:
    """The company with only these events of its first lead: type, occurred and known in days after arrival, value."""
    created_at = company.leads["created_at"][0].as_py()
    events = pa.table(
        {
            "event_id": [f"e{at}" for at in range(len(rows))],
            "lead_id": ["sim-000000"] * len(rows),
            "type": [row[0] for row in rows],
            "occurred_at": [created_at + int(row[1] * DAY_US) for row in rows],
            "known_at": [created_at + int(row[2] * DAY_US) for row in rows],
            "value": pa.array([row[3] for row in rows], pa.int64()),
        }
    )
    return dataclasses.replace(company, events=events)


def marks_on(company: SimulatedCompany, days_after_arrival: int, as_of: int = EVER) -> dict[str, float]:
    leads = visible_leads(company, ["sim-000000"])
    marks = leads.events.visible_marks(int(leads.created_day[0]) + days_after_arrival, np.array([0]), np.array([as_of]))
    types = company.world.event_types
    names = [*types, *(f"{name} steps" for name in types)]
    return {name: mark for name, mark in zip(names, marks[0].tolist(), strict=True) if mark}


def test_events_are_counted_by_type_with_their_steps(company: SimulatedCompany) -> None:
    told = with_events(
        company, [("page_viewed", 3, 3, 4), ("page_viewed", 3.001, 3.001, 1), ("webinar_attended", 3, 3, 30)]
    )
    assert marks_on(told, 3) == {
        "page_viewed": 2,
        "page_viewed steps": 3,
        "webinar_attended": 1,
        "webinar_attended steps": 5,
    }
    assert marks_on(told, 2) == {}


def test_a_doubled_event_counts_once(company: SimulatedCompany) -> None:
    told = with_events(
        company,
        [
            ("chat_started", 3, 3, None),
            ("chat_started", 3, 3.001, None),
            ("show_visited", 4, 6, None),
            ("show_visited", 4, 6.001, None),
        ],
    )
    assert marks_on(told, 3) == {"chat_started": 1}
    assert marks_on(told, 4) == {"show_visited": 1}


def test_the_event_by_which_a_lead_was_collected_tells_nothing(company: SimulatedCompany) -> None:
    told = with_events(company, [("chat_started", 0, 0, None), ("show_visited", -3, 0, None)])
    assert not len(visible_leads(told, ["sim-000000"]).events.row)


def test_a_scan_counts_from_the_moment_it_is_known(company: SimulatedCompany) -> None:
    told = with_events(company, [("show_visited", 4, 9, None)])
    known_at = told.events["known_at"][0].as_py()
    assert marks_on(told, 4, as_of=known_at) == {}
    assert marks_on(told, 4, as_of=known_at + 1) == {"show_visited": 1}


def test_events_of_several_leads_stay_apart(company: SimulatedCompany) -> None:
    ids = ["sim-000500", "sim-000003", "sim-000042"]
    together = visible_leads(company, ids)
    for row, lead_id in enumerate(ids):
        alone = visible_leads(company, [lead_id])
        np.testing.assert_array_equal(together.events.marks[together.events.row == row], alone.events.marks)
        assert together.position[row] == int(lead_id[4:])
    assert together.events.marks.shape[1] == 2 * len(company.world.event_types)


def test_an_open_lead_ends_never_and_an_unknown_one_is_refused(company: SimulatedCompany) -> None:
    ended = set(company.outcomes["lead_id"].to_pylist())
    still_open = next(lead for lead in company.leads["lead_id"].to_pylist() if lead not in ended)
    assert visible_leads(company, [still_open]).ended_at.tolist() == [LATEST_US]
    with pytest.raises(DataError, match="LS-LEAD-01"):
        visible_leads(company, ["sim-000001", "nobody"])
