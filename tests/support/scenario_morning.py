"""The service of the morning beside a city of a scenario, with a mailbox of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from alerting import morning
from alerting.digest import DigestLine, Standing, counted
from alerting.morning import MorningConfig
from alerting.ports import Attempt, Message, Outcome
from domain.clock import VirtualClock
from storage.register import digests, schema
from storage.register.digests import Record
from tests.support.scenario_city import SYSTEM, City


@dataclass(slots=True)
class Letters:
    """Takes the digests; answers as told."""

    clock: VirtualClock
    sent: list[tuple[datetime, Message]] = field(default_factory=list)
    is_away: bool = False
    tried: int = 0

    async def send(self, message: Message) -> Attempt:
        """Accept, unless the mail server is away."""
        self.tried += 1
        if self.is_away:
            return Attempt(outcome=Outcome.RETRY, error="connection refused")
        self.sent.append((self.clock.now(), message))
        return Attempt(outcome=Outcome.ACCEPTED)

    def take(self, login: str) -> tuple[datetime, Message]:
        """Take the next digest off, which has to be to `login`."""
        assert self.sent, f"no digest to {login}"
        at, message = self.sent.pop(0)
        assert message.address.partition("@")[0] == login
        return at, message


@dataclass(slots=True)
class Office:
    """The service and what came of it."""

    city: City
    letters: Letters
    settings: MorningConfig
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the service."""
        self._task = asyncio.create_task(
            morning.run(self.city.stores.register, self.city.clock, self.settings, self.letters)
        )
        self.city.others.append(self._is_settled)

    async def stop(self) -> None:
        """End it as a kill would."""
        self.city.others.clear()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._task = None

    def lines(self, login: str = "caseworker") -> list[DigestLine]:
        """Return what the page of a person says now."""
        access, now = self.city.people[login], self.city.clock.now()
        return self.city.stores.register.read_now(lambda c: morning.lines(c, access, now=now))

    def numbers(self) -> dict[Standing, int]:
        """Return how many homes stand how now."""
        return counted(self.lines())

    def records(self, day: str) -> list[Record]:
        """Return the records of a local day."""
        now = self.city.clock.now()
        return self.city.stores.register.read_now(
            lambda c: digests.of_day(c, SYSTEM, date.fromisoformat(day), now=now)
        )

    def wish(self, login: str, minute: int | None) -> None:
        """Let a person say when the digest is wanted."""
        access, now = self.city.people[login], self.city.clock.now()
        self.city.stores.register.write_now(lambda c: digests.set_wish(c, access, minute, now=now))

    def _is_settled(self, connection: Connection, now: datetime) -> bool:
        if self._task is not None and self._task.done():
            self._task.result()
        is_stuck = self.letters.is_away and self.letters.tried > 0
        return is_stuck or morning.is_settled(connection, self.settings, now=now)


@asynccontextmanager
async def moved(city: City, zone: str) -> AsyncIterator[None]:
    """Let the homes of a city lie in another time zone."""
    await city.stores.register.write(
        lambda c: c.execute(schema.home.update().values(time_zone=zone)).rowcount
    )
    yield


@asynccontextmanager
async def office_in(city: City, *, time_zone: str = "Asia/Tokyo") -> AsyncIterator[Office]:
    """Run the service of the morning; at the end no digest is left that no line expected."""
    settings = MorningConfig(base_url="https://mimamori.example", time_zone=time_zone)
    office = Office(city=city, letters=Letters(city.clock), settings=settings)
    office.start()
    try:
        await city.settle()
        yield office
    finally:
        await office.stop()
    assert office.letters.sent == []
