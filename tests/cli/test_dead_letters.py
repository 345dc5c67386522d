"""`leadscore dead-letters`: see why, mend, send again."""

import json

import pytest

from leadscore.config.load import load_settings
from leadscore.store.engine import open_store
from leadscore.workflows.receive_events import receive

from ..company import Company


@pytest.fixture
def refused(empty: Company) -> Company:
    store = open_store(load_settings(empty.home).service.store_url)
    receive(store, b'{"type":"track","userId":"u1","messageId":"m1"}', 1_772_366_400_000_000)
    store.close()
    return empty


def test_refused_messages_are_listed_mended_in_a_file_and_sent_again(refused: Company) -> None:
    said = refused.run("dead-letters", "list")
    assert (said.code, "LS-EVENT-03" in said.out) == (0, True)
    (row,) = refused.run("dead-letters", "list", "--json").json()
    assert row["message"] == {"messageId": "m1", "type": "track", "userId": "u1"}
    file = refused.home / "letters.jsonl"
    assert refused.run("dead-letters", "list", "--out", str(file), "--json").json()["rows"] == 1
    file.write_text(json.dumps({**json.loads(file.read_text()), "message": row["message"] | {"event": "x"}}))
    found = refused.run("dead-letters", "replay", "--file", str(file), "--json").json()
    assert found == {"replayed": 1, "accepted": 1, "duplicates": 0, "refused": 0}
    assert "No message was refused." in refused.run("dead-letters", "list").out


def test_what_to_replay_must_be_said(refused: Company) -> None:
    for words in ((), ("--all", "abcdef")):
        answer = refused.run("dead-letters", "replay", *words)
        assert answer.code == 2
        assert "ids, or --all, or --file FILE" in answer.err
    assert refused.run("dead-letters", "replay", "--all").code == 0
