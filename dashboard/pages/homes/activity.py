"""The activity picture: 30 local days of 24 hours, in which not knowing looks unlike not moving."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.verdict import CANNOT_SEE_AFTER

DAYS = 30
HOURS = 24
LEVELS = 4
"""Shades of activity; by the home's own quartiles, because some sensors speak more often."""
_HOUR = timedelta(hours=1)


class Sight(StrEnum):
    """What is known of one hour."""

    ACTIVE = "active"
    QUIET = "quiet"
    """The home was heard, and nothing moved."""
    NO_DATA = "no_data"
    """Nothing was heard from the home: whether something moved is not known."""
    NOT_INSTALLED = "not_installed"
    """The home had no gateway yet."""
    TO_COME = "to_come"
    SKIPPED = "skipped"
    """An hour that this local day does not have, because the clock was put forward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One local hour."""

    sight: Sight
    count: int = 0
    level: int = 0
    """1 to `LEVELS` where something moved, else 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One local day, with `HOURS` cells."""

    date: date
    cells: tuple[Cell, ...]

    @property
    def active_hours(self) -> tuple[int, ...]:
        """The local hours in which something moved."""
        return tuple(hour for hour, cell in enumerate(self.cells) if cell.sight is Sight.ACTIVE)

    @property
    def dark_hours(self) -> int:
        """How many hours nothing was heard."""
        return sum(cell.sight is Sight.NO_DATA for cell in self.cells)

    @property
    def watched_hours(self) -> int:
        """How many hours there was something to be heard; at most `HOURS`."""
        known = (Sight.ACTIVE, Sight.QUIET, Sight.NO_DATA)
        return sum(cell.sight in known for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The days, oldest first; the last one is today."""

    days: tuple[Day, ...]

    @property
    def has_activity(self) -> bool:
        """Whether anything moved at all."""
        return any(day.active_hours for day in self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Neighbouring cells of one day that look the same: drawn as one."""

    first: int
    """Local hour."""
    length: int
    sight: Sight
    level: int


def window(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants between which the picture needs data; whole UTC hours."""
    first = now.astimezone(zone).date() - timedelta(days=DAYS - 1)
    start = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
    end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + _HOUR
    return start.replace(minute=0, second=0, microsecond=0), end


def draw(
    counts: Mapping[datetime, int],
    seen: Collection[datetime],
    *,
    since: datetime | None = None,
    now: datetime,
    zone: ZoneInfo,
) -> Picture:
    """Draw the last `DAYS` local days up to and with today.

    An hour belongs to the local day and hour in which it starts: in a zone that is half an hour
    off, a cell begins half past. When the clock is put back, the two hours of the same name are
    one cell; when it is put forward, the missing hour is SKIPPED.

    Args:
        counts: Activities by UTC hour; hours without any may be missing.
        seen: UTC hours in which anything at all was heard. An hour with activity was heard.
        since: When the home got its first gateway; aware, UTC. Unheard hours that begin before
            are NOT_INSTALLED. None: long ago.
        now: The present instant; aware, UTC. The present hour is TO_COME rather than NO_DATA
            until the home should have been heard in it.
        zone: The home's.
    """
    start, end = window(now, zone)
    heard = set(seen) | {hour for hour, count in counts.items() if count > 0}
    cells: dict[tuple[date, int], Cell] = {}
    hour = start
    while hour < end:
        local = hour.astimezone(zone)
        place = (local.date(), local.hour)
        fresh = _cell(hour, counts.get(hour, 0), was_heard=hour in heard, now=now)
        if since is not None and hour < since and fresh.sight is Sight.NO_DATA:
            fresh = Cell(sight=Sight.NOT_INSTALLED)
        cells[place] = _merged(cells.get(place), fresh)
        hour += _HOUR
    bounds = _bounds([cell.count for cell in cells.values() if cell.count > 0])
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in range(DAYS - 1, -1, -1))
    return Picture(days=tuple(_day(day, cells, bounds, now=now, zone=zone) for day in days))


def runs(day: Day) -> list[Run]:
    """Return the day's cells with equal neighbours joined; every hour is in exactly one run."""
    found: list[Run] = []
    for hour, cell in enumerate(day.cells):
        last = found[-1] if found else None
        if last and last.sight is cell.sight and last.level == cell.level:
            found[-1] = Run(
                first=last.first, length=last.length + 1, sight=cell.sight, level=cell.level
            )
        else:
            found.append(Run(first=hour, length=1, sight=cell.sight, level=cell.level))
    return found


def _cell(hour: datetime, count: int, *, was_heard: bool, now: datetime) -> Cell:
    if count > 0:
        return Cell(sight=Sight.ACTIVE, count=count)
    if was_heard:
        return Cell(sight=Sight.QUIET)
    is_too_early = now - hour <= CANNOT_SEE_AFTER
    return Cell(sight=Sight.TO_COME if is_too_early else Sight.NO_DATA)


def _merged(first: Cell | None, second: Cell) -> Cell:
    """Join two hours of the same name: activity counts, and one dark hour leaves doubt."""
    if first is None:
        return second
    count = first.count + second.count
    if count > 0:
        return Cell(sight=Sight.ACTIVE, count=count)
    return first if first.sight is Sight.NO_DATA else second


def _day(
    day: date,
    cells: Mapping[tuple[date, int], Cell],
    bounds: tuple[int, ...],
    *,
    now: datetime,
    zone: ZoneInfo,
) -> Day:
    present = now.astimezone(zone)
    row = []
    for hour in range(HOURS):
        cell = cells.get((day, hour))
        if cell is None:
            is_later = day == present.date() and hour > present.hour
            row.append(Cell(sight=Sight.TO_COME if is_later else Sight.SKIPPED))
        else:
            level = 1 + sum(cell.count > bound for bound in bounds) if cell.count > 0 else 0
            row.append(Cell(sight=cell.sight, count=cell.count, level=level))
    return Day(date=day, cells=tuple(row))


def _bounds(counts: list[int]) -> tuple[int, ...]:
    """Return the counts above which the next shade begins: the quartiles of active hours."""
    if not counts:
        return ()
    ordered = sorted(counts)
    return tuple(ordered[(len(ordered) * part) // LEVELS] for part in range(1, LEVELS))
