"""The log of the service: one line a record whatever is sent, and nothing about anybody in it.

Seen to fail with uvicorn's own format (a traceback takes many lines) and with the address in the record of a fault.
"""

import json

from .conftest import Home
from .process import running

FAULT = r"""
import leadscore.api.lead_routes as routes
def broken(*_):
    raise ValueError("first line\r\nsecond \x1b[31m line\u2028third")
routes.show_lead = broken
"""
SECRETS = ("canary-lead", "canary@example.org", "203.0.113.77")


def test_hostile_input_leaves_one_line_a_record_and_no_trace_of_anybody(home: Home) -> None:
    with running(home.folder, prelude=FAULT) as service:
        for line in ("%0d{}", "%1b%5b31m", "%e2%80%a8", "%00", "?x=canary@example.org"):
            answer = service.request("GET", f"/v1/leads/canary-lead{line}", key=home.keys["read"])
            assert (answer.status, answer.json()["code"]) == (500, "LS-INTERNAL-01")
            assert b"first line" not in answer.body
        sent = {"userId": "canary-lead", "event": "e\r\n\u2028", "traits": {"email": "canary@example.org"}}
        for message in (sent, {**sent, "userId": None}, {**sent, "type": "jump\n"}):
            service.request(
                "POST",
                "/v1/track",
                json.dumps(message).encode(),
                home.keys["write"],
                X_Forwarded_For="203.0.113.77",
                User_Agent="\x1b[2J canary@example.org",
            )
        service.exchange(b"GET / canary-lead\n\n")
        service.request("POST", "/v1/score", b'{"lead":{"lead_id":"canary-lead","x":[]}}', home.keys["read"])
    said = service.log.read_text(encoding="utf-8")
    lines = said.splitlines()
    assert "listens" in lines[0]
    records = [json.loads(line) for line in lines[1:]]
    assert sum(record["logger"] == "leadscore.api" for record in records) == 5
    assert all({"at", "level", "logger", "message"} <= set(record) for record in records)
    assert not [secret for secret in (*SECRETS, *home.keys.values()) if secret in said]
