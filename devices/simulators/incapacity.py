"""A home whose resident can no longer act: everything a person makes happen ends at one instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from heapq import merge

from devices.simulators.event import HomeEvent, in_order
from devices.simulators.flat import Sensor
from devices.simulators.source import Source
from domain.quantity import Quantity

LET_GO = timedelta(seconds=90)
"""Longest time that a motion sensor says ON after the last movement."""
LOOK_BACK = timedelta(hours=2)
"""How far before the instant it is looked for sensors that still say ON."""


def incapacitated(source: Source, since: datetime) -> Source:
    """Return the same home, but that nobody can act in it from `since` on (aware, UTC).

    Before `since` nothing changes. After it every resident-made event is gone; a motion sensor that
    was ON reports its own OFF once; meters go on at base load; heartbeats and temperatures go on,
    also past the end of a recording. What stood open stays open.
    """
    return _Incapacitated(source, since)


class _Incapacitated:
    def __init__(self, source: Source, since: datetime) -> None:
        self._source, self._since = source, since
        self._let_go = tuple(sorted(_let_go(source, since), key=in_order))

    @property
    def devices(self) -> tuple[Sensor, ...]:
        return self._source.devices

    @property
    def seed(self) -> int:
        return self._source.seed

    def states_before(self, instant: datetime) -> Mapping[str, float]:
        return self._source.states_before(instant)

    def events(self, begin: datetime, end: datetime) -> Iterator[HomeEvent]:
        if begin < self._since:
            yield from self._source.events(begin, min(end, self._since))
        if end > self._since:
            begin = max(begin, self._since)
            yield from self.unattended(begin, end, since=self._since)

    def unattended(self, begin: datetime, end: datetime, *, since: datetime) -> Iterator[HomeEvent]:
        let_go = (event for event in self._let_go if begin <= event.at < end)
        alone = self._source.unattended(begin, end, since=min(since, self._since))
        return merge(let_go, alone, key=in_order)


def _let_go(source: Source, since: datetime) -> Iterator[HomeEvent]:
    """Yield the OFF of each motion sensor that says ON at `since`."""
    on: set[str] = set()
    for event in source.events(since - LOOK_BACK, since):
        if event.quantity is Quantity.MOTION:
            (on.add if event.value else on.discard)(event.device)
    own = {
        event.device: event.at
        for event in reversed(list(source.events(since, since + LET_GO)))
        if event.quantity is Quantity.MOTION and not event.value
    }
    for device in on:
        yield HomeEvent(
            at=own.get(device, since + LET_GO),
            device=device,
            quantity=Quantity.MOTION,
            value=0.0,
            resident_made=False,
        )
