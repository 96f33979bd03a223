"""The short way of a press: follows the urgent lane of the journal, and writes findings only.

It has a cursor of its own, so neither a backlog nor a store of readings that is down stands between
the button and the finding. The projector finds the same again; a finding is stored once.
"""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection

from domain.access import service
from domain.clock import Clock
from ingest.directory import Directory
from ingest.projection import project
from storage.register import cursors, findings, services
from storage.signals import Log
from storage.stores import Stores

ACCESS = service("urgent")
BATCH = 200
"""Entries in one turn."""
IDLE_S = 10.0
"""Longest wait without a nudge; also how often it says that it is alive."""


async def run_urgent(stores: Stores, directory: Directory, clock: Clock) -> None:
    """Follow the urgent lane for ever."""
    await stores.register.write(lambda c: services.started(c, ACCESS, now=clock.now()))
    nudge = stores.signals.subscribe(Log.JOURNAL)
    try:
        position = await stores.register.read(lambda c: cursors.position(c, ACCESS))
        while True:
            reached = await find_next(stores, directory, clock, after=position)
            if reached == position:
                await stores.register.write(
                    lambda c: services.progressed(c, ACCESS, now=clock.now())
                )
                await nudge.wait(clock, timeout_s=IDLE_S)
            position = reached
    finally:
        stores.signals.unsubscribe(nudge)


async def find_next(stores: Stores, directory: Directory, clock: Clock, *, after: int) -> int:
    """Write the findings of the next urgent entries behind `after`; returns the position reached.

    The same position when there is none. Doing it again changes nothing.
    """
    entries = await asyncio.to_thread(stores.journal.urgent_after, after, limit=BATCH)
    if not entries:
        return after
    gateways = await directory.gateways({entry.gateway for entry in entries})
    projection = await asyncio.to_thread(project, entries, gateways, after=after)

    def commit(connection: Connection) -> None:
        findings.append_all(connection, ACCESS, projection.findings)
        cursors.advance(connection, ACCESS, projection.position)
        services.progressed(connection, ACCESS, now=clock.now())

    await stores.register.write(commit)
    if projection.findings:
        stores.signals.notify(Log.FINDING)
    return projection.position
