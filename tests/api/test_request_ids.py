"""Ids of requests: taken from callers where they are harmless, else made."""

from hypothesis import given
from hypothesis import strategies as st

from leadscore.api.request_ids import request_id
from leadscore.store.keys import create_key


@given(st.lists(st.tuples(st.just(b"x-request-id") | st.binary(), st.binary())))
def test_whatever_is_sent_the_id_is_short_and_of_letters_digits_and_hyphens(headers):
    made = request_id(headers)
    assert 8 <= len(made) <= 64
    assert made.replace("-", "a").isalnum()
    assert made.isascii()


@given(st.uuids().map(str) | st.text("abcXYZ019-", min_size=8, max_size=64))
def test_one_that_a_caller_sends_is_kept(sent):
    assert request_id([(b"host", b"a"), (b"x-request-id", sent.encode())]) == sent


def test_requests_that_bring_none_get_different_ones():
    assert len({request_id([]) for _ in range(1_000)}) == 1_000


def test_no_key_is_taken_for_an_id(sqlite_store):
    for scope in ("write", "read", "crm", "admin"):
        key = create_key(sqlite_store, scope)[1]
        assert request_id([(b"x-request-id", key.encode())]) != key
