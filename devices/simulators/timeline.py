"""The events of many homes as one stream in order of time, fetched a few hours at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from devices.simulators.event import HomeEvent
from devices.simulators.source import Source

WINDOW = timedelta(hours=6)
"""How much is fetched at once: a dozen homes make about 3,000 events in it."""
LOOK_AHEAD = timedelta(days=2)
"""How far it is looked for a next event; every home has heartbeats within an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A home on the air: where its messages go, and whose they are in the ledger."""

    home: str
    """Name of the home in the truth ledger."""
    base_topic: str
    """Zigbee2MQTT's base topic of this home, without a slash at its end."""
    source: Source


class Timeline:
    """Where a player stands in the lives of its homes."""

    def __init__(self, stations: Sequence[Station], begin: datetime) -> None:
        """Stand before the first event at or after `begin` (aware, UTC)."""
        self._stations = list(stations)
        self._fetched_to = begin
        self._waiting: deque[tuple[int, HomeEvent]] = deque()

    def next_at(self) -> datetime | None:
        """Return the instant of the next event, None when none comes within `LOOK_AHEAD`."""
        limit = self._fetched_to + LOOK_AHEAD
        while not self._waiting and self._fetched_to < limit:
            self._fetch()
        return self._waiting[0][1].at if self._waiting else None

    def take(self, until: datetime, limit: int) -> list[tuple[int, HomeEvent]]:
        """Take the next events up to and including `until`, with the number of their station.

        A few more than `limit` come when several share the last millisecond: they stay together.
        """
        taken: list[tuple[int, HomeEvent]] = []
        while self._has(until):
            at = self._waiting[0][1].at
            if len(taken) >= limit and at != taken[-1][1].at:
                break
            taken.append(self._waiting.popleft())
        return taken

    def replace(self, number: int, source: Source, begin: datetime) -> None:
        """Go on with another source for one station, from `begin` on: the next event's past."""
        self._stations[number] = replace(self._stations[number], source=source)
        kept = [item for item in self._waiting if item[0] != number]
        fresh = [(number, event) for event in source.events(begin, self._fetched_to)]
        self._waiting = deque(sorted(kept + fresh, key=_instant_of))

    def _has(self, until: datetime) -> bool:
        while not self._waiting and self._fetched_to <= until:
            self._fetch()
        return bool(self._waiting) and self._waiting[0][1].at <= until

    def _fetch(self) -> None:
        begin, end = self._fetched_to, self._fetched_to + WINDOW
        found = [
            (number, event)
            for number, station in enumerate(self._stations)
            for event in station.source.events(begin, end)
        ]
        found.sort(key=_instant_of)  # stable: the order within a home is kept
        self._waiting.extend(found)
        self._fetched_to = end


def _instant_of(item: tuple[int, HomeEvent]) -> datetime:
    return item[1].at
