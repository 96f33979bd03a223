"""What came of everything, for checkers and reports: cases by home, what was really sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from domain.access import Access
from domain.finding import Cause, Kind
from domain.ids import CaseId, HomeId
from storage.register.kinds import is_synthetic
from storage.register.schema import case, notification


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCase:
    """One resident case, as a checker needs it."""

    id: CaseId
    home: HomeId
    cause: Cause
    opened_at: datetime
    resolved_at: datetime | None


def resident_cases(connection: Connection, access: Access) -> list[ToldCase]:
    """Return all resident cases within reach, oldest first; never the synthetic home's."""
    query = select(case).where(case.c.kind == Kind.RESIDENT).order_by(case.c.number)
    query = query.where(~is_synthetic(case.c.municipality_id))
    if access.municipality is not None:
        query = query.where(case.c.municipality_id == access.municipality)
    return [
        ToldCase(
            id=CaseId(row.id),
            home=HomeId(row.home_id),
            cause=Cause(row.cause),
            opened_at=row.opened_at,
            resolved_at=row.resolved_at,
        )
        for row in connection.execute(query)
    ]


def notification_states(connection: Connection, access: Access) -> dict[str, bool]:
    """Return for each notification within reach whether a provider accepted it."""
    query = select(notification.c.id, notification.c.accepted_at)
    query = query.where(~is_synthetic(notification.c.municipality_id))
    if access.municipality is not None:
        query = query.where(notification.c.municipality_id == access.municipality)
    return {row.id: row.accepted_at is not None for row in connection.execute(query)}
