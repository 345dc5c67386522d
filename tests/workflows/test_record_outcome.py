"""Recording outcomes one by one or in a list."""

import pytest

from leadscore.domain.errors import DataError
from leadscore.domain.lead import Lead, LeadRow
from leadscore.domain.outcome import Outcome
from leadscore.domain.time import parse_instant
from leadscore.store.history import counts, load_history
from leadscore.store.leads import insert_leads
from leadscore.workflows.record_outcome import record

NOW = parse_instant("2026-03-10T00:00:00Z").at
WON = {"lead_id": "L1", "outcome": "won", "occurred_at": "2026-03-01T00:00:00Z", "amount": 1234.565, "reason": "price"}


def test_an_outcome_is_stored_and_known_from_now_on(store):
    insert_leads(store, [LeadRow(Lead("L1", 1, "web"), (), ())], NOW)
    assert record(store, WON, NOW) == {"accepted": 1, "duplicates": 0, "rejected": []}
    expected = Outcome("L1", "won", parse_instant("2026-03-01T00:00:00Z").at, NOW, 123_456, "price")
    assert load_history(store, "L1").outcomes == (expected,)


def test_an_outcome_may_say_itself_when_it_was_known(store):
    insert_leads(store, [LeadRow(Lead("L1", 1, "web"), (), ())], NOW)
    record(store, WON | {"known_at": "2026-03-02T00:00:00Z"}, NOW)
    assert load_history(store, "L1").outcomes[0].known_at == parse_instant("2026-03-02T00:00:00Z").at


def test_a_repeat_is_a_duplicate_and_a_contradiction_is_rejected(store):
    record(store, WON, NOW)
    told = record(store, [WON, WON | {"amount": 5}, WON | {"occurred_at": "2026-03-05T00:00:00Z"}], NOW + 1)
    assert (told["accepted"], told["duplicates"]) == (1, 1)
    assert [(one["index"], one["code"], one["column"]) for one in told["rejected"]] == [(1, "LS-ROW-03", "amount")]


def test_each_bad_outcome_is_named_with_all_its_faults(store):
    told = record(store, [{"lead_id": 7, "outcome": "sold"}, 3, WON, {}], NOW)
    assert (told["accepted"], [one["index"] for one in told["rejected"]]) == (1, [0, 1, 3])
    assert set(told["rejected"][0]["column"].split(", ")) == {"outcome", "occurred_at"}
    assert "won, lost, disqualified, competitor" in told["rejected"][0]["message"]
    assert counts(store)["outcomes"] == 1


def test_an_empty_list_records_nothing(store):
    assert record(store, [], NOW) == {"accepted": 0, "duplicates": 0, "rejected": []}


@pytest.mark.parametrize("payload", [None, "won", 3])
def test_a_payload_without_an_outcome_is_refused(store, payload):
    with pytest.raises(DataError, match="LS-BODY-03"):
        record(store, payload, NOW)
