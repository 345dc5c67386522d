"""An event keeps what is known of the message that told of it; messages stored before stay where they are."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns."""
    for name, kind in (("message_type", sa.Text), ("received_at", sa.BigInteger), ("timestamp", sa.Text)):
        op.add_column("events", sa.Column(name, kind))
    op.add_column("events", sa.Column("sent_at", sa.Text))
