"""What our own services say of themselves: since when they work, and when they last moved on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, func, select
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from storage.register.guard import require_system
from storage.register.kinds import is_synthetic
from storage.register.notifications import UNDER_WAY
from storage.register.schema import notification, service_state

OUTBOX = "outbox"
"""The outbox counts as a service that moved on when the oldest message that waits fell due."""
STILL_AFTER = timedelta(minutes=2)
"""A service without progress for so long stands still: nothing that it says is news any more."""
SHORT_BREAK = timedelta(minutes=1)
"""A service that had moved on so shortly before it starts again has worked all along: one that
falls over every half minute must not seem to begin anew each time, for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """One service."""

    name: str
    since: datetime
    """Since when it works without a break longer than `SHORT_BREAK`."""
    progress_at: datetime
    """When it last completed a turn."""
    restarts: int


def standing_still(
    states: Iterable[ServiceState], names: Iterable[str], *, limit: timedelta, now: datetime
) -> list[str]:
    """Return which of some services did not move on within `limit`, or never started."""
    moved = {state.name: state.progress_at for state in states}
    moving = {name for name, at in moved.items() if now - at <= limit}
    return [name for name in names if name not in moving]


def started(connection: Connection, access: Access, *, now: datetime) -> None:
    """Book that the service `access.actor` begins to work (again) at `now`.

    To begin is no progress: only `progressed` says that a turn was completed.
    """
    require_system(access)
    row = insert(service_state).values(
        name=access.actor, municipality_id=None, since=now, progress_at=now, restarts=0
    )
    connection.execute(
        row.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "since": case(
                    (service_state.c.progress_at < now - SHORT_BREAK, row.excluded.since),
                    else_=service_state.c.since,
                ),
                "restarts": service_state.c.restarts + 1,
            },
        )
    )


def progressed(connection: Connection, access: Access, *, now: datetime) -> None:
    """Book that the service `access.actor` completed a turn at `now`."""
    require_system(access)
    mine = service_state.update().where(service_state.c.name == access.actor)
    connection.execute(mine.values(progress_at=now))


def states(connection: Connection, access: Access) -> list[ServiceState]:
    """Return all services that ever started, by name; they belong to no municipality.

    Behind them comes the outbox while any message waits in it that is not the synthetic home's.
    """
    del access
    rows = connection.execute(select(service_state).order_by(service_state.c.name))
    started_ones = [
        ServiceState(
            name=row.name, since=row.since, progress_at=row.progress_at, restarts=row.restarts
        )
        for row in rows
    ]
    return [*started_ones, *_outbox(connection)]


def _outbox(connection: Connection) -> list[ServiceState]:
    waits = notification.c.state.in_(UNDER_WAY)
    query = select(func.min(notification.c.due_at)).where(
        waits, ~is_synthetic(notification.c.municipality_id)
    )
    due_at = connection.execute(query).scalar()
    if due_at is None:
        return []
    return [ServiceState(name=OUTBOX, since=due_at, progress_at=due_at, restarts=0)]
