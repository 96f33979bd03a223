"""Who is on call at an instant: rotations, overrides and office hours, in local days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.ids import UserId

DAY = timedelta(days=1)
WEEK_DAYS = 7
MAX_DAYS = 28
"""Longest turn of one person, in days."""
MAX_PEOPLE = 50
MAX_HOURS = 50
"""Most stretches of a week; each day may have several."""
MAX_OVERRIDES = 100
"""Most overrides of one schedule that have not ended."""


class Why(StrEnum):
    """Why somebody, or nobody, is on call."""

    ROTATION = "rotation"
    OVERRIDE = "override"
    CLOSED = "closed"
    """Outside the office hours."""
    EMPTY = "empty"
    """The schedule has no rotation: only overrides put somebody on call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """People who take turns in order; a turn begins and ends at the local hand-over time."""

    people: tuple[UserId, ...]
    """1 to `MAX_PEOPLE`; the first is on call from `starts_on` (and, counted back, before it)."""
    starts_on: date
    hand_over: time
    days: int
    """Length of a turn, 1 to `MAX_DAYS`; in local days, so a turn over a change of the clocks
    is an hour shorter or longer."""

    def __post_init__(self) -> None:
        """Refuse a rotation without people or with turns of no, or endless, length."""
        if not 1 <= len(self.people) <= MAX_PEOPLE or not 1 <= self.days <= MAX_DAYS:
            msg = f"{len(self.people)} people, turns of {self.days} days"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A stretch of each week in which the schedule is open, in local time."""

    weekday: int
    """0 is Monday."""
    opens: time
    closes: time
    """Not after `opens`: on the next day."""

    def __post_init__(self) -> None:
        """Refuse a day that no week has."""
        if not 0 <= self.weekday < WEEK_DAYS:
            msg = f"weekday {self.weekday}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Somebody takes over for a while, also outside the office hours; aware, UTC."""

    person: UserId
    starts_at: datetime
    ends_at: datetime
    """After `starts_at`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule with all that decides about the present and the time after it."""

    name: str
    zone: ZoneInfo
    rotation: Rotation | None
    hours: tuple[Hours, ...] = ()
    """None of them: always open."""
    overrides: tuple[Override, ...] = ()
    """In the order in which they were entered: of two at once the later holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """Who is on call, and why."""

    person: UserId | None
    why: Why
    until: datetime | None
    """When that may change at the earliest; aware, UTC. None: not by this schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """From `at` on somebody else (or nobody) is on call; aware, UTC."""

    at: datetime
    person: UserId | None
    why: Why


def on_call(schedule: Schedule, at: datetime) -> OnCall:
    """Return who is on call at an instant (aware): an override, else by rotation when open."""
    held = [one for one in schedule.overrides if one.starts_at <= at < one.ends_at]
    begins = [one.starts_at for one in schedule.overrides if one.starts_at > at]
    if held:
        return OnCall(
            person=held[-1].person, why=Why.OVERRIDE, until=min([held[-1].ends_at, *begins])
        )
    is_open, changes_at = _opening(schedule, at)
    ends = begins if changes_at is None else [*begins, changes_at]
    if not is_open:
        return OnCall(person=None, why=Why.CLOSED, until=min(ends, default=None))
    if schedule.rotation is None:
        return OnCall(person=None, why=Why.EMPTY, until=min(ends, default=None))
    turn, turn_ends_at = _turn(schedule.rotation, schedule.zone, at)
    people = schedule.rotation.people
    person = people[turn % len(people)]
    return OnCall(person=person, why=Why.ROTATION, until=min([turn_ends_at, *ends]))


def hand_overs(schedule: Schedule, at: datetime, *, limit: int) -> list[HandOver]:
    """Return the next changes of who is on call after `at`, at most `limit`, earliest first."""
    found: list[HandOver] = []
    now = on_call(schedule, at)
    for _ in range(limit * 2 * (len(schedule.hours) + WEEK_DAYS) + 2 * len(schedule.overrides)):
        if now.until is None or len(found) == limit:
            break
        after = on_call(schedule, now.until)
        if after.person != now.person:
            found.append(HandOver(at=now.until, person=after.person, why=after.why))
        now = after
    return found


def _turn(rotation: Rotation, zone: ZoneInfo, at: datetime) -> tuple[int, datetime]:
    """Return the number of the turn at an instant, and when it ends.

    Compared as instants: a local time of day is skipped or comes twice when the clocks change.
    """
    days = (at.astimezone(zone).date() - rotation.starts_on).days
    turn = days // rotation.days
    for number in (turn + 1, turn, turn - 1):
        if _turn_begins(rotation, zone, number) <= at:
            return number, _turn_begins(rotation, zone, number + 1)
    return turn - 2, _turn_begins(rotation, zone, turn - 1)


def _turn_begins(rotation: Rotation, zone: ZoneInfo, number: int) -> datetime:
    day = rotation.starts_on + number * rotation.days * DAY
    return _instant(day, rotation.hand_over, zone)


def _opening(schedule: Schedule, at: datetime) -> tuple[bool, datetime | None]:
    """Tell whether a schedule is open at an instant, and when that may change."""
    if not schedule.hours:
        return True, None
    stretches = sorted(_stretches(schedule.hours, schedule.zone, at.astimezone(schedule.zone)))
    closings = [closes for opens, closes in stretches if opens <= at < closes]
    if closings:
        return True, max(closings)
    return False, min((opens for opens, _ in stretches if opens > at), default=None)


def _stretches(
    hours: Sequence[Hours], zone: ZoneInfo, local: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the open stretches from the day before `local` until a week after it."""
    for offset in range(-1, WEEK_DAYS + 1):
        day = local.date() + offset * DAY
        for one in hours:
            if one.weekday == day.weekday():
                last = day if one.closes > one.opens else day + DAY
                yield _instant(day, one.opens, zone), _instant(last, one.closes, zone)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
