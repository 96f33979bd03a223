"""Digests: the record of each day, when people want their mail, and the mails themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from domain.ids import HomeId, MunicipalityId, UserId, new_id
from storage.register import audit
from storage.register.guard import require_system
from storage.register.kinds import is_synthetic
from storage.register.reach import homes_within, sees_activity
from storage.register.schema import daily_record, digest_mail, digest_wish, home

MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was known of a home on the morning of a local day; words as the digest uses them."""

    home: HomeId
    code: str
    time_zone: str
    day: date
    standing: str
    verdict: str
    reason: str
    confirmed_at: datetime | None
    last_activity_at: datetime | None
    away_until: datetime | None
    blind_since: datetime | None
    as_of: datetime
    """When it was taken; aware, UTC."""


class MailState(StrEnum):
    """Where the mail of a digest stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    """The mail server took it; that is not reading."""
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    """Not accepted while its news was still of use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """The mail of a digest to one person."""

    municipality: MunicipalityId
    user: UserId
    day: date
    language: str
    subject: str
    body: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMail:
    """A mail that has to be sent."""

    id: str
    user: UserId
    language: str
    subject: str
    body: str
    created_at: datetime
    expires_at: datetime
    attempts: int
    retry_at_s: float | None


def keep(connection: Connection, access: Access, records: Iterable[Record]) -> int:
    """Write records of days and return how many were new; one that is there is never changed."""
    require_system(access)
    new = 0
    for one in records:
        owner = select(home.c.municipality_id).where(home.c.id == one.home).scalar_subquery()
        row = insert(daily_record).values(
            home_id=one.home,
            day=one.day.isoformat(),
            municipality_id=owner,
            standing=one.standing,
            verdict=one.verdict,
            reason=one.reason,
            confirmed_at=one.confirmed_at,
            last_activity_at=one.last_activity_at,
            away_until=one.away_until,
            blind_since=one.blind_since,
            as_of=one.as_of,
        )
        new += connection.execute(row.on_conflict_do_nothing()).rowcount
    return new


def lacks_record(connection: Connection, access: Access, day: date, *, time_zone: str) -> bool:
    """Tell whether a home of a time zone has no record of a local day.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    of_day = exists().where(
        daily_record.c.home_id == home.c.id, daily_record.c.day == day.isoformat()
    )
    query = select(home.c.id).where(home.c.time_zone == time_zone, ~of_day).limit(1)
    return connection.execute(query).first() is not None


def of_day(connection: Connection, access: Access, day: date, *, now: datetime) -> list[Record]:
    """Return the records of a local day of the homes within reach, by code.

    Nothing for an access that may not see activity.
    """
    if not sees_activity(access):
        return []
    query = (
        select(daily_record, home.c.code, home.c.time_zone)
        .join(home, home.c.id == daily_record.c.home_id)
        .where(daily_record.c.day == day.isoformat(), homes_within(access, now=now))
        .order_by(home.c.code)
    )
    return [_record(row) for row in connection.execute(query)]


def wish(connection: Connection, access: Access, *, default: int) -> int | None:
    """Return at which minute after midnight `access.actor` wants the digest; None: not at all."""
    query = select(digest_wish.c.minute).where(digest_wish.c.user_id == access.actor)
    row = connection.execute(query).one_or_none()
    return default if row is None else row.minute


def wishes(connection: Connection, access: Access) -> dict[UserId, int | None]:
    """Return what everybody wants who has said so.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    return {UserId(row.user_id): row.minute for row in connection.execute(select(digest_wish))}


def set_wish(connection: Connection, access: Access, minute: int | None, *, now: datetime) -> None:
    """Let `access.actor` have the digest at a minute after midnight, or not at all.

    Effects: a row and a line in the audit log.

    Raises:
        ValueError: There is no such minute.
    """
    if minute is not None and not 0 <= minute < MINUTES_OF_DAY:
        msg = f"minute is {minute}, 0 to {MINUTES_OF_DAY - 1} are allowed"
        raise ValueError(msg)
    row = insert(digest_wish).values(
        user_id=access.actor, municipality_id=access.municipality, minute=minute
    )
    connection.execute(
        row.on_conflict_do_update(index_elements=["user_id"], set_={"minute": minute})
    )
    audit.append(
        connection,
        access,
        action="digest.wish",
        object=f"user:{access.actor}",
        result="done",
        now=now,
    )


def mailed(connection: Connection, access: Access, since: date) -> frozenset[tuple[UserId, date]]:
    """Return to whom a digest was written for which local day, from a day on."""
    require_system(access)
    query = select(digest_mail.c.user_id, digest_mail.c.day).where(
        digest_mail.c.day >= since.isoformat()
    )
    return frozenset(
        (UserId(row.user_id), date.fromisoformat(row.day)) for row in connection.execute(query)
    )


def put(connection: Connection, access: Access, new: NewMail, *, now: datetime) -> bool:
    """Put a mail up to be sent; False when there is one of this person and day."""
    require_system(access)
    row = insert(digest_mail).values(
        id=new_id(),
        municipality_id=new.municipality,
        user_id=new.user,
        day=new.day.isoformat(),
        language=new.language,
        subject=new.subject,
        body=new.body,
        state=MailState.WAITING,
        created_at=now,
        expires_at=new.expires_at,
        attempts=0,
    )
    return connection.execute(row.on_conflict_do_nothing()).rowcount == 1


def waiting(connection: Connection, access: Access, *, limit: int = 200) -> list[WaitingMail]:
    """Return the mails that are not through, oldest first."""
    require_system(access)
    query = (
        select(digest_mail)
        .where(digest_mail.c.state == MailState.WAITING)
        .order_by(digest_mail.c.created_at, digest_mail.c.id)
        .limit(limit)
    )
    return [
        WaitingMail(
            id=row.id,
            user=UserId(row.user_id),
            language=row.language,
            subject=row.subject,
            body=row.body,
            created_at=row.created_at,
            expires_at=row.expires_at,
            attempts=row.attempts,
            retry_at_s=row.retry_at_s,
        )
        for row in connection.execute(query)
    ]


def book(
    connection: Connection,
    access: Access,
    mail: str,
    state: MailState,
    *,
    error: str | None,
    retry_at_s: float | None,
    now: datetime,
) -> None:
    """Book what came of an attempt to send a mail."""
    require_system(access)
    is_accepted = state is MailState.ACCEPTED
    connection.execute(
        update(digest_mail)
        .where(digest_mail.c.id == mail)
        .values(
            state=state,
            attempts=digest_mail.c.attempts + 1,
            last_error=error,
            retry_at_s=retry_at_s,
            accepted_at=now if is_accepted else None,
        )
    )


def zones(connection: Connection, access: Access) -> list[str]:
    """Return the time zones in which there are homes, but for the synthetic one.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    of_people = ~is_synthetic(home.c.municipality_id)
    query = select(func.distinct(home.c.time_zone)).where(of_people).order_by(home.c.time_zone)
    return list(connection.execute(query).scalars())


def _record(row: Row[Any]) -> Record:
    return Record(
        home=HomeId(row.home_id),
        code=row.code,
        time_zone=row.time_zone,
        day=date.fromisoformat(row.day),
        standing=row.standing,
        verdict=row.verdict,
        reason=row.reason,
        confirmed_at=row.confirmed_at,
        last_activity_at=row.last_activity_at,
        away_until=row.away_until,
        blind_since=row.blind_since,
        as_of=row.as_of,
    )
