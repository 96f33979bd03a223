"""Attempts: who tried what, when, in order to find out how a resident is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from domain.access import Access
from domain.attempt import AttemptKind, AttemptResult
from domain.ids import CaseId, UserId, new_id
from storage.register.reach import cases_within
from storage.register.schema import attempt as table
from storage.register.schema import case as case_table
from storage.register.schema import home, user
from storage.register.sealed_notes import sealed, written
from storage.register.vault import Vault

SAME_WITHIN = timedelta(seconds=10)
"""The same attempt by the same person this soon is a second tap on the button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttempt:
    """One attempt; instants are aware, UTC."""

    id: str
    case: CaseId
    kind: AttemptKind
    result: AttemptResult
    happened_at: datetime
    entered_at: datetime
    user: UserId
    by: str
    """Display name."""
    note: str | None
    """None also where the access may not read it."""


def add(
    connection: Connection,
    access: Access,
    vault: Vault,
    case: CaseId,
    *,
    kind: AttemptKind,
    result: AttemptResult,
    note: str | None,
    happened_at: datetime,
    now: datetime,
) -> bool:
    """Write down an attempt of `access.actor` in a case that the caller found within the access.

    Returns:
        False when the same was written down within `SAME_WITHIN`: a second tap changes nothing.
    """
    again = select(table.c.id).where(
        table.c.case_id == case,
        table.c.user_id == access.actor,
        table.c.kind == kind,
        table.c.result == result,
        table.c.entered_at > now - SAME_WITHIN,
    )
    if connection.execute(again).first() is not None:
        return False
    owner = select(case_table.c.municipality_id).where(case_table.c.id == case).scalar_subquery()
    row = new_id()
    connection.execute(
        table.insert().values(
            id=row,
            municipality_id=owner,
            case_id=case,
            kind=kind,
            result=result,
            happened_at=happened_at,
            entered_at=now,
            user_id=access.actor,
            **sealed(vault, row, note),
        )
    )
    return True


def of_case(
    connection: Connection, access: Access, vault: Vault, case: CaseId, *, now: datetime
) -> list[StoredAttempt]:
    """Return the attempts of a case within reach, oldest first."""
    query = (
        select(table, user.c.display_name)
        .join(case_table, case_table.c.id == table.c.case_id)
        .outerjoin(home, home.c.id == case_table.c.home_id)
        .join(user, user.c.id == table.c.user_id)
        .where(table.c.case_id == case, cases_within(access, now=now))
        .order_by(table.c.happened_at, table.c.entered_at, table.c.id)
    )
    return [_stored(row, access, vault) for row in connection.execute(query)]


def _stored(row: Row[Any], access: Access, vault: Vault) -> StoredAttempt:
    by_whom = written(access, vault, row)
    return StoredAttempt(
        id=row.id,
        case=CaseId(row.case_id),
        kind=AttemptKind(row.kind),
        result=AttemptResult(row.result),
        happened_at=row.happened_at,
        entered_at=row.entered_at,
        user=by_whom.user,
        by=by_whom.by,
        note=by_whom.note,
    )
