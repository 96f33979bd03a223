"""On-call schedules on the command line: who takes turns, who takes over, who is on call now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from sqlalchemy import Connection

from alerting.coverage import require_schedule
from alerting.on_call import ScheduleNow, on_call_now
from cli.arguments import parse_instant
from cli.desk import access_to, book, columns, municipality_of, open_register, wrong
from cli.people import required_owner
from domain.clock import RealClock
from domain.errors import InputError, shown
from domain.ids import MunicipalityId, UserId
from domain.on_call import MAX_HOURS, Hours, Override, Rotation, Schedule
from domain.zones import zone_named
from storage.register import on_call

_NAME = re.compile(r"[a-z0-9-]{1,32}")
_HOURS = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?=(\d\d:\d\d)-(\d\d:\d\d)")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    """A schedule as it is typed."""

    name: str
    people: list[str]
    """Logins, in the order of their turns."""
    starts_on: str
    hand_over: str
    days: int
    zone: str
    hours: list[str]
    """Such as `mon-fri=08:30-17:15`; none: always."""
    municipality: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOverride:
    """Who takes over; without a zone its ends are the schedule's own time."""

    name: str
    login: str
    starts: str
    ends: str
    municipality: str | None


def set_schedule(folder: Path, new: NewSchedule) -> str:
    """Set a schedule; returns what to print.

    Raises:
        InputError: OCL-002 a field that makes no sense, OCL-003 somebody of another municipality,
            POL-001 or POL-002 a policy would reach nobody at some hour, USR-003, USR-004, USR-005.
    """
    now = RealClock().now()

    def work(connection: Connection) -> str:
        municipality = municipality_of(connection, new.municipality)
        access = access_to(municipality)
        people = tuple(_staff(connection, municipality, login) for login in new.people)
        schedule = _schedule(new, people)
        old = on_call.schedule(connection, access, municipality, new.name, now=now)
        kept = Schedule(
            name=schedule.name,
            zone=schedule.zone,
            rotation=schedule.rotation,
            hours=schedule.hours,
            overrides=() if old is None else old.overrides,
        )
        require_schedule(connection, access, kept, municipality=municipality, now=now)
        on_call.save(connection, access, municipality, kept)
        book(connection, access, "oncall.set", f"schedule:{new.name}", now=now)
        return _told(_one(connection, municipality, new.name, now))

    with open_register(folder) as register:
        return register.write_now(work)


def override(folder: Path, new: NewOverride) -> str:
    """Let somebody take over for a while; returns what to print.

    Raises:
        InputError: OCL-001 no such schedule, OCL-002 an end before the beginning, OCL-003 somebody
            of another municipality, POL-001 or POL-002, CLI-002, USR-003, USR-004, USR-005.
    """
    now = RealClock().now()

    def work(connection: Connection) -> str:
        municipality = municipality_of(connection, new.municipality)
        access = access_to(municipality)
        one = _one(connection, municipality, new.name, now).schedule
        person = _staff(connection, municipality, new.login)
        starts, ends = (parse_instant(text, one.zone) for text in (new.starts, new.ends))
        if ends <= max(starts, now):
            raise wrong("OCL-002", "--until", shown(new.ends), "after --from, and not yet over")
        entered = Override(person=person, starts_at=starts, ends_at=ends)
        changed = Schedule(
            name=one.name,
            zone=one.zone,
            rotation=one.rotation,
            hours=one.hours,
            overrides=(*one.overrides, entered),
        )
        require_schedule(connection, access, changed, municipality=municipality, now=now)
        on_call.add_override(connection, access, municipality, new.name, entered, now=now)
        book(connection, access, "oncall.override", f"schedule:{new.name}", now=now)
        return _told(_one(connection, municipality, new.name, now))

    with open_register(folder) as register:
        return register.write_now(work)


def list_schedules(folder: Path, municipality: str | None) -> str:
    """Return who is on call now, by schedule.

    Raises:
        InputError: USR-003, USR-004.
    """
    now = RealClock().now()
    with open_register(folder) as register:
        known = register.read_now(
            lambda c: on_call_now(c, access_to(municipality_of(c, municipality)), now)
        )
    rows = [(one.schedule.name, _who(one), one.why.value, _until(one)) for one in known]
    return columns([("schedule", "on call", "by", "until"), *rows])


def show_schedule(folder: Path, name: str, municipality: str | None) -> str:
    """Return one schedule, who is on call now, and the next hand-overs.

    Raises:
        InputError: OCL-001 no such schedule, USR-003, USR-004.
    """
    now = RealClock().now()
    with open_register(folder) as register:
        found = register.read_now(lambda c: _one(c, municipality_of(c, municipality), name, now))
    return _told(found)


def _one(
    connection: Connection, municipality: MunicipalityId, name: str, now: datetime
) -> ScheduleNow:
    known = on_call_now(connection, access_to(municipality), now)
    found = next((one for one in known if one.schedule.name == name), None)
    if found is None:
        names = ", ".join(one.schedule.name for one in known) or "none yet"
        raise wrong("OCL-001", "on-call schedule", shown(name), f"one of: {names}")
    return found


def _staff(connection: Connection, municipality: MunicipalityId, login: str) -> UserId:
    user = required_owner(connection, login)
    if user.municipality != municipality:
        raise wrong("OCL-003", "person", shown(login), "somebody of the schedule's municipality")
    return user.id


def _schedule(new: NewSchedule, people: tuple[UserId, ...]) -> Schedule:
    if not _NAME.fullmatch(new.name):
        raise wrong("OCL-002", "name", shown(new.name), "1 to 32 of a-z, 0-9 and -")
    zone = zone_named(new.zone)
    if zone is None:
        raise wrong("OCL-002", "--zone", shown(new.zone), "such as Asia/Tokyo")
    hours = tuple(one for text in new.hours for one in _hours(text))
    if len(hours) > MAX_HOURS:
        raise wrong("OCL-002", "--hours", str(len(hours)), f"at most {MAX_HOURS} stretches a week")
    try:
        rotation = Rotation(
            people=people,
            starts_on=date.fromisoformat(new.starts_on),
            hand_over=time.fromisoformat(new.hand_over),
            days=new.days,
        )
    except ValueError as error:
        found = shown(f"{new.starts_on} {new.hand_over}, {len(people)} people, {new.days} days")
        allowed = "2026-04-01 and 09:00, 1 to 50 people, turns of 1 to 28 days"
        raise wrong("OCL-002", "rotation", found, allowed) from error
    return Schedule(name=new.name, zone=zone, rotation=rotation, hours=hours)


def _hours(text: str) -> Iterator[Hours]:
    match = _HOURS.fullmatch(text)
    is_week = match is not None and {match[1], match[2] or match[1]} <= set(_DAYS)
    if match is None or not is_week:
        raise _wrong_hours(text)
    try:
        opens, closes = time.fromisoformat(match[3]), time.fromisoformat(match[4])
    except ValueError as error:
        raise _wrong_hours(text) from error
    first, last = _DAYS.index(match[1]), _DAYS.index(match[2] or match[1])
    for offset in range((last - first) % len(_DAYS) + 1):
        yield Hours(weekday=(first + offset) % len(_DAYS), opens=opens, closes=closes)


def _wrong_hours(text: str) -> InputError:
    allowed = "such as mon-fri=08:30-17:15 or sat=22:00-06:00"
    return wrong("OCL-002", "--hours", shown(text), allowed)


def _told(one: ScheduleNow) -> str:
    zone = one.schedule.zone
    turns = [
        (f"{turn.at.astimezone(zone):%Y-%m-%d %H:%M}", _name(turn.who), turn.why.value)
        for turn in one.next
    ]
    now = ("now", _who(one), one.why.value)
    return "\n".join([f"{one.schedule.name} ({zone.key})", columns([now, *turns])])


def _who(one: ScheduleNow) -> str:
    is_alone = one.who is not None and not one.is_reachable
    return _name(one.who) + (" (cannot be reached)" if is_alone else "")


def _name(who: on_call.StaffName | None) -> str:
    return "nobody" if who is None else who.login


def _until(one: ScheduleNow) -> str:
    if one.until is None:
        return "-"
    return f"{one.until.astimezone(one.schedule.zone):%Y-%m-%d %H:%M}"
