"""Tables of what happened and what was done: findings, cases, episodes, notifications."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy import UniqueConstraint as Unique

from storage.register.columns import Instant, id_column, of_municipality, position_column, ref
from storage.register.metadata import METADATA

finding = Table(
    "finding",
    METADATA,
    position_column(),
    of_municipality(nullable=True),
    ref("home_id", "home", nullable=True),
    Column("cause", String(24), nullable=False),
    Column("phase", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("found_at", Instant, nullable=False),
    ref("sensor_id", "sensor", nullable=True),
    Column("last_activity_at", Instant),
    Column("due_at", Instant),
    Column("blind_since", Instant),
    Column("service", String(32)),
    Column("key", String(255), nullable=False, unique=True),
    sqlite_autoincrement=True,
)
"""The log that alerting follows; `key` makes a repeat harmless."""

case = Table(
    "care_case",
    METADATA,
    id_column(),
    Column("number", Integer, nullable=False, unique=True),
    of_municipality(nullable=True),
    ref("home_id", "home", nullable=True),
    ref("resident_id", "resident", nullable=True),
    Column("kind", String(16), nullable=False),
    Column("cause", String(24), nullable=False),
    Column("matter", String(96), nullable=False),
    Column("state", String(16), nullable=False),
    Column("is_review", Boolean, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("acknowledged_at", Instant),
    Column("acknowledged_by", String(32), ForeignKey("app_user.id")),
    Column("is_owner_asked", Boolean, nullable=False, server_default=false()),
    Column("extensions", Integer, nullable=False, server_default=text("0")),
    Column("resolved_at", Instant),
    Column("resolved_by", String(32), ForeignKey("app_user.id")),
    Column("outcome", String(16)),
    Column("resolved_cause", String(24)),
    Column("note", Text),
    Index(
        "uq_care_case_open_matter",
        "matter",
        unique=True,
        sqlite_where=text("state <> 'resolved'"),
        postgresql_where=text("state <> 'resolved'"),
    ),
)
"""`matter` names what it is about (home, cause, sensor or service): one open case for each."""

episode = Table(
    "episode",
    METADATA,
    id_column(),
    of_municipality(nullable=True),
    ref("case_id", "care_case"),
    Column("number", Integer, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("last_evidence_at", Instant, nullable=False),
    Column("recovered_at", Instant),
    Column("last_activity_at", Instant),
    Column("due_at", Instant),
    Column("blind_since", Instant),
    Column("steps_taken", Integer, nullable=False),
    Column("rung", Integer, nullable=False, server_default=text("0")),
    Column("asides", Integer, nullable=False, server_default=text("0")),
    Column("plan", JSON),
    Column("next_step_at", Instant),
    Unique("case_id", "number"),
    Index("ix_episode_next_step_at", "next_step_at"),
)
"""`steps_taken` numbers the steps, `rung` is how far the present climb has come, `asides` counts
who was asked beside the ladder, `plan` holds the steps it began with. `next_step_at` is None when
nobody is to be told further: resolved or exhausted; while the case is acknowledged it is the
deadline for the owner's next word."""

case_event = Table(
    "case_event",
    METADATA,
    position_column(),
    of_municipality(nullable=True),
    ref("case_id", "care_case"),
    Column("at", Instant, nullable=False),
    Column("word", String(24), nullable=False),
    Column("actor", String(32), nullable=False),
    Column("detail", JSON, nullable=False),
    Index("ix_case_event_case_id", "case_id"),
    sqlite_autoincrement=True,
)
"""The timeline of a case; `detail` holds no names."""

escalation_policy = Table(
    "escalation_policy",
    METADATA,
    id_column(),
    of_municipality(),
    ref("home_id", "home", nullable=True),
    Column("kind", String(16), nullable=False),
    Column("steps", JSON, nullable=False),
    Column("patience_s", Integer),
    Unique("municipality_id", "home_id", "kind"),
)
"""Whom to tell in which order; the row without a home is the municipality's own."""

notification = Table(
    "notification",
    METADATA,
    id_column(),
    of_municipality(nullable=True),
    ref("case_id", "care_case"),
    ref("episode_id", "episode"),
    Column("step", Integer, nullable=False),
    Column("news_of", BigInteger),
    ref("user_id", "app_user"),
    Column("channel", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("dedupe_key", String(128), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at_s", Float),
    Column("lease_owner", String(32)),
    Column("lease_until_s", Float),
    Column("last_error", Text),
    Column("provider_id", Text),
    Column("accepted_at", Instant),
    Column("contact_method_id", String(32)),
    Column("why", String(24)),
    Column("group_key", String(96)),
    Column("grouped_into", String(32)),
    Column("happened_at", Instant),
    Index("ix_notification_state_due_at", "state", "due_at"),
    Index("ix_notification_contact_method_id_due_at", "contact_method_id", "due_at"),
    Index("ix_notification_grouped_into", "grouped_into"),
)
"""The outbox: one message to one person over one channel; it is its own delivery record.

`why` says why it is sent over this method at `due_at`. Messages with the same `group_key` go out
as one list: that of `grouped_into`.

`retry_at_s` and `lease_until_s` are real monotonic seconds of the machine. `news_of` is the
position in the timeline of what it tells: news are no step, and go out of a closed case too.
"""
