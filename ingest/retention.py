"""Keeping the journal as long as it is to be kept: once an hour, in small steps."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from domain.clock import Clock, pause, sleep_until
from ingest.projector import ACCESS as PROJECTOR
from ingest.urgent import ACCESS as URGENT
from storage.journal.retention import KEPT, Pruned, prune
from storage.register import cursors
from storage.stores import Stores

_log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
MOST_STEPS = 5_000
"""Steps in one round: some five million envelopes; what is left goes an hour later."""
BETWEEN_STEPS_S = 0.02
"""Real time that admission has for itself between two steps."""


async def run_retention(stores: Stores, clock: Clock, *, kept: timedelta = KEPT) -> None:
    """Prune the journal each hour, for ever; the first time an hour after the start.

    Args:
        stores: The journal, and the register with the cursors.
        clock: Whose hours they are.
        kept: How long envelopes stay at least.
    """
    refused: str | None = None
    while True:
        await sleep_until(clock, clock.now() + EVERY, lazy=True)
        done = await prune_all(stores, now=clock.now(), kept=kept)
        if done.refused is not None and done.refused != refused:
            _log.error("the journal is not pruned: %s", done.refused)
        refused = done.refused


async def prune_all(stores: Stores, *, now: datetime, kept: timedelta = KEPT) -> Pruned:
    """Do one round; returns what went, and why no more did, if something is wrong."""
    entries = quarantined = 0
    read_to = await _read_by_all(stores)
    for _ in range(MOST_STEPS):
        step = await asyncio.to_thread(
            stores.journal.write, lambda c: prune(c, now=now, up_to_position=read_to, kept=kept)
        )
        entries, quarantined = entries + step.entries, quarantined + step.quarantined
        if step.is_done:
            return Pruned(entries=entries, quarantined=quarantined, refused=step.refused)
        await pause(BETWEEN_STEPS_S)
    return Pruned(entries=entries, quarantined=quarantined)


async def _read_by_all(stores: Stores) -> int:
    """Return up to which position everybody has read who follows the journal.

    Who follows the urgent lane has no cursor on other entries: only what waits for it holds back.
    """
    projector, urgent = await stores.register.read(
        lambda c: (cursors.position(c, PROJECTOR), cursors.position(c, URGENT))
    )
    waiting = await asyncio.to_thread(stores.journal.urgent_after, urgent, limit=1)
    return min([projector, *(entry.position - 1 for entry in waiting)])
