import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import MsgspecError

from leadscore.api.requests import ScoreRequest, ScoresRequest
from leadscore.api.score_bodies import _SCORE, read_score, read_scores
from leadscore.domain.errors import DataError

MEMBERS = ["type", "occurred_at", "known_at", "value", "channel", "campaign", "event_id", "lead_id", "properties"]
FULL = {
    "lead": {
        "lead_id": "L1",
        "created_at": "2026-01-01",
        "source": "webinar",
        "size": 250.0,
        "vip": True,
        "note": None,
    },
    "events": [
        {"type": "a", "occurred_at": "2026-02-01T12:00:00+02:00"},
        {"type": "b", "occurred_at": "2026-02-01T12:00:00.1234567Z", "known_at": "2026-02-03", "value": 0.5015}
        | {"channel": "web", "campaign": None, "event_id": "e1", "lead_id": "L1", "properties": {"page": "/x", "n": 3}},
    ],
    "account_events": [{"type": "a", "occurred_at": "2026-02-01", "lead_id": "L2", "value": 2, "properties": "{}"}],
    "as_of": "2026-03-01",
}

NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.decimals(-(10**16), 10**16, places=4).map(float),
    st.sampled_from([0.0005, -0.0015, 0.5015, 1e15, 1e15 + 1, 1e16, "3.5", 10**15]),
)
TEXTS = st.one_of(st.text(max_size=5), st.sampled_from(["", "x" * 200, "x" * 201, "x" * 501, "x" * 10_001, "\ud800"]))
CELLS = st.one_of(TEXTS, NUMBERS, st.booleans(), st.none())
ANYTHING = st.recursive(CELLS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2))
INSTANTS = st.one_of(
    st.datetimes(timezones=st.one_of(st.none(), st.timezones())).map(lambda moment: moment.isoformat()),
    st.sampled_from(["2026-02-01", "20260201T120000Z", "2026-02-01T12:00:00.123456789Z", "9999-12-31T23:59:59-12:00"]),
    CELLS,
)
EVENTS = st.fixed_dictionaries(
    {"type": st.one_of(st.just("a"), TEXTS), "occurred_at": INSTANTS},
    optional={"known_at": INSTANTS, "value": st.one_of(NUMBERS, CELLS), "properties": ANYTHING, "odd": CELLS}
    | {name: CELLS for name in ("channel", "campaign", "event_id", "lead_id")},
)
LEADS = st.dictionaries(TEXTS, st.one_of(CELLS, ANYTHING), max_size=3).flatmap(
    lambda cells: st.fixed_dictionaries({}, optional={"lead_id": TEXTS, "created_at": INSTANTS, "source": TEXTS}).map(
        lambda lead: {**cells, **lead}
    )
)
BODIES = st.fixed_dictionaries(
    {"lead": LEADS},
    optional={"events": st.lists(EVENTS, max_size=3), "account_events": st.lists(EVENTS, max_size=2)}
    | {"as_of": INSTANTS, "odd": CELLS},
)


def plain(asked):
    """What was read, in a form that can be compared; each number with its type and its sign."""
    events, others = (
        None if found is None else [[repr(getattr(event, name)) for name in MEMBERS] for event in found]
        for found in (asked.events, asked.account_events)
    )
    return asked.lead_id, asked.created_at, sorted(map(repr, asked.cells.items())), events, others, asked.as_of


@given(BODIES)
def test_what_is_read_quickly_is_what_the_models_read(body):
    sent = json.dumps(body).encode()
    try:
        quick = _SCORE.decode(sent).asked()
    except (MsgspecError, ValueError):
        return
    assert plain(quick) == plain(ScoreRequest.model_validate_json(sent).asked())


@given(st.one_of(st.sampled_from([b'"', b"{", b"}", b"[", b"]", b":", b",", b"\\u0000", b"\xff"]), st.binary()))
def test_no_damage_to_a_body_is_overlooked(damage):
    sent = json.dumps(FULL).encode()
    for place in (0, len(sent) // 3, len(sent) - 1):
        damaged = sent[:place] + damage + sent[place:]
        try:
            quick = _SCORE.decode(damaged).asked()
        except (MsgspecError, ValueError):
            continue
        assert plain(quick) == plain(ScoreRequest.model_validate_json(damaged).asked())


def test_a_body_with_every_member_is_read_quickly():
    assert len(_SCORE.decode(json.dumps(FULL)).asked().events) == 2
    assert plain(read_score(json.dumps(FULL).encode())) == plain(ScoreRequest.model_validate(FULL).asked())


@pytest.mark.parametrize("value", ['"3.5"', "NaN"])
def test_a_rare_form_is_left_to_the_models(value):
    body = f'{{"lead": {{}}, "events": [{{"type": "a", "occurred_at": "2026-02-01", "value": {value}}}]}}'
    try:
        expected = ScoreRequest.model_validate_json(body).asked()
    except ValueError:
        with pytest.raises(DataError, match=r"events\.0\.value"):
            read_score(body.encode())
    else:
        assert plain(read_score(body.encode())) == plain(expected)


def test_an_event_of_the_account_must_name_its_lead():
    body = {"lead": {}, "account_events": [{"type": "a", "occurred_at": "2026-02-01"}]}
    with pytest.raises(DataError, match=r"account_events\.0\.lead_id: Field required"):
        read_score(json.dumps(body).encode())


def test_many_leads_are_read_like_each_alone():
    body = {"leads": [FULL, {"lead": {}}], "as_of": "2026-03-02"}
    leads, as_of = read_scores(json.dumps(body).encode())
    judged = ScoresRequest.model_validate(body)
    assert [plain(lead) for lead in leads] == [plain(lead.asked()) for lead in judged.leads]
    assert as_of == judged.as_of
    with pytest.raises(DataError, match=r"leads\.1\.lead"):
        read_scores(b'{"leads": [{"lead": {}}, {}]}')


def test_more_events_than_one_lead_can_have_are_refused():
    events = [{"type": "a", "occurred_at": "2026-02-01"}] * 10_001
    with pytest.raises(DataError, match="events: "):
        read_score(json.dumps({"lead": {}, "events": events}).encode())
