"""Tables of those who work with the system: users, what is assigned to them, sessions, consent."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table, Text

from storage.register.columns import Instant, id_column, of_municipality, position_column, ref
from storage.register.metadata import METADATA

user = Table(
    "app_user",
    METADATA,
    id_column(),
    of_municipality(),
    Column("login", String(64), nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
)

assignment = Table(
    "assignment",
    METADATA,
    id_column(),
    of_municipality(),
    ref("user_id", "app_user"),
    ref("home_id", "home"),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
)

consent = Table(
    "consent",
    METADATA,
    id_column(),
    of_municipality(),
    ref("resident_id", "resident"),
    ref("user_id", "app_user"),
    Column("scope", String(16), nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
    Column("form", String(16)),
    Column("recorded_by", String(64)),
    Column("recorded_at", Instant),
    Column("ended_by", String(64)),
    Column("ended_at", Instant),
    Index("ix_consent_resident_id_user_id", "resident_id", "user_id"),
)
"""What a resident agreed that a family member may see; `scope` is `status`, `summary` or `full`.
`form`: on paper or spoken; `recorded_by`, `ended_by`: user id of whoever took the word down."""

session = Table(
    "session",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),
    of_municipality(),
    ref("user_id", "app_user"),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
"""Only the SHA-256 of a token is kept: a stolen row signs nobody in."""

login_failure = Table(
    "login_failure",
    METADATA,
    position_column(),
    of_municipality(nullable=True),
    Column("login_hash", LargeBinary, nullable=False),
    Column("address_hash", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_login_failure_login_hash_at", "login_hash", "at"),
    Index("ix_login_failure_address_hash_at", "address_hash", "at"),
)

audit = Table(
    "audit",
    METADATA,
    position_column(),
    of_municipality(nullable=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", String(96), nullable=False),
    Column("result", String(16), nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Append-only; each row's hash covers the one before it."""
