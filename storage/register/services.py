"""What our own services say of themselves: since when they work, and when they last moved on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from storage.register.guard import require_system
from storage.register.schema import service_state


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """One service."""

    name: str
    since: datetime
    """Since when it works without a break."""
    progress_at: datetime
    """When it last completed a turn."""
    restarts: int


def started(connection: Connection, access: Access, *, now: datetime) -> None:
    """Book that the service `access.actor` begins to work (again) at `now`."""
    require_system(access)
    row = insert(service_state).values(
        name=access.actor, municipality_id=None, since=now, progress_at=now, restarts=0
    )
    connection.execute(
        row.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "since": row.excluded.since,
                "progress_at": row.excluded.progress_at,
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
    """Return all services that ever started, by name; they belong to no municipality."""
    del access
    rows = connection.execute(select(service_state).order_by(service_state.c.name))
    return [
        ServiceState(
            name=row.name, since=row.since, progress_at=row.progress_at, restarts=row.restarts
        )
        for row in rows
    ]
