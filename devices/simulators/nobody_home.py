"""What a recorded meter would have shown with nobody acting: the home's own earlier nights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from devices.simulators.event import HomeEvent
from domain.quantity import Quantity

NIGHT_BEGINS, NIGHT_ENDS = time(2), time(4)
"""Local hours in which hardly anybody acts, so that base load and fridge are seen alone."""
NIGHTS = timedelta(days=7)
"""How many of the last nights the pattern is taken from."""
LOWEST_SHARE = 0.1
"""Without any night, the pattern is this share of the readings, the lowest."""


def nobody_home(
    past: Sequence[HomeEvent],
    meter: str,
    *,
    since: datetime,
    begin: datetime,
    end: datetime,
    zone: ZoneInfo,
) -> Iterator[HomeEvent]:
    """Yield a meter's readings in `begin <= at < end` of a home in which nobody acts.

    They come at the median interval of `past`, the events before `since`, and repeat its nights in
    order. A meter without a reading before `since` stays silent: nothing is invented.
    """
    readings = [
        event for event in past if event.device == meter and event.quantity is Quantity.POWER
    ]
    if not readings:
        return
    pattern = _nights(readings, since, zone) or _lowest(readings)
    every = _interval(readings)
    number = max(0, -((readings[-1].at - begin) // every))
    while (at := readings[-1].at + every * number) < end:
        if at >= max(begin, since):
            yield HomeEvent(
                at=at,
                device=meter,
                quantity=Quantity.POWER,
                value=pattern[number % len(pattern)],
                resident_made=False,
            )
        number += 1


def _nights(readings: Sequence[HomeEvent], since: datetime, zone: ZoneInfo) -> list[float]:
    return [
        event.value
        for event in readings
        if event.at >= since - NIGHTS
        and NIGHT_BEGINS <= event.at.astimezone(zone).time() < NIGHT_ENDS
    ]


def _lowest(readings: Sequence[HomeEvent]) -> list[float]:
    values = sorted(event.value for event in readings)
    return values[: max(1, round(len(values) * LOWEST_SHARE))]


def _interval(readings: Sequence[HomeEvent]) -> timedelta:
    seconds = [(later.at - event.at).total_seconds() for event, later in pairwise(readings)]
    usual = median(second for second in seconds if second > 0) if any(seconds) else 1800.0
    return timedelta(seconds=max(1.0, round(usual)))
