"""The outbox: one message to one person over one channel; it is its own delivery record."""

from __future__ import annotations

from collections.abc import Sequence
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
from domain.case import CaseState
from domain.channel import Channel as Channel  # noqa: PLC0414 (others find it here)
from domain.ids import (
    CaseId,
    ContactId,
    EpisodeId,
    MunicipalityId,
    NotificationId,
    UserId,
    new_id,
)
from storage.register.guard import require_system
from storage.register.schema import case as case_table
from storage.register.schema import notification as table


class NotificationState(StrEnum):
    """Where a message stands."""

    PENDING = "pending"
    LEASED = "leased"
    """A worker is sending it, until its lease ends."""
    GROUPED = "grouped"
    """It goes out in the list of another message and shares its fate."""
    ACCEPTED = "accepted"
    """The provider took it; that is not delivery to the person."""
    REFUSED = "refused"
    """The provider will never take it, or the person has no address any more."""
    BOUNCED = "bounced"
    """The provider took it, and gave it back later."""
    GIVEN_UP = "given_up"
    """Not accepted before it expired."""
    CANCELLED = "cancelled"
    """Before it left, the case was resolved or taken on, or the resident agreed no longer that the
    family hears of it."""


ALIVE = (
    NotificationState.PENDING,
    NotificationState.LEASED,
    NotificationState.GROUPED,
    NotificationState.ACCEPTED,
)
"""The message was taken over, or still may be."""
UNDER_WAY = (NotificationState.PENDING, NotificationState.LEASED, NotificationState.GROUPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotification:
    """A message to be put into the outbox."""

    municipality: MunicipalityId | None
    case: CaseId
    episode: EpisodeId
    step: int
    user: UserId
    channel: Channel
    contact: ContactId
    language: str
    subject: str
    body: str
    due_at: datetime
    expires_at: datetime
    why: str
    """A `contact_rules.Why`."""
    group_key: str | None = None
    happened_at: datetime | None = None
    news_of: int | None = None
    """Position of the event in the timeline that it tells of; None for a step of the ladder."""

    @property
    def dedupe_key(self) -> str:
        """What makes it the same message: nobody is told twice by one step over one method."""
        if self.news_of is not None:
            return f"news|{self.news_of}|{self.contact}"
        return f"{self.episode}|{self.step}|{self.contact}"


def put(connection: Connection, access: Access, new: NewNotification, *, now: datetime) -> bool:
    """Put a message into the outbox.

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
        news_of=new.news_of,
        user_id=new.user,
        channel=new.channel,
        contact_method_id=new.contact,
        language=new.language,
        subject=new.subject,
        body=new.body,
        dedupe_key=new.dedupe_key,
        state=NotificationState.PENDING,
        created_at=now,
        due_at=new.due_at,
        expires_at=new.expires_at,
        attempts=0,
        why=new.why,
        group_key=new.group_key,
        happened_at=new.happened_at,
    )
    return (
        connection.execute(row.on_conflict_do_nothing(index_elements=["dedupe_key"])).rowcount == 1
    )


def cancel_of_case(connection: Connection, access: Access, case: CaseId) -> int:
    """Cancel what has not left yet and return how many; what is being sent right now goes out."""
    del access
    mine = update(table).where(table.c.case_id == case, table.c.state == NotificationState.PENDING)
    return connection.execute(mine.values(state=NotificationState.CANCELLED)).rowcount


def bounced(
    connection: Connection, access: Access, messages: Sequence[NotificationId], *, status: str
) -> None:
    """Book that messages which were taken over came back."""
    del access
    mine = update(table).where(
        table.c.id.in_(messages), table.c.state == NotificationState.ACCEPTED
    )
    connection.execute(
        mine.values(state=NotificationState.BOUNCED, last_error=f"returned with status {status}")
    )


def bring_forward(
    connection: Connection,
    access: Access,
    episode: EpisodeId,
    user: UserId,
    *,
    step: int,
    why: str,
    now: datetime,
) -> bool:
    """Let the next message that waits for its turn to tell a person of a step go now.

    Returns:
        False when none waits.
    """
    del access
    later = (
        select(table.c.id)
        .where(
            table.c.episode_id == episode,
            table.c.user_id == user,
            table.c.step == step,
            table.c.state == NotificationState.PENDING,
            table.c.due_at > now,
        )
        .order_by(table.c.due_at, table.c.id)
        .limit(1)
    )
    found = connection.execute(later).scalar()
    if found is None:
        return False
    mine = update(table).where(table.c.id == found)
    connection.execute(mine.values(due_at=now, why=why, group_key=None))
    return True


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


def unfinished(connection: Connection, access: Access, *, due_by: datetime | None = None) -> int:
    """Return how many messages have not come to an end; only those due by an instant, if given."""
    query = select(func.count()).select_from(table).where(table.c.state.in_(UNDER_WAY))
    if due_by is not None:
        query = query.where(table.c.due_at <= due_by)
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    return connection.execute(query).scalar_one()


def forget_texts(
    connection: Connection, access: Access, *, before: datetime, limit: int = 1000
) -> int:
    """Empty the texts of messages of closed cases that fell due before an instant.

    The delivery record stays: who was told when, and what became of it. Returns how many.
    """
    closed = select(case_table.c.id).where(case_table.c.state == CaseState.RESOLVED)
    old = (
        select(table.c.id)
        .where(
            table.c.state.not_in(UNDER_WAY),
            table.c.due_at < before,
            table.c.body != "",
            table.c.case_id.in_(closed),
        )
        .limit(limit)
    )
    if access.municipality is not None:
        old = old.where(table.c.municipality_id == access.municipality)
    emptied = update(table).where(table.c.id.in_(old))
    return connection.execute(emptied.values(subject="", body="", last_error=None)).rowcount
