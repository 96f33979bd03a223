"""The last resort: ends the process when its event loop, its register or its threads stand still.

Whoever started it (systemd, compose) starts it anew. It also notices that all of it had stood still
for a while, as after a suspension of the machine, and says so.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import threading
from collections.abc import Awaitable, Callable

from cli.telling import tell
from domain.access import service
from domain.clock import Clock, pause
from domain.errors import Problem
from domain.finding import Phase, Reason
from storage.stores import Stores

log = logging.getLogger(__name__)

ACCESS = service("supervisor")
HOST = "host"
"""What findings name when all of the process had stood still."""
BEAT_S = 5.0
"""Real seconds between two beats, and between two looks for one."""
MOST_MISSES = 18
"""Looks in a row without a beat, 90 s, after which the process ends. Looks and not seconds: one
that was suspended for an hour has missed one."""
GAP_S = 60.0
"""Real seconds; with more between two beats nobody watched meanwhile."""
EXIT_CODE = 70
"""EX_SOFTWARE of sysexits.h."""
ENDS_WITHIN_S = 30.0
"""Real seconds within which a cancelled service ends; one that does not cannot be begun anew."""


def end_process(what: str) -> None:
    """End the process at once, with the stacks of all threads in the log."""
    log.critical("%s", _stuck(what))
    faulthandler.dump_traceback(all_threads=True)
    os._exit(EXIT_CODE)


class Heart:
    """Beats in the event loop through the register and a thread; a thread of its own listens."""

    def __init__(
        self,
        stores: Stores,
        clock: Clock,
        *,
        wait: Callable[[float], Awaitable[None]] = pause,
        listen_s: float = BEAT_S,
        end: Callable[[str], None] = end_process,
    ) -> None:
        """Prepare. `wait` waits real seconds between beats; `end` is called from the thread."""
        self._stores, self._clock, self._wait = stores, clock, wait
        self._listen_s, self._end = listen_s, end
        self._beats = 0
        self._is_over = threading.Event()

    async def run(self) -> None:
        """Beat until cancelled."""
        self._is_over.clear()
        listener = threading.Thread(target=self._listen, name="heart", daemon=True)
        listener.start()
        try:
            while True:
                await self.beat()
        finally:
            self._is_over.set()

    async def beat(self) -> None:
        """Beat once, then rest; tells of a rest that was far too long."""
        try:
            await self._stores.register.write(lambda _: None)
        except Exception as error:  # noqa: BLE001 (a full disk: an answer, and no standstill)
            log.warning("the register fails: %s", type(error).__name__)
        await asyncio.to_thread(lambda: None)
        self._beats += 1
        before, before_s = self._clock.now(), self._clock.monotonic()
        await self._wait(BEAT_S)
        now = self._clock.now()
        if self._clock.monotonic() - before_s > GAP_S:  # a clock that was set is alerting's matter
            log.error("nobody watched from %s to %s: all of this stood still", before, now)
            stopped, again = Reason.SERVICE_STOPPED, Reason.HEARD_AGAIN
            begun = Phase.BEGUN
            await tell(self._stores, ACCESS, HOST, begun, stopped, now=now, began_at=before)
            await tell(self._stores, ACCESS, HOST, Phase.RECOVERED, again, now=now)

    def _listen(self) -> None:
        heard, misses = self._beats, 0
        while not self._is_over.wait(self._listen_s):
            misses = misses + 1 if heard == self._beats else 0
            heard = self._beats
            if misses >= MOST_MISSES:
                self._end("event loop, register or threads")
                return


def _stuck(what: str) -> Problem:
    return Problem(
        code="SRV-005",
        where=what,
        found="it stands still and cannot be ended by itself",
        allowed="an answer within 90 s",
        do="nothing where systemd or compose starts it again; else start it",
    )
