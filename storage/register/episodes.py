"""Episodes: the stretches of a case, each with its own way up the ladder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from domain.access import Access
from domain.case import CaseState
from domain.finding import Finding, Reason
from domain.ids import CaseId, EpisodeId, new_id
from storage.register.cases import StoredCase
from storage.register.guard import require_system
from storage.register.policies import Plan
from storage.register.schema import case
from storage.register.schema import episode as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One stretch of one cause inside a case; instants are aware, UTC."""

    id: EpisodeId
    case: CaseId
    number: int
    """1 for the one that opened the case."""
    reason: Reason
    began_at: datetime
    found_at: datetime
    last_evidence_at: datetime
    recovered_at: datetime | None
    last_activity_at: datetime | None
    due_at: datetime | None
    blind_since: datetime | None
    steps_taken: int
    """Steps so far; each has its own number, skipped ones count."""
    rung: int
    """How far the present climb has come; begins again at 0 when nobody else is left to call."""
    asides: int
    """How often somebody was asked beside the ladder, the resident or the owner; the messages of
    these are numbered -1, -2 ..."""
    plan: Plan | None
    """What it began with; None before the first step, and of episodes older than plans."""
    next_step_at: datetime | None
    """When to look again; while the case is acknowledged: the owner's deadline."""


def begin(connection: Connection, access: Access, case: StoredCase, finding: Finding) -> Episode:
    """Begin the next episode of a case with a finding; no step is taken yet."""
    del access
    last = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.case_id == case.id)
    row = table.insert().values(
        id=new_id(),
        municipality_id=case.matter.municipality,
        case_id=case.id,
        number=last.scalar_subquery() + 1,
        reason=finding.reason,
        began_at=finding.began_at,
        found_at=finding.found_at,
        last_evidence_at=finding.began_at,
        last_activity_at=finding.last_activity_at,
        due_at=finding.due_at,
        blind_since=finding.blind_since,
        steps_taken=0,
        rung=0,
        asides=0,
        next_step_at=finding.found_at,
    )
    return _episode(connection.execute(row.returning(table)).one())


def get(connection: Connection, access: Access, episode: EpisodeId) -> Episode:
    """Return one episode.

    Raises:
        sqlalchemy.exc.NoResultFound: There is none.
    """
    query = select(table).where(table.c.id == episode)
    return _episode(connection.execute(_mine(query, access)).one())


def of_case(connection: Connection, access: Access, case: CaseId) -> list[Episode]:
    """Return the episodes of a case that the caller found within the access, first one first."""
    query = select(table).where(table.c.case_id == case).order_by(table.c.number)
    return [_episode(row) for row in connection.execute(_mine(query, access))]


def add_evidence(connection: Connection, access: Access, episode: EpisodeId, at: datetime) -> None:
    """Book that the condition was seen again at `at`."""
    del access
    mine = update(table).where(table.c.id == episode, table.c.last_evidence_at < at)
    connection.execute(mine.values(last_evidence_at=at))


def recover(connection: Connection, access: Access, case: CaseId, at: datetime) -> None:
    """Book that the condition ended at `at` in all episodes of a case that had not ended.

    The first end counts: whatever begins after it is a new emergency.
    """
    del access
    unended = table.c.recovered_at.is_(None)
    connection.execute(
        update(table).where(table.c.case_id == case, unended).values(recovered_at=at)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Climbed:
    """How far the ladder of an episode was climbed, and when to look again."""

    steps_taken: int
    rung: int
    asides: int
    next_step_at: datetime | None
    """None: never."""


def book(connection: Connection, access: Access, episode: EpisodeId, climbed: Climbed) -> None:
    """Book how far the ladder was climbed and when to look again."""
    del access
    mine = update(table).where(table.c.id == episode)
    connection.execute(
        mine.values(
            steps_taken=climbed.steps_taken,
            rung=climbed.rung,
            asides=climbed.asides,
            next_step_at=climbed.next_step_at,
        )
    )


def give_deadlines(connection: Connection, access: Access) -> int:
    """Give acknowledged cases without a deadline one that has passed: their owners are asked next.

    An earlier version had none, and nobody must have a case for ever. Returns how many there were.
    """
    require_system(access)
    of_case = select(case.c.acknowledged_at).where(case.c.id == table.c.case_id).scalar_subquery()
    held = select(case.c.id).where(
        case.c.state == CaseState.ACKNOWLEDGED, case.c.acknowledged_at.is_not(None)
    )
    later = table.alias("later")
    waiting = select(later.c.id).where(
        later.c.case_id == table.c.case_id,
        (later.c.next_step_at.is_not(None)) | (later.c.number > table.c.number),
    )
    lacking = update(table).where(
        table.c.next_step_at.is_(None), table.c.case_id.in_(held), ~waiting.exists()
    )
    return connection.execute(lacking.values(next_step_at=of_case)).rowcount


def look_again(
    connection: Connection, access: Access, episode: EpisodeId, at: datetime | None
) -> None:
    """Book when to look at an episode again, and nothing else."""
    del access
    connection.execute(update(table).where(table.c.id == episode).values(next_step_at=at))


def keep_plan(connection: Connection, access: Access, episode: EpisodeId, plan: Plan) -> None:
    """Keep what an episode begins with; a plan that is kept already stays."""
    del access
    mine = update(table).where(table.c.id == episode, table.c.plan.is_(None))
    connection.execute(mine.values(plan=plan.as_json()))


def move_deadlines(connection: Connection, access: Access, by: timedelta) -> None:
    """Move every instant at which something is due; the clock was set by so much.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    rows = connection.execute(
        select(table.c.id, table.c.next_step_at).where(table.c.next_step_at.is_not(None))
    ).all()
    for row in rows:
        moved = table.update().where(table.c.id == row.id)
        connection.execute(moved.values(next_step_at=row.next_step_at + by))


def stop_ladders(connection: Connection, access: Access, case: CaseId) -> None:
    """Let no further step of any episode of a case be taken."""
    del access
    connection.execute(update(table).where(table.c.case_id == case).values(next_step_at=None))


def due(
    connection: Connection, access: Access, *, now: datetime, limit: int = 100
) -> list[Episode]:
    """Return the episodes whose next step is due, the longest overdue first."""
    query = select(table).where(table.c.next_step_at <= now)
    query = query.order_by(table.c.next_step_at, table.c.id).limit(limit)
    return [_episode(row) for row in connection.execute(_mine(query, access))]


def next_step_at(connection: Connection, access: Access) -> datetime | None:
    """Return the earliest instant at which a step falls due, None when no ladder is running."""
    query = select(table.c.next_step_at).where(table.c.next_step_at.is_not(None))
    earliest = query.order_by(table.c.next_step_at).limit(1)
    return connection.execute(_mine(earliest, access)).scalar()


def _mine(query: Select[Any], access: Access) -> Select[Any]:
    if access.municipality is None:
        return query
    of_none = table.c.municipality_id.is_(None)
    return query.where(of_none | (table.c.municipality_id == access.municipality))


def _episode(row: Row[tuple[object, ...]]) -> Episode:
    return Episode(
        id=EpisodeId(row.id),
        case=CaseId(row.case_id),
        number=row.number,
        reason=Reason(row.reason),
        began_at=row.began_at,
        found_at=row.found_at,
        last_evidence_at=row.last_evidence_at,
        recovered_at=row.recovered_at,
        last_activity_at=row.last_activity_at,
        due_at=row.due_at,
        blind_since=row.blind_since,
        steps_taken=row.steps_taken,
        rung=row.rung,
        asides=row.asides,
        plan=None if row.plan is None else Plan.from_json(row.plan),
        next_step_at=row.next_step_at,
    )
