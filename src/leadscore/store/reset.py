"""Empty a store of everything but its keys: only for a store that holds a simulated company."""

import sqlalchemy as sa

from leadscore.store.engine import Store, writing
from leadscore.store.tables import API_KEYS, METADATA


def clear_facts(store: Store) -> None:
    """Delete all facts, messages, scores and decisions; API keys stay valid."""
    with writing(store) as connection:
        for table in reversed(METADATA.sorted_tables):
            if table is not API_KEYS:
                connection.execute(sa.delete(table))
