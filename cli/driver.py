"""Pushing virtual time through a whole city: a step, everything settles, the next step."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

import alerting.service
from alerting.replies import acknowledge, resolve
from cli.rig import Clocks, Rig
from devices.simulators.player import Player
from domain.access import Access, Role
from domain.access import service as access_of
from domain.case import Outcome, ResolvedCause
from domain.clock import VirtualClock, pause
from domain.errors import Problem, TransientError
from domain.ids import CaseId
from domain.moments import from_ms, to_ms
from gateway.service import Gateway
from storage.register import cursors, episodes, outcomes, users
from storage.signals import Log

LONGEST_STEP = timedelta(hours=2)
"""Most that time moves at once; findings that wait for no exact instant are this late at most."""
LOOK_EACH_S = 0.002
SETTLE_LIMIT_S = 20.0
"""Real seconds after which a step that does not settle is an error: something is stuck."""


class Driver:
    """Drives one rig in virtual time, with a caseworker who follows a script."""

    def __init__(
        self,
        rig: Rig,
        clocks: Clocks,
        player: Player,
        *,
        resolve_after: timedelta,
        true_from: datetime | None = None,
        longest_step: timedelta = LONGEST_STEP,
    ) -> None:
        """Take what runs; `clocks` must be virtual.

        Args:
            rig: Everything that runs.
            clocks: The two clocks to push.
            player: Plays the homes.
            resolve_after: How long after its opening the caseworker closes a false case.
            true_from: Cases that open from here on are true: the script leaves them open.
            longest_step: Most that time moves at once.
        """
        if not isinstance(clocks.homes, VirtualClock) or not isinstance(
            clocks.judges, VirtualClock
        ):
            raise TypeError("only virtual clocks can be pushed")
        self._rig, self._player = rig, player
        self._homes, self._judges = clocks.homes, clocks.judges
        self._resolve_after, self._longest_step = resolve_after, longest_step
        self._true_from = true_from
        self._caseworker: Access | None = None

    async def steps(self, ends_at: datetime) -> AsyncIterator[datetime]:
        """Run until `ends_at`; yields the instant after each step, when everything has settled."""
        await self._until("all gateways hear their homes", self._all_hear)
        await self._go_to(self._judges.now())
        while self._judges.now() < ends_at:
            yield await self.step(ends_at)

    async def step(self, ends_at: datetime) -> datetime:
        """Move on to the next instant at which something can happen, at most to `ends_at`."""
        to = await self._next_instant(ends_at)
        await self._go_to(to)
        return to

    async def _go_to(self, to: datetime) -> None:
        """Make one step; `to` is now in the first one, which ends what a kill had cut off."""
        await self._player.intend(to)
        self._homes.show(to)
        await self._player.play_until(to)
        self._homes.push(to)
        for box in self._rig.gateways:
            box.beat()
        await self._settle_homes(to)
        self._judges.push(to)
        self._rig.stores.signals.notify(Log.HOME_STATE)
        await self._settle_judges()
        await self._act()
        await self._player.settle(to)

    async def _next_instant(self, ends_at: datetime) -> datetime:
        now = self._judges.now()
        due = [
            case.opened_at + self._resolve_after
            for case in await self._false_cases()
            if case.opened_at + self._resolve_after > now
        ]
        # Alerting may be settled and not yet waiting, so its next step is asked for.
        step_at = await self._rig.stores.register.read(
            lambda c: episodes.next_step_at(c, access_of("alerting"))
        )
        instants = (self._judges.next_wake(), step_at, *due)
        waits = [at for at in instants if at is not None and at > now]
        return _whole(min([now + self._longest_step, ends_at, *waits]))

    async def _act(self) -> None:
        """Let the caseworker close what is due."""
        now = self._judges.now()
        for case in await self._false_cases():
            if case.opened_at + self._resolve_after <= now:
                await self._rig.stores.register.write(lambda c, i=case.id: self._close(c, i, now))  # type: ignore[misc]
                self._rig.stores.signals.notify(Log.CASE)
        await self._settle_judges()

    async def _false_cases(self) -> list[outcomes.ToldCase]:
        """Return the open resident cases that the script knows to be false."""
        cases = await self._rig.stores.register.read(
            lambda c: outcomes.resident_cases(c, access_of("driver"))
        )
        limit = self._true_from
        return [
            case
            for case in cases
            if case.resolved_at is None and (limit is None or case.opened_at < limit)
        ]

    async def _all_hear(self) -> bool:
        """Tell whether a first word from every home's broker has come all the way through."""
        return all(
            box.gateway is not None and box.gateway.receipted_as_of is not None
            for box in self._rig.gateways
        )

    async def _settle_homes(self, to: datetime) -> None:
        """Wait until all of it is receipted and projected, and the heartbeat of `to` is through."""

        async def is_through() -> bool:
            if not all(_has_sent_all(box.gateway, to) for box in self._rig.gateways):
                return False
            journal = self._rig.stores.journal.head()
            projected = await self._rig.stores.register.read(
                lambda c: cursors.position(c, access_of("projector"))
            )
            return projected >= journal

        await self._until("everything is receipted and projected", is_through)

    async def _settle_judges(self) -> None:
        async def is_settled() -> bool:
            if not await self._rig.detector.settled():
                return False
            now = self._judges.now()
            return await self._rig.stores.register.read(
                lambda c: alerting.service.is_settled(c, now=now)
            )

        await self._until("detector and alerting are settled", is_settled)

    def _close(self, connection: Connection, case: CaseId, now: datetime) -> None:
        access = self._caseworker or _caseworker(connection)
        self._caseworker = access
        acknowledge(connection, access, case, now)
        resolve(
            connection,
            access,
            case,
            outcome=Outcome.WELL,
            cause=ResolvedCause.OTHER,
            note="closed by the script of a replay",
            now=now,
        )

    async def _until(self, what: str, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait until something holds.

        Raises:
            TransientError: SIM-020, it does not within `SETTLE_LIMIT_S`.
        """
        give_up_s = self._judges.monotonic() + SETTLE_LIMIT_S
        while not await holds():
            if self._judges.monotonic() > give_up_s:
                raise TransientError(
                    Problem(
                        code="SIM-020",
                        where=f"virtual time {self._homes.now().isoformat()}",
                        found=f"still waiting until {what}",
                        allowed=f"{SETTLE_LIMIT_S:.0f} s",
                        do="read the log above; the same command goes on from here",
                    )
                )
            await pause(LOOK_EACH_S)


def _whole(instant: datetime) -> datetime:
    """Return the first whole millisecond at or after `instant`: what is sent has no finer time."""
    return from_ms(to_ms(instant + timedelta(microseconds=999)))


def _caseworker(connection: Connection) -> Access:
    """Return the access of the first caseworker of the register."""
    everyone = users.everyone(connection, access_of("driver"))
    return next(one.access for one in everyone if one.role is Role.CASEWORKER)


def _has_sent_all(gateway: Gateway | None, to: datetime) -> bool:
    """Tell whether all that happened in the home by `to` is receipted."""
    mark = None if gateway is None else gateway.receipted_as_of
    return gateway is not None and mark is not None and mark >= to and not gateway.unreceipted()
