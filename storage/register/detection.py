"""What the detector reads of homes, and what it keeps: deadlines, darkness, silent sensors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, ScalarSelect, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from domain.case import CaseState, ResolvedCause
from domain.finding import Cause, Phase, Reason
from domain.ids import HomeId, SensorId
from storage.register.closings import Closing, dark_closings, last_closings, open_inactivity
from storage.register.guard import require_system
from storage.register.kinds import is_synthetic
from storage.register.schema import (
    absence,
    case,
    darkness,
    deadline,
    episode,
    finding,
    gateway,
    gateway_placement,
    home,
    home_state,
    sensor,
    sensor_placement,
    sensor_state,
)
from storage.register.validity import valid_at

Stretch = tuple[datetime, datetime]
"""From when until when; aware, UTC."""

UNUSUAL = (ResolvedCause.EMERGENCY, ResolvedCause.HOSPITAL_STAY)
"""What a silence turned out to be when it must not be learned as usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDeadline:
    """When silence becomes alarming in a home, and what was said about it."""

    due_at: datetime | None
    """None while nobody is expected to move."""
    last_activity_at: datetime
    """Where the silence begins; of a home that never was active, the first envelope heard."""
    reason: Reason
    usual_silence: timedelta | None
    mode: str
    fired_at: datetime | None = None
    """When the last INACTIVITY finding of this silence was made, None when none was."""
    called_at: datetime | None = None
    """When a caseworker was asked to call, None when nobody was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSensor:
    """A sensor that was heard at least once and hangs in the home now."""

    sensor: SensorId
    heartbeat: timedelta
    is_battery: bool
    is_entrance: bool
    last_heard_at: datetime
    silent_since: datetime | None
    """Set while a SENSOR_SILENT finding holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenHome:
    """All that is known of a home in which a gateway stands now and was heard."""

    home: HomeId
    time_zone: str
    position: int
    last_heard_at: datetime
    watermark: datetime | None
    last_activity_at: datetime | None
    last_activity_sensor: SensorId | None
    absences: tuple[Stretch, ...]
    """Those that ended, or will end, after the last activity; earliest first."""
    closing: Closing | None
    """The last of a case in which somebody was asked to look; a review says nothing of now."""
    is_case_open: bool
    """Whether an INACTIVITY case is open."""
    deadline: StoredDeadline | None
    dark_since: datetime | None
    """Set while a GATEWAY_SILENT finding holds: its `began_at`."""
    dark_found_at: datetime | None
    dark_closed_at: datetime | None
    """When the last case of a darkness was closed; None while one is open."""
    sensors: tuple[SeenSensor, ...]


def changed(
    connection: Connection, access: Access, position: int, *, limit: int = 500
) -> tuple[list[HomeId], int]:
    """Return homes whose state changed behind `position`, and the position they reach.

    Homes that changed at one position come together, so the last one may exceed `limit`.
    """
    require_system(access)
    behind = select(home_state.c.position).where(home_state.c.position > position)
    upto = connection.execute(
        behind.order_by(home_state.c.position).limit(1).offset(limit - 1)
    ).scalar()
    query = select(home_state.c.home_id, home_state.c.position).where(
        home_state.c.position > position
    )
    if upto is not None:
        query = query.where(home_state.c.position <= upto)
    rows = connection.execute(query).all()
    reached = max((row.position for row in rows), default=position)
    return [HomeId(row.home_id) for row in rows], reached


def heard_homes(connection: Connection, access: Access) -> list[HomeId]:
    """Return every home that was ever heard, but for the synthetic one."""
    require_system(access)
    query = select(home_state.c.home_id).where(~is_synthetic(home_state.c.municipality_id))
    return [HomeId(row) for row in connection.execute(query).scalars()]


def head(connection: Connection, access: Access) -> int:
    """Return the newest position of any home's state; 0 when there is none."""
    require_system(access)
    query = select(func.coalesce(func.max(home_state.c.position), 0))
    return int(connection.execute(query).scalar_one())


def homes(
    connection: Connection, access: Access, ids: Collection[HomeId], *, now: datetime
) -> list[SeenHome]:
    """Return what is known of some homes; those where no gateway stands at `now` are left out.

    A revoked gateway stands nowhere, and its sensors hang nowhere: their silence is nobody's.
    Nobody lives in the synthetic home: it is left out.
    """
    require_system(access)
    standing = (
        select(gateway_placement.c.home_id)
        .join(gateway, gateway.c.id == gateway_placement.c.gateway_id)
        .where(gateway.c.revoked_at.is_(None), valid_at(gateway_placement, now))
    )
    columns = select(
        home_state,
        home.c.time_zone,
        deadline.c.due_at,
        deadline.c.last_activity_at.label("deadline_activity_at"),
        deadline.c.reason,
        deadline.c.usual_silence,
        deadline.c.mode,
        deadline.c.fired_at,
        deadline.c.called_at,
        darkness.c.since.label("dark_since"),
        darkness.c.found_at.label("dark_found_at"),
    )
    query = (
        columns.join(home, home.c.id == home_state.c.home_id)
        .outerjoin(deadline, deadline.c.home_id == home_state.c.home_id)
        .outerjoin(darkness, darkness.c.home_id == home_state.c.home_id)
        .where(home_state.c.home_id.in_(list(ids)), home_state.c.home_id.in_(standing))
        .where(~is_synthetic(home_state.c.municipality_id))
    )
    absences, sensors = _absences(connection, ids), _sensors(connection, ids, now=now)
    closings = last_closings(connection, access, ids)
    dark_closed = dark_closings(connection, access, ids)
    open_cases = open_inactivity(connection, access, ids)
    return [
        SeenHome(
            home=HomeId(row.home_id),
            time_zone=row.time_zone,
            position=row.position,
            last_heard_at=row.last_heard_at,
            watermark=row.watermark,
            last_activity_at=row.last_activity_at,
            last_activity_sensor=row.last_activity_sensor and SensorId(row.last_activity_sensor),
            absences=tuple(absences[row.home_id]),
            closing=closings.get(row.home_id),
            is_case_open=row.home_id in open_cases,
            deadline=None
            if row.deadline_activity_at is None
            else StoredDeadline(
                due_at=row.due_at,
                last_activity_at=row.deadline_activity_at,
                reason=Reason(row.reason),
                usual_silence=row.usual_silence,
                mode=row.mode,
                fired_at=row.fired_at,
                called_at=row.called_at,
            ),
            dark_since=row.dark_since,
            dark_found_at=row.dark_found_at,
            dark_closed_at=dark_closed.get(row.home_id),
            sensors=tuple(sensors[row.home_id]),
        )
        for row in connection.execute(query)
    ]


def save_deadline(
    connection: Connection, access: Access, home_id: HomeId, new: StoredDeadline
) -> None:
    """Store a home's deadline in place of the one before, as a new version."""
    require_system(access)
    values = {
        "due_at": new.due_at,
        "last_activity_at": new.last_activity_at,
        "reason": new.reason,
        "usual_silence": new.usual_silence,
        "mode": new.mode,
        "fired_at": new.fired_at,
        "called_at": new.called_at,
    }
    row = insert(deadline).values(home_id=home_id, municipality_id=_owner(home_id), version=1)
    connection.execute(
        row.values(**values).on_conflict_do_update(
            index_elements=["home_id"], set_=values | {"version": deadline.c.version + 1}
        )
    )


def save_darkness(
    connection: Connection, access: Access, home_id: HomeId, *, since: datetime, found_at: datetime
) -> None:
    """Book that a GATEWAY_SILENT finding holds for a home, in place of the one before."""
    require_system(access)
    values = {"since": since, "found_at": found_at}
    row = insert(darkness).values(home_id=home_id, municipality_id=_owner(home_id), **values)
    connection.execute(row.on_conflict_do_update(index_elements=["home_id"], set_=values))


def clear_darkness(connection: Connection, access: Access, home_id: HomeId) -> None:
    """Book that a home is seen again."""
    require_system(access)
    connection.execute(darkness.delete().where(darkness.c.home_id == home_id))


def save_silent(
    connection: Connection, access: Access, sensor_id: SensorId, *, since: datetime | None
) -> None:
    """Book since when a SENSOR_SILENT finding holds for a sensor; None: none holds."""
    require_system(access)
    mine = sensor_state.update().where(sensor_state.c.sensor_id == sensor_id)
    connection.execute(mine.values(silent_since=since))


def heard_again(connection: Connection, access: Access) -> dict[HomeId, datetime]:
    """Return for each home that came back from the dark when it last did."""
    query = (
        select(finding.c.home_id, func.max(finding.c.began_at).label("at"))
        .where(finding.c.cause == Cause.GATEWAY_SILENT, finding.c.phase == Phase.RECOVERED)
        .group_by(finding.c.home_id)
    )
    require_system(access)
    return {HomeId(row.home_id): row.at for row in connection.execute(query)}


def entrances(connection: Connection, access: Access, home_id: HomeId) -> frozenset[SensorId]:
    """Return the sensors that ever hung at the entrance of a home."""
    query = select(sensor_placement.c.sensor_id).where(
        sensor_placement.c.home_id == home_id, sensor_placement.c.is_entrance
    )
    require_system(access)
    return frozenset(SensorId(row) for row in connection.execute(query).scalars())


def not_to_learn(
    connection: Connection, access: Access, home_id: HomeId, *, since: datetime, until: datetime
) -> list[Stretch]:
    """Return stretches that touch [since, until) and say nothing about what is usual.

    Absences, darkness, and silences that belong to an open resident case or to one that turned out
    an emergency.
    """
    require_system(access)
    query = select(absence.c.starts_at, absence.c.ends_at).where(absence.c.home_id == home_id)
    found = [(row.starts_at, row.ends_at) for row in connection.execute(query)]
    found += _dark_stretches(connection, home_id, until=until)
    found += _case_stretches(connection, home_id, until=until)
    return [(start, end) for start, end in found if start < until and end > since]


def _dark_stretches(connection: Connection, home_id: HomeId, *, until: datetime) -> list[Stretch]:
    query = (
        select(finding.c.phase, finding.c.began_at)
        .where(finding.c.home_id == home_id, finding.c.cause == Cause.GATEWAY_SILENT)
        .where(finding.c.phase != Phase.CALL)
        .order_by(finding.c.position)
    )
    found: list[Stretch] = []
    began_at: datetime | None = None
    for row in connection.execute(query):
        if row.phase == Phase.BEGUN:
            began_at = began_at or row.began_at
        elif began_at is not None:
            found.append((began_at, row.began_at))
            began_at = None
    return found if began_at is None else [*found, (began_at, max(began_at, until))]


def _case_stretches(connection: Connection, home_id: HomeId, *, until: datetime) -> list[Stretch]:
    """Return silences that turned out emergencies, and those that nobody has explained yet.

    An open case counts until its condition recovered: a case left open must not end all learning.
    """
    query = (
        select(
            func.coalesce(episode.c.last_activity_at, episode.c.began_at).label("began_at"),
            func.coalesce(case.c.resolved_at, episode.c.recovered_at).label("ended_at"),
        )
        .join(case, case.c.id == episode.c.case_id)
        .where(case.c.home_id == home_id, case.c.cause == Cause.INACTIVITY)
        .where(or_(case.c.state != CaseState.RESOLVED, case.c.resolved_cause.in_(UNUSUAL)))
    )
    return [(row.began_at, row.ended_at or until) for row in connection.execute(query)]


def _absences(connection: Connection, ids: Collection[HomeId]) -> defaultdict[str, list[Stretch]]:
    query = (
        select(absence.c.home_id, absence.c.starts_at, absence.c.ends_at)
        .join(home_state, home_state.c.home_id == absence.c.home_id)
        .where(absence.c.home_id.in_(list(ids)))
        .where(
            or_(
                home_state.c.last_activity_at.is_(None),
                absence.c.ends_at > home_state.c.last_activity_at,
            )
        )
        .order_by(absence.c.starts_at)
    )
    found: defaultdict[str, list[Stretch]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.home_id].append((row.starts_at, row.ends_at))
    return found


def _sensors(
    connection: Connection, ids: Collection[HomeId], *, now: datetime
) -> defaultdict[str, list[SeenSensor]]:
    query = (
        select(sensor_placement.c.home_id, sensor_placement.c.is_entrance, sensor, sensor_state)
        .join(sensor, sensor.c.id == sensor_placement.c.sensor_id)
        .join(sensor_state, sensor_state.c.sensor_id == sensor.c.id)
        .join(gateway, (gateway.c.id == sensor.c.gateway_id) & gateway.c.revoked_at.is_(None))
        .where(sensor_placement.c.home_id.in_(list(ids)), valid_at(sensor_placement, now))
        .order_by(sensor.c.id)
    )
    found: defaultdict[str, list[SeenSensor]] = defaultdict(list)
    for row in connection.execute(query):
        columns = row._mapping  # noqa: SLF001 (public in SQLAlchemy, named so to avoid clashes)
        found[columns[sensor_placement.c.home_id]].append(
            SeenSensor(
                sensor=SensorId(columns[sensor.c.id]),
                heartbeat=columns[sensor.c.heartbeat],
                is_battery=columns[sensor.c.is_battery],
                is_entrance=columns[sensor_placement.c.is_entrance],
                last_heard_at=columns[sensor_state.c.last_heard_at],
                silent_since=columns[sensor_state.c.silent_since],
            )
        )
    return found


def _owner(home_id: HomeId) -> ScalarSelect[Any]:
    return select(home.c.municipality_id).where(home.c.id == home_id).scalar_subquery()
