"""Plays homes to the gateways: first into the truth ledger, then through a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from devices.simulators.event import MILLISECOND
from devices.simulators.ledger import Ledger, Position, Produced
from devices.simulators.link import Link
from devices.simulators.source import Source
from devices.simulators.timeline import LOOK_AHEAD, Station, Timeline
from devices.simulators.zigbee2mqtt import Publication, Zigbee2Mqtt
from domain.clock import Clock, sleep_until

BATCH = 2000
"""Events per ledger transaction. The end of each costs a few `fsync` and up to 40 ms of waiting for
the last acknowledgements (the broker's Nagle and our delayed ACK), so that fewer are slower."""
BEFORE_START = timedelta(hours=24)
"""What happened this long before the start decides what the devices show at the start."""


class Player:
    """Publishes homes in order of time and remembers, durably, how far it came.

    With `settles=True` a batch counts as settled when the broker acknowledged it. With False the
    caller calls `settle` when more than the broker has it (a gateway's outbox, a server's journal).
    What is not settled goes out again after a restart, unchanged to the byte. One task at a time.
    """

    def __init__(
        self,
        *,
        stations: Sequence[Station],
        link: Link,
        ledger: Ledger,
        start: datetime,
        name: str = "player",
        settles: bool = True,
    ) -> None:
        """Stand where the ledger says that this player stood, else at `start` (aware, UTC)."""
        self._stations, self._link, self._ledger = stations, link, ledger
        self._name, self._settles = name, settles
        self._position = ledger.position(name) or Position(
            started_at=start, settled_to=start, now=start, announced=False
        )
        self._taken_to = self._played_to = self._position.settled_to
        self._waiting: list[tuple[int, Publication]] = []
        self._announced = self._position.announced
        self._homes = [_on_the_air(station, self._position) for station in stations]
        self._timeline = Timeline(stations, self._position.settled_to)

    async def __aenter__(self) -> Self:
        """Return itself; the connection is made by the first message."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Disconnect."""
        await self._link.close()

    @property
    def position(self) -> Position:
        """How far it came, as the ledger holds it."""
        return self._position

    def next_at(self) -> datetime | None:
        """Return the instant of the next event; None when there is none in the next two days."""
        return self._timeline.next_at()

    async def play_until(self, instant: datetime) -> int:
        """Publish everything with `at <= instant` that was not yet published, in order.

        Returns when the broker has acknowledged all of it.

        Returns:
            How many messages were sent.

        Raises:
            TransientError: SIM-010, the broker stayed away. Calling again goes on.
        """
        if not self._announced and not self._waiting:
            self._announce()
        count = await self._send_waiting()
        while batch := self._timeline.take(instant, BATCH):
            said = [(number, self._homes[number].publish(event)) for number, event in batch]
            self._waiting = [(number, message) for number, message in said if message is not None]
            self._taken_to = batch[-1][1].at + MILLISECOND
            count += await self._send_waiting()
        self._taken_to = self._played_to = max(self._played_to, _next_millisecond(instant))
        return count

    def replace(self, home: str, source: Source) -> None:
        """Let something befall a home: from here on it lives as `source`, a story over the old one.

        Raises:
            ValueError: No such home is played.
        """
        for number, station in enumerate(self._stations):
            if station.home == home:
                self._timeline.replace(number, source, self._taken_to)
                return
        msg = f"no home {home} is played"
        raise ValueError(msg)

    async def intend(self, now: datetime) -> None:
        """Write what the clock is about to show, so that after a restart it never goes back.

        What was played since the last `settle` stays unsettled and is published again.
        """
        self._position = replace(self._position, now=_whole(now))
        await asyncio.to_thread(self._ledger.settle, self._name, self._position)

    async def settle(self, now: datetime) -> None:
        """Write that all that was played so far is safe, and what the clock shows."""
        self._position = Position(
            started_at=self._position.started_at,
            settled_to=self._played_to,
            now=_whole(now),
            announced=self._announced,
        )
        await asyncio.to_thread(self._ledger.settle, self._name, self._position)

    async def run(self, clock: Clock) -> None:
        """Play at the pace of `clock`, for ever; ends by cancellation."""
        while True:
            await self.play_until(clock.now())
            next_at = self.next_at() or clock.now() + LOOK_AHEAD
            await sleep_until(clock, next_at)

    def _announce(self) -> None:
        """Let the first message of every device wait to be sent."""
        self._waiting = [
            (number, message)
            for number, home in enumerate(self._homes)
            for message in home.announce(self._position.started_at)
        ]

    async def _send_waiting(self) -> int:
        """Send what was taken from the timeline; it waits on when that fails or is cancelled."""
        if self._waiting:
            produced = [
                one
                for number, message in self._waiting
                for one in _produced(self._stations[number].home, message)
            ]
            await asyncio.to_thread(self._ledger.record, produced)
            await self._link.send([message for _, message in self._waiting])
        count = len(self._waiting)
        self._announced = True  # they are the first that can be sent
        self._waiting, self._played_to = [], self._taken_to
        if count and self._settles:
            await self.settle(self._played_to)
        return count


def _on_the_air(station: Station, position: Position) -> Zigbee2Mqtt:
    """Return the home's Zigbee2MQTT with the state that it had at the position."""
    begin = position.started_at - BEFORE_START
    home = Zigbee2Mqtt(
        base_topic=station.base_topic,
        devices=station.source.devices,
        states=station.source.states_before(begin),
        seed=station.source.seed,
    )
    for event in station.source.events(begin, position.settled_to):
        home.absorb(event)
    return home


def _produced(home: str, message: Publication) -> list[Produced]:
    return [
        Produced(
            home=home,
            device=message.device,
            quantity=said.quantity,
            observed_at=message.at,
            value=said.value,
            resident_made=said.resident_made,
            required=said.required,
        )
        for said in message.said
    ]


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _next_millisecond(at: datetime) -> datetime:
    return _whole(at) + MILLISECOND
