"""A person known under several ids: one history, one score, whatever order the messages came in."""

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from leadscore.config.features import Aggregations, FeatureLine, FeaturesConfig
from leadscore.config.routing import RoutingConfig
from leadscore.dataset.open_spells import OpenSpells
from leadscore.dataset.snapshots import NEVER, weekly_snapshots
from leadscore.domain.outcome import Outcome
from leadscore.domain.time import DAY_US, parse_instant
from leadscore.features.learn import feature_set_of, seen_in
from leadscore.features.offline import compute_matrix
from leadscore.features.online import OnlineFeatures
from leadscore.store.account_events import load_account_events
from leadscore.store.cut_facts import write_partitions
from leadscore.store.facts import insert_outcomes
from leadscore.store.facts_arrow import load_facts, load_facts_of
from leadscore.store.history import load_history
from leadscore.store.links import MOST_LINKS, links_around, other_ids, split
from leadscore.workflows.receive_events import receive
from leadscore.workflows.score_lead import ScoringService
from leadscore.workflows.show_lead import show_lead

from ..conftest import emptied

START = parse_instant("2026-03-02T00:00:00Z").at
CONFIG = FeaturesConfig(
    default=Aggregations(count_windows_days=(7,), decay_half_lives_days=(30,)),
    features=(
        FeatureLine.model_validate({"aggregation": "count", "account": True}),
        FeatureLine.model_validate({"aggregation": "leads", "account": True, "windows_days": [30]}),
    ),
    attributes_filled=True,
    min_category_leads=1,
)

UNTRAINED = ScoringService(None, RoutingConfig())


def send(store, day: float, *messages: dict) -> None:
    at = START + int(day * DAY_US)
    assert receive(store, json.dumps({"batch": messages}).encode(), at).dead_lettered == 0


def page(message_id: str, **ids: str) -> dict:
    return {"type": "page", "messageId": message_id, **ids}


def identify(message_id: str, **more: object) -> dict:
    return {"type": "identify", "messageId": message_id, **more}


def test_a_late_identify_brings_the_anonymous_visits_to_the_person_from_then_on(store) -> None:
    send(store, 0, page("m1", anonymousId="a1"))
    send(store, 1, identify("m2", userId="u1"))
    send(store, 5, identify("m3", userId="u1", anonymousId="a1"))
    history = load_history(store, "a1")
    assert (history.lead_id, [event.event_id for event in history.events]) == ("u1", ["m1"])
    assert history.events[0].known_at == START + 5 * DAY_US
    assert load_history(store, "a1", START + 5 * DAY_US).lead_id == "a1"
    assert load_history(store, "a1", START + 5 * DAY_US + 1).lead_id == "u1"
    shown = show_lead(store, "a1", START + 6 * DAY_US, UNTRAINED)
    assert (shown["lead_id"], shown["also_known_as"]) == ("u1", ["a1"])
    assert "page_viewed" in [entry["name"] for entry in shown["timeline"]]


def test_the_person_takes_what_it_had_no_value_for(store) -> None:
    send(store, 0, {**page("m1", anonymousId="a1"), "context": {"campaign": {"source": "spring"}}})
    send(store, 1, identify("m2", anonymousId="a1", traits={"industry": "retail", "city": "Graz"}))
    send(store, 2, identify("m3", userId="u1", traits={"industry": "software"}))
    send(store, 3, identify("m4", userId="u1", anonymousId="a1"))
    assert show_lead(store, "u1", START + 4 * DAY_US, UNTRAINED)["attributes"] == {
        "source": "spring",
        "industry": "software",
        "city": "Graz",
    }


def test_what_a_person_tells_later_does_not_hide_what_its_other_id_had_told_until_then(store) -> None:
    send(store, 1, identify("m1", anonymousId="a1", traits={"city": "Graz"}))
    send(store, 2, identify("m2", userId="u1", anonymousId="a1"))
    send(store, 4, identify("m3", userId="u1", traits={"city": "Linz"}))
    cities = [(value.value, value.known_at) for value in load_history(store, "u1").attributes if value.name == "city"]
    assert cities == [("Graz", START + 2 * DAY_US), ("Linz", START + 4 * DAY_US)]


def test_an_alias_carries_a_lead_over_to_an_id_that_sent_nothing_yet(store) -> None:
    send(store, 0, page("m1", anonymousId="a1"))
    send(store, 1, {"type": "alias", "messageId": "m2", "previousId": "a1", "userId": "u1"})
    assert [event.event_id for event in load_history(store, "u1").events] == ["m1"]


def test_ids_that_were_split_apart_keep_their_own_facts_whatever_comes_later(store) -> None:
    send(store, 0, page("m1", anonymousId="a1"), page("m2", userId="u1"))
    send(store, 1, identify("m3", userId="u1", anonymousId="a1"))
    split(store, "u1", "a1", START + 2 * DAY_US)
    send(store, 3, identify("m4", userId="u1", anonymousId="a1"))
    assert [event.event_id for event in load_history(store, "a1").events] == ["m1"]
    assert [event.event_id for event in load_history(store, "u1").events] == ["m2"]
    links, refused = links_around(store, "a1")
    assert [link.kind for link in links] == ["device", "split"]
    assert [reason for _, reason in refused] == ["a person split them apart"]


def test_each_link_tells_which_message_said_it_first_in_any_order(store) -> None:
    first, later = (
        identify(f"m{day}", userId="u1", anonymousId="a1", timestamp=f"2026-03-0{day}T00:00:00Z") for day in (3, 4)
    )
    for messages in ((first, later), (later, first)):
        emptied(store)
        for message in messages:
            send(store, 9, message)
        assert [link.said_by for link in links_around(store, "a1")[0]] == ["m3"]
    split(store, "u1", "a1", START + 10 * DAY_US)
    assert [link.said_by for link in links_around(store, "a1")[0]] == ["m3", "leadscore identity --apart"]


def test_a_visitor_teaches_what_its_person_came_to_and_ends_when_it_is_known(store) -> None:
    send(store, 0, page("m1", anonymousId="a1"))
    send(store, 30, identify("m2", userId="u1", anonymousId="a1"))
    won = START + 60 * DAY_US
    insert_outcomes(store, [Outcome("u1", "won", won, won)])
    facts = load_facts(store)
    spells = OpenSpells.of(facts, ())
    table = weekly_snapshots(spells, START - DAY_US, START + 90 * DAY_US, max_rows=1_000, keep_within_days=180, seed=1)
    weeks = {lead: table.as_of[np.array(table.lead_id) == lead] for lead in ("a1", "u1")}
    assert weeks["a1"].max() < START + 30 * DAY_US <= weeks["u1"].min()
    assert set(table.won_at.tolist()) == {won}
    assert won < NEVER


def test_a_customer_of_old_on_a_new_device_is_a_visitor_until_it_is_known(store) -> None:
    send(store, 0, page("m1", userId="u1"))
    insert_outcomes(store, [Outcome("u1", "won", START + 5 * DAY_US, START + 5 * DAY_US)])
    send(store, 20, page("m2", anonymousId="a1"))
    send(store, 60, identify("m3", userId="u1", anonymousId="a1"))
    spells = OpenSpells.of(load_facts(store), ())
    table = weekly_snapshots(spells, START, START + 90 * DAY_US, max_rows=1_000, keep_within_days=180, seed=1)
    mine = np.array(table.lead_id) == "a1"
    assert mine.sum() > 3
    assert set(table.won_at[mine].tolist()) == {NEVER}


def test_what_everybody_is_linked_to_links_nobody_more(store) -> None:
    visitors = [
        identify(f"m{n}", anonymousId=f"a{n}", traits={"email": "test@test.com"}) for n in range(MOST_LINKS + 9)
    ]
    for number, message in enumerate(visitors):
        send(store, number / 1_000, message)
    assert len(links_around(store, "a0")[0]) == MOST_LINKS


def test_what_many_are_linked_to_can_still_be_split_off(store) -> None:
    for number in range(MOST_LINKS):
        send(store, number / 1_000, identify(f"m{number}", userId="u1", anonymousId=f"a{number}"))
    assert "a5" in other_ids(store, "u1")
    split(store, "u1", "a5", START + DAY_US)
    assert "a5" not in other_ids(store, "u1")


_ids = st.fixed_dictionaries(
    {}, optional={"userId": st.sampled_from(["u1", "u2"]), "anonymousId": st.sampled_from(["a1", "a2"])}
)
_messages = st.lists(
    st.tuples(
        _ids.filter(bool),
        st.sampled_from(["page", "track", "identify", "alias", "group"]),
        st.integers(0, 40),
        st.sampled_from(["ann@example.org", "bob@example.org", None]),
        st.sampled_from(["x", "y"]),
    ),
    min_size=1,
    max_size=10,
)


def told(number: int, ids: dict, kind: str, day: int, address: str | None, word: str) -> dict:
    at = f"2026-03-{2 + day // 2:02d}T{12 * (day % 2):02d}:00:00Z"
    message = {"type": kind, "messageId": f"m{number}", "timestamp": at, **ids}
    traits = {"tier": word} | ({"email": address} if address else {})
    extra = {"identify": {"traits": traits}, "track": {"event": word}, "alias": {"previousId": "a1"}}
    return message | extra.get(kind, {}) | ({"groupId": word} if kind == "group" else {})


def rows(store, as_ofs: list[int]) -> dict[tuple[str, int], list[float]]:
    """Feature rows of every id, live."""
    facts = load_facts(store)
    features = feature_set_of(seen_in(facts), CONFIG, {})
    online = OnlineFeatures(features)
    found = {}
    for lead in ("a1", "a2", "u1", "u2"):
        for as_of in as_ofs:
            history = load_history(store, lead, as_of)
            if history is not None and history.created_at <= as_of:
                others = load_account_events(store, history, "account_id", as_of)
                found[lead, as_of] = online.row(replace(history, account_events=others), as_of)
    return found


@given(_messages, st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_live_and_bulk_features_of_linked_ids_are_equal_whole_in_parts_and_alone(
    store_factory, tmp_path_factory, given_messages, data
) -> None:
    store = store_factory()
    for number, message in enumerate(given_messages):
        send(store, 42 + number, told(number, *message))
    as_ofs = [START + day * DAY_US for day in (41, 43, 46, 60)]
    live = rows(store, as_ofs)
    assume(live)
    facts = load_facts(store)
    features = feature_set_of(seen_in(facts), CONFIG, {})
    asked = pa.table(
        {
            "lead_id": pa.array([lead for lead, _ in live], pa.string()),
            "as_of": pa.array([at for _, at in live], pa.int64()),
        }
    )
    expected = np.array([*live.values()]).reshape(len(live), -1)
    np.testing.assert_array_equal(compute_matrix(facts, asked, features), expected)
    parts = write_partitions(store, tmp_path_factory.mktemp("parts"), 3, features)
    for number in range(3):
        mine = np.flatnonzero(parts.parts_of(asked["lead_id"].combine_chunks()) == number)
        found = compute_matrix(parts.read(number, features), asked.take(mine), features)
        np.testing.assert_array_equal(found, expected[mine])
    plain = feature_set_of(seen_in(facts), FeaturesConfig(min_category_leads=1), {})
    alone = compute_matrix(load_facts_of(store, ["a1"]), asked, plain)
    whole = compute_matrix(facts, asked, plain)
    mine = [place for place, (lead, _) in enumerate(live) if lead == "a1"]
    np.testing.assert_array_equal(alone[mine], whole[mine])


@given(_messages, st.randoms())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_messages_in_any_order_and_repeated_come_to_the_same_people_and_features(
    store_factory, given_messages, random
) -> None:
    # Of several values of an attribute the one received last counts, so each is told the same here.
    sent = [told(number, *message[:-1], "x") for number, message in enumerate(given_messages)]
    shuffled = [*sent, *sent[:3]]
    random.shuffle(shuffled)
    later = [START + 100 * DAY_US]
    found = []
    for messages in (sent, shuffled):
        store = store_factory()
        for message in messages:
            send(store, 42, message)
        found.append((rows(store, later), [other_ids(store, lead) for lead in ("u1", "u2", "a1", "a2")]))
    assert str(found[0]) == str(found[1])
