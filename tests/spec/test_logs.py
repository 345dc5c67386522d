"""The log of the service: one line a record whatever is sent, and nothing about anybody in it.

Seen to fail with uvicorn's own format (a traceback takes many lines), with the address or the words of the exception in
the record of a fault, and with any `X-Request-Id` taken.
"""

import json

from .conftest import Home
from .process import running

FAULT = r"""
import leadscore.api.lead_routes as routes
def broken(store, lead_id, *_):
    try:
        raise KeyError(lead_id)
    except KeyError as error:
        raise ValueError(f"first line\r\nsecond \x1b[31m line\u2028third {lead_id}") from error
routes.show_lead = broken
"""
SECRETS = ("canary-lead", "canary@example.org", "203.0.113.77")


def test_hostile_input_leaves_one_line_a_record_and_no_trace_of_anybody(home: Home) -> None:
    faults = []
    with running(home.folder, prelude=FAULT, variables={"LEADSCORE_ACCESS_LOG": "true"}) as service:
        for line in ("%0d{}", "%1b%5b31m", "%e2%80%a8", "%00", "?x=canary@example.org"):
            answer = service.request("GET", f"/v1/leads/canary-lead{line}", key=home.keys["read"])
            assert (answer.status, answer.json()["code"]) == (500, "LS-INTERNAL-01")
            assert b"first line" not in answer.body
            assert answer.json()["request_id"] == answer.headers["x-request-id"]
            faults.append(answer.headers["x-request-id"])
        sent = {"userId": "canary-lead", "event": "e\r\n\u2028", "traits": {"email": "canary@example.org"}}
        messages = (sent, {**sent, "userId": None}, {**sent, "type": "jump\n"})
        names = ("canary@example.org", home.keys["write"], "a b", "\x1b")
        for message, name in zip((*messages, sent), names, strict=True):
            service.request(
                "POST",
                "/v1/track",
                json.dumps(message).encode(),
                home.keys["write"],
                X_Forwarded_For="203.0.113.77",
                User_Agent="canary@example.org",
                X_Request_Id=name,
            )
        service.exchange(b"GET / canary-lead\n\n")
        service.request("POST", "/v1/score", b'{"lead":{"lead_id":"canary-lead","x":[]}}', home.keys["read"])
    said = service.log.read_text(encoding="utf-8")
    lines = said.splitlines()
    assert "listens" in lines[0]
    records = [json.loads(line) for line in lines[1:]]
    broken = [record for record in records if record["logger"] == "leadscore.api"]
    assert [record["request_id"] for record in broken] == faults
    assert all("KeyError" in record["traceback"] and "in broken" in record["traceback"] for record in broken)
    answered = [record for record in records if record["logger"] == "leadscore.access"]
    shown = [(record["method"], record["route"], record["status"]) for record in answered]
    assert shown.count(("GET", "/v1/leads/{lead_id:path}", 500)) == 5
    assert shown.count(("POST", "/v1/track", 200)) == 3
    assert all({"at", "level", "logger", "message"} <= set(record) for record in records)
    assert not [secret for secret in (*SECRETS, *home.keys.values()) if secret in said]
