"""The projector: follows the journal from its own cursor and writes what its entries mean."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import Connection

from domain.access import service
from domain.clock import Clock, pause
from ingest.directory import Directory
from ingest.projection import Projection
from ingest.worker import BATCH, InlineWorker, Worker
from storage.register import cursors, findings, home_states, services
from storage.signals import Log
from storage.stores import Stores

log = logging.getLogger(__name__)

ACCESS = service("projector")
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 10.0
"""Real time between tries while a store is down."""
IDLE_S = 10.0
"""Longest wait without a nudge; also how often an idle projector says that it is alive."""
LONGEST_REST_S = 1.0
"""Longest rest after a turn in a rush: what a home does is known a few seconds later at most."""


async def run_projector(
    stores: Stores,
    directory: Directory,
    clock: Clock,
    worker: Worker,
    *,
    settle_s: float,
    is_rush: Callable[[], bool],
) -> None:
    """Follow the journal for ever.

    When it had caught up it lets more come for `settle_s` real seconds. In a rush, when more
    arrives than can be admitted at once, it rests after each turn for as long as the turn took:
    receipts come first, and the two share processor and disk.
    """
    projector = _Projector(stores, directory, clock, worker)
    register, signals = stores.register, stores.signals
    await register.write(lambda c: services.started(c, ACCESS, now=clock.now()))
    nudge = signals.subscribe(Log.JOURNAL)
    try:
        after = await register.read(lambda c: cursors.position(c, ACCESS))
        worked_out: Projection | None = None
        while True:
            began_s = clock.monotonic()
            following = await projector.turn_at_last(worked_out, after)
            if is_rush():
                await pause(min(clock.monotonic() - began_s, LONGEST_REST_S))
            if following is None and worked_out is None:
                await register.write(lambda c: services.progressed(c, ACCESS, now=clock.now()))
                if await nudge.wait(clock, timeout_s=IDLE_S):
                    await pause(settle_s)
            after = after if following is None else following.position
            worked_out = following
    finally:
        signals.unsubscribe(nudge)


async def project_next(
    stores: Stores, directory: Directory, clock: Clock, *, after: int, limit: int = BATCH
) -> int:
    """Write what the next entries behind `after` mean; returns the position reached.

    The same position when there is none. Doing it again from an older position changes nothing.
    """
    projector = _Projector(stores, directory, clock, InlineWorker(stores, limit=limit))
    projection = await projector.work_out(after)
    await projector.book(projection)
    return after if projection is None else projection.position


class _Projector:
    """The two halves of a turn: the readings, then all else with the cursor."""

    def __init__(self, stores: Stores, directory: Directory, clock: Clock, worker: Worker) -> None:
        self._stores, self._directory = stores, directory
        self._clock, self._worker = clock, worker

    async def turn_at_last(self, worked_out: Projection | None, after: int) -> Projection | None:
        """Take a turn, again and again while a store is down: receipts go on meanwhile.

        Nothing is booked as progress, so the supervisor tells people and begins anew by and by.
        """
        wait_s = FIRST_PAUSE_S
        while True:
            try:
                return await self._turn(worked_out, after)
            except Exception:
                if wait_s == FIRST_PAUSE_S:
                    log.exception("around entry %d nothing can be written; trying goes on", after)
            await pause(wait_s)
            wait_s = min(2 * wait_s, LONGEST_PAUSE_S)

    async def _turn(self, worked_out: Projection | None, after: int) -> Projection | None:
        """Book what was worked out up to `after`; meanwhile the worker goes on behind it.

        Returns:
            What follows, its readings written and all else not booked yet; None: nothing does.
        """
        following, booked = await asyncio.gather(
            self.work_out(after),
            self.book(worked_out),
            return_exceptions=True,  # neither is left at work alone: a new turn would meet it
        )
        if isinstance(following, BaseException):
            raise following
        if booked is not None:
            raise booked
        return following

    async def work_out(self, after: int) -> Projection | None:
        """Let the next readings be written, which is idempotent; returns all else, if any."""
        if await asyncio.to_thread(self._stores.journal.head) <= after:
            return None  # the worker, and who is known, need not be asked
        projection = await self._worker.step(after, await self._directory.gateways(set()))
        return None if projection.position == after else projection

    async def book(self, projection: Projection | None) -> None:
        """Write all but the readings, and the cursor, in one transaction; tell those who wait."""
        if projection is None:
            return
        stores = self._stores
        await asyncio.to_thread(stores.journal.keep_aside, projection.bad)
        await stores.register.write(lambda c: _commit(c, projection, self._clock))
        stores.signals.notify(Log.HOME_STATE)
        if projection.findings:
            stores.signals.notify(Log.FINDING)


def _commit(connection: Connection, projection: Projection, clock: Clock) -> None:
    home_states.merge_lanes(connection, ACCESS, projection.lanes.values())
    home_states.merge_sensors(connection, ACCESS, projection.sensors.values())
    home_states.merge_homes(connection, ACCESS, projection.homes.values())
    findings.append_all(connection, ACCESS, projection.findings)
    cursors.advance(connection, ACCESS, projection.position)
    services.progressed(connection, ACCESS, now=clock.now())
