"""Who is signed in: server-side sessions, of which only the hash of the token is kept.

Instants are real ones, also where a demonstration runs faster than life: nobody should be signed
out because the demo's evening came.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from domain.access import Access
from domain.ids import UserId
from storage.register.schema import session as table
from storage.register.users import User, by_id

IDLE = timedelta(minutes=30)
"""A session that nothing has used for so long has ended; an open live page uses it."""
ABSOLUTE = timedelta(hours=12)
"""No session lasts longer: one shift at an alert console."""
TOKEN_BYTES = 32
TOUCH_EVERY = timedelta(minutes=1)
"""How precisely the last use is kept: not every request has to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session in force, and whose it is."""

    token_hash: bytes
    user: User
    created_at: datetime
    seen_at: datetime
    expires_at: datetime

    def needs_touch(self, *, now: datetime) -> bool:
        """Tell whether its last use should be booked again."""
        return now - self.seen_at >= TOUCH_EVERY


def hash_of(token: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def begin(connection: Connection, access: Access, *, now: datetime) -> str:
    """Begin a new session for the user `access.actor` and return its token, for the cookie only.

    Sessions that have ended are removed on the way.
    """
    ended = (table.c.expires_at <= now) | (table.c.seen_at <= now - IDLE)
    connection.execute(table.delete().where(ended))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    connection.execute(
        table.insert().values(
            token_hash=hash_of(token),
            municipality_id=access.municipality,
            user_id=access.actor,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
        )
    )
    return token


def find(
    connection: Connection, access: Access, token_hash: bytes, *, now: datetime
) -> Session | None:
    """Return the session in force with this token; None when ended or its user is disabled."""
    row = connection.execute(
        select(table).where(
            table.c.token_hash == token_hash,
            table.c.expires_at > now,
            table.c.seen_at > now - IDLE,
        )
    ).one_or_none()
    if row is None:
        return None
    user = by_id(connection, access, UserId(row.user_id))
    if user is None or user.is_disabled:
        return None
    return Session(
        token_hash=row.token_hash,
        user=user,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
    )


def touch(connection: Connection, access: Access, token_hash: bytes, *, now: datetime) -> None:
    """Book that the session was used."""
    del access
    mine = table.update().where(table.c.token_hash == token_hash, table.c.seen_at < now)
    connection.execute(mine.values(seen_at=now))


def end(connection: Connection, access: Access, token_hash: bytes) -> None:
    """End one session; harmless when it has ended."""
    del access
    connection.execute(table.delete().where(table.c.token_hash == token_hash))


def end_all(connection: Connection, access: Access, user: UserId) -> int:
    """End all sessions of a user and return how many there were."""
    theirs = table.delete().where(table.c.user_id == user)
    if access.municipality is not None:
        theirs = theirs.where(table.c.municipality_id == access.municipality)
    return connection.execute(theirs).rowcount


def of_user(
    connection: Connection, access: Access, user: UserId, *, now: datetime
) -> list[Session]:
    """Return a user's sessions in force, newest first."""
    query = (
        select(table.c.token_hash)
        .where(table.c.user_id == user)
        .order_by(table.c.created_at.desc())
    )
    hashes = connection.execute(query).scalars().all()
    found = (find(connection, access, token_hash, now=now) for token_hash in hashes)
    return [session for session in found if session is not None]
