"""What is erased cannot be read in the database any more."""

import random
import subprocess

import pytest
import sqlalchemy as sa

from leadscore.domain.errors import OutsideError
from leadscore.domain.event import Event
from leadscore.domain.identity import Link
from leadscore.store.engine import reading, writing
from leadscore.store.erasure import clean_files, delete_person
from leadscore.store.facts import insert_events
from leadscore.store.links import add_links, person_of
from leadscore.store.personal import find_person
from leadscore.store.tables import METADATA

from ..conftest import emptied


def filled(store, seed=3, leads=3_000):
    """Many leads in many pages, written in random order so that pages are divided; some of them to be erased."""
    rng = random.Random(seed)
    ids = [f"{rng.getrandbits(64):016x}" for _ in range(leads)]
    gone = ids[:60]
    events = [
        Event(f"{rng.getrandbits(64):x}", lead, "t", 1, 1, properties="{%s}" % ("p" * rng.randrange(400) + lead))
        for lead in ids
        for _ in range(rng.randrange(1, 8))
    ]
    rng.shuffle(events)
    for start in range(0, len(events), 500):
        insert_events(store, events[start : start + 500])
    return gone


def erased(store, ids):
    with writing(store) as connection:
        return delete_person(connection, find_person(connection, ids))


def traces(folder, words):
    # Another process reads: closing a file drops the locks that SQLite holds on it for this one.
    contents = [subprocess.run(["cat", path], capture_output=True, check=True).stdout for path in folder.iterdir()]
    return sum(content.count(word.encode()) for content in contents for word in words)


def test_no_byte_of_erased_people_is_left_in_the_files_of_sqlite(sqlite_store, tmp_path):
    gone = filled(sqlite_store)
    assert traces(tmp_path, gone) > 60
    assert erased(sqlite_store, gone)["events"] >= 60
    clean_files(sqlite_store)
    assert traces(tmp_path, gone) == 0


def test_the_file_of_sqlite_is_written_anew_without_free_pages(sqlite_store):
    def free_pages():
        with reading(sqlite_store) as connection:
            return connection.exec_driver_sql("PRAGMA freelist_count").scalar()

    erased(sqlite_store, filled(sqlite_store, leads=60))
    assert free_pages() > 0
    clean_files(sqlite_store)
    assert free_pages() == 0


def test_sqlite_overwrites_what_is_deleted_at_any_time(sqlite_store):
    with reading(sqlite_store) as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


def test_a_reader_that_holds_the_log_is_told_of_after_a_minute(sqlite_store):
    gone = filled(sqlite_store, leads=50)
    clock = iter([0.0, 30.0, 61.0])
    with reading(sqlite_store) as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
        connection.execute(sa.select(METADATA.tables["events"]).limit(1)).all()
        erased(sqlite_store, gone)
        raw = sqlite_store.engine.raw_connection()
        raw.dbapi_connection.execute("PRAGMA busy_timeout=1")
        raw.close()
        with pytest.raises(OutsideError, match="the log of the database still holds them"):
            clean_files(sqlite_store, lambda: next(clock))
    clean_files(sqlite_store)


@pytest.mark.postgres
def test_postgresql_forgets_them_in_its_statistics_too(postgres_store):
    store = emptied(postgres_store)
    gone = filled(store, leads=400)
    clean_files(store)
    assert "".join(statistics(store)).count(gone[0]) or any(each in "".join(statistics(store)) for each in gone)
    erased(store, gone)
    clean_files(store)
    assert not [each for each in gone if each in "".join(statistics(store))]


def statistics(store):
    with reading(store) as connection:
        query = "SELECT coalesce(histogram_bounds::text, '') || coalesce(most_common_vals::text, '') FROM pg_stats"
        return list(connection.exec_driver_sql(query + " WHERE schemaname = 'public'").scalars())


def test_who_hung_together_through_an_erased_person_is_worked_out_anew(store):
    with writing(store) as connection:
        add_links(connection, [Link("device", "phone", "ann", 1, 1), Link("device", "phone", "bob", 2, 2)])
        add_links(connection, [Link("device", "tablet", "bob", 3, 3)])
    assert erased(store, ["ann"])["links"] == 2
    with reading(store) as connection:
        assert (person_of(connection, "phone"), person_of(connection, "tablet")) == ("phone", "bob")
