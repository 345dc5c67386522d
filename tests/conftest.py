"""What all tests share: settings of property tests, homes of companies, and stores on SQLite and PostgreSQL.

PostgreSQL is tested in a database of its own, made and dropped here, where a server answers.
"""

import itertools
import os
import uuid
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import settings

from leadscore.store.engine import Store, open_store, writing
from leadscore.store.tables import METADATA

from .company import Company, command, prepare

# No deadline on busy machines, the same examples in every CI run.
settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("house")


def server_url() -> sa.URL:
    """The PostgreSQL server to test on."""
    given = os.environ.get("LEADSCORE_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    return sa.make_url(given)


@contextmanager
def postgres_database():
    """The address of a new database, which is dropped at the end; skips where no server is named and none answers."""
    server = server_url().set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        if "LEADSCORE_TEST_DATABASE_URL" in os.environ:
            raise
        pytest.skip(f"no PostgreSQL server answers (LEADSCORE_TEST_DATABASE_URL names one): {error}")
    name = f"leadscore_test_{uuid.uuid4().hex[:12]}"
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield server_url().set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_url():
    with postgres_database() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_url(request, tmp_path):
    """The address of a database without any tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
    else:
        with postgres_database() as url:
            yield url


@pytest.fixture(scope="session")
def postgres_store(postgres_url):
    store = open_store(postgres_url)
    yield store
    store.close()


def emptied(store: Store) -> Store:
    """A store with no rows."""
    with writing(store) as connection:
        for table in METADATA.sorted_tables:
            connection.execute(sa.delete(table))
    return store


@pytest.fixture
def sqlite_store(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'leadscore.db'}")
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request):
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_store")
    return emptied(request.getfixturevalue("postgres_store"))


@pytest.fixture
def other_sqlite_store(tmp_path_factory):
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('other') / 'other.db'}")
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.slow])])
def store_factory(request, sqlite_store):
    """Gives two stores in turn, emptied each time: for comparing two within the many examples of a property test.

    Both are SQLite, or one of them is PostgreSQL: then the databases are held against each other too.
    """
    other = request.getfixturevalue("other_sqlite_store" if request.param == "sqlite" else "postgres_store")
    turns = itertools.cycle([other, sqlite_store])
    return lambda: emptied(next(turns))


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """One small company taken through the whole line once; the tests look at what it left behind."""
    home = prepare(tmp_path_factory.mktemp("company"))
    run = command(home)
    answer = run("demo", "--leads", "1200", "--seed", "3", "--json")
    assert answer.code == 0, answer.err
    return Company(home, run, answer.json())


@pytest.fixture
def empty(tmp_path: Path) -> Company:
    home = prepare(tmp_path / "home")
    return Company(home, command(home), {})
