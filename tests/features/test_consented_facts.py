"""With consent respected, both engines give what they would give had the refused events never been stored."""

from dataclasses import replace

import pyarrow as pa
import pytest

from leadscore.features.consented_facts import counting_facts, refused_rows
from leadscore.features.facts import SCHEMAS
from leadscore.features.offline import compute_matrix
from leadscore.features.online import OnlineFeatures
from leadscore.features.parity import check_feature_set, differing, online_matrix
from leadscore.features.trial import random_trial


@pytest.fixture(scope="session")
def respectful(every_feature):
    return replace(every_feature, respect_consent=True)


def had_refused(trial, event):
    """The rule in the plainest words, as a second opinion."""
    known = [
        value
        for value in trial.attributes
        if value.lead_id == event.lead_id and value.name == "consent" and value.known_at <= event.occurred_at
    ]
    latest = max((value.known_at for value in known), default=None)
    return any(value.known_at == latest and value.value in ("no", "No ") for value in known)


@pytest.mark.parametrize("seed", range(6))
def test_refused_events_count_for_neither_their_lead_nor_its_account_in_either_engine(every_feature, respectful, seed):
    trial = random_trial(respectful, seed)
    kept = [event for event in trial.events if not had_refused(trial, event)]
    assert 0.05 < 1 - len(kept) / len(trial.events) < 0.6
    without = replace(trial, events=kept, respect_consent=False)
    expected = compute_matrix(without.facts(), without.snapshots(), every_feature)
    assert not differing(compute_matrix(trial.facts(), trial.snapshots(), respectful), expected).any()
    assert not differing(online_matrix(trial, respectful, OnlineFeatures(respectful)), expected).any()
    assert differing(compute_matrix(trial.facts(), trial.snapshots(), every_feature), expected).any()


def test_both_engines_agree_on_random_histories_of_consent(respectful):
    report = check_feature_set(respectful, 100_000, seed=5)
    assert report.cells >= 100_000
    assert report.examples == ()


def test_an_engine_that_counts_refused_events_is_found(every_feature, respectful, monkeypatch):
    monkeypatch.setattr("leadscore.features.offline.counting_facts", lambda facts, respect_consent: facts)
    assert check_feature_set(respectful, 20_000).mismatches


def test_facts_without_a_refusal_stay_the_same_object(every_feature):
    facts = random_trial(every_feature, 1).facts()
    assert counting_facts(facts, True) is facts
    empty = replace(facts, events=facts.events.slice(0, 0))
    assert counting_facts(empty, True).events.num_rows == 0


def test_in_bulk_too_a_refusal_holds_from_its_own_instant_until_that_of_the_next_value():
    told = [{"lead_id": "a", "name": "consent", "value": text, "known_at": at} for text, at in (("no", 2), ("yes", 4))]
    events = [{"lead_id": "a", "occurred_at": at} for at in range(6)]
    tables = pa.Table.from_pylist(events, SCHEMAS["events"]), pa.Table.from_pylist(told, SCHEMAS["attributes"])
    assert refused_rows(*tables).tolist() == [False, False, True, True, False, False]
