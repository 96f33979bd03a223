"""The alerting service: findings become cases, cases climb their ladders, messages go out.

Reads the log of findings; writes cases, episodes, timelines and the outbox. Needs nothing of the
detector: a help button goes straight from ingest to here.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerting import channel_watch
from alerting.clock_watch import was_set
from alerting.config import AlertingConfig
from alerting.delivery import Notifiers, Worker
from alerting.intake import climb_due, follow
from domain.access import service
from domain.clock import Clock, Nudge
from domain.clock_watch import ClockWatch
from storage.register import cursors, episodes, findings, leases, notifications, services
from storage.register.database import Register
from storage.register.leases import NextLook
from storage.signals import Log, Signals

ACCESS = service("alerting")
PROGRESS_EVERY = timedelta(seconds=10)
"""How often an idle service books that it moves on."""
TEXTS_KEPT = timedelta(days=90)
"""How long the texts of messages of closed cases stay."""
TIDY_HOUR_UTC = 18
"""In its first minute texts go, a thousand with each beat: 03:00 in Japan."""
LONGEST_WAIT_S = 5.0
"""Real seconds: so soon a clock that was set is noticed, and no step is later than that."""
LEAST_WAIT_S = 0.01
"""Real seconds: a retry that is due this very moment must not turn the loop hot."""


async def run(
    register: Register,
    signals: Signals,
    clock: Clock,
    settings: AlertingConfig,
    notifiers: Notifiers,
) -> None:
    """Run until cancelled; a failure is raised, and everything begun is done again after a restart.

    Args:
        register: Where findings come from and cases go.
        signals: Shorten the waits; the logs are read all the same.
        clock: Waits for the instants of the ladders.
        settings: See `AlertingConfig`.
        notifiers: A way to tell people for each channel; without one its messages wait.
    """
    alerting = _Alerting(register, signals, clock, settings, notifiers)
    nudge = signals.subscribe(Log.FINDING, Log.CASE, Log.NOTIFICATION)
    try:
        await register.write(lambda c: _begin(c, now=clock.now()))
        async with asyncio.TaskGroup() as group:
            while True:
                await alerting.turn(group, nudge)
    finally:
        signals.unsubscribe(nudge)


def is_settled(connection: Connection, *, now: datetime) -> bool:
    """Tell whether nothing is left to do at `now`: for whoever pushes a virtual clock.

    False while a finding is unread, a step is due, or a message that is due has not come to an end;
    the last also means that a mail server that is away keeps it False.
    """
    is_read = cursors.position(connection, ACCESS) >= findings.head(connection, ACCESS)
    next_at = episodes.next_step_at(connection, ACCESS)
    is_climbed = next_at is None or next_at > now
    is_told = notifications.unfinished(connection, ACCESS, due_by=now) == 0
    return is_read and is_climbed and is_told


class _Alerting:
    """One loop over all that alerting does, so that its progress is the progress of all of it."""

    def __init__(
        self,
        register: Register,
        signals: Signals,
        clock: Clock,
        settings: AlertingConfig,
        notifiers: Notifiers,
    ) -> None:
        self._register, self._signals, self._clock = register, signals, clock
        self._base_url = settings.base_url
        self._worker = Worker(
            register, signals, clock, notifiers, access=ACCESS, base_url=settings.base_url
        )
        self._booked_at: datetime | None = None
        self._watch = ClockWatch(clock)

    async def turn(self, group: asyncio.TaskGroup, nudge: Nudge) -> None:
        """Do all that can be done now, then wait for the next reason."""
        step = self._watch.look()
        if step:
            now = self._clock.now()
            await self._register.write(lambda c: was_set(c, ACCESS, step, now=now))
            self._booked_at = None
        has_work, next_step_at = await self._register.read(self._look)
        if has_work:
            await self._register.write(self._work)
            self._signals.notify(Log.CASE)
            return
        if await self._worker.start_due(group, nudge):
            return
        await self._book_progress()
        await self._wait(nudge, next_step_at)

    def _look(self, connection: Connection) -> tuple[bool, datetime | None]:
        next_step_at = episodes.next_step_at(connection, ACCESS)
        is_due = next_step_at is not None and next_step_at <= self._clock.now()
        is_behind = cursors.position(connection, ACCESS) < findings.head(connection, ACCESS)
        return is_due or is_behind, next_step_at

    def _work(self, connection: Connection) -> None:
        now = self._clock.now()
        follow(connection, ACCESS, base_url=self._base_url, now=now)
        climb_due(connection, ACCESS, base_url=self._base_url, now=now)
        services.progressed(connection, ACCESS, now=now)
        self._booked_at = now

    async def _book_progress(self) -> None:
        now = self._clock.now()
        if self._booked_at is None or now - self._booked_at >= PROGRESS_EVERY:
            found = await self._register.write(lambda c: _beat(c, now=now))
            self._booked_at = now
            if found:
                self._signals.notify(Log.FINDING)

    async def _wait(self, nudge: Nudge, next_step_at: datetime | None) -> None:
        look = await self._next_look()
        instants = [at for at in (next_step_at, look.due_at) if at is not None]
        beat_at = (self._booked_at or self._clock.now()) + PROGRESS_EVERY
        beat = self._clock.call_at(beat_at, nudge.set, lazy=True)
        try:
            await nudge.wait(
                self._clock, until=min(instants, default=None), timeout_s=_longest_wait(look)
            )
        finally:
            beat.cancel()

    async def _next_look(self) -> NextLook:
        if self._worker.is_full:  # nothing can be claimed before a message is through
            return NextLook(due_at=None, after_s=None)
        now_s = self._clock.monotonic()
        return await self._register.read(lambda c: leases.next_look(c, ACCESS, now_s=now_s))


def _begin(connection: Connection, *, now: datetime) -> None:
    services.started(connection, ACCESS, now=now)
    episodes.give_deadlines(connection, ACCESS)


def _beat(connection: Connection, *, now: datetime) -> int:
    """Book progress and look at the ways out; returns how many findings that gave."""
    services.progressed(connection, ACCESS, now=now)
    if now.hour == TIDY_HOUR_UTC and now.minute == 0:
        notifications.forget_texts(connection, ACCESS, before=now - TEXTS_KEPT)
    return channel_watch.look(connection, ACCESS, now=now)


def _longest_wait(look: NextLook) -> float:
    if look.after_s is None:
        return LONGEST_WAIT_S
    return min(LONGEST_WAIT_S, max(LEAST_WAIT_S, look.after_s))
