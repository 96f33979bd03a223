"""Messages that wait for no answer and belong to no case: digests, and news of absences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from domain.ids import ContactId, MunicipalityId, ResidentId, UserId, new_id
from storage.register.guard import require_system
from storage.register.schema import notice as table


class NoticeTopic(StrEnum):
    """What a notice is about."""

    DIGEST = "digest"
    ABSENCE = "absence"


class NoticeState(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    """A provider took it; that is not reading."""
    REFUSED = "refused"
    """None of the person's methods takes it."""
    GIVEN_UP = "given_up"
    """Not accepted while its news was still of use."""
    WITHDRAWN = "withdrawn"
    """The resident agrees no longer that the family hears of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """A notice to one person."""

    municipality: MunicipalityId
    user: UserId
    topic: NoticeTopic
    key: str
    """What makes it the same notice: it is written once."""
    language: str
    subject: str
    body: str
    due_at: datetime
    expires_at: datetime
    family_of: ResidentId | None = None
    """It is told as long as this resident agrees to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingNotice:
    """A notice that has to be sent."""

    id: str
    user: UserId
    topic: NoticeTopic
    language: str
    subject: str
    body: str
    created_at: datetime
    expires_at: datetime
    attempts: int
    refused: frozenset[ContactId]
    """Methods that refused it."""
    retry_at_s: float | None
    """Real monotonic seconds of the machine."""
    family_of: ResidentId | None


def put(connection: Connection, access: Access, new: NewNotice, *, now: datetime) -> bool:
    """Put a notice up to be sent; False when there is one of this key."""
    require_system(access)
    row = insert(table).values(
        id=new_id(),
        municipality_id=new.municipality,
        user_id=new.user,
        topic=new.topic,
        key=new.key,
        language=new.language,
        subject=new.subject,
        body=new.body,
        state=NoticeState.WAITING,
        created_at=now,
        due_at=new.due_at,
        expires_at=new.expires_at,
        attempts=0,
        refused=[],
        family_of=new.family_of,
    )
    return connection.execute(row.on_conflict_do_nothing()).rowcount == 1


def known(
    connection: Connection, access: Access, topic: NoticeTopic, *, since: datetime
) -> frozenset[str]:
    """Return the keys of the notices of a topic that were written since an instant."""
    require_system(access)
    query = select(table.c.key).where(table.c.topic == topic, table.c.created_at >= since)
    return frozenset(connection.execute(query).scalars())


def waiting(
    connection: Connection, access: Access, *, now: datetime, limit: int = 200
) -> list[WaitingNotice]:
    """Return the notices that are due and not through, oldest first."""
    require_system(access)
    query = (
        select(table)
        .where(table.c.state == NoticeState.WAITING, table.c.due_at <= now)
        .order_by(table.c.created_at, table.c.id)
        .limit(limit)
    )
    return [
        WaitingNotice(
            id=row.id,
            user=UserId(row.user_id),
            topic=NoticeTopic(row.topic),
            language=row.language,
            subject=row.subject,
            body=row.body,
            created_at=row.created_at,
            expires_at=row.expires_at,
            attempts=row.attempts,
            refused=frozenset(ContactId(method) for method in row.refused),
            retry_at_s=row.retry_at_s,
            family_of=row.family_of and ResidentId(row.family_of),
        )
        for row in connection.execute(query)
    ]


def next_due(connection: Connection, access: Access, *, now: datetime) -> datetime | None:
    """Return when the next notice that waits for its instant is due; None without one."""
    require_system(access)
    query = select(func.min(table.c.due_at)).where(
        table.c.state == NoticeState.WAITING, table.c.due_at > now
    )
    return connection.execute(query).scalar()


def book(
    connection: Connection,
    access: Access,
    of: WaitingNotice,
    state: NoticeState,
    *,
    refused_by: ContactId | None = None,
    error: str | None,
    retry_at_s: float | None,
    now: datetime,
) -> None:
    """Book what came of an attempt to send a notice."""
    require_system(access)
    refused = of.refused if refused_by is None else of.refused | {refused_by}
    mine = update(table).where(table.c.id == of.id)
    connection.execute(
        mine.values(
            state=state,
            attempts=table.c.attempts + 1,
            refused=sorted(refused),
            last_error=error,
            retry_at_s=retry_at_s,
            accepted_at=now if state is NoticeState.ACCEPTED else None,
        )
    )
