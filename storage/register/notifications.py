"""The outbox: one message to one person over one channel; it is its own delivery record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    Connection,
    and_,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from domain.ids import CaseId, EpisodeId, MunicipalityId, UserId, new_id
from storage.register.guard import require_system
from storage.register.schema import notification as table


class Channel(StrEnum):
    """A way to tell a person."""

    EMAIL = "email"


class NotificationState(StrEnum):
    """Where a message stands."""

    PENDING = "pending"
    LEASED = "leased"
    """A worker is sending it, until its lease ends."""
    ACCEPTED = "accepted"
    """The provider took it; that is not delivery to the person."""
    REFUSED = "refused"
    """The provider will never take it, or the person has no address any more."""
    GIVEN_UP = "given_up"
    """Not accepted before it expired."""
    CANCELLED = "cancelled"
    """The case was resolved before it left."""


ALIVE = (NotificationState.PENDING, NotificationState.LEASED, NotificationState.ACCEPTED)
"""The message was taken over, or still may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotification:
    """A message to be put into the outbox."""

    municipality: MunicipalityId | None
    case: CaseId
    episode: EpisodeId
    step: int
    user: UserId
    channel: Channel
    language: str
    subject: str
    body: str
    expires_at: datetime

    @property
    def dedupe_key(self) -> str:
        """What makes it the same message: nobody is told twice by one step over one channel."""
        return f"{self.episode}|{self.step}|{self.user}|{self.channel}"


def put(connection: Connection, access: Access, new: NewNotification, *, now: datetime) -> bool:
    """Put a message into the outbox, due at once.

    Returns:
        False when the same message (by `dedupe_key`) is there already; nothing changes then.
    """
    del access
    row = insert(table).values(
        id=new_id(),
        municipality_id=new.municipality,
        case_id=new.case,
        episode_id=new.episode,
        step=new.step,
        user_id=new.user,
        channel=new.channel,
        language=new.language,
        subject=new.subject,
        body=new.body,
        dedupe_key=new.dedupe_key,
        state=NotificationState.PENDING,
        created_at=now,
        due_at=now,
        expires_at=new.expires_at,
        attempts=0,
    )
    return (
        connection.execute(row.on_conflict_do_nothing(index_elements=["dedupe_key"])).rowcount == 1
    )


def cancel_of_case(connection: Connection, access: Access, case: CaseId) -> int:
    """Cancel what has not left yet and return how many; what is being sent right now goes out."""
    del access
    mine = update(table).where(table.c.case_id == case, table.c.state == NotificationState.PENDING)
    return connection.execute(mine.values(state=NotificationState.CANCELLED)).rowcount


def move_due(connection: Connection, access: Access, by: timedelta) -> None:
    """Move the instants from which messages may leave; the clock was set by so much.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    waiting = table.c.state == NotificationState.PENDING
    rows = connection.execute(select(table.c.id, table.c.due_at).where(waiting)).all()
    for row in rows:
        moved = table.update().where(table.c.id == row.id)
        connection.execute(moved.values(due_at=row.due_at + by))


def is_anyone_told(
    connection: Connection, access: Access, episode: EpisodeId, *, step: int | None = None
) -> bool:
    """Tell whether a message of an episode (of one step of it) was accepted or still may be.

    Without a step: of any step. Whoever is asked beside the ladder (numbers below 0) is not called.
    """
    del access
    of = and_(table.c.episode_id == episode, table.c.state.in_(ALIVE))
    of = and_(of, table.c.step > 0 if step is None else table.c.step == step)
    return bool(connection.execute(select(exists().where(of))).scalar())


def unfinished(connection: Connection, access: Access) -> int:
    """Return how many messages have not come to an end."""
    states = (NotificationState.PENDING, NotificationState.LEASED)
    query = select(func.count()).select_from(table).where(table.c.state.in_(states))
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    return connection.execute(query).scalar_one()
