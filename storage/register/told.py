"""Who was told of a case and may hear what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from domain.access import Access, Role
from domain.consent import Agreed, widest
from domain.ids import CaseId, HomeId, UserId
from domain.reply import Reply
from storage.register.case_events import Word
from storage.register.contact_tables import in_use
from storage.register.notifications import ALIVE
from storage.register.schema import case, case_event, consent, contact_method, notification, user
from storage.register.validity import valid_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Somebody who was told of a case, or has it."""

    user: UserId
    language: str
    role: Role
    scope: Agreed | None
    """What the resident agreed to; None for those who are no family."""


def told(connection: Connection, access: Access, of: CaseId, *, now: datetime) -> list[Told]:
    """Return who was told of a case or has taken it on, as far as they can be reached now.

    A family whose resident agrees no longer is left out, whatever it was told before.
    """
    were_told = select(notification.c.user_id).where(
        notification.c.case_id == of,
        notification.c.state.in_(ALIVE),
        notification.c.step >= 0,  # whoever was only asked was not told
    )
    has_way = select(contact_method.c.user_id).where(in_use)
    has_it = select(case.c.acknowledged_by).where(case.c.id == of)
    query = select(user.c.id, user.c.language, user.c.role).where(
        user.c.disabled_at.is_(None),
        user.c.id.in_(has_way),
        or_(user.c.id.in_(were_told), user.c.id.in_(has_it)),
    )
    if access.municipality is not None:
        query = query.where(user.c.municipality_id == access.municipality)
    scopes = scopes_of(connection, access, of, now=now)
    people = [
        Told(
            user=UserId(row.id),
            language=row.language,
            role=Role(row.role),
            scope=scopes.get(UserId(row.id)),
        )
        for row in connection.execute(query.order_by(user.c.login))
    ]
    return [one for one in people if one.role is not Role.FAMILY or one.scope is not None]


def told_away(
    connection: Connection, access: Access, home: HomeId, *, by: str, at: datetime
) -> Mapping[UserId, datetime]:
    """Return whom news of cases tell that somebody said at an instant that the home is left.

    Until when, for each; only news that were taken over or still may be.

    Args:
        connection: The register.
        access: Who asks.
        home: Of the cases.
        by: Who said it.
        at: When; aware, UTC.
    """
    query = (
        select(notification.c.user_id, case_event.c.detail)
        .join(case_event, case_event.c.position == notification.c.news_of)
        .join(case, case.c.id == case_event.c.case_id)
        .where(
            case.c.home_id == home,
            case_event.c.word == Word.REPLIED,
            case_event.c.actor == by,
            case_event.c.at == at,
            notification.c.state.in_(ALIVE),
        )
    )
    if access.municipality is not None:
        query = query.where(case.c.municipality_id == access.municipality)
    return {
        UserId(row.user_id): datetime.fromisoformat(row.detail["until"])
        for row in connection.execute(query)
        if row.detail["reply"] == Reply.AWAY
    }


def scopes_of(
    connection: Connection, access: Access, of: CaseId, *, now: datetime
) -> Mapping[UserId, Agreed]:
    """Return for each who has it the widest consent in force of the resident of a case."""
    query = (
        select(consent.c.user_id, consent.c.scope)
        .join(case, case.c.resident_id == consent.c.resident_id)
        .where(case.c.id == of, valid_at(consent, now))
    )
    if access.municipality is not None:
        query = query.where(consent.c.municipality_id == access.municipality)
    rows = connection.execute(query)
    return widest((UserId(row.user_id), Agreed(row.scope)) for row in rows)
