"""The service of the morning beside a city of a scenario, with a mailbox of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from alerting import morning, notices
from alerting.digest import DigestLine, Standing, counted
from alerting.morning import MorningConfig
from alerting.ports import Attempt, Message, Notifier, Outcome
from domain.clock import VirtualClock
from domain.ids import UserId, new_id
from storage.register import consents, contact_methods, digests, recipients, schema
from storage.register.digests import Record
from storage.register.notifications import Channel
from tests.support.scenario_city import SYSTEM, City

QUICK_S = 0.02
"""Real: retries wait for seconds of the machine, which a diary has not."""


@dataclass(slots=True)
class Letters:
    """Takes the digests; answers as told."""

    clock: VirtualClock
    sent: list[tuple[datetime, Message]] = field(default_factory=list)
    is_away: bool = False
    gone: set[str] = field(default_factory=set)
    """Logins whose address takes nothing any more."""
    tried: int = 0

    async def send(self, message: Message) -> Attempt:
        """Accept, unless the mail server is away."""
        self.tried += 1
        if self.is_away:
            return Attempt(outcome=Outcome.RETRY, error="connection refused")
        if login_of(message) in self.gone:
            return Attempt(outcome=Outcome.REFUSED, error="550 5.1.1", is_address_bad=True)
        self.sent.append((self.clock.now(), message))
        return Attempt(outcome=Outcome.ACCEPTED)

    def take(self, login: str) -> tuple[datetime, Message]:
        """Take the next digest off, which has to be to `login`."""
        assert self.sent, f"no digest to {login}"
        at, message = self.sent.pop(0)
        assert login_of(message) == login
        return at, message


def login_of(message: Message) -> str:
    """Return whose address a message goes to."""
    return message.address.rpartition("/")[2].partition("@")[0]


@dataclass(slots=True)
class Office:
    """The service and what came of it."""

    city: City
    letters: Letters
    hook: Letters
    """The webhooks' way."""
    settings: MorningConfig
    _task: asyncio.Task[None] | None = None

    @property
    def ways(self) -> dict[Channel, Notifier]:
        """How the service reaches people."""
        return {Channel.EMAIL: self.letters, Channel.WEBHOOK: self.hook}

    def start(self) -> None:
        """Start the service."""
        self._task = asyncio.create_task(
            morning.run(
                self.city.stores.register,
                self.city.stores.signals,
                self.city.clock,
                self.settings,
                self.ways,
            )
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

    def give(self, login: str, channel: Channel) -> None:
        """Give a person another contact method, used after those that are there."""
        now = self.city.clock.now()
        self.city.stores.register.write_now(
            lambda c: contact_methods.add(
                c,
                SYSTEM,
                municipality=self.city.municipality,
                user=UserId(self.city.people[login].actor),
                channel=channel,
                address=f"https://hooks.example/{login}",
                after=timedelta(minutes=5),
                verified_at=now,
                now=now,
            )
        )

    def agree(self, login: str) -> None:
        """Let the resident of the first home agree that a person of the family may know."""
        city, now = self.city, self.city.clock.now()

        def work(connection: Connection) -> None:
            of = recipients.resident_at(connection, SYSTEM, city.homes[0].id, now)
            connection.execute(
                schema.consent.insert().values(
                    id=new_id(),
                    municipality_id=city.municipality,
                    resident_id=of,
                    user_id=city.people[login].actor,
                    scope="status",
                    valid_from=now,
                )
            )

        city.stores.register.write_now(work)

    def agree_no_more(self, login: str) -> None:
        """Let the resident of the first home end what was agreed for a person."""
        city, now = self.city, self.city.clock.now()
        of = UserId(city.people[login].actor)

        def work(connection: Connection) -> bool:
            resident = recipients.resident_at(connection, SYSTEM, city.homes[0].id, now)
            assert resident is not None
            return consents.end(connection, SYSTEM, resident, of, ended_by=of, now=now)

        assert city.stores.register.write_now(work)

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
    """Run the service of the morning; at the end nothing is left that no line expected."""
    settings = MorningConfig(base_url="https://mimamori.example", time_zone=time_zone)
    clock = city.clock
    office = Office(city=city, letters=Letters(clock), hook=Letters(clock), settings=settings)
    usual = notices.RETRY_AFTER_S
    notices.RETRY_AFTER_S = (QUICK_S,)
    office.start()
    try:
        await city.settle()
        yield office
    finally:
        await office.stop()
        notices.RETRY_AFTER_S = usual
    assert office.letters.sent == office.hook.sent == []
