"""Consents: what a resident agreed that a member of the family may see, who took it down, its end.

A consent holds from when it is recorded at the earliest: what was seen before was seen without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, literal, select, update

from domain.access import Access
from domain.consent import Agreed, Form
from domain.errors import InputError, Problem
from domain.ids import MunicipalityId, ResidentId, UserId, new_id
from storage.register import audit
from storage.register.columns import Instant
from storage.register.guard import require_municipality, require_system
from storage.register.schema import consent as table
from storage.register.schema import home, residency, user
from storage.register.validity import not_over, valid_at


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """What a resident agrees to; instants are aware, UTC."""

    municipality: MunicipalityId
    resident: ResidentId
    user: UserId
    """Of the family."""
    scope: Agreed
    form: Form
    recorded_by: UserId
    starts_at: datetime
    ends_at: datetime | None
    """None: until it is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredConsent:
    """One line of the list; instants are aware, UTC."""

    home_code: str | None
    """None: the resident has moved out, so that nobody sees anything by it."""
    time_zone: str | None
    login: str
    scope: Agreed
    form: Form | None
    """None, as `recorded_by`: it was written before this was kept."""
    recorded_by: str | None
    """Login."""
    starts_at: datetime
    ends_at: datetime | None

    def holds_at(self, instant: datetime) -> bool:
        """Tell whether it is in force."""
        return self.starts_at <= instant and (self.ends_at is None or instant < self.ends_at)


def give(connection: Connection, access: Access, new: NewConsent, *, now: datetime) -> bool:
    """Record what a resident agrees to; an earlier consent to the same person ends where it begins.

    Effects: a row, the ends of others, a line in the audit log.

    Returns:
        Whether it takes the place of an earlier one.

    Raises:
        InputError: ACC-001 a person asks, or for another municipality; CNS-002 it begins in the
            past, or ends before it begins.
    """
    require_system(access)
    require_municipality(access, new.municipality)
    if new.starts_at < now or (new.ends_at is not None and new.ends_at <= new.starts_at):
        raise _wrong(new)
    mine = _between(new.resident, new.user)
    is_replaced = _cut(connection, mine, new.starts_at, by=new.recorded_by, now=now) > 0
    connection.execute(
        table.insert().values(
            id=new_id(),
            municipality_id=new.municipality,
            resident_id=new.resident,
            user_id=new.user,
            scope=new.scope,
            form=new.form,
            recorded_by=new.recorded_by,
            recorded_at=now,
            valid_from=new.starts_at,
            valid_to=new.ends_at,
        )
    )
    of = f"{_of(new.resident, new.user)} scope:{new.scope}"
    audit.append(connection, access, action="consent.give", object=of, result="done", now=now)
    return is_replaced


def end(
    connection: Connection,
    access: Access,
    resident: ResidentId,
    of: UserId,
    *,
    ended_by: UserId,
    now: datetime,
) -> bool:
    """End all that a resident agreed to for a person, from `now` on; also what was to come.

    Returns:
        False when there was nothing: nothing changes then.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    mine = _between(resident, of)
    if access.municipality is not None:
        mine = and_(mine, table.c.municipality_id == access.municipality)
    if _cut(connection, mine, now, by=ended_by, now=now) == 0:
        return False
    what = _of(resident, of)
    audit.append(connection, access, action="consent.end", object=what, result="done", now=now)
    return True


def listed(
    connection: Connection, access: Access, *, now: datetime, with_ended: bool = False
) -> list[StoredConsent]:
    """Return what holds or is to come, by home, login and beginning; with what ended if asked for.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    recorder = user.alias("recorder")
    lives = and_(residency.c.resident_id == table.c.resident_id, valid_at(residency, now))
    query = (
        select(
            table,
            home.c.code,
            home.c.time_zone,
            user.c.login,
            recorder.c.login.label("recorder"),
        )
        .join(user, user.c.id == table.c.user_id)
        .outerjoin(residency, lives)
        .outerjoin(home, home.c.id == residency.c.home_id)
        .outerjoin(recorder, recorder.c.id == table.c.recorded_by)
        .order_by(home.c.code, user.c.login, table.c.valid_from)
    )
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    if not with_ended:
        query = query.where(not_over(table, now), home.c.id.is_not(None))
    return [
        StoredConsent(
            home_code=row.code,
            time_zone=row.time_zone,
            login=row.login,
            scope=Agreed(row.scope),
            form=row.form and Form(row.form),
            recorded_by=row.recorder,
            starts_at=row.valid_from,
            ends_at=row.valid_to,
        )
        for row in connection.execute(query)
    ]


def _cut(
    connection: Connection,
    mine: ColumnElement[bool],
    instant: datetime,
    *,
    by: UserId,
    now: datetime,
) -> int:
    """Let what holds end at an instant, and what begins later never hold; returns how many.

    The end of the latter is `now`, before its beginning.
    """
    begun = table.c.valid_from <= instant
    ends = case((begun, literal(instant, Instant())), else_=literal(now, Instant()))
    cut = update(table).where(mine, not_over(table, instant))
    return connection.execute(cut.values(valid_to=ends, ended_by=by, ended_at=now)).rowcount


def _between(resident: ResidentId, of: UserId) -> ColumnElement[bool]:
    return and_(table.c.resident_id == resident, table.c.user_id == of)


def _of(resident: ResidentId, of: UserId) -> str:
    return f"resident:{resident} user:{of}"


def _wrong(new: NewConsent) -> InputError:
    until = "open" if new.ends_at is None else new.ends_at.isoformat()
    return InputError(
        Problem(
            code="CNS-002",
            where="consent",
            found=f"{new.starts_at.isoformat()} to {until}",
            allowed="a beginning that is not past, and an end after it",
            do="let it begin now, or later; nothing was changed",
        )
    )
