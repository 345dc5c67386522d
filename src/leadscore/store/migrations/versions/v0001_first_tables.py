"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_ID = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Create every table."""
    _create_facts()
    _create_messages()
    _create_scores()
    op.create_table(
        "api_keys",
        sa.Column("key_id", _ID, primary_key=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("key_hash", _ID, nullable=False, unique=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_table(
        "info",
        sa.Column("name", _ID, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _create_facts() -> None:
    op.create_table(
        "leads",
        sa.Column("lead_id", _ID, primary_key=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "attributes",
        sa.Column("lead_id", _ID, primary_key=True),
        sa.Column("name", _ID, primary_key=True),
        sa.Column("known_at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", sa.Text),
        sa.Column("stated_at", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "events",
        sa.Column("event_id", _ID, primary_key=True),
        sa.Column("lead_id", _ID, nullable=False, index=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("occurred_at", sa.BigInteger, nullable=False),
        sa.Column("value", sa.BigInteger),
        sa.Column("channel", sa.Text),
        sa.Column("campaign", sa.Text),
        sa.Column("properties", sa.Text),
        sa.Column("known_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "outcomes",
        sa.Column("lead_id", _ID, primary_key=True),
        sa.Column("outcome", _ID, primary_key=True),
        sa.Column("occurred_at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("amount", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.Column("known_at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("message_id", _ID, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("lead_id", _ID, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("timestamp", sa.Text),
        sa.Column("sent_at", sa.Text),
    )
    op.create_table(
        "dead_letters",
        sa.Column("digest", _ID, primary_key=True),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )


def _create_scores() -> None:
    op.create_table(
        "scores",
        sa.Column("decision_id", _ID, primary_key=True),
        sa.Column("lead_id", _ID, nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
        sa.Column("p_convert", sa.Text, nullable=False),
        sa.Column("p_low", sa.Double, nullable=False),
        sa.Column("p_high", sa.Double, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("grade", sa.Text, nullable=False),
        sa.Column("temperature", sa.Text),
        sa.Column("lifecycle", sa.Text, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("feature_values", sa.Text, nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("feature_fingerprint", sa.Text, nullable=False),
        sa.Column("policy_fingerprint", sa.Text, nullable=False),
    )
    op.create_index("ix_scores_lead_id_as_of", "scores", ["lead_id", "as_of"])
    op.create_table(
        "decisions",
        sa.Column("decision_id", _ID, primary_key=True),
        sa.Column("lead_id", _ID, nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("respond_by", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_decisions_lead_id_as_of", "decisions", ["lead_id", "as_of"])
