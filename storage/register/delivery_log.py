"""What became of each message: for pages, and for deciding what a person gets next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, true

from domain.access import Access
from domain.finding import Kind, Reason
from domain.ids import CaseId, ContactId, EpisodeId, NotificationId, UserId
from storage.register.kinds import is_synthetic
from storage.register.notifications import Channel, NotificationState
from storage.register.reach import cases_within
from storage.register.schema import case as case_table
from storage.register.schema import episode, home, user
from storage.register.schema import notification as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message of a case; instants are aware, UTC."""

    id: NotificationId
    step: int
    to: str
    """Display name."""
    channel: Channel
    state: NotificationState
    why: str | None
    """Why over this method then: a word of `alerting.contact_rules.Why`."""
    is_in_list: bool
    """Whether it went out, or is to go out, with other cases in one message."""
    created_at: datetime
    due_at: datetime
    attempts: int
    accepted_at: datetime | None
    provider_id: str | None
    """What the provider calls it: what to name when asking there."""
    last_error: str | None
    """The provider's words. They may name an address: None for whoever does not see people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A message over a method, as far as the limits need it."""

    due_at: datetime
    group_key: str | None
    kind: Kind
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """A message as a bounce finds it."""

    id: NotificationId
    case: CaseId
    episode: EpisodeId
    step: int
    user: UserId
    channel: Channel
    contact: ContactId | None
    state: NotificationState


def of_case(
    connection: Connection, access: Access, case_id: CaseId, *, now: datetime
) -> list[Delivery]:
    """Return the messages of a case within reach, oldest first."""
    query = (
        select(table, user.c.display_name)
        .join(case_table, case_table.c.id == table.c.case_id)
        .outerjoin(home, home.c.id == case_table.c.home_id)
        .join(user, user.c.id == table.c.user_id)
        .where(table.c.case_id == case_id, cases_within(access, now=now))
        .order_by(table.c.created_at, table.c.step, table.c.due_at, user.c.display_name)
    )
    return [_delivery(row, access) for row in connection.execute(query)]


def over_method(
    connection: Connection, access: Access, method: ContactId, *, since: datetime
) -> list[Earlier]:
    """Return what goes over a method from `since` on, also what is still to go, in any order.

    Without news: what somebody has done must not push an alert into a list.
    """
    query = (
        select(table.c.due_at, table.c.group_key, case_table.c.kind, episode.c.reason)
        .join(case_table, case_table.c.id == table.c.case_id)
        .join(episode, episode.c.id == table.c.episode_id)
        .where(
            table.c.contact_method_id == method,
            table.c.due_at > since,
            table.c.news_of.is_(None),
            table.c.state != NotificationState.CANCELLED,
            _mine(access),
        )
    )
    return [
        Earlier(
            due_at=row.due_at,
            group_key=row.group_key,
            kind=Kind(row.kind),
            reason=Reason(row.reason),
        )
        for row in connection.execute(query)
    ]


def by_id(connection: Connection, access: Access, message: NotificationId) -> list[Fate]:
    """Return a message and those that went out in its list; empty when there is none."""
    query = select(table).where(
        (table.c.id == message) | (table.c.grouped_into == message), _mine(access)
    )
    return [
        Fate(
            id=NotificationId(row.id),
            case=CaseId(row.case_id),
            episode=EpisodeId(row.episode_id),
            step=row.step,
            user=UserId(row.user_id),
            channel=Channel(row.channel),
            contact=row.contact_method_id and ContactId(row.contact_method_id),
            state=NotificationState(row.state),
        )
        for row in connection.execute(query.order_by(table.c.grouped_into.is_not(None)))
    ]


def in_vain(
    connection: Connection, access: Access, *, tries: int, due_by: datetime
) -> set[Channel]:
    """Return the channels with a message that was due at `due_by` and so often tried in vain.

    Without the synthetic home's: its check tells by itself that it does not arrive.
    """
    query = select(table.c.channel).where(
        table.c.state.in_((NotificationState.PENDING, NotificationState.LEASED)),
        table.c.attempts >= tries,
        table.c.due_at <= due_by,
        ~is_synthetic(table.c.municipality_id),
        _mine(access),
    )
    return {Channel(found) for found in connection.execute(query.distinct()).scalars()}


def takes(connection: Connection, access: Access, channel: Channel, *, since: datetime) -> bool:
    """Tell whether a channel took a message over at `since` or later."""
    query = select(table.c.id).where(
        table.c.state == NotificationState.ACCEPTED,
        table.c.channel == channel,
        table.c.accepted_at >= since,
        _mine(access),
    )
    return connection.execute(query.limit(1)).first() is not None


def _mine(access: Access) -> ColumnElement[bool]:
    if access.municipality is None:
        return true()
    return table.c.municipality_id == access.municipality


def _delivery(row: Row[Any], access: Access) -> Delivery:
    return Delivery(
        id=NotificationId(row.id),
        step=row.step,
        to=row.display_name,
        channel=Channel(row.channel),
        state=NotificationState(row.state),
        why=row.why,
        is_in_list=row.group_key is not None or row.grouped_into is not None,
        created_at=row.created_at,
        due_at=row.due_at,
        attempts=row.attempts,
        accepted_at=row.accepted_at,
        provider_id=row.provider_id,
        last_error=row.last_error if access.sees_people else None,
    )
