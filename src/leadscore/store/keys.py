"""API keys: made once, shown once, kept only as SHA-256."""

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from leadscore.domain.errors import UsageError
from leadscore.store.engine import Store, reading, writing
from leadscore.store.tables import API_KEYS

SCOPES = ("write", "read", "crm", "admin")


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is stored of an API key; times in epoch microseconds, `revoked_at` None while it is valid."""

    id: str
    scope: str
    created_at: int
    revoked_at: int | None


def create_key(store: Store, scope: str) -> tuple[str, str]:
    """Make a key; the second value is the key itself, which cannot be shown again.

    scope    write (tracking routes only), read, crm or admin.
    Returns  (id, key): `key_` and 16 hex digits; `ls_<scope>_` and 43 url-safe characters.
    Raises   UsageError [LS-USAGE-01] if there is no such scope.
    """
    if scope not in SCOPES:
        raise UsageError("LS-USAGE-01", where="scope", found=f"{scope!r}", allowed=", ".join(SCOPES))
    key_id, key = f"key_{secrets.token_hex(8)}", f"ls_{scope}_{secrets.token_urlsafe(32)}"
    row = {"key_id": key_id, "scope": scope, "key_hash": _digest(key), "created_at": _now()}
    with writing(store) as connection:
        connection.execute(sa.insert(API_KEYS).values(row))
    return key_id, key


def find_key(store: Store, key: str) -> KeyRecord | None:
    """The record of a key; None if it is unknown or revoked."""
    with reading(store) as connection:
        row = connection.execute(
            _records().where(API_KEYS.c.key_hash == _digest(key), API_KEYS.c.revoked_at.is_(None))
        ).first()
    return _record(row) if row else None


def list_keys(store: Store) -> list[KeyRecord]:
    """All keys, revoked ones too, the oldest first."""
    with reading(store) as connection:
        rows = connection.execute(_records().order_by(API_KEYS.c.created_at, API_KEYS.c.key_id)).all()
    return list(map(_record, rows))


def revoke_key(store: Store, key_id: str) -> bool:
    """Make a key invalid from now on; False if there is no such valid key."""
    valid = sa.and_(API_KEYS.c.key_id == key_id, API_KEYS.c.revoked_at.is_(None))
    with writing(store) as connection:
        return connection.execute(sa.update(API_KEYS).where(valid).values(revoked_at=_now())).rowcount == 1


def _records() -> sa.Select[Any]:
    return sa.select(API_KEYS.c.key_id, API_KEYS.c.scope, API_KEYS.c.created_at, API_KEYS.c.revoked_at)


def _record(row: Any) -> KeyRecord:
    return KeyRecord(*row)


def _now() -> int:
    return time.time_ns() // 1_000


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
