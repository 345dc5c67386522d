"""Facts about the store itself, such as that what it holds is simulated."""

import sqlalchemy as sa

from leadscore.store.engine import Store, reading, writing
from leadscore.store.tables import INFO

SIMULATED = "simulated"
"""Name of the note that a demo leaves in a store whose facts are simulated."""


def get_info(store: Store, name: str) -> str | None:
    """The value noted under a name; None if nothing is noted."""
    with reading(store) as connection:
        return connection.execute(sa.select(INFO.c.value).where(INFO.c.name == name)).scalar()


def set_info(store: Store, name: str, value: str) -> None:
    """Note a value under a name, in place of what was noted before."""
    with writing(store) as connection:
        connection.execute(sa.delete(INFO).where(INFO.c.name == name))
        connection.execute(sa.insert(INFO).values(name=name, value=value))
