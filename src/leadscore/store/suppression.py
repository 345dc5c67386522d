"""Erased people stay erased: what speaks of them is recognised by keyed hashes and stored nowhere."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from leadscore.store.bulk import fetch_rows, insert_rows
from leadscore.store.engine import Store, writing
from leadscore.store.secret import keyed_hash, secret_of
from leadscore.store.tables import SUPPRESSED

# As plain text, since every transaction asks it.
_ANYBODY = "SELECT 1 FROM suppressed LIMIT 1"


def nobody_suppressed(connection: sa.Connection) -> bool:
    """Whether nobody was ever erased, so that nothing has to be looked up."""
    return connection.exec_driver_sql(_ANYBODY).first() is None


def suppress(connection: sa.Connection, words: Collection[str], now: int) -> int:
    """Remember, within a transaction of the caller, that nothing about some words (`ingest.mentions`) is to be stored.

    Returns  number of words that were not remembered before.
    """
    secret = secret_of(connection)
    return insert_rows(connection, SUPPRESSED, [(keyed_hash(secret, word), now) for word in sorted(words)])


def allow_again(store: Store, words: Collection[str]) -> int:
    """Forget that nothing about some words is to be stored; how many of them were remembered."""
    with writing(store) as connection:
        digests = _digests(connection, words)
        gone = sa.delete(SUPPRESSED).where(SUPPRESSED.c.digest.in_(list(digests.values())))
        return connection.execute(gone).rowcount


def suppressed_words(connection: sa.Connection, words: Collection[str]) -> set[str]:
    """Those of the words that speak of erased people."""
    digests = _digests(connection, words)
    stored = {row[0] for row in fetch_rows(connection, SUPPRESSED, ("digest",), [(each,) for each in digests.values()])}
    return {word for word, digest in digests.items() if digest in stored}


def suppressed_places(connection: sa.Connection, items: Sequence[Collection[str]]) -> set[int]:
    """Positions of the items with a word that speaks of an erased person.

    items    of each its words; callers ask `nobody_suppressed` first, since finding the words costs more than that.
    """
    gone = suppressed_words(connection, {word for words in items for word in words})
    return {place for place, words in enumerate(items) if gone and not gone.isdisjoint(words)}


def _digests(connection: sa.Connection, words: Collection[str]) -> dict[str, str]:
    secret = secret_of(connection)
    return {word: keyed_hash(secret, word) for word in words}
