"""Watching the watcher: a press walks from a synthetic home to a mailbox, again and again.

Only a walk that arrives books progress and pings the switch outside: everything between a sensor
and a mailbox has just worked. A walk that does not arrive in time is a technical finding. The
detector is not on the way of a press: so the switch is pinged only while all who watch move on.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from cli.telling import tell
from cli.walk import EACH, LATE, Leg, Reach, is_late, stopped_at
from domain.access import service
from domain.clock import REARM_S, Clock, pause
from domain.finding import Cause, Phase, Reason
from domain.ids import NotificationId
from domain.moments import from_ms, to_ms
from storage.register import findings, services, synthetic
from storage.register.synthetic import SyntheticHome
from storage.signals import Log
from storage.stores import Stores

log = logging.getLogger(__name__)

ACCESS = service("canary")
CHECK = "check"
"""What findings name; no service is called so."""
LOOK_S = 2.0
"""Real seconds between two looks at a walk that is under way, without a nudge."""
SLEPT = timedelta(minutes=2)
"""Longer between two looks, and all of us stood still."""
MAILBOX_EACH_S = 15.0
"""Real seconds between two looks into the mailbox."""


class Button(Protocol):
    """The synthetic home's gateway."""

    async def press(self, at: datetime) -> Leg | None:
        """Say one press; None with a receipt in hand, else where it is lost so far. Bounded."""


class Inbox(Protocol):
    """The mailbox in which the walk ends."""

    async def take(self, message: NotificationId) -> bool:
        """Tell whether a message is there, and remove it. Bounded; a failure is a no."""


Ping = Callable[[], Awaitable[bool]]
"""Pings the switch outside and tells whether it took that; bounded, and never raises."""


@dataclass(slots=True, kw_only=True)
class _Walk:
    pressed_at: datetime
    seen_at: datetime
    """When it was looked at last."""
    lost: Leg | None = Leg.BROKER
    looked_s: float | None = None
    """When the mailbox was looked into last, in real seconds."""


class Canary:
    """One walk at a time; `run` has no end but cancellation."""

    def __init__(
        self,
        home: SyntheticHome,
        button: Button,
        stores: Stores,
        clock: Clock,
        *,
        reach: Reach,
        inbox: Inbox | None = None,
        ping: Ping | None = None,
        watched: Sequence[str] = (),
    ) -> None:
        """Prepare; `inbox` is needed for, and only for, `Reach.MAILBOX`.

        While one of the services `watched` stands still, no walk is a proof for the outside.
        """
        self._watched = watched
        self._home, self._button, self._inbox, self._ping = home, button, inbox, ping
        self._stores, self._clock, self._reach = stores, clock, reach
        self._walk: _Walk | None = None
        self._next_at: datetime | None = None

    async def run(self) -> None:
        """Walk until cancelled."""
        await self._stores.register.write(
            lambda c: services.started(c, ACCESS, now=self._clock.now())
        )
        nudge = self._stores.signals.subscribe(Log.FINDING, Log.CASE)
        try:
            while True:
                until = await self.turn()
                walk = self._walk
                if walk is not None and walk.lost is not None:
                    await pause(LOOK_S)  # whatever else happens, it is not said more often
                else:
                    limit_s = REARM_S if walk is None else LOOK_S
                    await nudge.wait(self._clock, until=until, timeout_s=limit_s)
        finally:
            self._stores.signals.unsubscribe(nudge)

    async def turn(self) -> datetime:
        """Do what can be done now; returns when something is due at the latest."""
        now = self._clock.now()
        if self._is_due(now):
            await self._begin(now)
        if self._walk is not None:
            await self._look(self._walk)
        if self._walk is not None:
            return self._walk.pressed_at + LATE
        return self._next_at or now

    def _is_due(self, now: datetime) -> bool:
        """Tell whether to begin a walk.

        Also when the clock was set, or all slept in the middle of one: what that walk meets says
        nothing of the way.
        """
        if self._walk is not None:
            return not timedelta() <= now - self._walk.seen_at <= SLEPT
        return self._next_at is None or not now < self._next_at <= now + EACH

    async def _begin(self, now: datetime) -> None:
        """Clear what the walk before has left, so that this press opens a case of its own."""
        await self._stores.register.write(lambda c: synthetic.tidy(c, ACCESS, self._home, now=now))
        self._walk = _Walk(pressed_at=from_ms(to_ms(now)), seen_at=now)

    async def _look(self, walk: _Walk) -> None:
        leg = await self._leg(walk)
        now = walk.seen_at = self._clock.now()
        if leg is None:
            self._walk, self._next_at = None, walk.pressed_at + EACH
            await self._arrived(now)
        elif is_late(walk.pressed_at, now=now):
            self._walk, self._next_at = None, now
            await self._failed(leg, now)

    async def _leg(self, walk: _Walk) -> Leg | None:
        if walk.lost is not None:
            walk.lost = await self._button.press(walk.pressed_at)
        trace = await self._stores.register.read(
            lambda c: synthetic.trace(c, ACCESS, self._home, pressed_at=walk.pressed_at)
        )
        leg = stopped_at(walk.lost, trace, self._reach)
        if leg is None and self._inbox is not None and trace.message is not None:
            is_there = await self._is_in_mailbox(self._inbox, walk, trace.message)
            leg = None if is_there else Leg.MAILBOX
        return leg

    async def _is_in_mailbox(self, inbox: Inbox, walk: _Walk, message: NotificationId) -> bool:
        now_s = self._clock.monotonic()
        if walk.looked_s is not None and now_s - walk.looked_s < MAILBOX_EACH_S:
            return False
        walk.looked_s = now_s
        return await inbox.take(message)

    async def _arrived(self, now: datetime) -> None:
        """Book the proof; then, and never else, ping outside."""

        def book(connection: Connection) -> bool:
            services.progressed(connection, ACCESS, now=now)
            synthetic.tidy(connection, ACCESS, self._home, now=now)
            return self._is_told(connection)

        if await self._stores.register.write(book):
            reason = Reason.CHECK_ARRIVES
            await tell(self._stores, ACCESS, CHECK, Phase.RECOVERED, reason, now=now)
        if self._ping is None or self._reach is Reach.CASE:
            return
        if still := await self._stores.register.read(lambda c: self._still(c, now)):
            log.error("the switch outside is not pinged: no progress of %s", ", ".join(still))
            return
        await self._ping()

    def _still(self, connection: Connection, now: datetime) -> list[str]:
        """Return which of the watched services stand still, or never started."""
        states = services.states(connection, ACCESS)
        return services.standing_still(states, self._watched, limit=services.STILL_AFTER, now=now)

    async def _failed(self, leg: Leg, now: datetime) -> None:
        log.error("the check from the synthetic home did not arrive: it stopped at %s", leg)
        if not await self._stores.register.read(self._is_told):
            await tell(self._stores, ACCESS, CHECK, Phase.BEGUN, leg.reason, now=now)

    def _is_told(self, connection: Connection) -> bool:
        last = findings.newest_phase(connection, ACCESS, Cause.SERVICE_FAILED, CHECK)
        return last is Phase.BEGUN
