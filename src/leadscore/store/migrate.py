"""Bringing the schema of a database up to date."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from leadscore.domain.errors import OutsideError

MIGRATIONS = Path(__file__).parent / "migrations"
SCHEMA_REVISION = "0007"


def stored_revision(connection: sa.Connection) -> str | None:
    """The schema revision of a database; None if it has no schema yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version = sa.table("alembic_version", sa.column("version_num", sa.String))
    return connection.execute(sa.select(version.c.version_num)).scalar()


def upgrade(connection: sa.Connection, revision: str = SCHEMA_REVISION) -> None:
    """Apply the steps a database lacks up to a revision, in the transaction of the connection.

    Raises   OutsideError [LS-STORE-01] if a newer leadscore wrote the database.
    """
    steps = ScriptDirectory(str(MIGRATIONS))
    found = stored_revision(connection)
    if found is not None and found not in {step.revision for step in steps.walk_revisions()}:
        raise OutsideError(
            "LS-STORE-01",
            found=f"the database has schema {found}, this leadscore knows none later than {SCHEMA_REVISION}",
            fix="install the leadscore that wrote it, or a newer one",
        )

    def missing_steps(present: Any, _context: Any) -> Any:
        return steps._upgrade_revs(revision, present)

    with EnvironmentContext(Config(), steps, fn=missing_steps) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
