"""`leadscore identity`: who is who and why, and a wrong merge taken back."""

import pytest

from leadscore.config.load import load_settings
from leadscore.store.engine import open_store
from leadscore.workflows.receive_events import receive

from ..company import Company

MESSAGES = b"""{"batch": [
  {"type": "page", "messageId": "m1", "anonymousId": "a1"},
  {"type": "identify", "messageId": "m2", "anonymousId": "a1", "userId": "u1"},
  {"type": "identify", "messageId": "m3", "anonymousId": "a1", "userId": "u2"}]}"""


@pytest.fixture
def linked(empty: Company) -> Company:
    store = open_store(load_settings(empty.home).service.store_url)
    receive(store, MESSAGES, 1_772_366_400_000_000)
    store.close()
    return empty


def test_the_ids_of_a_person_are_told_with_the_links_that_were_refused(linked: Company) -> None:
    found = linked.run("identity", "a1", "--json").json()
    assert (found["person"], found["also_known_as"]) == ("u1", ["a1"])
    assert [(link["one"], link["other"], link["said_by"], link["refused"]) for link in found["links"]] == [
        ("a1", "u1", "m2", None),
        ("a1", "u2", "m3", "it is shared by several users"),
    ]
    assert "u1, also known as a1" in linked.run("identity", "u1").out


def test_a_wrong_merge_is_taken_back(linked: Company) -> None:
    assert linked.run("identity", "u1", "--apart", "a1", "--json").json()["also_known_as"] == []
    assert linked.run("identity", "a1", "--json").json()["person"] == "u2"


def test_only_what_is_together_can_be_kept_apart(linked: Company) -> None:
    for words, code in ((("u1", "--apart", "u1"), 2), (("u1", "--apart", "x"), 3)):
        assert linked.run("identity", *words).code == code
    assert "known by no other id" in linked.run("identity", "x").out
