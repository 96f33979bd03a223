"""One look at one home: what has to be said and stored now, and when to look again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from anomaly.darkness import (
    Action,
    Hearing,
    Progress,
    at_deadline,
    dark_from,
    followed,
    of_gateway,
    of_sensor,
)
from anomaly.expectation import Expectation, expected, is_new_silence, silent_since
from anomaly.routine import Routine
from anomaly.silences import Mode
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import SensorId
from domain.verdict import has_come_home
from storage.register.detection import SeenHome, SeenSensor, StoredDeadline

MOVED = timedelta(minutes=1)
"""A deadline that moves by less is not stored again."""
FARTHEST = timedelta(days=1)
"""Every home is looked at again within this, whatever is expected."""
STILL_DARK = timedelta(hours=1)
"""So long after the case of a darkness was closed it is found again if it goes on; also how often a
dark home is looked at, since no envelope asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is kept of a home between looks; losing it delays a finding by minutes, no more."""

    progress: Progress
    dark_at: datetime | None = None
    """The first of the last looks in a row at which the home was dark."""
    doubted: datetime | None = None
    """Beginning of the last absence that was found contradicted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at a home needs besides what is stored of it."""

    routine: Routine | None
    zone: ZoneInfo
    mode: Mode
    """After the last activity."""
    hearing_since: datetime | None
    """Since when the server hears; None: it does not."""
    home_heard_since: datetime | None
    """When the home last came back from the dark."""
    memory: Memory | None
    """From the look before; None at the first."""
    now: datetime


@dataclass(slots=True, kw_only=True)
class Seen:
    """What one look at a home came to; to be stored in one transaction."""

    memory: Memory
    deadline: StoredDeadline | None = None
    """To be stored; None: it stays as it is."""
    findings: list[Finding] = field(default_factory=list)
    dark_since: datetime | None = None
    """Set when the home is found dark now."""
    is_back: bool = False
    """Whether the home is seen again after it was found dark."""
    sensors: dict[SensorId, datetime | None] = field(default_factory=dict)
    """Sensors found silent now, with their last word, and those heard again: None."""
    look_again_at: datetime
    """When something can become due, at the latest; after now."""
    glance_at: datetime | None = None
    """When to see whether the home is getting dark; None while it is. A virtual clock may jump over
    it: while a home is heard, nothing about its darkness waits for an exact instant."""


def watch(home: SeenHome, look: Look) -> Seen:
    """Look at a home; the same look twice says the same, and repeats have no effect."""
    before = look.memory.progress if look.memory is not None else None
    progress = followed(before, watermark=home.watermark, now=look.now)
    hearing = _hearing(home, look, moved_at=progress.at)
    doubted = look.memory.doubted if look.memory is not None else None
    memory = Memory(progress=progress, dark_at=hearing.dark_at, doubted=doubted)
    seen = Seen(memory=memory, look_again_at=look.now + FARTHEST)
    if hearing.dark_at is None and hearing.hearing_since is not None:
        seen.glance_at = dark_from(hearing, now=look.now)
    _watch_gateway(home, look, hearing, seen)
    _watch_sensors(home, look, seen)
    _watch_resident(home, look, hearing, seen)
    _watch_absence(home, look, seen)
    return seen


def _hearing(home: SeenHome, look: Look, *, moved_at: datetime) -> Hearing:
    hearing = Hearing(
        last_heard_at=home.last_heard_at,
        watermark=home.watermark,
        watermark_moved_at=moved_at,
        hearing_since=look.hearing_since,
        dark_at=look.memory.dark_at if look.memory is not None else None,
    )
    is_dark = dark_from(hearing, now=look.now) <= look.now
    return replace(hearing, dark_at=(hearing.dark_at or look.now) if is_dark else None)


def _watch_gateway(home: SeenHome, look: Look, hearing: Hearing, seen: Seen) -> None:
    decision = of_gateway(hearing, now=look.now)
    if home.dark_since is not None:
        if _is_back(home, hearing, decision.action):
            seen.is_back = True
            seen.findings.append(_heard_again(home, look))
            return
        closed_at = _closed_in_the_dark(home)
        is_due = closed_at is not None and look.now >= closed_at + STILL_DARK
        if closed_at is not None and is_due and decision.action is Action.FIND:
            seen.dark_since = closed_at
            seen.findings.append(_nothing_heard(home, look, since=closed_at))
        seen.look_again_at = min(seen.look_again_at, look.now + STILL_DARK)
    elif decision.action is Action.FIND:
        seen.dark_since = decision.since
        seen.findings.append(_nothing_heard(home, look, since=decision.since or home.last_heard_at))
        seen.look_again_at = min(seen.look_again_at, look.now + STILL_DARK)
    elif decision.look_again_at is not None and seen.glance_at is None:
        seen.look_again_at = min(seen.look_again_at, decision.look_again_at)


def _is_back(home: SeenHome, hearing: Hearing, action: Action) -> bool:
    """Tell whether a dark home is seen again: it was heard since, and its past has moved on."""
    if home.dark_since is None or home.dark_found_at is None or home.watermark is None:
        return False
    heard = hearing.last_heard_at > home.dark_found_at
    return heard and home.watermark > home.dark_since and action is Action.WAIT


def _closed_in_the_dark(home: SeenHome) -> datetime | None:
    """Return when the case of the darkness that still holds was closed; None when it was not."""
    if home.dark_closed_at is None or home.dark_found_at is None:
        return None
    return home.dark_closed_at if home.dark_closed_at >= home.dark_found_at else None


def _nothing_heard(home: SeenHome, look: Look, *, since: datetime) -> Finding:
    return Finding(
        home=home.home,
        cause=Cause.GATEWAY_SILENT,
        phase=Phase.BEGUN,
        reason=Reason.NOTHING_HEARD,
        began_at=since,
        found_at=look.now,
        last_activity_at=home.last_activity_at,
    )


def _heard_again(home: SeenHome, look: Look) -> Finding:
    return Finding(
        home=home.home,
        cause=Cause.GATEWAY_SILENT,
        phase=Phase.RECOVERED,
        reason=Reason.HEARD_AGAIN,
        began_at=home.last_heard_at,
        found_at=look.now,
    )


def _watch_sensors(home: SeenHome, look: Look, seen: Seen) -> None:
    """Judge each sensor up to the watermark; one finding per silence, one when it speaks again.

    Not in a home that was found dark, nor at the look that sees it again: what its sensors said in
    the meantime may be lost.
    """
    if home.watermark is None or home.dark_since is not None:
        return
    for sensor in home.sensors:
        for finding in _watch_sensor(home, home.watermark, sensor, look, seen):
            seen.findings.append(finding)


def _watch_sensor(
    home: SeenHome, watermark: datetime, sensor: SeenSensor, look: Look, seen: Seen
) -> Iterator[Finding]:
    decision = of_sensor(
        last_heard_at=sensor.last_heard_at,
        heartbeat=sensor.heartbeat,
        is_battery=sensor.is_battery,
        watermark=watermark,
        home_heard_since=look.home_heard_since,
    )
    spoke = sensor.silent_since is not None and sensor.last_heard_at > sensor.silent_since
    if spoke:
        seen.sensors[sensor.sensor] = None
        yield _of_sensor(home, sensor, look, Phase.RECOVERED)
    if decision.action is Action.FIND and (spoke or sensor.silent_since is None):
        seen.sensors[sensor.sensor] = sensor.last_heard_at
        yield _of_sensor(home, sensor, look, Phase.BEGUN)


def _of_sensor(home: SeenHome, sensor: SeenSensor, look: Look, phase: Phase) -> Finding:
    begun = phase is Phase.BEGUN
    return Finding(
        home=home.home,
        cause=Cause.SENSOR_SILENT,
        phase=phase,
        reason=Reason.NOTHING_HEARD if begun else Reason.HEARD_AGAIN,
        began_at=sensor.last_heard_at,
        found_at=look.now,
        sensor=sensor.sensor,
    )


def _watch_resident(home: SeenHome, look: Look, hearing: Hearing, seen: Seen) -> None:
    """Judge the present silence; exactly one finding of it while its case stays open."""
    old = home.deadline
    if old is not None and old.fired_at is not None and is_new_silence(home):
        seen.findings.append(_activity_seen(home, look))
    way = expected(home, routine=look.routine, mode=look.mode, zone=look.zone, now=look.now)
    if way.is_told:
        return
    new = way.deadline
    if new.due_at is not None:
        new = _judge(home, way, new.due_at, look, hearing=hearing, seen=seen)
    if _is_worth_storing(old, new):
        seen.deadline = new


def _watch_absence(home: SeenHome, look: Look, seen: Seen) -> None:
    """Ask once for each absence in which somebody moves: the wrong person's, or an early return.

    The finding is the same for each movement of an absence, so that a restart asks nobody again.
    """
    for starts_at, ends_at in home.absences:
        came = has_come_home(absent_from=starts_at, last_activity_at=home.last_activity_at)
        if came and starts_at <= look.now < ends_at and seen.memory.doubted != starts_at:
            seen.memory = replace(seen.memory, doubted=starts_at)
            seen.findings.append(_contradicted(home, look, starts_at=starts_at))


def _contradicted(home: SeenHome, look: Look, *, starts_at: datetime) -> Finding:
    return Finding(
        home=home.home,
        cause=Cause.ABSENCE,
        phase=Phase.BEGUN,
        reason=Reason.ABSENT_BUT_MOVEMENT,
        began_at=starts_at,
        found_at=look.now,
        sensor=home.last_activity_sensor,
        last_activity_at=home.last_activity_at,
    )


def _judge(
    home: SeenHome, way: Expectation, due_at: datetime, look: Look, *, hearing: Hearing, seen: Seen
) -> StoredDeadline:
    """Find, ask to call or wait; returns the deadline with what was said about it."""
    decision = at_deadline(
        hearing,
        last_activity_at=way.since,
        due_at=due_at,
        silence=way.deadline.reason,
        now=look.now,
    )
    blind_since = decision.since
    match decision.action:
        case Action.FIND:
            reason = decision.reason or way.deadline.reason
            found = _inactivity(home, way, due_at, look, reason)
            seen.findings.append(replace(found, blind_since=blind_since))
            return replace(way.deadline, fired_at=look.now)
        case Action.CALL if way.deadline.called_at is None:
            seen.findings.append(_call(home, due_at, look, blind_since=blind_since))
            return replace(way.deadline, called_at=look.now)
        case Action.CALL | Action.WAIT:
            if decision.look_again_at is not None:
                seen.look_again_at = min(seen.look_again_at, decision.look_again_at)
            return way.deadline
        case _:
            assert_never(decision.action)


def _is_worth_storing(old: StoredDeadline | None, new: StoredDeadline) -> bool:
    if old is None:
        return True
    told = (old.fired_at, old.called_at) != (new.fired_at, new.called_at)
    other = (old.reason, old.mode) != (new.reason, new.mode)
    if old.due_at is None or new.due_at is None:
        return told or other or old.due_at != new.due_at
    return told or other or abs(new.due_at - old.due_at) > MOVED


def _activity_seen(home: SeenHome, look: Look) -> Finding:
    return Finding(
        home=home.home,
        cause=Cause.INACTIVITY,
        phase=Phase.RECOVERED,
        reason=Reason.ACTIVITY_SEEN,
        began_at=silent_since(home),
        found_at=look.now,
        sensor=home.last_activity_sensor,
        last_activity_at=home.last_activity_at,
    )


def _inactivity(
    home: SeenHome,
    way: Expectation,
    due_at: datetime,
    look: Look,
    reason: Reason,
) -> Finding:
    """Say that nothing moved. Where nothing ever did, it began with the first envelope."""
    return Finding(
        home=home.home,
        cause=Cause.INACTIVITY,
        phase=Phase.BEGUN,
        reason=reason,
        began_at=way.since if home.last_activity_at is None else due_at,
        found_at=look.now,
        sensor=home.last_activity_sensor,
        last_activity_at=home.last_activity_at,
        due_at=due_at,
    )


def _call(home: SeenHome, due_at: datetime, look: Look, *, blind_since: datetime | None) -> Finding:
    return Finding(
        home=home.home,
        cause=Cause.GATEWAY_SILENT,
        phase=Phase.CALL,
        reason=Reason.BLIND_PAST_DEADLINE,
        began_at=due_at,
        found_at=look.now,
        last_activity_at=home.last_activity_at,
        due_at=due_at,
        blind_since=blind_since,
    )
