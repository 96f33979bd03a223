"""Cases as alerting keeps them: opening, taking on, re-arming, resolving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, select, update

from domain.access import Access
from domain.case import WAITS_FOR_SOMEBODY, CaseState, Outcome, ResolvedCause
from domain.finding import Cause, Kind
from domain.ids import CaseId, HomeId, MunicipalityId, ResidentId, UserId, new_id
from storage.register.reach import cases_within
from storage.register.schema import case as table
from storage.register.schema import home


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a case is about, and where; the case does not exist yet."""

    key: str
    """Home and cause, with the sensor or service it is about: one open case for each key."""
    municipality: MunicipalityId | None
    home: HomeId | None
    resident: ResidentId | None
    """Who lived there when it began; None for a technical matter or an empty home."""
    kind: Kind
    cause: Cause
    is_review: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCase:
    """A case; instants are aware, UTC."""

    id: CaseId
    number: int
    """1, 2, 3 ...: what may be said aloud."""
    matter: Matter
    state: CaseState
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: UserId | None
    is_owner_asked: bool
    """Whether the owner gave no word by the deadline and was asked."""
    extensions: int
    """How often the owner has said to be still on it."""
    resolved_at: datetime | None
    resolved_by: UserId | None
    outcome: Outcome | None
    resolved_cause: ResolvedCause | None
    note: str | None


def open_case(
    connection: Connection, access: Access, matter: Matter, *, now: datetime
) -> StoredCase:
    """Open a case with the next number, triggered.

    Raises:
        sqlalchemy.exc.IntegrityError: A case of this matter is open.
    """
    del access
    number = select(func.coalesce(func.max(table.c.number), 0) + 1).scalar_subquery()
    row = table.insert().values(
        id=new_id(),
        number=number,
        municipality_id=matter.municipality,
        home_id=matter.home,
        resident_id=matter.resident,
        kind=matter.kind,
        cause=matter.cause,
        matter=matter.key,
        state=CaseState.TRIGGERED,
        is_review=matter.is_review,
        opened_at=now,
    )
    return _stored(connection.execute(row.returning(table)).one())


def get(
    connection: Connection, access: Access, case: CaseId, *, now: datetime
) -> StoredCase | None:
    """Return a case, None when it does not exist or is out of reach, which looks the same.

    What the user was told about is within reach: a colleague who steps in has to be able to answer.
    """
    query = select(table).outerjoin(home, home.c.id == table.c.home_id).where(table.c.id == case)
    row = connection.execute(query.where(cases_within(access, now=now))).one_or_none()
    return None if row is None else _stored(row)


def open_of_matter(connection: Connection, access: Access, key: str) -> StoredCase | None:
    """Return the open case of a matter, None when there is none."""
    query = select(table).where(table.c.matter == key, table.c.state != CaseState.RESOLVED)
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    row = connection.execute(query).one_or_none()
    return None if row is None else _stored(row)


def open_at_home(
    connection: Connection, access: Access, at: HomeId, cause: Cause
) -> StoredCase | None:
    """Return the open case of a cause at a home; the newest, where a cause may have several."""
    query = select(table).where(
        table.c.home_id == at, table.c.cause == cause, table.c.state != CaseState.RESOLVED
    )
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    row = connection.execute(query.order_by(table.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else _stored(row)


def acknowledge(connection: Connection, access: Access, case: CaseId, *, now: datetime) -> bool:
    """Let `access.actor` take the case on.

    Returns:
        False when it is not waiting for anybody (any more); nothing changes then.
    """
    mine = update(table).where(table.c.id == case, table.c.state.in_(WAITS_FOR_SOMEBODY))
    taken = mine.values(
        state=CaseState.ACKNOWLEDGED,
        acknowledged_at=now,
        acknowledged_by=access.actor,
        is_owner_asked=False,
        extensions=0,
    )
    return connection.execute(taken).rowcount == 1


def ask_owner(connection: Connection, access: Access, case: CaseId) -> None:
    """Book that the owner is asked for a word."""
    del access
    mine = update(table).where(table.c.id == case, table.c.state == CaseState.ACKNOWLEDGED)
    connection.execute(mine.values(is_owner_asked=True))


def extend(connection: Connection, access: Access, case: CaseId) -> bool:
    """Book that `access.actor`, who has the case, goes on with it.

    Returns:
        False when somebody else has it, or nobody; nothing changes then.
    """
    mine = update(table).where(
        table.c.id == case,
        table.c.state == CaseState.ACKNOWLEDGED,
        table.c.acknowledged_by == access.actor,
    )
    more = mine.values(is_owner_asked=False, extensions=table.c.extensions + 1)
    return connection.execute(more).rowcount == 1


def ask_resident(connection: Connection, access: Access, case: CaseId) -> None:
    """Book that the resident is asked before people are called."""
    del access
    mine = update(table).where(table.c.id == case, table.c.state == CaseState.TRIGGERED)
    connection.execute(mine.values(state=CaseState.ASKING))


def answer(connection: Connection, access: Access, case: CaseId) -> bool:
    """Book that the resident has answered; False when the resident was not being asked."""
    del access
    mine = update(table).where(table.c.id == case, table.c.state == CaseState.ASKING)
    return connection.execute(mine.values(state=CaseState.ANSWERED)).rowcount == 1


def rearm(connection: Connection, access: Access, case: CaseId) -> None:
    """Take an open case back to triggered; the acknowledgement is void."""
    del access
    mine = update(table).where(table.c.id == case, table.c.state != CaseState.RESOLVED)
    connection.execute(
        mine.values(
            state=CaseState.TRIGGERED,
            acknowledged_at=None,
            acknowledged_by=None,
            is_owner_asked=False,
            extensions=0,
        )
    )


def resolve(
    connection: Connection,
    access: Access,
    case: CaseId,
    *,
    outcome: Outcome,
    cause: ResolvedCause,
    note: str | None,
    now: datetime,
) -> bool:
    """Close the case in the name of `access.actor`.

    Returns:
        False when it is closed already; nothing changes then.
    """
    mine = update(table).where(table.c.id == case, table.c.state != CaseState.RESOLVED)
    closed = mine.values(
        state=CaseState.RESOLVED,
        resolved_at=now,
        resolved_by=access.actor,
        outcome=outcome,
        resolved_cause=cause,
        note=note,
    )
    return connection.execute(closed).rowcount == 1


def _stored(row: Row[tuple[object, ...]]) -> StoredCase:
    matter = Matter(
        key=row.matter,
        municipality=row.municipality_id and MunicipalityId(row.municipality_id),
        home=row.home_id and HomeId(row.home_id),
        resident=row.resident_id and ResidentId(row.resident_id),
        kind=Kind(row.kind),
        cause=Cause(row.cause),
        is_review=row.is_review,
    )
    return StoredCase(
        id=CaseId(row.id),
        number=row.number,
        matter=matter,
        state=CaseState(row.state),
        opened_at=row.opened_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by and UserId(row.acknowledged_by),
        is_owner_asked=row.is_owner_asked,
        extensions=row.extensions,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by and UserId(row.resolved_by),
        outcome=row.outcome and Outcome(row.outcome),
        resolved_cause=row.resolved_cause and ResolvedCause(row.resolved_cause),
        note=row.note,
    )
