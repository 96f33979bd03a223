"""Leases on the outbox: who sends which message now, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Update,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)

from domain.access import Access, Role
from domain.case import CaseState
from domain.finding import Cause, Kind, Reason
from domain.ids import CaseId, ContactId, EpisodeId, NotificationId, UserId
from storage.register.contact_tables import in_use
from storage.register.notifications import Channel, NotificationState
from storage.register.schema import case as case_table
from storage.register.schema import consent, contact_method, episode, home, user
from storage.register.schema import notification as table
from storage.register.validity import valid_at

LONGEST_RETRY_S = 300.0
"""No retry is ever set further ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message under our lease, with all that is needed to send it."""

    id: NotificationId
    case: CaseId
    episode: EpisodeId
    step: int
    is_news: bool
    """Whether it tells what was done: it goes out of a closed case as well."""
    user: UserId
    channel: Channel
    language: str
    subject: str
    body: str
    created_at: datetime
    expires_at: datetime
    attempts: int
    """This attempt included; with the owner it says whose lease it is."""
    contact: ContactId | None
    """None only in what an earlier version wrote."""
    address: str | None
    """Looked up now; None when the person was disabled, or the method is gone, off or unproved."""
    why: str | None
    case_state: CaseState
    acknowledged_at: datetime | None
    time_zone: str | None
    reply_token: str | None = field(default=None, repr=False)
    """Made by whoever sends: nothing but its hash is stored."""
    kind: Kind
    cause: Cause
    reason: Reason
    happened_at: datetime
    may_know: bool = True
    """False: news to a family whose resident agrees no longer."""
    others: tuple[Grouped, ...] = ()
    """What goes out with it as one list, the most severe case first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """A message that goes out in the list of another."""

    id: NotificationId
    case: CaseId
    episode: EpisodeId
    step: int
    user: UserId
    cause: Cause
    reason: Reason
    subject: str
    created_at: datetime
    happened_at: datetime
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who claims, and until when; real monotonic seconds of this machine."""

    owner: str
    now_s: float
    length_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLook:
    """When the outbox has to be looked at again."""

    due_at: datetime | None
    """Earliest message that waits for an instant."""
    after_s: float | None
    """Real seconds until the earliest retry or end of a lease; 0 or more."""


def claim(
    connection: Connection, access: Access, lease: Lease, *, now: datetime, limit: int
) -> list[Claimed]:
    """Take up to `limit` messages that are to be sent now: resident cases first, then oldest."""
    waiting = (
        select(table.c.id)
        .join(case_table, case_table.c.id == table.c.case_id)
        .where(_is_free(lease, now))
        .order_by((case_table.c.kind == Kind.RESIDENT).desc(), table.c.due_at, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=table)
    )
    if access.municipality is not None:
        waiting = waiting.where(table.c.municipality_id == access.municipality)
    taken = (
        update(table)
        .where(table.c.id.in_(waiting))
        .values(
            state=NotificationState.LEASED,
            lease_owner=lease.owner,
            lease_until_s=lease.now_s + lease.length_s,
            attempts=table.c.attempts + 1,
        )
        .returning(table.c.id)
    )
    ids = connection.execute(taken).scalars().all()
    if not ids:
        return []
    others = _others(connection, ids)
    rows = connection.execute(_with_recipient(ids, now))
    return [_claimed(row, others.get(row.id, [])) for row in rows]


def finish(
    connection: Connection,
    access: Access,
    claimed: Claimed,
    state: NotificationState,
    *,
    owner: str,
    error: str | None = None,
    provider_id: str | None = None,
    accepted_at: datetime | None = None,
) -> bool:
    """Book the end of a message; those in its list share it, unless it never went anywhere.

    Returns:
        False when the lease was lost meanwhile; nothing changes then.
    """
    del access
    done = _held(claimed, owner).values(
        state=state,
        lease_owner=None,
        lease_until_s=None,
        last_error=error,
        provider_id=provider_id,
        accepted_at=accepted_at,
    )
    if connection.execute(done).rowcount != 1:
        return False
    if state in (NotificationState.ACCEPTED, NotificationState.REFUSED):
        in_list = _in_list_of(claimed).values(
            state=state, last_error=error, provider_id=provider_id, accepted_at=accepted_at
        )
        connection.execute(in_list)
    else:
        _release(connection, claimed)
    return True


def put_back(
    connection: Connection,
    access: Access,
    claimed: Claimed,
    *,
    owner: str,
    error: str,
    retry_at_s: float,
) -> bool:
    """Book a failed attempt; the message waits until `retry_at_s`. False as with `finish`.

    Those in its list wait by themselves: its case may end before the next attempt.
    """
    del access
    back = _held(claimed, owner).values(
        state=NotificationState.PENDING,
        lease_owner=None,
        lease_until_s=None,
        last_error=error,
        retry_at_s=retry_at_s,
    )
    if connection.execute(back).rowcount != 1:
        return False
    _release(connection, claimed)
    return True


def next_look(connection: Connection, access: Access, *, now_s: float) -> NextLook:
    """Return when a message may become free to be claimed."""
    del access
    pending = table.c.state == NotificationState.PENDING
    due_at = connection.execute(
        select(func.min(table.c.due_at)).where(pending, table.c.retry_at_s.is_(None))
    ).scalar()
    real = [
        connection.execute(select(func.min(table.c.retry_at_s)).where(pending)).scalar(),
        connection.execute(
            select(func.min(table.c.lease_until_s)).where(table.c.state == NotificationState.LEASED)
        ).scalar(),
    ]
    waits = [max(0.0, at - now_s) for at in real if at is not None]
    return NextLook(due_at=due_at, after_s=min(waits, default=None))


def _is_free(lease: Lease, now: datetime) -> ColumnElement[bool]:
    """Hold for what waits and is due, and for what somebody leased and never finished.

    Monotonic seconds begin again when the machine starts: an instant further ahead than any that
    can have been set since comes from before, and is over.
    """
    retry, until = table.c.retry_at_s, table.c.lease_until_s
    may_try = or_(retry.is_(None), retry <= lease.now_s, retry > lease.now_s + LONGEST_RETRY_S)
    is_over = or_(until <= lease.now_s, until > lease.now_s + lease.length_s)
    return or_(
        and_(table.c.state == NotificationState.PENDING, table.c.due_at <= now, may_try),
        and_(table.c.state == NotificationState.LEASED, is_over),
    )


def _held(claimed: Claimed, owner: str) -> Update:
    return update(table).where(
        table.c.id == claimed.id,
        table.c.state == NotificationState.LEASED,
        table.c.lease_owner == owner,
        table.c.attempts == claimed.attempts,
    )


def _in_list_of(claimed: Claimed) -> Update:
    return update(table).where(
        table.c.grouped_into == claimed.id, table.c.state == NotificationState.GROUPED
    )


def _release(connection: Connection, claimed: Claimed) -> None:
    free = _in_list_of(claimed).values(state=NotificationState.PENDING, grouped_into=None)
    connection.execute(free)


def _others(connection: Connection, ids: Sequence[str]) -> dict[str, list[Grouped]]:
    query = (
        select(table, case_table.c.acknowledged_at, case_table.c.cause, episode.c.reason)
        .join(case_table, case_table.c.id == table.c.case_id)
        .join(episode, episode.c.id == table.c.episode_id)
        .where(
            table.c.grouped_into.in_(ids),
            table.c.state == NotificationState.GROUPED,
            case_table.c.state != CaseState.RESOLVED,
        )
        .order_by(case_table.c.number)
    )
    found: dict[str, list[Grouped]] = {}
    for row in connection.execute(query):
        one = Grouped(
            id=NotificationId(row.id),
            case=CaseId(row.case_id),
            episode=EpisodeId(row.episode_id),
            step=row.step,
            user=UserId(row.user_id),
            cause=Cause(row.cause),
            reason=Reason(row.reason),
            subject=row.subject,
            created_at=row.created_at,
            happened_at=row.happened_at or row.created_at,
            acknowledged_at=row.acknowledged_at,
        )
        found.setdefault(row.grouped_into, []).append(one)
    return found


def _with_recipient(ids: Sequence[str], now: datetime) -> Select[Any]:
    agreed = exists().where(
        consent.c.user_id == table.c.user_id,
        consent.c.resident_id == case_table.c.resident_id,
        valid_at(consent, now),
    )
    is_staff = user.c.role != Role.FAMILY
    return (
        select(
            table,
            contact_method.c.address,
            in_use.label("is_used"),
            user.c.disabled_at,
            case_table.c.kind,
            case_table.c.cause,
            episode.c.reason,
            case_table.c.state.label("case_state"),
            case_table.c.acknowledged_at,
            home.c.time_zone,
            or_(table.c.news_of.is_(None), is_staff, agreed).label("may_know"),
        )
        .join(user, user.c.id == table.c.user_id)
        .join(case_table, case_table.c.id == table.c.case_id)
        .join(episode, episode.c.id == table.c.episode_id)
        .outerjoin(contact_method, contact_method.c.id == table.c.contact_method_id)
        .outerjoin(home, home.c.id == case_table.c.home_id)
        .where(table.c.id.in_(ids))
        .order_by((case_table.c.kind == Kind.RESIDENT).desc(), table.c.due_at, table.c.id)
    )


def _claimed(row: Row[Any], others: Sequence[Grouped]) -> Claimed:
    is_reachable = row.disabled_at is None and row.is_used
    return Claimed(
        id=NotificationId(row.id),
        case=CaseId(row.case_id),
        episode=EpisodeId(row.episode_id),
        step=row.step,
        is_news=row.news_of is not None,
        user=UserId(row.user_id),
        channel=Channel(row.channel),
        language=row.language,
        subject=row.subject,
        body=row.body,
        created_at=row.created_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
        contact=row.contact_method_id and ContactId(row.contact_method_id),
        address=row.address if is_reachable else None,
        why=row.why,
        case_state=CaseState(row.case_state),
        acknowledged_at=row.acknowledged_at,
        time_zone=row.time_zone,
        kind=Kind(row.kind),
        cause=Cause(row.cause),
        reason=Reason(row.reason),
        happened_at=row.happened_at or row.created_at,
        may_know=row.may_know,
        others=tuple(others),
    )
