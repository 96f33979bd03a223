"""The projector: follows the journal from its own cursor and writes what its entries mean."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import Connection

from domain.access import service
from domain.clock import Clock, pause
from ingest.directory import Directory
from ingest.projection import Projection, project
from ingest.rush import Rush
from storage.register import cursors, findings, home_states, services
from storage.signals import Log
from storage.stores import Stores

log = logging.getLogger(__name__)

ACCESS = service("projector")
BATCH = 1_000
"""Entries in one turn: what a home does is known a second later at most."""
BATCH_BYTES = 2_000_000
"""And bytes of their bodies: some 20,000 readings. More in a commit gains nothing."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 10.0
"""Real time between tries while a store is down."""
IDLE_S = 10.0
"""Longest wait without a nudge; also how often an idle projector says that it is alive."""


async def run_projector(
    stores: Stores,
    directory: Directory,
    clock: Clock,
    rush: Rush,
    *,
    settle_s: float,
) -> None:
    """Follow the journal for ever; in a rush of admission give way to it for a while.

    When it had caught up it lets more come for `settle_s` real seconds.
    Readings are written first (idempotent), then the states, urgent findings and the cursor in one
    transaction.
    """
    register, signals = stores.register, stores.signals
    await register.write(lambda c: services.started(c, ACCESS, now=clock.now()))
    nudge = signals.subscribe(Log.JOURNAL)
    try:
        position = await register.read(lambda c: cursors.position(c, ACCESS))
        while True:
            await rush.give_way()
            reached = await _project_at_last(stores, directory, clock, after=position)
            if reached == position:
                rush.calm()
                await register.write(lambda c: services.progressed(c, ACCESS, now=clock.now()))
                if await nudge.wait(clock, timeout_s=IDLE_S):
                    await pause(settle_s)
            position = reached
    finally:
        signals.unsubscribe(nudge)


async def _project_at_last(
    stores: Stores, directory: Directory, clock: Clock, *, after: int
) -> int:
    """Project the next entries, again and again while a store is down: receipts go on meanwhile.

    Nothing is booked as progress, so the supervisor tells people and begins anew by and by.
    """
    wait_s = FIRST_PAUSE_S
    while True:
        try:
            return await project_next(stores, directory, clock, after=after)
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
    entries = await asyncio.to_thread(
        stores.journal.after, after, limit=limit, most_bytes=BATCH_BYTES
    )
    if not entries:
        return after
    gateways = await directory.gateways({entry.gateway for entry in entries})
    projection = await asyncio.to_thread(project, entries, gateways, after=after)
    await asyncio.to_thread(stores.journal.keep_aside, projection.bad)
    await asyncio.to_thread(stores.readings.write, projection.readings)
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
