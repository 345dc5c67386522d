"""Opening the store: durable, migrated, and only by one writer at a time."""

import subprocess
import sys
import threading
import time

import pytest
import sqlalchemy as sa

from leadscore.domain.errors import OutsideError, UsageError
from leadscore.store import engine as engine_module
from leadscore.store.engine import open_store, reading, writing
from leadscore.store.info import get_info, set_info
from leadscore.store.tables import INFO, METADATA


def test_sqlite_keeps_what_it_acknowledges(sqlite_store):
    with reading(sqlite_store) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() >= 5_000


def test_no_fact_is_stored_as_a_float():
    facts = ("leads", "attributes", "events", "outcomes", "messages")
    floats = [column for name in facts for column in METADATA.tables[name].c if isinstance(column.type, sa.Float)]
    assert floats == []


def test_opening_a_current_store_is_fast(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    open_store(url).close()
    began = time.perf_counter()
    open_store(url).close()
    assert time.perf_counter() - began < 0.3


def test_opening_makes_the_folder_and_finds_what_was_stored(tmp_path):
    url = f"sqlite:///{tmp_path / 'data' / 'deep' / 'a.db'}"
    set_info(open_store(url), "simulated", "yes")
    assert get_info(open_store(url), "simulated") == "yes"


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://host/name", ""])
def test_an_address_that_is_none_of_the_two_forms_is_refused(url):
    with pytest.raises(UsageError, match="LS-USAGE-01"):
        open_store(url)


def test_an_unreachable_server_is_an_outside_error_without_the_password():
    with pytest.raises(OutsideError, match="LS-STORE-01") as caught:
        open_store("postgresql://someone:geheim@127.0.0.1:9/nothing")
    assert "geheim" not in str(caught.value)


def test_a_file_that_is_no_database_is_an_outside_error(tmp_path):
    (tmp_path / "a.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(OutsideError, match="LS-STORE-01"):
        open_store(f"sqlite:///{tmp_path / 'a.db'}")


def test_an_error_in_a_transaction_leaves_nothing_behind(store):
    def fail():
        with writing(store) as connection:
            connection.execute(sa.insert(INFO).values(name="a", value="1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert get_info(store, "a") is None


def test_writers_take_turns(store):
    """Each writer reads, waits and writes one more: without taking turns, additions would be lost."""
    set_info(store, "count", "0")

    def add_one():
        with writing(store) as connection:
            count = int(connection.execute(sa.select(INFO.c.value).where(INFO.c.name == "count")).scalar_one())
            time.sleep(0.02)
            connection.execute(sa.update(INFO).where(INFO.c.name == "count").values(value=str(count + 1)))

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert get_info(store, "count") == "8"


@pytest.mark.postgres
def test_a_connection_lost_while_nobody_used_it_is_replaced_unseen(postgres_store, monkeypatch):
    postgres_store.engine.dispose()
    with writing(postgres_store) as connection:
        used = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    other = sa.create_engine(postgres_store.engine.url)
    with other.connect() as connection:
        connection.execute(sa.select(sa.func.pg_terminate_backend(used)))
    other.dispose()
    monkeypatch.setattr(engine_module, "_SURELY_ALIVE_SECONDS", 0.0)
    with writing(postgres_store) as connection:
        assert connection.exec_driver_sql("SELECT pg_backend_pid()").scalar() != used


def test_a_reader_sees_one_state_while_others_write(store):
    set_info(store, "a", "before")
    value = sa.select(INFO.c.value).where(INFO.c.name == "a")
    with reading(store) as connection:
        assert connection.execute(value).scalar_one() == "before"
        set_info(store, "a", "after")
        assert connection.execute(value).scalar_one() == "before"
    assert get_info(store, "a") == "after"


@pytest.mark.slow
def test_processes_that_open_a_new_store_at_once_all_succeed(tmp_path):
    code = f"from leadscore.store.engine import open_store; open_store('sqlite:///{tmp_path / 'a.db'}')"
    running = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(6)]
    assert [(process.communicate()[1], process.returncode) for process in running] == [(b"", 0)] * 6


def test_the_store_imports_no_package_of_training():
    modules = "engine, history, facts, leads, scores, keys, messages, dead_letters, info"
    code = (
        f"import sys; from leadscore.store import {modules}; "
        "from leadscore.workflows import receive_events, record_outcome; "
        "print([m for m in ('pandas', 'duckdb', 'pyarrow', 'lightgbm', 'sklearn', 'mlflow') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
