"""Every schema there ever was comes forward with all its rows, whole or not at all."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from leadscore.domain.errors import OutsideError
from leadscore.store.engine import address_of, open_store, reading, writing
from leadscore.store.migrate import MIGRATIONS, SCHEMA_REVISION, stored_revision, upgrade
from leadscore.store.tables import METADATA

REVISIONS = [step.revision for step in reversed([*ScriptDirectory(str(MIGRATIONS)).walk_revisions()])]
ROWS = 3


def test_the_migrated_schema_is_the_declared_one(store):
    with reading(store) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_schema_revision_is_the_last_migration():
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == SCHEMA_REVISION == REVISIONS[-1]


def old_database(url: str, revision: str) -> dict[str, list[dict]]:
    """Make a database of an earlier schema with rows in every table; gives them by table."""
    engine = sa.create_engine(address_of(url))
    with engine.begin() as connection:
        upgrade(connection, revision)
        assert stored_revision(connection) == revision
        for table in tables_of(connection):
            for number in range(ROWS):
                row = {column.name: value(column, number) for column in table.columns}
                connection.execute(sa.insert(table).values(row))
        found = rows_of(connection)
    engine.dispose()
    return found


def value(column: sa.Column, number: int) -> object:
    if column.nullable and number == 0:
        return None
    text = f"{column.name} ü {number}"
    return {int: 10**15 + number, float: 0.1 + number}.get(column.type.python_type, text)


def tables_of(connection: sa.Connection) -> list[sa.Table]:
    found = sa.MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def rows_of(connection: sa.Connection) -> dict[str, list[dict]]:
    return {
        table.name: [dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()]
        for table in tables_of(connection)
    }


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_row_of_every_released_schema_is_there_after_the_upgrade(new_url, revision):
    before = old_database(new_url, revision)
    assert len(before) >= 9
    assert {len(rows) for rows in before.values()} == {ROWS}
    store = open_store(new_url)
    with reading(store) as connection:
        assert stored_revision(connection) == SCHEMA_REVISION
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        after = rows_of(connection)
    for name, rows in before.items():
        assert [{key: found[key] for key in row} for row, found in zip(rows, after[name], strict=True)] == rows
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("revision", [None, *REVISIONS[:-1]])
def test_an_upgrade_that_is_interrupted_anywhere_leaves_the_old_state(new_url, revision):
    before = old_database(new_url, revision) if revision else {}
    engine = sa.create_engine(address_of(new_url))
    statements = 0
    while not opens(new_url, statements):
        statements += 1
        with engine.connect() as connection:
            assert (stored_revision(connection), rows_of(connection)) == (revision, before)
    assert statements > 5
    engine.dispose()


def opens(url: str, statements: int) -> bool:
    """Open a store; whether that needs no more than a number of statements: after them it is interrupted."""
    done = 0

    def count(_connection, _cursor, statement, *_words):
        nonlocal done
        done += not statement.startswith("BEGIN")
        if done > statements:
            raise InterruptedError

    sa.event.listen(sa.Engine, "after_cursor_execute", count)
    try:
        open_store(url).close()
    except InterruptedError:
        return False
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", count)
    return True


def test_a_store_of_a_newer_leadscore_is_refused_and_left_as_it_is(new_url):
    store = open_store(new_url)
    with writing(store) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(OutsideError, match="LS-STORE-01") as caught:
        open_store(new_url)
    assert caught.value.found == f"the database has schema 9999, this leadscore knows none later than {SCHEMA_REVISION}"
    assert caught.value.fix == "install the leadscore that wrote it, or a newer one"
    with reading(store) as connection:
        assert stored_revision(connection) == "9999"
    store.close()
