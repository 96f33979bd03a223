"""Tables of what is known now: gateways, sensors, homes, deadlines, routines, services, cursors."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from storage.register.columns import Duration, Instant, of_municipality, ref
from storage.register.metadata import METADATA

gateway_state = Table(
    "gateway_state",
    METADATA,
    ref("gateway_id", "gateway", primary_key=True),
    Column("lane", String(8), primary_key=True),
    of_municipality(),
    Column("epoch", String(32), nullable=False),
    Column("last_heard_at", Instant, nullable=False),
    Column("watermark", Instant),
)
"""Per lane: the receipt of the newest envelope, and up to when everything has arrived."""

gateway_status = Table(
    "gateway_status",
    METADATA,
    ref("gateway_id", "gateway", primary_key=True),
    of_municipality(),
    Column("online", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("detail", Text, nullable=False),
)
"""What the gateway says of itself, for display only: no rule reads it."""

sensor_state = Table(
    "sensor_state",
    METADATA,
    ref("sensor_id", "sensor", primary_key=True),
    of_municipality(),
    ref("home_id", "home"),
    Column("last_heard_at", Instant, nullable=False),
    Column("last_activity_at", Instant),
    Column("battery_percent", Float),
    Column("battery_at", Instant),
    Column("link_quality", Float),
    Column("link_quality_at", Instant),
    Column("silent_since", Instant),
)
"""`silent_since` is set by the detector while a SENSOR_SILENT finding holds."""

home_state = Table(
    "home_state",
    METADATA,
    ref("home_id", "home", primary_key=True),
    of_municipality(),
    Column("position", BigInteger, nullable=False),
    Column("last_heard_at", Instant, nullable=False),
    Column("watermark", Instant),
    Column("last_activity_at", Instant),
    Column("last_activity_sensor", String(32)),
    Column("last_activity_arrived_at", Instant),
    Column("previous_activity_at", Instant),
    Index("ix_home_state_position", "position"),
    Index("ix_home_state_last_heard_at", "last_heard_at"),
)
"""`position` is the journal position that changed the row last: the log that the detector follows.

`previous_activity_at` is the activity before the last one, by time of happening.
"""

deadline = Table(
    "deadline",
    METADATA,
    ref("home_id", "home", primary_key=True),
    of_municipality(),
    Column("version", Integer, nullable=False),
    Column("due_at", Instant),
    Column("last_activity_at", Instant, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("usual_silence", Duration),
    Column("mode", String(16), nullable=False),
    Column("fired_at", Instant),
    Column("called_at", Instant),
    Index("ix_deadline_due_at", "due_at"),
)
"""When silence becomes alarming. `fired_at` is set while an INACTIVITY finding of it holds."""

darkness = Table(
    "darkness",
    METADATA,
    ref("home_id", "home", primary_key=True),
    of_municipality(),
    Column("since", Instant, nullable=False),
    Column("found_at", Instant, nullable=False),
)
"""Homes for which a GATEWAY_SILENT finding holds."""

routine = Table(
    "routine",
    METADATA,
    ref("home_id", "home", primary_key=True),
    of_municipality(),
    Column("fitted_at", Instant, nullable=False),
    Column("model", Text, nullable=False),
)

service_state = Table(
    "service_state",
    METADATA,
    Column("name", String(32), primary_key=True),
    of_municipality(nullable=True),
    Column("since", Instant, nullable=False),
    Column("progress_at", Instant, nullable=False),
    Column("restarts", Integer, nullable=False),
)
"""Since when a service works without a break, and when it last completed a turn."""

cursor = Table(
    "cursor",
    METADATA,
    Column("consumer", String(32), primary_key=True),
    of_municipality(nullable=True),
    Column("position", BigInteger, nullable=False),
)
"""How far each consumer has read the log before it; committed with its effects."""
