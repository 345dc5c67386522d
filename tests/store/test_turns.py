"""What one process is enough for is done by one; on SQLite there is only one."""

from leadscore.store.turns import Turn


def test_one_process_has_the_turn_until_it_gives_it_back(postgres_store):
    one, other, unlike = Turn(postgres_store, 11), Turn(postgres_store, 11), Turn(postgres_store, 12)
    assert [one.mine(), other.mine(), one.mine(), unlike.mine()] == [True, False, True, True]
    one.give_back()
    assert [other.mine(), one.mine()] == [True, False]
    for each in (one, other, unlike):
        each.give_back()


def test_a_process_that_is_gone_leaves_the_turn_to_others(postgres_store):
    gone, other = Turn(postgres_store, 13), Turn(postgres_store, 13)
    assert (gone.mine(), other.mine()) == (True, False)
    gone._connection.close()
    gone._connection = None
    assert any(other.mine() for _ in range(1_000))
    other.give_back()


def test_on_sqlite_every_turn_is_ones_own(sqlite_store):
    assert (Turn(sqlite_store, 11).mine(), Turn(sqlite_store, 11).mine()) == (True, True)
