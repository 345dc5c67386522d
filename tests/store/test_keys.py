"""API keys: shown once, stored as a hash, revocable."""

import re

import pytest
import sqlalchemy as sa

from leadscore.domain.errors import UsageError
from leadscore.store.engine import reading
from leadscore.store.keys import SCOPES, create_key, find_key, list_keys, revoke_key
from leadscore.store.tables import API_KEYS


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_names_its_scope_and_is_found_again(store, scope):
    key_id, key = create_key(store, scope)
    assert re.fullmatch(rf"ls_{scope}_[A-Za-z0-9_-]{{43}}", key)
    assert find_key(store, key).id == key_id
    assert find_key(store, key).scope == scope


def test_only_the_hash_of_a_key_is_stored(store):
    _, key = create_key(store, "read")
    with reading(store) as connection:
        row = connection.execute(sa.select(API_KEYS)).one()
    assert key not in map(str, row)
    assert key.removeprefix("ls_read_") not in str(row)


def test_a_revoked_or_unknown_key_is_not_found(store):
    key_id, key = create_key(store, "admin")
    assert revoke_key(store, key_id)
    assert not revoke_key(store, key_id)
    assert find_key(store, key) is None
    assert find_key(store, "ls_admin_nothing") is None
    assert find_key(store, "\ud800") is None
    (record,) = list_keys(store)
    assert (record.id, record.revoked_at is None) == (key_id, False)


def test_an_unknown_scope_is_refused(store):
    with pytest.raises(UsageError, match="write, read, crm, admin"):
        create_key(store, "root")
