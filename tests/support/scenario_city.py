"""A city in virtual time, told like a diary: everything is real but the broker and the mail.

Envelopes are encoded as gateways do and handed to admission; projector, detector and alerting are
the services themselves over stores on disk. One clock is enough: a step first shows the new instant
and lets the homes speak, and only then wakes whoever waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

import alerting.service
from alerting.config import AlertingConfig
from alerting.replies import Result, acknowledge, resolve
from anomaly.service import Detector
from domain.absence import Mode
from domain.access import Access, service
from domain.case import Outcome, ResolvedCause
from domain.clock import VirtualClock, pause
from domain.finding import Cause, Finding
from domain.ids import CaseId, MunicipalityId, UserId
from domain.quantity import Quantity
from domain.verdict import Judgement, judge
from ingest.admission import admit
from ingest.directory import Directory
from ingest.opening import Arrived, Keyring
from ingest.projector import project_next
from storage.register import (
    absences,
    case_events,
    cases,
    episodes,
    findings,
    homes,
    pauses,
    services,
)
from storage.register.case_events import CaseEvent
from storage.register.cases import StoredCase
from storage.register.episodes import Episode
from storage.register.notifications import Channel
from storage.register.schema import case as case_table
from storage.register.vault import Vault
from storage.signals import Log
from storage.stores import Stores
from tests.support.scenario_home import Home
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
    others: list[Callable[[Connection, datetime], bool]] = field(default_factory=list)
    """Whether what else a scenario runs has nothing left to do now."""
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
            # The ladder's next step is read from the register: a service that has just sent a
            # message may not have begun to wait for it yet.
            step_at = await self.stores.register.read(lambda c: episodes.next_step_at(c, SYSTEM))
            waits = [self.clock.now() + self._longest(), instant, self.clock.next_wake(), step_at]
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

    async def live_usually(self, **lasting: float) -> None:
        """Let somebody live for so long: about from 07:00 to 22:00, in bed at night."""
        end = self.clock.now() + timedelta(**lasting)
        while self.clock.now() < end:
            if 7 <= self.clock.now().astimezone(TOKYO).hour < 22:
                await self.active("kitchen")
            await self.run_until(min(self.clock.now() + LONGEST, end))

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
        """Let a person take the open case on; all others who were told of it hear it."""
        case, now = self.case(about), self.clock.now()
        answer = await self.stores.register.write(
            lambda c: acknowledge(c, self.people[login], case.id, now)
        )
        assert answer.result is Result.DONE, answer
        await self._expect_news(login, case)

    async def resolve(
        self, login: str, about: Cause, outcome: Outcome = Outcome.WELL
    ) -> list[Told]:
        """Let a person close the open case; returns what all others who were told hear."""
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
        return await self._expect_news(login, case)

    async def _expect_news(self, login: str, case: StoredCase) -> list[Told]:
        """Expect news for all who were told of a case, and its owner, but for who did it; once."""
        self.stores.signals.notify(Log.CASE)
        await self.settle()
        told = self.mail.told_of(case.number)
        owners = {who for who, of in self.people.items() if of.actor == case.acknowledged_by}
        news = self.mail.take_news(case.number)
        heard = sorted(one.login for one in news)
        assert heard == sorted((told | owners) - {login}), heard
        return news

    def be_absent(
        self, *, hours: float, home: Home | None = None, login: str = "caseworker"
    ) -> str:
        """Let a person enter an absence from now on; returns its id."""
        now, who = self.clock.now(), self.people[login]
        new = self.stores.register.write_now(
            lambda c: absences.add(
                c,
                who,
                home_id=(home or self.homes[0]).id,
                starts_at=now,
                ends_at=now + timedelta(hours=hours),
                owner=UserId(who.actor),
                now=now,
            )
        )
        self.stores.signals.notify(Log.CASE)
        return new

    def begin(self, mode: Mode, *, minutes: float, login: str = "caseworker") -> str:
        """Let a person begin a mode in the first home; returns its id."""
        now, who = self.clock.now(), self.people[login]
        return self.stores.register.write_now(
            lambda c: pauses.begin(
                c,
                who,
                home_id=self.homes[0].id,
                mode=mode,
                lasts=timedelta(minutes=minutes),
                owner=UserId(who.actor),
                now=now,
            )
        )

    # --- what is expected ---------------------------------------------------------------------

    def expect_mail(
        self,
        *logins: str,
        about: str,
        at: str | None = None,
        within: timedelta = FINE,
        says: str = "",
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
            self.stores.register.write_now(partial(services.started, access=ear, now=end))
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
                    lambda c: (
                        alerting.service.is_settled(c, now=now)
                        and all(is_done(c, now) for is_done in self.others)
                    )
                ):
                    return
                await pause(0.001)


def _case_ids(connection: Connection, causes: Sequence[Cause]) -> list[CaseId]:
    query = select(case_table.c.id).where(case_table.c.cause.in_(causes))
    return [
        CaseId(row) for row in connection.execute(query.order_by(case_table.c.number)).scalars()
    ]
