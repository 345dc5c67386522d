"""Each key has a pace of its own; too many requests are told to wait a whole number of seconds."""

import pytest

from leadscore.api.rate import RateLimit
from leadscore.domain.errors import DataError


def test_a_key_in_haste_is_held_back_and_no_other() -> None:
    rate = RateLimit(3)
    for _ in range(3):
        rate.admit("hasty")
    with pytest.raises(DataError, match="LS-RATE-01"):
        rate.admit("hasty")
    rate.admit("calm")


def test_the_last_second_slides_along() -> None:
    now = [100.0]
    rate = RateLimit(4, lambda: now[0])

    def admitted() -> int:
        count = 0
        try:
            while True:
                rate.admit("key")
                count += 1
        except DataError:
            return count

    assert admitted() == 4
    now[0] = 101.0
    assert admitted() == 0
    now[0] = 101.5
    assert admitted() == 2
    now[0] = 103.25
    assert admitted() == 4


def test_a_request_too_many_is_answered_429_with_the_seconds_to_wait(own, monkeypatch) -> None:
    assert own.client.get("/readyz").status_code == 200
    monkeypatch.setattr(own.client.app.state.service, "rate", RateLimit(1))
    assert own("GET", "/v1/models").status_code == 200
    answer = own("GET", "/v1/models")
    assert (answer.status_code, answer.json()["code"]) == (429, "LS-RATE-01")
    assert int(answer.headers["retry-after"]) >= 1
