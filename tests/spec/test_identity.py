"""What files and tracking say about people comes to the same people and features, whichever is heard first."""

import json
from itertools import permutations

import pytest

from leadscore.config.features import FeaturesConfig
from leadscore.config.mapping import MappingConfig
from leadscore.domain.time import DAY_US, parse_instant
from leadscore.features.learn import feature_set_of, seen_in
from leadscore.features.online import OnlineFeatures
from leadscore.store.facts_arrow import load_facts
from leadscore.store.history import load_history
from leadscore.store.links import links_around, other_ids
from leadscore.workflows.import_facts import import_file
from leadscore.workflows.receive_events import receive

from ..conftest import emptied

AT = parse_instant("2026-03-02T00:00:00Z").at
LEADS = "lead_id,created_at,email\nL1,2026-01-01T00:00:00Z,Ann@Example.org\nL2,2026-01-01T00:00:00Z,\n"
ATTRIBUTES = "lead_id,name,value,known_at\nL2,email,bob@example.org,2026-01-05T00:00:00Z\n"
VISITS = [
    {"type": "page", "messageId": "m1", "anonymousId": "a1"},
    {"type": "identify", "messageId": "m2", "anonymousId": "a1", "traits": {"email": "ann@example.org"}},
    {"type": "identify", "messageId": "m3", "userId": "u1", "traits": {"email": "ann@example.org", "plan": "gold"}},
    {"type": "track", "event": "call", "messageId": "m4", "userId": "u1"},
    {"type": "identify", "messageId": "m5", "anonymousId": "a2", "traits": {"email": "BOB@example.org"}},
]


@pytest.mark.slow
def test_files_with_addresses_and_tracking_join_the_same_person_in_any_order(store, tmp_path) -> None:
    def take_file(kind: str, text: str) -> None:
        path = tmp_path / f"{kind}.csv"
        path.write_text(text)
        import_file(store, kind, path, MappingConfig(), tmp_path / "dead", AT)

    doors = [
        lambda: take_file("leads", LEADS),
        lambda: take_file("attributes", ATTRIBUTES),
        lambda: receive(store, json.dumps({"batch": VISITS[:2]}).encode(), AT),
        lambda: receive(store, json.dumps({"batch": VISITS[2:]}).encode(), AT),
    ]
    found = set()
    for order in permutations(doors):
        emptied(store)
        for take_in in order:
            take_in()
        facts = load_facts(store)
        online = OnlineFeatures(feature_set_of(seen_in(facts), FeaturesConfig(min_category_leads=1), {}))
        rows = [online.row(load_history(store, lead), AT + DAY_US) for lead in ("L1", "L2", "u1", "a2")]
        found.add(str((links_around(store, "L1"), links_around(store, "L2"), rows)))
    assert len(found) == 1
    assert (other_ids(store, "L1"), other_ids(store, "L2")) == (["a1", "u1"], ["a2"])
    assert {event.event_id for event in load_history(store, "L1").events} == {"m1", "m4"}
