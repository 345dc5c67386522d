"""Erased people are recognised by hashes that tell nothing without the secret."""

import hashlib

import sqlalchemy as sa

from leadscore.store.engine import reading, writing
from leadscore.store.secret import keyed_hash, open_secret
from leadscore.store.suppression import allow_again, nobody_suppressed, suppress, suppressed_places, suppressed_words
from leadscore.store.tables import SUPPRESSED


def test_words_are_recognised_once_they_are_suppressed_and_no_more_once_they_are_allowed(store):
    with writing(store) as connection:
        assert nobody_suppressed(connection)
        assert suppress(connection, {"id:ann", "address:x"}, 5) == 2
        assert suppress(connection, {"id:ann"}, 6) == 0
    with reading(store) as connection:
        assert not nobody_suppressed(connection)
        assert suppressed_words(connection, {"id:ann", "id:Ann", "id:bob"}) == {"id:ann"}
        assert suppressed_places(connection, [{"id:bob"}, {"id:bob", "address:x"}, set(), {"id:ann"}]) == {1, 3}
    assert allow_again(store, {"id:ann", "id:bob"}) == 1
    with reading(store) as connection:
        assert suppressed_words(connection, {"id:ann", "address:x"}) == {"address:x"}


def test_what_is_kept_is_a_hash_that_nobody_can_try_names_on_without_the_secret(store):
    with writing(store) as connection:
        suppress(connection, {"id:ann"}, 5)
    with reading(store) as connection:
        (digest,) = connection.execute(sa.select(SUPPRESSED.c.digest)).scalars()
    plain = {hashlib.new(kind, text).hexdigest() for kind in ("sha256", "sha1") for text in (b"ann", b"id:ann")}
    assert digest not in plain
    assert digest == keyed_hash(open_secret(store), "id:ann")
    assert len(open_secret(store)) == 32
