"""The tables of the store; facts hold integers and text only, so that both databases give them back exactly."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# Byte order in both databases, so that equal stores list their rows alike.
Id = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

METADATA = sa.MetaData()

LEADS = sa.Table(
    "leads",
    METADATA,
    sa.Column("lead_id", Id, primary_key=True),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)
"""A lead exists from `created_at` on; its columns are attributes."""

ATTRIBUTES = sa.Table(
    "attributes",
    METADATA,
    sa.Column("lead_id", Id, primary_key=True),
    sa.Column("name", Id, primary_key=True),
    sa.Column("known_at", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("value", sa.Text),
    sa.Column("stated_at", sa.BigInteger),
    sqlite_with_rowid=False,
)
"""Attribute history; `stated_at` is set on values that came as a column of a leads row, and says when it was stated."""


def _event_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("event_id", Id, primary_key=True),
        sa.Column("lead_id", Id, nullable=False, index=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("occurred_at", sa.BigInteger, nullable=False),
        sa.Column("value", sa.BigInteger),
        sa.Column("channel", sa.Text),
        sa.Column("campaign", sa.Text),
        sa.Column("properties", sa.Text),
        sa.Column("known_at", sa.BigInteger, nullable=False),
    ]


EVENTS = sa.Table("events", sa.MetaData(), *_event_columns())
"""Engagement events; their lead may be imported later."""

TRACKED_EVENTS = sa.Table(
    "events",
    METADATA,
    *_event_columns(),
    sa.Column("message_type", sa.Text),
    sa.Column("received_at", sa.BigInteger),
    sa.Column("timestamp", sa.Text),
    sa.Column("sent_at", sa.Text),
)
"""The same table with what is kept of the tracking message that told of an event; null if no message did."""

OUTCOMES = sa.Table(
    "outcomes",
    METADATA,
    sa.Column("lead_id", Id, primary_key=True),
    sa.Column("outcome", Id, primary_key=True),
    sa.Column("occurred_at", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("amount", sa.BigInteger),
    sa.Column("reason", sa.Text),
    sa.Column("known_at", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""How leads ended."""

MESSAGES = sa.Table(
    "messages",
    METADATA,
    sa.Column("message_id", Id, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("lead_id", Id, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("timestamp", sa.Text),
    sa.Column("sent_at", sa.Text),
)
"""Accepted tracking messages that tell of no event, each once, with the times their sender wrote."""

LINKS = sa.Table(
    "links",
    METADATA,
    sa.Column("kind", Id, primary_key=True),
    sa.Column("one", Id, primary_key=True),
    sa.Column("other", Id, primary_key=True),
    sa.Column("occurred_at", sa.BigInteger, nullable=False),
    sa.Column("known_at", sa.BigInteger, nullable=False),
    sa.Column("said_by", sa.Text),
    sa.Index("ix_links_one", "one"),
    sa.Index("ix_links_other", "other"),
    sqlite_with_rowid=False,
)
"""What was said about who is who, each pair once, with the earliest times and who said it; addresses as hashes."""

PEOPLE = sa.Table(
    "people",
    METADATA,
    sa.Column("lead_id", Id, primary_key=True),
    sa.Column("person", Id, nullable=False, index=True),
    sa.Column("since", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""What follows from the links: ids that belong to a person who goes by another id, known since an instant."""

DEAD_LETTERS = sa.Table(
    "dead_letters",
    METADATA,
    sa.Column("digest", Id, primary_key=True),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
"""Tracking messages that were refused, each once, with the reason."""

SCORES = sa.Table(
    "scores",
    METADATA,
    sa.Column("decision_id", Id, primary_key=True),
    sa.Column("lead_id", Id, nullable=False),
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
    sa.Column("cause", sa.Text),
    sa.Index("ix_scores_lead_id_as_of", "lead_id", "as_of"),
    sa.Index("ix_scores_saved_at", "saved_at"),
)
"""Scores with the feature values and versions that made them, so that each can be derived again; `cause` is one of
`store.scores.CAUSES`, null in rows older than that column."""

FRESHNESS = sa.Table(
    "freshness",
    METADATA,
    sa.Column("lead_id", Id, primary_key=True),
    sa.Column("looked_at", sa.BigInteger, nullable=False),
    sa.Column("is_open", sa.BigInteger, nullable=False),
    sa.Index("ix_freshness_is_open_looked_at", "is_open", "looked_at"),
    sqlite_with_rowid=False,
)
"""Up to when the facts of a lead are in its newest score; `is_open` is 1 while somebody may still buy, else 0."""

DECISIONS = sa.Table(
    "decisions",
    METADATA,
    sa.Column("decision_id", Id, primary_key=True),
    sa.Column("lead_id", Id, nullable=False),
    sa.Column("as_of", sa.BigInteger, nullable=False),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("queue", sa.Text, nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("respond_by", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Index("ix_decisions_lead_id_as_of", "lead_id", "as_of"),
)
"""What was decided for a lead; a decision and the score it follows from share their id."""

SHADOW_SCORES = sa.Table(
    "shadow_scores",
    METADATA,
    sa.Column("decision_id", Id, primary_key=True),
    sa.Column("model_version", Id, primary_key=True),
    sa.Column("lead_id", Id, nullable=False, index=True),
    sa.Column("as_of", sa.BigInteger, nullable=False),
    sa.Column("saved_at", sa.BigInteger, nullable=False),
    sa.Column("p_convert", sa.Text),
    sa.Column("score", sa.Double),
    sa.Column("grade", sa.Text),
    sa.Column("problem", sa.Text),
)
"""What challengers would have answered instead of a stored score, or the code of the error why they cannot."""

API_KEYS = sa.Table(
    "api_keys",
    METADATA,
    sa.Column("key_id", Id, primary_key=True),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("key_hash", Id, nullable=False, unique=True),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
)
"""API keys; only the SHA-256 of a key is kept."""

SUPPRESSED = sa.Table(
    "suppressed",
    METADATA,
    sa.Column("digest", Id, primary_key=True),
    sa.Column("since", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Keyed hashes of the ids and e-mail addresses of erased people, so that nothing about them is stored again."""

INFO = sa.Table(
    "info",
    METADATA,
    sa.Column("name", Id, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""Facts about the store itself."""
