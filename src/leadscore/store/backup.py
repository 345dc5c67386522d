"""Copying a store into one file while others write."""

import os
import shlex
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from leadscore.domain.errors import DataError, OutsideError, UsageError
from leadscore.store.engine import address_of

_BUSY_SECONDS = 30.0


def back_up(url: str, path: Path) -> int:
    """Write one state of a SQLite store into a file, which only its owner may read; nobody waits for it.

    url      SQLAlchemy address of the store; its schema is left as it is.
    path     the copy; in place of a file that is there, once the copy is whole, checked and on the disk.
    Returns  its size in bytes.
    Raises   UsageError [LS-USAGE-01] for PostgreSQL, and if the file cannot be written; DataError [LS-FILE-01] without
             a store; OutsideError [LS-STORE-01] if it cannot be read, or the copy fails.
    """
    address = address_of(url)
    if address.get_backend_name() != "sqlite":
        raise _has_its_own_tool(address, path)
    source = Path(address.database or "")
    if not source.is_file():
        raise DataError(
            "LS-FILE-01", where=str(source), found="there is no store", fix="LEADSCORE_HOME names its folder"
        )
    if path.exists() and (path.samefile(source) or not path.is_file()):
        found = "it is the store itself" if path.is_file() else "it is no file"
        raise UsageError("LS-USAGE-01", where=str(path), found=found, allowed="a file beside the store")
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        part.touch(mode=0o600, exist_ok=False)
        _copy(source, part)
        _sync(part)
        part.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise UsageError("LS-USAGE-01", where=str(path), found=f"cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return path.stat().st_size


def _has_its_own_tool(address: sa.URL, path: Path) -> UsageError:
    parts = (address.username, None, address.host, address.port, address.database, address.query)
    place = sa.URL.create("postgresql", *parts).render_as_string()
    return UsageError(
        "LS-USAGE-01",
        where=place,
        found="the store is in PostgreSQL, which has a tool of its own for this",
        fix=shlex.join(["pg_dump", "--format=custom", f"--file={path}", place]),
    )


def _copy(source: Path, part: Path) -> None:
    try:
        # VACUUM INTO writes one snapshot without free pages, so that what was erased is in no backup either.
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", _BUSY_SECONDS, uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        with closing(sqlite3.connect(f"{part.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise OutsideError(
            "LS-STORE-01", where=str(source), found=f"the backup failed: {error}", fix="see that the disk has room"
        ) from error
    if found != "ok":
        raise OutsideError("LS-STORE-01", where=str(source), found=f"the copy is damaged: {found}")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
