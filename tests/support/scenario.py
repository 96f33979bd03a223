"""A city in virtual time, told like a diary: everything is real but the broker and the mail.

Envelopes are encoded as gateways do and handed to admission; projector, detector and alerting are
the services themselves over stores on disk. One clock is enough: a step first shows the new instant
and lets the homes speak, and only then wakes whoever waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import alerting.service
from alerting.config import AlertingConfig
from alerting.replies import Result, acknowledge, resolve
from anomaly.service import Detector
from domain.access import Access, Role, of_user, service
from domain.case import Outcome, ResolvedCause
from domain.clock import VirtualClock, pause
from domain.finding import Cause, Finding
from domain.ids import CaseId, MunicipalityId
from domain.quantity import Lane, Quantity
from domain.verdict import Judgement, judge
from ingest.admission import admit
from ingest.directory import Directory
from ingest.opening import Arrived, Keyring
from ingest.projector import project_next
from sqlalchemy import Connection, select
from storage.register import (
    absences,
    case_events,
    cases,
    episodes,
    findings,
    gateways,
    homes,
    residents,
    services,
    users,
)
from storage.register.case_events import CaseEvent
from storage.register.cases import StoredCase
from storage.register.episodes import Episode
from storage.register.notifications import Channel
from storage.register.residents import Person
from storage.register.schema import case as case_table
from storage.register.vault import Vault
from storage.signals import Log
from storage.stores import Stores

from tests.support.scenario_home import SENSORS, Home
from tests.support.scenario_mail import Mail, Told
from tests.support.wire import MASTER

TOKYO = ZoneInfo("Asia/Tokyo")
SYSTEM = service("scenario")
EARS = (service("ingest"), service("projector"))
SETTINGS = AlertingConfig(base_url="https://mimamori.example")
LONGEST = timedelta(minutes=30)
"""Most that time moves at once; whoever waits for an exact instant ends a step earlier."""
FINE = timedelta(minutes=1)
"""The same while a home has just gone dark: then a minute matters."""
FINE_FOR = timedelta(minutes=15)
SETTLE_S = 30.0
"""Real seconds after which a step that does not settle has found a fault."""
PEOPLE = {
    "caseworker": Role.CASEWORKER,
    "colleague": Role.CASEWORKER,
    "technician": Role.TECHNICIAN,
    "administrator": Role.ADMINISTRATOR,
}
"""Those who are told; the homes are assigned to `caseworker` and `technician`."""


@dataclass(slots=True, kw_only=True)
class City:
    """All that a scenario holds."""

    stores: Stores
    vault: Vault
    clock: VirtualClock
    mail: Mail
    directory: Directory
    municipality: MunicipalityId
    people: dict[str, Access]
    restart_each: int | None = None
    """Detector and alerting are killed and started anew after so many steps."""
    homes: list[Home] = field(default_factory=list)
    detector: Detector | None = None
    _projected: int = 0
    _steps: int = 0
    _running: list[asyncio.Task[None]] = field(default_factory=list)

    # --- time ---------------------------------------------------------------------------------

    def time(self, clock: str) -> datetime:
        """Return the last instant not after now at which a clock in the city showed `clock`."""
        local = self.clock.now().astimezone(TOKYO)
        hour, minute = (int(part) for part in clock.split(":"))
        at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return (at if at <= local else at - timedelta(days=1)).astimezone(UTC)

    async def until(self, clock: str, *, days: int = 0) -> None:
        """Let time pass until a clock in the city next shows `clock`, and `days` more."""
        await self.run_until(self.time(clock) + timedelta(days=days + 1))

    async def after(self, **lasting: float) -> None:
        """Let so much time pass, such as `minutes=10`."""
        await self.run_until(self.clock.now() + timedelta(**lasting))

    async def run_until(self, instant: datetime) -> None:
        """Let time pass in steps; after each, everything has settled."""
        while self.clock.now() < instant:
            waits = [self.clock.now() + self._longest(), instant, self.clock.next_wake()]
            await self._step(min(at for at in waits if at is not None))

    async def _step(self, to: datetime) -> None:
        self._steps += 1
        if self.restart_each is not None and self._steps % self.restart_each == 0:
            await self.stop()
            self.start()
        self.clock.show(to)
        for home in self.homes:
            home.live(to)
        await self.deliver()
        self.clock.push(to)
        await self.settle()

    def _longest(self) -> timedelta:
        now = self.clock.now()
        starts = [home.dark_since for home in self.homes if home.dark_since is not None]
        return FINE if any(now - at < FINE_FOR for at in starts) else LONGEST

    # --- what happens in the homes ------------------------------------------------------------

    async def active(self, room: str, home: Home | None = None) -> None:
        """Let somebody move in a room, or open the `door`, now."""
        quantity = Quantity.DOOR if room == "door" else Quantity.MOTION
        (home or self.homes[0]).feel(room, self.clock.now(), quantity)
        await self._told()

    async def press_help(self, home: Home | None = None) -> None:
        """Let somebody press the help button now."""
        (home or self.homes[0]).feel("button", self.clock.now(), Quantity.HELP)
        await self._told()

    async def live(self, until: str, *, each: timedelta = timedelta(minutes=30)) -> None:
        """Let somebody move in the kitchen again and again until a clock shows `until`."""
        end = self.time(until) + timedelta(days=1)
        while self.clock.now() < end:
            await self.active("kitchen")
            await self.run_until(min(self.clock.now() + each, end))

    def go_dark(self, home: Home | None = None) -> None:
        """Cut a home's line."""
        dark = home or self.homes[0]
        dark.is_connected, dark.dark_since = False, self.clock.now()

    async def come_back(self, home: Home | None = None) -> None:
        """Mend a home's line: what has waited is sent."""
        dark = home or self.homes[0]
        dark.is_connected, dark.dark_since = True, None
        await self._told()

    async def _told(self) -> None:
        await self.deliver()
        await self.settle()

    async def deliver(self, again: Sequence[Arrived] = ()) -> None:
        """Admit and project what the gateways send now, and `again` what they sent before."""
        now = self.clock.now()
        arrived = [one for home in self.homes for one in home.envelopes(now)]
        known = await self.directory.gateways({home.gateway for home in self.homes})
        admit(self.stores.journal, Keyring(MASTER, known), [*arrived, *again])
        head = self.stores.journal.head()
        while self._projected < head:
            self._projected = await project_next(
                self.stores, self.directory, self.clock, after=self._projected
            )
        await self.stores.register.write(lambda c: services.progressed(c, EARS[0], now=now))

    # --- what people do -----------------------------------------------------------------------

    async def acknowledge(self, login: str, about: Cause) -> None:
        """Let a person take the open case on."""
        case, now = self.case(about), self.clock.now()
        answer = await self.stores.register.write(
            lambda c: acknowledge(c, self.people[login], case.id, now)
        )
        assert answer.result is Result.DONE, answer
        self.stores.signals.notify(Log.CASE)
        await self.settle()

    async def resolve(self, login: str, about: Cause, outcome: Outcome = Outcome.WELL) -> None:
        """Let a person close the open case."""
        case, now = self.case(about), self.clock.now()
        answer = await self.stores.register.write(
            lambda c: resolve(
                c,
                self.people[login],
                case.id,
                outcome=outcome,
                cause=ResolvedCause.OTHER,
                note=None,
                now=now,
            )
        )
        assert answer.result is Result.DONE, answer
        self.stores.signals.notify(Log.CASE)
        await self.settle()

    def be_absent(self, *, hours: float, home: Home | None = None) -> None:
        """Let the caseworker enter an absence from now on."""
        now, who = self.clock.now(), self.people["caseworker"]
        self.stores.register.write_now(
            lambda c: absences.add(
                c,
                who,
                home_id=(home or self.homes[0]).id,
                starts_at=now,
                ends_at=now + timedelta(hours=hours),
                owner=users.by_login(c, SYSTEM, "caseworker").id,  # type: ignore[union-attr]
                now=now,
            )
        )

    # --- what is expected ---------------------------------------------------------------------

    def expect_mail(
        self, *logins: str, about: str, at: str | None = None, within: timedelta = FINE, says: str = ""
    ) -> list[Told]:
        """Expect the next messages: one to each of `logins`, about something.

        Args:
            logins: Who is told, all by the same step.
            about: A key of `scenario_mail.SUBJECTS`.
            at: What a clock in the city showed at the earliest; None: now.
            within: How much later it may have been.
            says: What subject or body says.
        """
        told = self.mail.take(*logins)
        earliest = self.clock.now() if at is None else self.time(at)
        for one in told:
            assert one.about == about, f"{one}, expected about {about}"
            assert earliest <= one.at <= earliest + within, f"{one}, expected from {earliest} on"
            text = f"{one.message.subject}\n{one.message.body}"
            assert says in text, f"{says!r} is not in {text!r}"
        return told

    def expect_no_more_mail(self) -> None:
        """Expect that nobody was told anything else up to now."""
        self.mail.expect_none()

    def verdict(self, home: Home | None = None) -> Judgement:
        """Return what the board shows of a home now."""
        now, of = self.clock.now(), (home or self.homes[0]).id
        found = self.stores.register.read_now(
            lambda c: homes.summary(c, SYSTEM, self.vault, of, now=now)
        )
        assert found is not None
        return judge(found.view, now=now)

    def findings(self, *causes: Cause) -> list[Finding]:
        """Return all findings of some causes, oldest first."""
        stored = self.stores.register.read_now(lambda c: findings.after(c, SYSTEM, 0))
        return [one.finding for one in stored if one.finding.cause in causes]

    def case(self, about: Cause) -> StoredCase:
        """Return the newest case of a cause."""
        return self.cases(about)[-1]

    def cases(self, *causes: Cause) -> list[StoredCase]:
        """Return all cases of some causes, oldest first."""
        return self.stores.register.read_now(
            lambda c: [self._case(c, of) for of in _case_ids(c, causes)]
        )

    def episodes(self, about: Cause) -> list[Episode]:
        """Return the episodes of the newest case of a cause."""
        of = self.case(about).id
        return self.stores.register.read_now(lambda c: episodes.of_case(c, SYSTEM, of))

    def timeline(self, about: Cause) -> list[CaseEvent]:
        """Return the timeline of the newest case of a cause."""
        of = self.case(about).id
        return self.stores.register.read_now(lambda c: case_events.of_case(c, SYSTEM, of))

    def _case(self, connection: Connection, of: CaseId) -> StoredCase:
        found = cases.get(connection, SYSTEM, of, now=self.clock.now())
        assert found is not None
        return found

    # --- the server ---------------------------------------------------------------------------

    def start(self) -> None:
        """Start detector and alerting."""
        detector = self.detector = Detector(self.stores, self.clock)
        told = alerting.service.run(
            self.stores.register,
            self.stores.signals,
            self.clock,
            SETTINGS,
            {Channel.EMAIL: self.mail},
        )
        self._running = [asyncio.create_task(detector.run()), asyncio.create_task(told)]

    async def stop(self) -> None:
        """End them as a kill would."""
        for task in self._running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._running, self.detector = [], None

    async def be_down(self, **lasting: float) -> None:
        """Let the whole server be down for so long: nobody hears what the homes keep."""
        await self.stop()
        end = self.clock.now() + timedelta(**lasting)
        while self.clock.now() < end:
            self.clock.push(min(self.clock.now() + timedelta(minutes=10), end))
            for home in self.homes:
                home.live(self.clock.now())
        for ear in EARS:
            self.stores.register.write_now(lambda c, ear=ear: services.started(c, ear, now=end))  # type: ignore[misc]
        self.start()
        await self.settle()

    async def settle(self) -> None:
        """Wait until detector and alerting have nothing left to do now."""
        now, detector = self.clock.now(), self.detector
        async with asyncio.timeout(SETTLE_S):
            while detector is not None:
                for task in self._running:
                    if task.done():
                        task.result()
                if await detector.settled() and await self.stores.register.read(
                    lambda c: alerting.service.is_settled(c, now=now)
                ):
                    return
                await pause(0.001)


@asynccontextmanager
async def city_from(
    folder: Path,
    begins: str,
    *,
    known_days: int = 0,
    codes: Iterable[str] = ("K-07",),
    restart_each: int | None = None,
) -> AsyncIterator[City]:
    """Open a city and run its services; at the end nobody was told what no line expected.

    Args:
        folder: For the stores.
        begins: Local date and time, such as `2026-03-10 06:00`.
        known_days: So many days before were lived by the same simple day and are in the stores.
        codes: Of the homes.
        restart_each: See `City`.
    """
    start = datetime.fromisoformat(begins).replace(tzinfo=TOKYO).astimezone(UTC)
    long_ago = start - timedelta(days=known_days + 1)
    clock = VirtualClock(start)
    with Stores.open(folder) as stores:
        vault = Vault.open_or_create(folder / "vault.key")
        municipality, people = stores.register.write_now(lambda c: _people(c, long_ago))
        city = City(
            stores=stores,
            vault=vault,
            clock=clock,
            mail=Mail(clock),
            directory=Directory(stores.register, clock),
            municipality=municipality,
            people=people,
            restart_each=restart_each,
        )
        for code in codes:
            home = stores.register.write_now(lambda c, code=code: _enrol(c, city, code, long_ago))  # type: ignore[misc]
            city.homes.append(home)
            for at in _usual_days(start, known_days):
                home.feel("kitchen", at)
        for ear in EARS:
            stores.register.write_now(lambda c, ear=ear: services.started(c, ear, now=start))  # type: ignore[misc]
        city.start()
        try:
            await city.deliver()
            await city.settle()
            yield city
        finally:
            await city.stop()
        city.expect_no_more_mail()


def _usual_days(start: datetime, days: int) -> Iterable[datetime]:
    """Return activity each 20 minutes from 07:00 to 22:00 before `start`, each day a bit shifted."""
    midnight = start.astimezone(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(days, -1, -1):
        for minute in range(7 * 60, 22 * 60 + 1, 20):
            shift = (day * 7) % 13
            at = midnight + timedelta(minutes=minute + shift) - timedelta(days=day)
            if at < start:
                yield at.astimezone(UTC)


def _people(connection: Connection, now: datetime) -> tuple[MunicipalityId, dict[str, Access]]:
    city = gateways.add_municipality(connection, SYSTEM, "Example City")
    access = {}
    for login, role in PEOPLE.items():
        user = users.add(
            connection,
            SYSTEM,
            municipality=city,
            login=login,
            display_name=login.title(),
            role=role,
            email=f"{login}@city.example",
            language="en",
            password_hash="-",
            now=now,
        )
        access[login] = of_user(user, role, city)
    return city, access


def _enrol(connection: Connection, city: City, code: str, now: datetime) -> Home:
    home = gateways.add_home(
        connection,
        SYSTEM,
        municipality_id=city.municipality,
        code=code,
        time_zone="Asia/Tokyo",
        now=now,
    )
    residents.add(
        connection,
        SYSTEM,
        city.vault,
        municipality=city.municipality,
        home=home,
        person=Person(name="Yamada Hana"),
        now=now,
    )
    gateway, sensors = gateways.add_gateway(
        connection, SYSTEM, home_id=home, sensors=SENSORS, now=now
    )
    for login in ("caseworker", "technician"):
        user = users.by_login(connection, SYSTEM, login)
        assert user is not None
        users.assign(
            connection,
            SYSTEM,
            user=user.id,
            home=home,
            municipality=city.municipality,
            now=now,
        )
    return Home(id=home, code=code, gateway=gateway, sensors=sensors)


def _case_ids(connection: Connection, causes: Sequence[Cause]) -> list[CaseId]:
    query = select(case_table.c.id).where(case_table.c.cause.in_(causes))
    return [
        CaseId(row) for row in connection.execute(query.order_by(case_table.c.number)).scalars()
    ]
