"""The projector: follows the journal from its own cursor and writes what its entries mean."""

from __future__ import annotations

import asyncio
import logging

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


async def run_projector(
    stores: Stores, directory: Directory, clock: Clock, worker: Worker, *, settle_s: float
) -> None:
    """Follow the journal for ever.

    When it had caught up it lets more come for `settle_s` real seconds.
    """
    register, signals = stores.register, stores.signals
    await register.write(lambda c: services.started(c, ACCESS, now=clock.now()))
    nudge = signals.subscribe(Log.JOURNAL)
    try:
        position = await register.read(lambda c: cursors.position(c, ACCESS))
        while True:
            reached = await _step_at_last(stores, directory, clock, worker, after=position)
            if reached == position:
                await register.write(lambda c: services.progressed(c, ACCESS, now=clock.now()))
                if await nudge.wait(clock, timeout_s=IDLE_S):
                    await pause(settle_s)
            position = reached
    finally:
        signals.unsubscribe(nudge)


async def _step_at_last(
    stores: Stores, directory: Directory, clock: Clock, worker: Worker, *, after: int
) -> int:
    """Project the next entries, again and again while a store is down: receipts go on meanwhile.

    Nothing is booked as progress, so the supervisor tells people and begins anew by and by.
    """
    wait_s = FIRST_PAUSE_S
    while True:
        try:
            return await _step(stores, directory, clock, worker, after=after)
        except Exception:
            if wait_s == FIRST_PAUSE_S:
                log.exception("what is behind entry %d cannot be written; trying goes on", after)
        await pause(wait_s)
        wait_s = min(2 * wait_s, LONGEST_PAUSE_S)


async def project_next(
    stores: Stores, directory: Directory, clock: Clock, *, after: int, limit: int = BATCH
) -> int:
    """Write what the next entries behind `after` mean; returns the position reached.

    The same position when there is none. Doing it again from an older position changes nothing.
    """
    worker = InlineWorker(stores, limit=limit)
    return await _step(stores, directory, clock, worker, after=after)


async def _step(
    stores: Stores, directory: Directory, clock: Clock, worker: Worker, *, after: int
) -> int:
    """Let the readings be written (idempotent), then all else and the cursor in one transaction."""
    if await asyncio.to_thread(stores.journal.head) <= after:
        return after  # the worker, and who is known, need not be asked
    projection = await worker.step(after, await directory.gateways(set()))
    if projection.position == after:
        return after
    await asyncio.to_thread(stores.journal.keep_aside, projection.bad)
    await stores.register.write(lambda c: _commit(c, projection, clock))
    stores.signals.notify(Log.HOME_STATE)
    if projection.findings:
        stores.signals.notify(Log.FINDING)
    return projection.position


def _commit(connection: Connection, projection: Projection, clock: Clock) -> None:
    home_states.merge_lanes(connection, ACCESS, projection.lanes.values())
    home_states.merge_sensors(connection, ACCESS, projection.sensors.values())
    home_states.merge_homes(connection, ACCESS, projection.homes.values())
    findings.append_all(connection, ACCESS, projection.findings)
    cursors.advance(connection, ACCESS, projection.position)
    services.progressed(connection, ACCESS, now=clock.now())
