"""Reports: what newspaper shops, couriers and neighbours saw at a home, typed in by us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from domain.access import Access, Role
from domain.errors import InputError, Problem
from domain.ids import HomeId, UserId, new_id
from domain.report import ReportSource, Sighting
from storage.register import audit
from storage.register.reach import homes_within, sees_activity
from storage.register.schema import home, user
from storage.register.schema import report as table
from storage.register.sealed_notes import sealed, written
from storage.register.vault import Vault

MOST = 500
"""How many reports a stretch holds at most; the newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report; instants are aware, UTC."""

    id: str
    source: ReportSource
    sighting: Sighting
    seen_at: datetime
    entered_at: datetime
    user: UserId
    by: str
    """Display name of who typed it in."""
    note: str | None
    """None also where the access may not read it."""


def add(
    connection: Connection,
    access: Access,
    vault: Vault,
    home_id: HomeId,
    *,
    source: ReportSource,
    sighting: Sighting,
    seen_at: datetime,
    note: str | None,
    now: datetime,
) -> bool:
    """Write a report down; who looks after residents may.

    Effects: a row and a line in the audit log, also where it is refused.

    Returns:
        False when there is no such home within reach, or the role may not; nothing changes then.

    Raises:
        InputError: REP-001, it was seen in the future.
    """
    if seen_at > now:
        raise InputError(
            Problem(
                code="REP-001",
                where="report",
                found=seen_at.isoformat(),
                allowed="an instant that is over",
                do="correct when it was seen",
            )
        )
    reach = select(home.c.municipality_id).where(
        home.c.id == home_id, homes_within(access, now=now)
    )
    owner = connection.execute(reach).scalar()
    is_allowed = owner is not None and access.role is Role.CASEWORKER
    if is_allowed:
        row = new_id()
        connection.execute(
            table.insert().values(
                id=row,
                municipality_id=owner,
                home_id=home_id,
                source=source,
                sighting=sighting,
                seen_at=seen_at,
                entered_at=now,
                user_id=access.actor,
                **sealed(vault, row, note),
            )
        )
    audit.append(
        connection,
        access,
        action="report.add",
        object=f"home:{home_id}",
        result="done" if is_allowed else "refused",
        now=now,
    )
    return is_allowed


def of_home(
    connection: Connection,
    access: Access,
    vault: Vault,
    home_id: HomeId,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
) -> list[Report]:
    """Return what was seen at a home within reach in [since, until), newest first.

    Nothing for an access that may not see activity.
    """
    if not sees_activity(access):
        return []
    query = (
        select(table, user.c.display_name)
        .join(home, home.c.id == table.c.home_id)
        .join(user, user.c.id == table.c.user_id)
        .where(home.c.id == home_id, homes_within(access, now=now))
        .where(table.c.seen_at >= since, table.c.seen_at < until)
        .order_by(table.c.seen_at.desc(), table.c.id)
        .limit(MOST)
    )
    return [_report(row, access, vault) for row in connection.execute(query)]


def _report(row: Row[Any], access: Access, vault: Vault) -> Report:
    by_whom = written(access, vault, row)
    return Report(
        id=row.id,
        source=ReportSource(row.source),
        sighting=Sighting(row.sighting),
        seen_at=row.seen_at,
        entered_at=row.entered_at,
        user=by_whom.user,
        by=by_whom.by,
        note=by_whom.note,
    )
