import shlex
import shutil
import sqlite3
import subprocess

import pytest
import sqlalchemy as sa

from leadscore.domain.errors import DataError, OutsideError, UsageError
from leadscore.domain.event import Event
from leadscore.store.backup import back_up
from leadscore.store.engine import open_store, writing
from leadscore.store.facts import insert_events
from leadscore.store.history import counts
from leadscore.store.info import get_info, set_info
from leadscore.store.tables import EVENTS


@pytest.fixture
def url(tmp_path):
    address = f"sqlite:///{tmp_path / 'leadscore.db'}"
    store = open_store(address)
    set_info(store, "who", "me")
    insert_events(store, [Event(f"e{number}", "canary-lead", "call", 1, 1) for number in range(1_000)])
    store.close()
    return address


def test_a_copy_holds_everything_is_private_and_opens_as_a_store(url, tmp_path):
    copy = tmp_path / "copy.db"
    assert back_up(url, copy) == copy.stat().st_size
    assert copy.stat().st_mode & 0o777 == 0o600
    store = open_store(f"sqlite:///{copy}")
    assert (get_info(store, "who"), counts(store)["events"]) == ("me", 1_000)
    assert {path.name for path in tmp_path.iterdir()} <= {
        f"{name}.db{end}" for name in ("copy", "leadscore") for end in ("", "-wal", "-shm")
    }


def test_what_is_not_yet_committed_is_not_in_it_and_nobody_waits(url, tmp_path):
    store = open_store(url)
    with writing(store) as connection:
        connection.execute(sa.delete(EVENTS))
        back_up(url, tmp_path / "copy.db")
    assert counts(store)["events"] == 0
    assert counts(open_store(f"sqlite:///{tmp_path / 'copy.db'}"))["events"] == 1_000


def test_what_was_deleted_is_in_no_page_of_it(url, tmp_path):
    with writing(open_store(url)) as connection:
        connection.execute(sa.delete(EVENTS))
    back_up(url, tmp_path / "copy.db")
    assert b"canary-lead" not in (tmp_path / "copy.db").read_bytes()


def test_a_backup_takes_the_place_of_the_one_before_only_when_it_is_whole(url, tmp_path):
    copy = tmp_path / "copy.db"
    back_up(url, copy)
    before = copy.read_bytes()
    (tmp_path / "leadscore.db").write_bytes(b"damaged" * 1_000)
    with pytest.raises(OutsideError, match="LS-STORE-01"):
        back_up(url, copy)
    assert copy.read_bytes() == before
    assert not list(tmp_path.glob(".copy*"))


def test_a_store_of_another_schema_is_copied_as_it_is(url, tmp_path):
    with writing(open_store(url)) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    back_up(url, tmp_path / "copy.db")
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_without_a_store_nothing_is_made(tmp_path):
    with pytest.raises(DataError, match="LS-FILE-01"):
        back_up(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["leadscore.db", ".", "no/such/folder.db"])
def test_a_place_that_cannot_take_it_is_a_usage_error(url, tmp_path, place):
    with pytest.raises(UsageError, match="LS-USAGE-01"):
        back_up(url, tmp_path / place)
    assert counts(open_store(url))["events"] == 1_000


def test_for_postgresql_the_command_is_told_without_the_password(tmp_path):
    with pytest.raises(UsageError) as caught:
        back_up("postgresql://ann:geheim@db:5433/leads?sslmode=require", tmp_path / "copy.dump")
    place = "'postgresql://ann@db:5433/leads?sslmode=require'"
    assert caught.value.fix == f"pg_dump --format=custom --file={tmp_path}/copy.dump {place}"
    assert "geheim" not in str(caught.value)


@pytest.mark.postgres
def test_the_command_that_is_told_makes_a_copy_of_a_postgresql_store(postgres_url, tmp_path):
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    open_store(postgres_url).close()
    with pytest.raises(UsageError) as caught:
        back_up(postgres_url, tmp_path / "copy.dump")
    subprocess.run(shlex.split(caught.value.fix), check=True)
    listed = subprocess.run(
        ["pg_restore", "--list", tmp_path / "copy.dump"], check=True, capture_output=True, text=True
    )
    assert "TABLE DATA public alembic_version" in listed.stdout
