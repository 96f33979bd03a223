"""The log of findings, which alerting follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import HomeId, MunicipalityId, SensorId
from storage.register.guard import require_system
from storage.register.schema import finding as table
from storage.register.schema import home


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFinding:
    """A finding with its place in the log."""

    position: int
    municipality: MunicipalityId | None
    finding: Finding


def append(connection: Connection, access: Access, finding: Finding) -> bool:
    """Append a finding once.

    Returns:
        False when the same finding (by `Finding.key`) is there already; nothing changes then.
    """
    require_system(access)
    of_home = select(home.c.municipality_id).where(home.c.id == finding.home).scalar_subquery()
    row = insert(table).values(
        municipality_id=of_home,
        home_id=finding.home,
        cause=finding.cause,
        phase=finding.phase,
        reason=finding.reason,
        began_at=finding.began_at,
        found_at=finding.found_at,
        sensor_id=finding.sensor,
        last_activity_at=finding.last_activity_at,
        due_at=finding.due_at,
        blind_since=finding.blind_since,
        service=finding.service,
        key=finding.key,
    )
    return connection.execute(row.on_conflict_do_nothing(index_elements=["key"])).rowcount == 1


def append_all(connection: Connection, access: Access, found: Iterable[Finding]) -> None:
    """Append findings in this order, each once."""
    for one in found:
        append(connection, access, one)


def after(
    connection: Connection, access: Access, position: int, *, limit: int = 500
) -> list[StoredFinding]:
    """Return findings behind `position`, oldest first, at most `limit`."""
    query = select(table).where(table.c.position > position).order_by(table.c.position)
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    return [_stored(row) for row in connection.execute(query.limit(limit))]


def head(connection: Connection, access: Access) -> int:
    """Return the position of the newest finding; 0 when there is none."""
    query = select(func.coalesce(func.max(table.c.position), 0))
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    return int(connection.execute(query).scalar_one())


def newest_phase(connection: Connection, access: Access, cause: Cause, of: str) -> Phase | None:
    """Return what the newest finding of a cause about a service said; None when there is none."""
    require_system(access)
    query = select(table.c.phase).where(table.c.cause == cause, table.c.service == of)
    found = connection.execute(query.order_by(table.c.position.desc()).limit(1)).scalar()
    return None if found is None else Phase(found)


def _stored(row: Row[tuple[object, ...]]) -> StoredFinding:
    m = row._mapping  # noqa: SLF001 (public in SQLAlchemy, named so to avoid clashes)
    return StoredFinding(
        position=m["position"],
        municipality=m["municipality_id"] and MunicipalityId(m["municipality_id"]),
        finding=Finding(
            home=m["home_id"] and HomeId(m["home_id"]),
            cause=Cause(m["cause"]),
            phase=Phase(m["phase"]),
            reason=Reason(m["reason"]),
            began_at=m["began_at"],
            found_at=m["found_at"],
            sensor=m["sensor_id"] and SensorId(m["sensor_id"]),
            last_activity_at=m["last_activity_at"],
            due_at=m["due_at"],
            blind_since=m["blind_since"],
            service=m["service"],
        ),
    )
