"""Watching what is served, through the command line."""

import json
import time

import sqlalchemy as sa

from leadscore.domain.time import DAY_US, SECOND_US
from leadscore.store.engine import open_store, reading, writing
from leadscore.store.tables import EVENTS, SCORES

from ..company import Company


def test_what_was_served_is_what_bulk_computation_gives(company: Company) -> None:
    found = company.run("monitor", "parity", "--scores", "300", "--json").json()
    assert found["scores"] == 300
    assert found["values"] > 300 * 50
    assert found["mismatches"] == {}
    assert "0 differ" in company.run("monitor", "parity", "--scores", "20").out


def test_a_value_that_differs_is_counted_by_feature_and_ends_with_exit_3(company: Company) -> None:
    lead = company.demo["hottest"][0]
    store = open_store(f"sqlite:///{company.home}/data/leadscore.db")
    mine = EVENTS.c.lead_id == lead["lead_id"]
    with writing(store) as connection:
        kept = connection.execute(sa.select(EVENTS).where(mine)).all()
        connection.execute(sa.delete(EVENTS).where(mine))
    try:
        answer = company.run("monitor", "parity", "--scores", "100000", "--json")
        assert answer.code == 3
        assert "LS-FEATURE-03" in answer.err
        found = answer.json()
        assert found["mismatches"]["any_count_ever"] >= 1
        assert {each["lead_id"] for each in found["examples"]} == {lead["lead_id"]}
    finally:
        with writing(store) as connection:
            connection.execute(sa.insert(EVENTS), [row._asdict() for row in kept])
        store.close()


def test_drift_compares_the_leads_of_two_periods_and_refuses_an_empty_one(company: Company) -> None:
    refused = company.run("monitor", "drift", "--json")
    assert (refused.code, refused.json()["error"]["code"]) == (3, "LS-DATA-01")
    store = open_store(f"sqlite:///{company.home}/data/leadscore.db")
    with reading(store) as connection:
        rows = [row._asdict() for row in connection.execute(sa.select(SCORES))]
    now = int(time.time() * SECOND_US)
    earlier, later = ([_copied(row, number, now - days * DAY_US) for row in rows] for number, days in ((1, 20), (2, 0)))
    for row in later:
        row["feature_values"] = json.dumps({**json.loads(row["feature_values"]), "any_count_ever": 1e6})
    with writing(store) as connection:
        connection.execute(sa.insert(SCORES), earlier + later)
    try:
        found = company.run("monitor", "drift", "--days", "7", "--against", "28", "--json").json()
        assert found["leads_before"] == found["leads_now"] == len({row["lead_id"] for row in rows})
        assert next(iter(found["features"])) == "any_count_ever"
        assert sum(index > 0.1 for index in found["features"].values()) == 1
        assert found["score"] == 0
        assert "any_count_ever" in company.run("monitor", "drift").out
    finally:
        with writing(store) as connection:
            connection.execute(sa.delete(SCORES).where(SCORES.c.decision_id.like("copy%")))
        store.close()


def _copied(row: dict, number: int, as_of: int) -> dict:
    return {**row, "decision_id": f"copy{number}{row['decision_id']}", "as_of": as_of}
