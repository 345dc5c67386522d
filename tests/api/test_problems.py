import pytest

from leadscore.api.problems import STATUS, problem
from leadscore.domain.errors import CATALOGUE, DataError


def test_every_problem_carries_code_and_message_beside_the_standard_members():
    answer = problem(DataError("LS-LEAD-01", where="lead", found="it is unknown", fix="import it"))
    assert answer.status_code == 404
    assert answer.media_type == "application/problem+json"
    assert answer.body == (
        b'{"type":"urn:leadscore:LS-LEAD-01","title":"' + CATALOGUE["LS-LEAD-01"].encode() + b'","status":404,'
        b'"detail":"lead: it is unknown","code":"LS-LEAD-01","message":"lead: it is unknown","fix":"import it"}'
    )


def test_statuses_are_given_to_codes_of_the_catalogue():
    assert set(STATUS) <= set(CATALOGUE)
    assert all(400 <= status < 600 for status in STATUS.values())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/score", 405),
        ("POST", "/v1/score/", 404),
        ("POST", "/v1/leads", 405),
        ("DELETE", "/v1/models", 405),
    ],
)
def test_wrong_addresses_and_methods_are_problems_and_never_redirects(shared, method, path, status):
    answer = shared(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, "LS-ROUTE-01")
    assert answer.headers["content-type"] == "application/problem+json"
    assert isinstance(answer.json()["message"], str)


def test_a_wrong_method_is_told_the_right_ones(shared):
    assert shared("GET", "/v1/score").headers["allow"] == "POST"
    assert shared("POST", "/v1/leads/L1").headers["allow"] == "DELETE, GET"


def test_a_fault_of_the_service_is_a_problem_that_tells_nothing_of_its_inside(own):
    service = own.start().app.state.service
    assert own("GET", "/readyz").status_code == 200
    service.scoring = None
    answer = own("POST", "/v1/score", json={"lead": {}})
    assert (answer.status_code, answer.json()["code"]) == (500, "LS-INTERNAL-01")
    assert "NoneType" not in answer.text
