import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.api.bodies import inflate
from leadscore.domain.errors import DataError

BODY = json.dumps({"lead": {}}).encode()


@given(st.binary(max_size=2000))
def test_what_was_compressed_comes_back(content):
    assert inflate(gzip.compress(content), 2000) == content


def test_parts_compressed_one_by_one_are_joined():
    assert inflate(gzip.compress(b"ab") + gzip.compress(b"cd"), 100) == b"abcd"


@pytest.mark.parametrize(
    "damaged", [b"no gzip", gzip.compress(b"x" * 50, mtime=0)[:-9], gzip.compress(b"x", mtime=0)[:5]]
)
def test_damaged_compression_is_refused(damaged):
    with pytest.raises(DataError, match="LS-BODY-01"):
        inflate(damaged, 1000)


def test_a_small_body_that_inflates_without_end_is_stopped():
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 60_000
    with pytest.raises(DataError, match="LS-BODY-02"):
        inflate(bomb, 1_000_000)


def test_a_body_of_exactly_the_cap_passes():
    assert len(inflate(gzip.compress(b"x" * 1000), 1000)) == 1000
    with pytest.raises(DataError, match="LS-BODY-02"):
        inflate(gzip.compress(b"x" * 1001), 1000)


def test_gzip_is_understood_over_http(shared):
    for compressed in (gzip.compress(BODY), zlib.compress(BODY)):
        answer = shared("POST", "/v1/score", content=compressed, headers={"Content-Encoding": "gzip"})
        assert answer.status_code == 200


def test_an_unknown_compression_is_refused(shared):
    answer = shared("POST", "/v1/score", content=BODY, headers={"Content-Encoding": "br"})
    assert (answer.status_code, answer.json()["code"]) == (400, "LS-BODY-01")


def test_a_body_beyond_the_cap_is_refused_whether_or_not_its_length_is_told(shared):
    large = b" " * 10_000_001

    def in_parts():
        yield large[:5_000_000]
        yield large[5_000_000:]

    for content in (large, in_parts()):
        answer = shared("POST", "/v1/score", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "LS-BODY-02")
