"""By which message each link was said first."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; of links known already it stays empty."""
    op.add_column("links", sa.Column("said_by", sa.Text))
