"""Tables of pauses, and of what was done about absences and pauses."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, String, Table

from storage.register.columns import Instant, id_column, of_municipality, position_column, ref
from storage.register.metadata import METADATA

pause = Table(
    "pause",
    METADATA,
    id_column(),
    of_municipality(),
    ref("home_id", "home"),
    Column("mode", String(16), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("left_at", Instant),
    Column("owner", String(32), nullable=False),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("ends_at >= starts_at", name="pause_ends"),
    Index("ix_pause_home_id_ends_at", "home_id", "ends_at"),
)
"""A mode of a home for minutes or hours: always with an owner (user id) and an end."""

absence_event = Table(
    "absence_event",
    METADATA,
    position_column(),
    of_municipality(),
    ref("home_id", "home"),
    Column("stretch_id", String(32), nullable=False),
    Column("what", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("word", String(16), nullable=False),
    Column("actor", String(32), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Index("ix_absence_event_home_id_at", "home_id", "at"),
    sqlite_autoincrement=True,
)
"""The timeline of absences and pauses: `what` is `absence` or a mode, `word` what was done. Rows
stay when an absence is cancelled and its own row goes."""
