"""The secret of an installation, with which what must be known again is hashed, so that nobody else can try names."""

import hmac
import secrets

import sqlalchemy as sa

from leadscore.store.engine import Store, reading, writing
from leadscore.store.tables import INFO

_NAME = "secret"


def secret_of(connection: sa.Connection) -> bytes:
    """The secret, made within a transaction of the caller if there is none yet."""
    found = _found(connection)
    if found is None:
        found = secrets.token_bytes(32)
        connection.execute(sa.insert(INFO).values(name=_NAME, value=found.hex()))
    return found


def open_secret(store: Store) -> bytes:
    """The secret of a store."""
    with reading(store) as connection:
        found = _found(connection)
    if found is not None:
        return found
    with writing(store) as connection:
        return secret_of(connection)


def keyed_hash(secret: bytes, text: str) -> str:
    """HMAC-SHA256 of a text, in hex."""
    return hmac.digest(secret, text.encode("utf-8", "surrogatepass"), "sha256").hex()


def _found(connection: sa.Connection) -> bytes | None:
    text = connection.execute(sa.select(INFO.c.value).where(INFO.c.name == _NAME)).scalar()
    return None if text is None else bytes.fromhex(text)
