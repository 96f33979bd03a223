"""What people said when they closed cases, as far as it tells something about a home now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, ScalarSelect, func, or_, select

from domain.access import Access
from domain.case import CaseState, Outcome
from domain.finding import Cause, Kind, Reason
from domain.ids import HomeId
from domain.verdict import VERIFIED
from storage.register.guard import require_system
from storage.register.schema import case, episode, home


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What the person who closed a case about the resident had verified, and when."""

    at: datetime
    outcome: Outcome


def last_closings(
    connection: Connection, access: Access, ids: Collection[HomeId]
) -> dict[HomeId, Closing]:
    """Return for each home the last closing of a case in which somebody was asked to look.

    A resident case, or a home's darkness in which a caseworker was asked to call. A review says
    nothing about the present.
    """
    require_system(access)
    query = (
        select(case.c.home_id, case.c.resolved_at, case.c.outcome)
        .where(case.c.home_id.in_(list(ids)), case.c.outcome.is_not(None), _asks_to_look())
        .order_by(case.c.resolved_at, case.c.number)
    )
    return {
        HomeId(row.home_id): Closing(at=row.resolved_at, outcome=Outcome(row.outcome))
        for row in connection.execute(query)
    }


def dark_closings(
    connection: Connection, access: Access, ids: Collection[HomeId]
) -> dict[HomeId, datetime]:
    """Return for each home without an open case of its darkness when the last one was closed."""
    require_system(access)
    query = select(case.c.home_id, case.c.state, case.c.resolved_at).where(
        case.c.home_id.in_(list(ids)), case.c.cause == Cause.GATEWAY_SILENT
    )
    closed: dict[HomeId, datetime] = {}
    still_open: set[HomeId] = set()
    for row in connection.execute(query.order_by(case.c.resolved_at)):
        if row.state == CaseState.RESOLVED:
            closed[HomeId(row.home_id)] = row.resolved_at
        else:
            still_open.add(HomeId(row.home_id))
    return {home_id: at for home_id, at in closed.items() if home_id not in still_open}


def open_inactivity(
    connection: Connection, access: Access, ids: Collection[HomeId]
) -> frozenset[HomeId]:
    """Return the homes with an open inactivity case."""
    require_system(access)
    query = (
        select(case.c.home_id)
        .where(case.c.home_id.in_(list(ids)), case.c.cause == Cause.INACTIVITY)
        .where(case.c.state != CaseState.RESOLVED)
    )
    return frozenset(HomeId(row) for row in connection.execute(query).scalars())


def verified_at() -> ScalarSelect[datetime | None]:
    """Return a column for a query over `home`: when somebody was last verified to be well."""
    closed = case.alias("verified")
    return (
        select(func.max(closed.c.resolved_at))
        .where(closed.c.home_id == home.c.id, closed.c.outcome.in_(VERIFIED))
        .where(closed.c.is_review.is_(False))
        .correlate(home)
        .scalar_subquery()
    )


def _asks_to_look() -> ColumnElement[bool]:
    called = (
        select(episode.c.id)
        .where(episode.c.case_id == case.c.id, episode.c.reason == Reason.BLIND_PAST_DEADLINE)
        .correlate(case)
        .exists()
    )
    resident = (case.c.kind == Kind.RESIDENT) & case.c.is_review.is_(False)
    return or_(resident, (case.c.cause == Cause.GATEWAY_SILENT) & called)
