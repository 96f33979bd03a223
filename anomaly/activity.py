"""The activity of a home as the routine needs it, out of the store of readings."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from anomaly.routine import SCORED_S
from anomaly.silences import LEAVING_S, History, Mode, Tick, mode_after
from domain.ids import HomeId, SensorId
from storage.readings.port import Readings

AROUND_THE_DOOR = timedelta(seconds=LEAVING_S)
_ONE_MS = timedelta(milliseconds=1)


def history(
    readings: Readings,
    home: HomeId,
    *,
    since: datetime,
    until: datetime,
    entrances: Collection[SensorId],
) -> History:
    """Return the activity in [since, until): by the minute, and singly before long silences.

    Whether somebody left is told by the single activities of the last three minutes before a
    silence; a minute as a whole hides the door when a hall sensor speaks after it. Blocks.
    """
    minutes = readings.active_minutes(home, since, until, entrances=entrances)
    ticks = [Tick(at=minute.at, entrance=minute.is_entrance) for minute in minutes]
    if entrances:
        ticks = list(_with_doors(readings, home, ticks, entrances))
    return History.of(ticks)


def mode_at(
    readings: Readings, home: HomeId, last_activity_at: datetime, *, entrances: Collection[SensorId]
) -> Mode:
    """Return the mode after a home's last activity; HOME without a sensor at the entrance.

    Blocks.
    """
    if not entrances:
        return Mode.HOME
    return mode_after(_singly(readings, home, last_activity_at, entrances))


def _with_doors(
    readings: Readings, home: HomeId, ticks: list[Tick], entrances: Collection[SensorId]
) -> Iterator[Tick]:
    """Put the single activities in place of the minutes before each silence that can matter."""
    for tick, after in pairwise(ticks):
        if (after.at - tick.at).total_seconds() > SCORED_S:
            yield from _singly(readings, home, tick.at, entrances)
        else:
            yield tick
    yield from ticks[-1:]


def _singly(
    readings: Readings, home: HomeId, at: datetime, entrances: Collection[SensorId]
) -> list[Tick]:
    found = readings.of_home(home, at - AROUND_THE_DOOR, at + _ONE_MS)
    return [
        Tick(at=placed.reading.observed_at, entrance=placed.reading.sensor in entrances)
        for placed in found
        if placed.is_activity
    ]
