"""One-time links by which one person answers one case without signing in.

Only the hash of a token is kept. A link says why it cannot be used any more, so its row is kept for
a while after its end.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, func, select, update

from domain.access import Access
from domain.ids import CaseId, UserId, new_id
from domain.reply import Reply
from storage.register.guard import require_system
from storage.register.schema import case, episode
from storage.register.schema import reply_link as table
from storage.register.users import User, by_id

LASTS = timedelta(minutes=30)
"""How long after a message left it can be answered by its link."""
KEPT = timedelta(days=7)
"""How long after its end a link still says why it does not work."""
TOKEN_BYTES = 24
"""192 random bits."""
LONGEST_TOKEN = 64
"""Characters that are looked at; ours have 32."""


class Purpose(StrEnum):
    """What a link is for; a token of one purpose is none for another."""

    REPLY = "reply"
    """A message to somebody who is called."""
    ASKED = "asked"
    """The question to the resident before anybody is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLink:
    """A link whose token somebody has shown; instants are aware, UTC."""

    purpose: Purpose
    case: CaseId
    user: User
    """Whose answer it is."""
    episode: int
    """Number of the newest one that the message can have told of."""
    expires_at: datetime
    used_at: datetime | None
    reply: Reply | None
    """What was answered by it."""


def make(
    connection: Connection,
    access: Access,
    of: CaseId,
    to: UserId,
    *,
    now: datetime,
    purpose: Purpose = Purpose.REPLY,
) -> str:
    """Make a link for one case and one person and return its token, for the message only.

    Effects: a row that ends after `LASTS`; rows that ended more than `KEPT` ago are removed.
    """
    require_system(access)
    connection.execute(table.delete().where(table.c.expires_at < now - KEPT))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    newest = select(func.coalesce(func.max(episode.c.number), 1)).where(episode.c.case_id == of)
    owner = select(case.c.municipality_id).where(case.c.id == of)
    connection.execute(
        table.insert().values(
            id=new_id(),
            municipality_id=owner.scalar_subquery(),
            token_hash=hash_of(token),
            case_id=of,
            user_id=to,
            purpose=purpose,
            episode=newest.scalar_subquery(),
            created_at=now,
            expires_at=now + LASTS,
        )
    )
    return token


def find(connection: Connection, access: Access, token: str) -> ReplyLink | None:
    """Return the link of a token, ended or not; None for a token that we did not make."""
    require_system(access)
    if len(token) > LONGEST_TOKEN:
        return None
    mine = select(table).where(table.c.token_hash == hash_of(token))
    row = connection.execute(mine).one_or_none()
    found = None if row is None else by_id(connection, access, UserId(row.user_id))
    if row is None or found is None:
        return None
    return ReplyLink(
        purpose=Purpose(row.purpose),
        case=CaseId(row.case_id),
        user=found,
        episode=row.episode,
        expires_at=row.expires_at,
        used_at=row.used_at,
        reply=row.reply and Reply(row.reply),
    )


def use(connection: Connection, access: Access, token: str, reply: Reply, *, now: datetime) -> bool:
    """Use a link up; False when it was used before, or has ended: nothing changes then."""
    require_system(access)
    mine = (table.c.token_hash == hash_of(token)) & table.c.used_at.is_(None)
    used = update(table).where(mine, table.c.expires_at > now)
    return connection.execute(used.values(used_at=now, reply=reply)).rowcount == 1


def hash_of(token: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
