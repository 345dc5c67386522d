"""Opening the store, and the two ways to use it: reading, and writing alone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from leadscore.domain.errors import OutsideError, UsageError
from leadscore.store.migrate import SCHEMA_REVISION, stored_revision, upgrade

Connection = sa.Connection
"""An open transaction, handed on by those who began it."""

PATIENCE_SECONDS = 30.0
_LEAST_CONNECT_SECONDS = 2
_CACHE_KIB = 65_536
_SYNCHRONOUS_FULL = 2
_SURELY_ALIVE_SECONDS = 1.0
_WRITER_LOCK = 7_531_902_468


@dataclass(frozen=True)
class Store:
    """An open store; `dialect` is "sqlite" or "postgresql".

    patience_seconds   how long its writers wait for another one.
    """

    engine: sa.Engine
    patience_seconds: float = PATIENCE_SECONDS

    @property
    def dialect(self) -> str:
        """Which database it is."""
        return self.engine.dialect.name

    def close(self) -> None:
        """Give its connections back."""
        self.engine.dispose()


def open_store(url: str, patience_seconds: float = PATIENCE_SECONDS) -> Store:
    """Open the store at a SQLAlchemy address and bring its schema up to date.

    url               `sqlite:///path/to/file.db` or `postgresql://user:password@host/name`.
    patience_seconds  how long to wait while another process writes; statements of one's own may take any time.
    Raises   UsageError [LS-USAGE-01] if the address is of neither form;
             OutsideError [LS-STORE-01] if the database cannot be reached or does not keep what it acknowledges.
    """
    address = address_of(url)
    try:
        engine = _engine(address, patience_seconds)
    except ModuleNotFoundError as error:
        raise OutsideError(
            "LS-STORE-01",
            found=f"the driver of PostgreSQL is not installed ({error})",
            fix="pip install psycopg[binary]",
        ) from error
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, address, patience_seconds)
    else:
        _prepare_postgresql(engine, patience_seconds)
    store = Store(engine, patience_seconds)
    try:
        _bring_up_to_date(store)
    except BaseException:
        store.close()
        raise
    return store


def _bring_up_to_date(store: Store) -> None:
    with reading(store) as connection:
        current = stored_revision(connection) == SCHEMA_REVISION
    if not current:
        with writing(store) as connection:
            upgrade(connection)


@contextmanager
def reading(store: Store) -> Iterator[sa.Connection]:
    """A connection that sees one state of the store and changes nothing.

    Raises   OutsideError [LS-STORE-01] if the database does not answer.
    """
    with told_as_outside(store), store.engine.connect() as connection:
        if store.dialect == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


@contextmanager
def writing(store: Store) -> Iterator[sa.Connection]:
    """A transaction that is committed at the end of the block; no other writer runs meanwhile.

    One writer at a time makes "look up, then insert" safe on both databases.
    Raises   OutsideError [LS-STORE-01] if the database does not answer, is full or stays locked.
    """
    with told_as_outside(store), store.engine.connect() as connection:
        connection.execution_options(leadscore_writer=True)
        if store.dialect == "postgresql":
            # The transaction is begun by `_prepare_postgresql`, together with waiting for other writers.
            connection.execution_options(isolation_level="AUTOCOMMIT")
        with connection.begin():
            yield connection


@contextmanager
def told_as_outside(store: Store) -> Iterator[None]:
    """Turn what the database says within the block into an error for users."""
    try:
        yield
    except (exc.IntegrityError, exc.ProgrammingError, exc.DataError):
        raise
    except exc.DBAPIError as error:
        raise OutsideError(
            "LS-STORE-01",
            where=store.engine.url.render_as_string(hide_password=True),
            found=" ".join(str(error.orig).split()),
            fix="see that the database runs, is reachable and has room; LEADSCORE_DATABASE_URL names it",
        ) from error


def address_of(url: str) -> sa.URL:
    """Where a store is, from its SQLAlchemy address.

    Raises   UsageError [LS-USAGE-01] if the address is of neither form.
    """
    allowed = "sqlite:///path/to/file.db or postgresql://user:password@host/name"
    try:
        address = sa.make_url(url)
        backend = address.get_backend_name()
    except (exc.ArgumentError, exc.NoSuchModuleError) as error:
        raise UsageError("LS-USAGE-01", where="database_url", found="it is no address", allowed=allowed) from error
    if backend == "sqlite" and address.database not in (None, "", ":memory:"):
        return address
    if backend in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    raise UsageError(
        "LS-USAGE-01", where="database_url", found=f"a database of kind {backend!r} without a file", allowed=allowed
    )


def _engine(address: sa.URL, patience_seconds: float) -> sa.Engine:
    if address.get_backend_name() == "sqlite":
        return sa.create_engine(address, hide_parameters=True)
    waits = {"connect_timeout": max(_LEAST_CONNECT_SECONDS, round(patience_seconds))}
    given = {name: value for name, value in waits.items() if name not in address.query}
    return sa.create_engine(address, hide_parameters=True, connect_args=given)


def _prepare_postgresql(engine: sa.Engine, patience_seconds: float) -> None:
    lock_timeout = f"SET LOCAL lock_timeout = {round(patience_seconds * 1_000)}"
    begin_writing = f"BEGIN; {lock_timeout}; SELECT pg_advisory_xact_lock({_WRITER_LOCK})"

    def on_begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("leadscore_writer", False):
            connection.exec_driver_sql(begin_writing)

    def on_checkin(_connection: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    def on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
        # Asking every time whether it still works would cost as much as a statement.
        if time.monotonic() - record.info.get("used_at", time.monotonic()) > _SURELY_ALIVE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise exc.DisconnectionError from error

    sa.event.listen(engine, "begin", on_begin)
    sa.event.listen(engine, "checkin", on_checkin)
    sa.event.listen(engine, "checkout", on_checkout)


def _prepare_sqlite(engine: sa.Engine, address: sa.URL, patience_seconds: float) -> None:
    Path(address.database or "").absolute().parent.mkdir(parents=True, exist_ok=True)

    def on_connect(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: `on_begin` says which kind is meant.
        connection.isolation_level = None
        patience = round(patience_seconds * 1_000)
        settings = (f"busy_timeout={patience}", "synchronous=FULL", "secure_delete=ON", f"cache_size=-{_CACHE_KIB}")
        for setting in settings:
            connection.execute(f"PRAGMA {setting}")
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        level = connection.execute("PRAGMA synchronous").fetchone()[0]
        if mode != "wal" or level != _SYNCHRONOUS_FULL:
            raise OutsideError(
                "LS-STORE-01",
                where=str(address.database),
                found=f"SQLite gives journal mode {mode} and synchronous {level}, so acknowledged facts could be lost",
                allowed="journal mode wal, synchronous 2",
                fix="put the file on a local disk",
            )

    def on_begin(connection: sa.Connection) -> None:
        writer = connection.get_execution_options().get("leadscore_writer", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    sa.event.listen(engine, "connect", on_connect)
    sa.event.listen(engine, "begin", on_begin)
