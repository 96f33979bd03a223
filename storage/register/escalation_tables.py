"""Tables of who is asked and called: the resident first, and who is on call when."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Index, Integer, String, Table
from sqlalchemy import UniqueConstraint as Unique

from storage.register.columns import Instant, id_column, of_municipality, ref
from storage.register.metadata import METADATA

asking = Table(
    "asking",
    METADATA,
    ref("home_id", "home", primary_key=True),
    of_municipality(),
    Column("minutes", Integer, nullable=False),
    ref("contact", "app_user", nullable=True),
    CheckConstraint("minutes BETWEEN 0 AND 30", name="asking_ends"),
)
"""How long the resident of a home is asked before people are called, and through whose mailbox."""

on_call_schedule = Table(
    "on_call_schedule",
    METADATA,
    id_column(),
    of_municipality(),
    Column("name", String(32), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("rotation", JSON, nullable=True),
    Column("hours", JSON, nullable=False),
    Unique("municipality_id", "name"),
)
"""`rotation`: people (user ids), `starts_on`, `hand_over`, `days`. `hours`: day, from, to; none of
them: always."""

on_call_override = Table(
    "on_call_override",
    METADATA,
    id_column(),
    of_municipality(),
    ref("schedule_id", "on_call_schedule"),
    ref("user_id", "app_user"),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("ends_at > starts_at", name="on_call_override_ends"),
    Index("ix_on_call_override_schedule_id", "schedule_id", "ends_at"),
)
"""Somebody takes over for a while; of two at once the later entered holds."""
