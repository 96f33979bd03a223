"""Tables of how people are reached: contact methods, and when they want to be left alone."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text, and_
from sqlalchemy import UniqueConstraint as Unique

from storage.register.columns import Duration, Instant, id_column, of_municipality, ref
from storage.register.metadata import METADATA

contact_method = Table(
    "contact_method",
    METADATA,
    id_column(),
    of_municipality(),
    ref("user_id", "app_user"),
    Column("channel", String(16), nullable=False),
    Column("address", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("after", Duration, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("verified_at", Instant),
    Column("failing_since", Instant),
    Column("failing_reason", String(16)),
    Column("code_hash", LargeBinary),
    Column("code_ends_at", Instant),
    Column("code_tries", Integer, nullable=False),
    Column("disabled_at", Instant),
    Unique("user_id", "channel", "address"),
    Index("ix_contact_method_user_id", "user_id"),
)
"""One way to one person; `after` is how long without an answer until it is used (0: at once).

Used only when `verified_at` is set and `disabled_at` is not; while `failing_since` is, only where
nothing else reaches the person. `code_hash` is of the one-time code that proves the address.
"""
in_use = and_(contact_method.c.verified_at.is_not(None), contact_method.c.disabled_at.is_(None))
"""The condition that a method is proved, and not switched off."""

quiet_hours = Table(
    "quiet_hours",
    METADATA,
    ref("user_id", "app_user", primary_key=True),
    of_municipality(),
    Column("starts_min", Integer, nullable=False),
    Column("ends_min", Integer, nullable=False),
)
"""Minutes after local midnight, the end not included; the end may lie on the next day."""
