import pytest

from leadscore.domain.errors import DataError
from leadscore.store.engine import open_store
from leadscore.store.keys import SCOPES, create_key, revoke_key
from leadscore.workflows import authorize
from leadscore.workflows.authorize import ALLOWED_SCOPES, KNOWN_FOR_SECONDS, RENEWED_BEFORE_SECONDS, KeyRing


def ring(tmp_path):
    now = [50.0]
    store = open_store(f"sqlite:///{tmp_path}/leadscore.db")
    return store, now, KeyRing(store, lambda: now[0])


def test_a_key_is_remembered_for_a_second_and_no_longer(tmp_path):
    store, now, keys = ring(tmp_path)
    key_id, key = create_key(store, "read")
    assert keys.remembered(key) is None
    assert keys.look_up(key) == "read"
    revoke_key(store, key_id)
    now[0] += KNOWN_FOR_SECONDS - 0.01
    assert keys.remembered(key) == ("read",)
    now[0] += 0.01
    assert keys.remembered(key) is None
    assert keys.look_up(key) is None


def test_that_a_key_is_unknown_is_remembered_too(tmp_path):
    _, _, keys = ring(tmp_path)
    assert keys.look_up("wrong") is None
    assert keys.remembered("wrong") == (None,)


def test_a_key_in_use_is_looked_up_again_before_it_is_forgotten(tmp_path):
    store, now, keys = ring(tmp_path)
    key_id, key = create_key(store, "read")
    keys.look_up(key)
    revoke_key(store, key_id)
    keys.renew(key)
    keys.renew("never seen")
    assert keys.remembered(key) == ("read",)
    now[0] += KNOWN_FOR_SECONDS - RENEWED_BEFORE_SECONDS
    keys.renew(key)
    keys.close()
    assert keys.remembered(key) == (None,)
    assert keys.remembered("never seen") is None


def test_guessing_does_not_fill_the_memory(tmp_path):
    _, _, keys = ring(tmp_path)
    keys._known = {str(number): (99.0, None) for number in range(10_000)}
    keys.look_up("one more")
    assert len(keys._known) == 1


def test_every_scope_may_do_something_and_only_admins_everything():
    assert set().union(*ALLOWED_SCOPES.values()) == set(SCOPES)
    assert set.intersection(*map(set, ALLOWED_SCOPES.values())) == {"admin"}
    assert all("write" not in scopes for action, scopes in ALLOWED_SCOPES.items() if action != "track")


def test_an_address_that_guesses_is_held_back_but_not_its_keys_that_work(sqlite_store):
    seconds = [0.0]
    keys = KeyRing(sqlite_store, lambda: seconds[0], 3)
    _, key = create_key(sqlite_store, "read")
    assert keys.look_up(key) == "read"
    for guess in range(3):
        keys.refuse_guesses(f"guess {guess}", "203.0.113.7")
        keys.count_guess("203.0.113.7")
    with pytest.raises(DataError, match="LS-AUTH-03"):
        keys.refuse_guesses("guess 4", "203.0.113.7")
    seconds[0] = 59.0
    keys.refuse_guesses(key, "203.0.113.7")
    keys.refuse_guesses("guess 4", "203.0.113.8")
    seconds[0] = 60.0
    keys.refuse_guesses("guess 4", "203.0.113.7")


def test_guesses_from_all_ipv6_addresses_of_one_customer_count_together(sqlite_store):
    keys = KeyRing(sqlite_store, wrong_per_minute=2)
    for host in ("2001:db8:1:2::5", "2001:db8:1:2:ffff::6"):
        keys.refuse_guesses("guess", host)
        keys.count_guess(host)
    with pytest.raises(DataError, match="LS-AUTH-03"):
        keys.refuse_guesses("guess", "2001:db8:1:2::7")
    keys.refuse_guesses("guess", "2001:db8:1:3::5")


def test_what_is_remembered_of_guesses_has_an_end(sqlite_store, monkeypatch):
    monkeypatch.setattr(authorize, "_MOST_CALLERS", 10)
    monkeypatch.setattr(authorize, "_MOST_KNOWN", 10)
    keys = KeyRing(sqlite_store, wrong_per_minute=5)
    _, key = create_key(sqlite_store, "read")
    keys.look_up(key)
    for guess in range(100):
        keys.count_guess(f"address {guess}")
        keys.look_up(f"guess {guess}")
    assert len(keys._wrong) <= 11
    assert len(keys._known) <= 11
    assert keys.remembered(key) == ("read",)
    with pytest.raises(DataError, match="LS-AUTH-03"):
        keys.refuse_guesses("guess", "an address never seen")
