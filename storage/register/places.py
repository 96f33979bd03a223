"""Tables of who lives where and what hears them; every relation has a time of its own."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, LargeBinary, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from storage.register.columns import Duration, Instant, id_column, of_municipality, ref
from storage.register.metadata import METADATA

municipality = Table(
    "municipality",
    METADATA,
    id_column(),
    Column("name", Text, nullable=False),
    Column("kind", String(16), nullable=False, server_default="city"),
)
"""`kind`: a city, or the one of the synthetic home, see `storage.register.kinds`."""

home = Table(
    "home",
    METADATA,
    id_column(),
    of_municipality(),
    Column("code", String(16), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Unique("municipality_id", "code"),
)
"""`code` is what may be said aloud: "K-07"."""

resident = Table(
    "resident",
    METADATA,
    id_column(),
    of_municipality(),
    Column("created_at", Instant, nullable=False),
)

personal = Table(
    "personal",
    METADATA,
    ref("resident_id", "resident", primary_key=True),
    of_municipality(),
    Column("key_id", String(32), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("name", LargeBinary),
    Column("kana", LargeBinary),
    Column("address", LargeBinary),
    Column("phone", LargeBinary),
    Column("note", LargeBinary),
)
"""The only table with personal fields; each is sealed with the resident's own data key."""

residency = Table(
    "residency",
    METADATA,
    id_column(),
    of_municipality(),
    ref("resident_id", "resident"),
    ref("home_id", "home"),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
)

gateway = Table(
    "gateway",
    METADATA,
    id_column(),
    of_municipality(),
    Column("key_generation", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

gateway_credential = Table(
    "gateway_credential",
    METADATA,
    Column("username", String(40), primary_key=True),
    of_municipality(),
    ref("gateway_id", "gateway"),
    Column("generation", Integer, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ends_at", Instant),
    Column("ended_at", Instant),
    Unique("gateway_id", "generation"),
)
"""What a gateway shows to the broker, together with the key of the same generation. `ends_at`: by
when it ends at the latest; `ended_at`: since when it is worth nothing."""

gateway_placement = Table(
    "gateway_placement",
    METADATA,
    id_column(),
    of_municipality(),
    ref("gateway_id", "gateway"),
    ref("home_id", "home"),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
)

sensor = Table(
    "sensor",
    METADATA,
    id_column(),
    of_municipality(),
    ref("gateway_id", "gateway"),
    Column("name", Text, nullable=False),
    Column("heartbeat", Duration, nullable=False),
    Column("is_battery", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Unique("gateway_id", "name"),
)
"""`name` is the friendly name in the gateway's own dialect; `heartbeat` how often it speaks."""

sensor_placement = Table(
    "sensor_placement",
    METADATA,
    id_column(),
    of_municipality(),
    ref("sensor_id", "sensor"),
    ref("home_id", "home"),
    Column("room", String(64), nullable=False),
    Column("is_entrance", Boolean, nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
)

absence = Table(
    "absence",
    METADATA,
    id_column(),
    of_municipality(),
    ref("home_id", "home"),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("owner", String(32), nullable=False),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("ends_at > starts_at", name="absence_ends"),
)
"""A stretch in which nobody is expected: always with an owner (user id) and an end."""
