"""Tables of one-time links by which people answer a message."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from storage.register.columns import Instant, id_column, of_municipality, ref
from storage.register.metadata import METADATA

reply_link = Table(
    "reply_link",
    METADATA,
    id_column(),
    of_municipality(nullable=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    ref("case_id", "care_case"),
    ref("user_id", "app_user"),
    Column("purpose", String(16), nullable=False),
    Column("episode", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("reply", String(16)),
    Index("ix_reply_link_expires_at", "expires_at"),
)
"""Only the SHA-256 of a token is kept: a stolen row answers nothing. `episode` is the number of the
newest one when the message left: an answer to it is none to what happens after."""
