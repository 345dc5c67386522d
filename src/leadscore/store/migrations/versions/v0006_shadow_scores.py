"""What challengers would have answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

_ID = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table, and the index by which stored scores are found in the order in which they were saved."""
    op.create_table(
        "shadow_scores",
        sa.Column("decision_id", _ID, primary_key=True),
        sa.Column("model_version", _ID, primary_key=True),
        sa.Column("lead_id", _ID, nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
        sa.Column("p_convert", sa.Text),
        sa.Column("score", sa.Double),
        sa.Column("grade", sa.Text),
        sa.Column("problem", sa.Text),
    )
    op.create_index("ix_shadow_scores_lead_id", "shadow_scores", ["lead_id"])
    op.create_index("ix_scores_saved_at", "scores", ["saved_at"])
