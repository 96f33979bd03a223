"""Looks at the disk of the stores while the system runs: keeps the reserve, and tells people."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from cli.disk import news
from cli.reserve import Reserve
from cli.telling import tell
from domain.access import service
from domain.clock import Clock, pause
from domain.finding import Cause, Phase, Reason
from storage.register import findings
from storage.stores import Stores

log = logging.getLogger(__name__)

ACCESS = service("supervisor")
DISK = "disk"
"""What findings name; no service is called so."""
LOOK_EACH_S = 5.0
"""Real seconds; for so long commits may fail on a disk that fills at once."""


class DiskWatch:
    """Looks every few seconds; `run` has no end but cancellation."""

    def __init__(
        self,
        reserve: Reserve,
        stores: Stores,
        clock: Clock,
        *,
        wait: Callable[[float], Awaitable[None]] = pause,
    ) -> None:
        """Prepare. `wait` waits real seconds between looks."""
        self._reserve, self._stores, self._clock, self._wait = reserve, stores, clock, wait

    async def run(self) -> None:
        """Look until cancelled.

        Raises:
            OSError: The disk cannot be looked at.
        """
        while True:
            await self.look_once()
            await self._wait(LOOK_EACH_S)

    async def look_once(self) -> None:
        """Keep the reserve, then tell what is new; what cannot be told yet is told the next time.

        The register knows what was told, so that a restart tells nothing twice and forgets nothing.
        """
        room = await asyncio.to_thread(self._reserve.keep)
        wanted, kept = self._reserve.wanted, self._reserve.kept()
        last = await self._stores.register.read(
            lambda c: findings.newest_phase(c, ACCESS, Cause.SERVICE_FAILED, DISK)
        )
        phase = news(room, wanted=wanted, kept=kept, is_told=last is Phase.BEGUN)
        if phase is not None:
            log.warning("disk of the stores: %s, %.0f %% free", phase, 100 * room.free_share)
            await self._tell(phase)

    async def _tell(self, phase: Phase) -> None:
        reason = Reason.DISK_NEARLY_FULL if phase is Phase.BEGUN else Reason.DISK_HAS_ROOM
        await tell(self._stores, ACCESS, DISK, phase, reason, now=self._clock.now())
