"""Who may call what: keys as Bearer, or for tracking as Basic user name or `writeKey`."""

import base64
import binascii

import anyio.to_thread
from fastapi import Request

from leadscore.domain.errors import DataError
from leadscore.workflows.authorize import ALLOWED_SCOPES, KeyRing

_LONGEST_KEY = 200


async def authorize(request: Request, keys: KeyRing, action: str, key: str | None = None) -> str:
    """Let a request pass if its key's scope covers an action.

    action   a key of ALLOWED_SCOPES.
    key      a key found elsewhere than in the Authorization header, which is preferred.
    Returns  the key.
    Raises   DataError [LS-AUTH-01] without a working key, [LS-AUTH-02] if its scope does not cover the action;
             [LS-AUTH-03] if too many wrong keys came from the address.
    """
    given = key_of(request.headers.get("authorization"), basic=action == "track") or key
    if not given or len(given) > _LONGEST_KEY:
        raise _no_key("no API key was given" if not given else "the API key is too long")
    remembered, host = keys.remembered(given), request.client.host if request.client else ""
    keys.refuse_guesses(given, host)
    scope = remembered[0] if remembered else await anyio.to_thread.run_sync(keys.look_up, given)
    keys.renew(given)
    if scope is None:
        keys.count_guess(host)
        raise _no_key("the API key is unknown or revoked")
    if scope not in ALLOWED_SCOPES[action]:
        allowed = " or ".join(sorted(ALLOWED_SCOPES[action]))
        raise DataError("LS-AUTH-02", found=f"the key's scope is {scope}", allowed=f"a key of scope {allowed}")
    return given


def key_of(header: str | None, *, basic: bool) -> str | None:
    """The key in an Authorization header, or None.

    basic   whether `Basic` with the key as user name counts as well.

    >>> key_of("Bearer ls_read_abc", basic=False), key_of("Basic bHNfd3JpdGVfYWJjOg==", basic=True)
    ('ls_read_abc', 'ls_write_abc')
    """
    kind, _, rest = (header or "").strip().partition(" ")
    if kind.lower() == "bearer":
        return rest.strip() or None
    if kind.lower() != "basic" or not basic:
        return None
    try:
        decoded = base64.b64decode(rest.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return decoded.partition(":")[0] or None


def _no_key(found: str) -> DataError:
    fix = "send `Authorization: Bearer KEY`; `leadscore keys create --scope read` makes one"
    return DataError("LS-AUTH-01", found=found, fix=fix)
