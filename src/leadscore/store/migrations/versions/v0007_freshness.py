"""What made somebody score a lead, and up to when its facts were looked at; nothing is known of that before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

_ID = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column and create the table."""
    op.add_column("scores", sa.Column("cause", sa.Text))
    op.create_table(
        "freshness",
        sa.Column("lead_id", _ID, primary_key=True),
        sa.Column("looked_at", sa.BigInteger, nullable=False),
        sa.Column("is_open", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_freshness_is_open_looked_at", "freshness", ["is_open", "looked_at"])
