"""Alerting alone in virtual time: findings come as a detector writes them, ways out are scripted.

For diaries about messages: many homes cost nothing here. Whole cities are in `scenario_city`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Row, func, select

import alerting.service
from alerting import bounces, delivery
from alerting.config import AlertingConfig
from alerting.ports import Attempt
from alerting.ports import Outcome as Sent
from alerting.replies import Result, acknowledge, resolve
from alerting.service import ACCESS
from domain.access import Access, service
from domain.case import CaseState, Outcome, ResolvedCause
from domain.clock import VirtualClock, pause
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import CaseId, ContactId, HomeId, MunicipalityId, UserId
from storage.register import (
    cases,
    contact_methods,
    cursors,
    episodes,
    findings,
    gateways,
    leases,
    services,
)
from storage.register.contact_methods import Quiet
from storage.register.database import Register
from storage.register.notifications import Channel, NotificationState
from storage.register.schema import case as case_table
from storage.register.schema import notification
from storage.signals import LocalSignals, Log
from tests.support.bounced_mail import report_on
from tests.support.scenario_city import TOKYO
from tests.support.scenario_mail import Mail, Told
from tests.support.scenario_people import STAFF, look_after, settled_town

SYSTEM = service("scenario")
SETTINGS = AlertingConfig(base_url="https://mimamori.example")
SETTLE_S = 60.0
STEP = timedelta(minutes=1)
QUICK_RETRY_S = 0.02
"""Real: retries wait for seconds of the machine, which a diary has not."""
QUICK_LEASE_S = 2.0
NOBODY: frozenset[str] = frozenset()
REASONS = {
    Cause.INACTIVITY: Reason.SILENCE_PAST_DEADLINE,
    Cause.HELP: Reason.BUTTON_PRESSED,
    Cause.GATEWAY_SILENT: Reason.NOTHING_HEARD,
}


@dataclass(slots=True, kw_only=True)
class Street:
    """All that such a diary holds."""

    register: Register
    clock: VirtualClock
    town: MunicipalityId
    people: dict[str, Access]
    homes: dict[str, HomeId]
    mail: Mail
    hook: Mail
    """The webhooks' way."""
    signals: LocalSignals = field(default_factory=LocalSignals)
    _running: asyncio.Task[None] | None = None

    # --- time ---------------------------------------------------------------------------------

    async def after(self, **lasting: float) -> None:
        """Let so much time pass, such as `minutes=10`."""
        end = self.clock.now() + timedelta(**lasting)
        while self.clock.now() < end:
            await self.settle()
            now = self.clock.now()
            waits = await self.register.read(partial(self._waits, now=now))
            self.clock.push(min([end, now + STEP, *(at for at in waits if at > now)]))
        await self.settle()

    def _waits(self, connection: Connection, *, now: datetime) -> list[datetime]:
        look = leases.next_look(connection, SYSTEM, now_s=0.0)
        found = [episodes.next_step_at(connection, SYSTEM), look.due_at, self.clock.next_wake()]
        query = select(func.min(notification.c.due_at)).where(notification.c.due_at > now)
        found.append(connection.execute(query).scalar())
        return [at for at in found if at is not None]

    async def settle(self) -> None:
        """Wait until nothing is left to do now; messages that are tried in vain may wait."""
        async with asyncio.timeout(SETTLE_S):
            while self._running is not None:
                if self._running.cancelled():
                    return
                if self._running.done():
                    self._running.result()
                if await self.register.read(partial(self._is_settled, now=self.clock.now())):
                    return
                await pause(0.002)

    def _is_settled(self, connection: Connection, *, now: datetime) -> bool:
        beats = [state.progress_at for state in services.states(connection, SYSTEM)]
        if not beats or now - max(beats) >= alerting.service.PROGRESS_EVERY:
            return False
        if not (self.mail.is_away or self.hook.is_away):
            return alerting.service.is_settled(connection, now=now)
        step_at = episodes.next_step_at(connection, SYSTEM)
        is_read = cursors.position(connection, ACCESS) >= findings.head(connection, SYSTEM)
        untried = select(func.count()).where(
            notification.c.state.in_((NotificationState.PENDING, NotificationState.LEASED)),
            notification.c.due_at <= now,
            notification.c.attempts < delivery.TRIES_ALONE + 1,
        )
        is_tried = connection.execute(untried).scalar_one() == 0
        return is_read and is_tried and (step_at is None or step_at > now)

    # --- what happens -------------------------------------------------------------------------

    async def find(self, cause: Cause, *codes: str, minutes_ago: float = 0) -> None:
        """Let a detector find something in some homes."""
        now = self.clock.now() - timedelta(minutes=minutes_ago)
        await self.register.write(partial(self._find, cause=cause, codes=codes, now=now))
        self.signals.notify(Log.FINDING)
        await self.settle()

    def _find(
        self, connection: Connection, *, cause: Cause, codes: Iterable[str], now: datetime
    ) -> None:
        for code in codes:
            finding = Finding(
                home=self.homes[code],
                cause=cause,
                phase=Phase.BEGUN,
                reason=REASONS[cause],
                began_at=now,
                found_at=now,
            )
            findings.append(connection, SYSTEM, finding)

    async def acknowledge(self, login: str, code: str, *, deaf: frozenset[str] = NOBODY) -> None:
        """Let a person take the open case of a home on; all others who were told of it hear it.

        `deaf` are those of them whom no mail reaches.
        """
        case, now, access = self.case_of(code), self.clock.now(), self.people[login]
        answer = await self.register.write(lambda c: acknowledge(c, access, case, now))
        assert answer.result is Result.DONE, answer
        await self._expect_news(login, case, deaf)

    async def resolve(self, login: str, code: str) -> None:
        """Let a person close the open case of a home; all others who were told hear it."""
        case, now, access = self.case_of(code), self.clock.now(), self.people[login]
        answer = await self.register.write(
            lambda c: resolve(
                c,
                access,
                case,
                outcome=Outcome.WELL,
                cause=ResolvedCause.OTHER,
                note=None,
                now=now,
            )
        )
        assert answer.result is Result.DONE, answer
        await self._expect_news(login, case)

    async def _expect_news(self, login: str, case: CaseId, deaf: frozenset[str] = NOBODY) -> None:
        """Expect news for all who were told of a case by mail, but for who did it; once."""
        self.signals.notify(Log.CASE)
        await self.settle()
        found = self.register.read_now(lambda c: cases.get(c, ACCESS, case, now=self.clock.now()))
        assert found is not None
        told = self.mail.told_of(found.number)
        heard = sorted(one.login for one in self.mail.take_news(found.number))
        assert heard == sorted(told - {login} - deaf), heard

    def refuse(self, login: str) -> None:
        """Let a person's mail address be gone from now on."""
        gone = Attempt(outcome=Sent.REFUSED, error="550 5.1.1 unknown", is_address_bad=True)
        self.mail.answers[login] = [gone]

    def case_of(self, code: str) -> CaseId:
        """Return the open case of a home; not that of a set-up that reaches nobody."""
        query = select(case_table.c.id).where(
            case_table.c.home_id == self.homes[code],
            case_table.c.state != CaseState.RESOLVED,
            case_table.c.cause != Cause.SERVICE_FAILED,
        )
        return CaseId(self.register.read_now(lambda c: c.execute(query).scalar_one()))

    def code_of(self, case: str) -> str:
        """Return the code of the home that a case is about."""
        query = select(case_table.c.home_id).where(case_table.c.id == case)
        home = self.register.read_now(lambda c: c.execute(query).scalar_one())
        return next(code for code, of in self.homes.items() if of == home)

    async def bounce(self, told: Told, *, status: str = "5.1.1") -> int:
        """Let a mail that was accepted come back."""
        found = bounces.read(report_on(told, status=status))
        assert found is not None
        now, base_url = self.clock.now(), SETTINGS.base_url
        booked = await self.register.write(
            lambda c: bounces.take_in(c, ACCESS, found, base_url=base_url, now=now)
        )
        self.signals.notify(Log.FINDING)
        await self.settle()
        return booked

    # --- how people are reached ---------------------------------------------------------------

    def give(
        self, login: str, channel: Channel, *, after_min: float = 0, is_proved: bool = True
    ) -> ContactId:
        """Give a person another contact method."""
        now = self.clock.now()
        return self.register.write_now(
            lambda c: contact_methods.add(
                c,
                SYSTEM,
                municipality=self.town,
                user=UserId(self.people[login].actor),
                channel=channel,
                address=f"https://hooks.example/{login}",
                after=timedelta(minutes=after_min),
                verified_at=now if is_proved else None,
                now=now,
            )
        )

    def forget_mail_of(self, login: str) -> None:
        """Take a person's e-mail method away."""
        for method in self.methods(login):
            if method.channel is Channel.EMAIL:
                self.register.write_now(
                    partial(contact_methods.remove, access=SYSTEM, method=method.id)
                )

    def methods(self, login: str) -> list[contact_methods.Method]:
        """Return a person's methods."""
        of = UserId(self.people[login].actor)
        return self.register.read_now(
            lambda c: contact_methods.of_people(c, SYSTEM, [of]).get(of, [])
        )

    def be_quiet(self, login: str, starts: str, ends: str) -> None:
        """Set a person's quiet hours, such as from 22:00 to 07:00."""
        quiet = Quiet(starts_min=_minutes(starts), ends_min=_minutes(ends))
        of = UserId(self.people[login].actor)
        self.register.write_now(
            lambda c: contact_methods.set_quiet(c, SYSTEM, of, quiet, municipality=self.town)
        )

    # --- what is expected ---------------------------------------------------------------------

    def outbox(self) -> list[Row[tuple[object, ...]]]:
        """Return all messages, oldest first."""
        query = select(notification).order_by(notification.c.created_at, notification.c.due_at)
        return list(self.register.read_now(lambda c: c.execute(query).all()))

    def findings(self, *reasons: Reason) -> list[Finding]:
        """Return the findings of some reasons, oldest first."""
        stored = self.register.read_now(lambda c: findings.after(c, SYSTEM, 0))
        return [one.finding for one in stored if one.finding.reason in reasons]

    # --- the server ---------------------------------------------------------------------------

    def start(self) -> None:
        """Start alerting."""
        ways = {Channel.EMAIL: self.mail, Channel.WEBHOOK: self.hook}
        self._running = asyncio.create_task(
            alerting.service.run(self.register, self.signals, self.clock, SETTINGS, ways)
        )

    def die(self) -> None:
        """End it in the middle of a message: nothing more is booked."""
        assert self._running is not None
        self._running.cancel()

    async def stop(self) -> None:
        """End it as a kill would."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        self._running = None


@asynccontextmanager
async def street_from(
    folder: Path, begins: str, *, homes: int = 1, seconds_per_retry: float = QUICK_RETRY_S
) -> AsyncIterator[Street]:
    """Open a street and run alerting; at the end nobody was told what no line expected.

    Args:
        folder: For the register.
        begins: Local date and time, such as `2026-03-10 09:00`.
        homes: How many; their codes are K-001, K-002 ..., all assigned to `caseworker` and
            `technician`.
        seconds_per_retry: Real seconds between attempts.
    """
    start = local(begins)
    with Register.open(folder / "register.db") as register:
        town, people, codes = register.write_now(partial(_town, homes=homes, now=start))
        clock = VirtualClock(start)
        street = Street(
            register=register,
            clock=clock,
            town=town,
            people=people,
            homes=codes,
            mail=Mail(clock),
            hook=Mail(clock),
        )
        async with running(street, seconds_per_retry=seconds_per_retry):
            yield street


def local(moment: str) -> datetime:
    """Return the instant of a local date and time, such as `2026-03-10 09:00`; aware, UTC."""
    return datetime.fromisoformat(moment).replace(tzinfo=TOKYO).astimezone(UTC)


@asynccontextmanager
async def running(
    street: Street, *, seconds_per_retry: float = QUICK_RETRY_S
) -> AsyncIterator[None]:
    """Run alerting in a street; at the end nobody was told what no line expected."""
    usual = delivery.RETRY_AFTER_S, delivery.LEASE_S
    delivery.RETRY_AFTER_S, delivery.LEASE_S = (seconds_per_retry,), QUICK_LEASE_S
    try:
        street.start()
        try:
            await street.settle()
            yield
        finally:
            await street.stop()
        street.mail.expect_none()
        street.hook.expect_none()
    finally:
        delivery.RETRY_AFTER_S, delivery.LEASE_S = usual


def _town(
    connection: Connection, *, homes: int, now: datetime
) -> tuple[MunicipalityId, dict[str, Access], dict[str, HomeId]]:
    since = now - timedelta(days=30)
    town, people = settled_town(connection, STAFF, now=since)
    codes = {}
    for number in range(1, homes + 1):
        code = f"K-{number:03}"
        codes[code] = gateways.add_home(
            connection,
            SYSTEM,
            municipality_id=town,
            code=code,
            time_zone="Asia/Tokyo",
            now=since,
        )
        look_after(connection, people, codes[code], town=town, now=since)
    return town, people, codes


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
