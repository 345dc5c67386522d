"""Watching what is served, through the command line."""

import sqlalchemy as sa

from leadscore.store.engine import open_store, writing
from leadscore.store.tables import EVENTS

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
