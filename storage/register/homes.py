"""Homes as pages show them: with their people, state, open matters and sensors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Connection, Row, Select, and_, func, or_, select, type_coerce

from domain.access import Access
from domain.case import CaseState
from domain.finding import Cause, Kind
from domain.ids import CaseId, HomeId, SensorId
from domain.verdict import LEAVING_LASTS, HomeView, Judgement, VerdictReason, judge
from storage.register.closings import verified_at
from storage.register.kinds import is_synthetic
from storage.register.reach import homes_within, kinds_within, sees_activity
from storage.register.residents import PERSONAL_COLUMNS, Person, open_person
from storage.register.schema import absence as absence_table
from storage.register.schema import case as case_table
from storage.register.schema import (
    deadline,
    gateway_placement,
    home,
    home_state,
    personal,
    residency,
    sensor,
    sensor_placement,
    sensor_state,
)
from storage.register.validity import valid_at
from storage.register.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMatter:
    """The most urgent open resident case of a home."""

    id: CaseId
    cause: Cause
    state: CaseState
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeSummary:
    """Everything the list shows of one home; instants are aware, UTC.

    For an access that may not see activity, all that tells when somebody moved or what happened to
    the resident is None; the verdict is the one that everybody sees.
    """

    id: HomeId
    code: str
    time_zone: str
    person: Person | None
    """None where the access may not see people, or nobody is known to live there."""
    view: HomeView
    judgement: Judgement
    """Made of the whole view; `since` is None where it would tell of activity."""
    sees_activity: bool
    """Whether the access may see activity, so that None means that there was none."""
    matter: OpenMatter | None
    technical_cases: int
    """How many technical cases are open."""
    last_activity_room: str | None
    due_at: datetime | None
    """When silence would become a case, None when nothing is expected."""
    usual_silence: timedelta | None
    """How long this home is usually silent at this time of day, where it is known."""
    observed_since: datetime
    """When its first gateway was placed; before that nothing could be heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSummary:
    """One sensor of a home."""

    id: SensorId
    name: str
    room: str
    is_entrance: bool
    is_battery: bool
    heartbeat: timedelta
    last_heard_at: datetime | None
    last_activity_at: datetime | None
    battery_percent: float | None
    is_silent: bool
    """Whether the detector says that it should have been heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A stretch in which nobody is expected."""

    starts_at: datetime
    ends_at: datetime


def summaries(
    connection: Connection, access: Access, vault: Vault | None, *, now: datetime
) -> list[HomeSummary]:
    """Return all homes within reach that can be lived in, by code; one query for all of them.

    Without a vault nobody's name is opened: for those who only count.
    """
    query = _summary(access, now).order_by(home.c.code).where(~is_synthetic(home.c.municipality_id))
    return [_home(row, access, vault, now) for row in connection.execute(query)]


def summary(
    connection: Connection, access: Access, vault: Vault, home_id: HomeId, *, now: datetime
) -> HomeSummary | None:
    """Return one home; None when it does not exist or is out of reach, which looks the same."""
    row = connection.execute(_summary(access, now).where(home.c.id == home_id)).one_or_none()
    return None if row is None else _home(row, access, vault, now)


def is_any_within(connection: Connection, access: Access, *, now: datetime) -> bool:
    """Tell whether there is a home within reach."""
    query = select(home.c.id).where(homes_within(access, now=now)).limit(1)
    return connection.execute(query).first() is not None


def sensors(
    connection: Connection, access: Access, home_id: HomeId, *, now: datetime
) -> list[SensorSummary]:
    """Return the sensors that are placed in a home within reach now, by room and name."""
    query = (
        select(sensor, sensor_placement.c.room, sensor_placement.c.is_entrance, *_STATE)
        .join(sensor_placement, sensor_placement.c.sensor_id == sensor.c.id)
        .join(home, home.c.id == sensor_placement.c.home_id)
        .outerjoin(sensor_state, sensor_state.c.sensor_id == sensor.c.id)
        .where(
            home.c.id == home_id,
            homes_within(access, now=now),
            valid_at(sensor_placement, now),
        )
        .order_by(sensor_placement.c.room, sensor.c.name)
    )
    return [
        SensorSummary(
            id=SensorId(row.id),
            name=row.name,
            room=row.room,
            is_entrance=row.is_entrance,
            is_battery=row.is_battery,
            heartbeat=row.heartbeat,
            last_heard_at=row.last_heard_at,
            last_activity_at=row.last_activity_at,
            battery_percent=row.battery_percent,
            is_silent=row.silent_since is not None,
        )
        for row in connection.execute(query)
    ]


def absences(
    connection: Connection, access: Access, home_id: HomeId, *, now: datetime
) -> list[Absence]:
    """Return the absences of a home within reach that hold now or are still to come."""
    query = (
        select(absence_table.c.starts_at, absence_table.c.ends_at)
        .join(home, home.c.id == absence_table.c.home_id)
        .where(home.c.id == home_id, homes_within(access, now=now), absence_table.c.ends_at > now)
        .order_by(absence_table.c.starts_at)
    )
    return [
        Absence(starts_at=row.starts_at, ends_at=row.ends_at) for row in connection.execute(query)
    ]


_TELLS_NO_ACTIVITY = (
    VerdictReason.NEVER_HEARD,
    VerdictReason.GATEWAY_SILENT,
    VerdictReason.CATCHING_UP,
)
"""The reasons whose `since` is about the line and not about the resident."""
_STATE = (
    sensor_state.c.last_heard_at,
    sensor_state.c.last_activity_at,
    sensor_state.c.battery_percent,
    sensor_state.c.silent_since,
)


def _summary(access: Access, now: datetime) -> Select[tuple[object, ...]]:
    matter = case_table.alias("matter")
    most_urgent = (
        select(case_table.c.id)
        .where(
            case_table.c.home_id == home.c.id,
            case_table.c.kind == Kind.RESIDENT,
            case_table.c.cause != Cause.ABSENCE,  # asks of the calendar: no alert of the person
            case_table.c.state != CaseState.RESOLVED,
        )
        .order_by(
            (case_table.c.state == CaseState.TRIGGERED).desc(),
            (case_table.c.cause == Cause.HELP).desc(),
            case_table.c.opened_at,
        )
        .limit(1)
        .correlate(home)
        .scalar_subquery()
    )
    technical = (
        select(func.count())
        .where(
            case_table.c.home_id == home.c.id,
            case_table.c.kind == Kind.TECHNICAL,
            case_table.c.state != CaseState.RESOLVED,
            kinds_within(access),
        )
        .correlate(home)
        .scalar_subquery()
    )
    # as domain.verdict.has_come_home says
    stayed_s = (
        type_coerce(home_state.c.last_activity_at, BigInteger)
        - type_coerce(absence_table.c.starts_at, BigInteger)
    ) / 1000
    absent_until = (
        select(func.max(absence_table.c.ends_at))
        .where(
            absence_table.c.home_id == home.c.id,
            absence_table.c.starts_at <= now,
            absence_table.c.ends_at > now,
            or_(home_state.c.last_activity_at.is_(None), stayed_s <= LEAVING_LASTS.total_seconds()),
        )
        .correlate(home, home_state)
        .scalar_subquery()
    )
    room = (
        select(sensor_placement.c.room)
        .where(sensor_placement.c.sensor_id == home_state.c.last_activity_sensor)
        .order_by(sensor_placement.c.valid_from.desc())
        .limit(1)
        .correlate(home_state)
        .scalar_subquery()
    )
    observed_since = (
        select(func.min(gateway_placement.c.valid_from))
        .where(gateway_placement.c.home_id == home.c.id)
        .correlate(home)
        .scalar_subquery()
    )
    lives_there = and_(
        residency.c.home_id == home.c.id,
        valid_at(residency, now),
    )
    query: Select[tuple[object, ...]] = select(
        home.c.id,
        home.c.code,
        home.c.time_zone,
        home.c.created_at,
        home_state.c.last_heard_at,
        home_state.c.watermark,
        home_state.c.last_activity_at,
        deadline.c.due_at,
        deadline.c.fired_at,
        deadline.c.last_activity_at.label("deadline_activity_at"),
        verified_at().label("verified_at"),
        deadline.c.usual_silence,
        matter.c.id.label("matter_id"),
        matter.c.cause.label("matter_cause"),
        matter.c.state.label("matter_state"),
        matter.c.opened_at.label("matter_opened_at"),
        technical.label("technical_cases"),
        absent_until.label("absent_until"),
        room.label("last_activity_room"),
        observed_since.label("observed_since"),
        *PERSONAL_COLUMNS,
    )
    return (
        query.select_from(home)
        .outerjoin(home_state, home_state.c.home_id == home.c.id)
        .outerjoin(deadline, deadline.c.home_id == home.c.id)
        .outerjoin(residency, lives_there)
        .outerjoin(personal, personal.c.resident_id == residency.c.resident_id)
        .outerjoin(matter, matter.c.id == most_urgent)
        .where(homes_within(access, now=now))
    )


def _home(
    row: Row[tuple[object, ...]], access: Access, vault: Vault | None, now: datetime
) -> HomeSummary:
    matter = None
    if row.matter_id is not None:
        matter = OpenMatter(
            id=CaseId(row.matter_id),
            cause=Cause(row.matter_cause),
            state=CaseState(row.matter_state),
            opened_at=row.matter_opened_at,
        )
    view = HomeView(
        has_open_resident_case=matter is not None,
        last_heard_at=row.last_heard_at,
        watermark=row.watermark,
        last_activity_at=row.last_activity_at,
        absent_until=row.absent_until,
        overdue_since=_overdue_since(row),
    )
    found = HomeSummary(
        id=HomeId(row.id),
        code=row.code,
        time_zone=row.time_zone,
        person=None if vault is None else open_person(access, vault, row),
        view=view,
        judgement=judge(view, now=now),
        sees_activity=True,
        matter=matter,
        technical_cases=row.technical_cases,
        last_activity_room=row.last_activity_room,
        due_at=row.due_at,
        usual_silence=row.usual_silence,
        observed_since=row.observed_since or row.created_at,
    )
    return found if sees_activity(access) else without_activity(found)


def _overdue_since(row: Row[tuple[object, ...]]) -> datetime | None:
    """Return when the present silence was found, else its deadline; None once it was verified."""
    active_at: datetime | None = row.last_activity_at
    verified: datetime | None = row.verified_at
    fired_at: datetime | None = row.fired_at
    due_at: datetime | None = row.due_at
    if row.deadline_activity_at is None or active_at is None:
        return None
    told_at = fired_at if row.deadline_activity_at >= active_at else None
    passed = [at for at in (told_at, due_at) if at is not None and at > active_at]
    return next((at for at in passed if verified is None or verified < at), None)


def without_activity(found: HomeSummary) -> HomeSummary:
    """Leave what is for those who do not look after the person: state, line and equipment."""
    judgement = found.judgement
    if judgement.reason not in _TELLS_NO_ACTIVITY:
        judgement = replace(judgement, since=None)
    return replace(
        found,
        view=replace(found.view, last_activity_at=None, overdue_since=None),
        judgement=judgement,
        sees_activity=False,
        matter=None,
        last_activity_room=None,
        due_at=None,
        usual_silence=None,
    )
