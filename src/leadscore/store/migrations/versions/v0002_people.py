"""Links between ids, and the people that follow from them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

_ID = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "links",
        sa.Column("kind", _ID, primary_key=True),
        sa.Column("one", _ID, primary_key=True),
        sa.Column("other", _ID, primary_key=True),
        sa.Column("occurred_at", sa.BigInteger, nullable=False),
        sa.Column("known_at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_links_one", "links", ["one"])
    op.create_index("ix_links_other", "links", ["other"])
    op.create_table(
        "people",
        sa.Column("lead_id", _ID, primary_key=True),
        sa.Column("person", _ID, nullable=False, index=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
