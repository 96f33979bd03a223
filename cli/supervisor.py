"""One process, many services: each restarts by itself, and none takes another down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from cli.heart import ENDS_WITHIN_S, end_process
from cli.telling import tell
from domain.access import service as access_of
from domain.clock import Clock, pause
from domain.errors import MimamoriError, Problem, TransientError
from domain.finding import Phase, Reason
from storage.register import services
from storage.stores import Stores

log = logging.getLogger(__name__)

ACCESS = access_of("supervisor")
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
MOST_DOUBLINGS = 10
"""Beyond it the pause is at its longest anyway, and a power of two would overflow in hours."""
STEADY_AFTER_S = 600.0
"""A service that ran this long works again; shorter lives in a row count together."""
TOLD_AFTER_FAILURES = 3
"""Failures in a row after which people are told; one restart heals most."""
LOOK_EACH_S = 10.0
MOST_LOOKS = 9
"""Looks in a row without progress after which a service that seems to live is started again. Looks
and not seconds: after an hour in which the machine slept, one look has seen nothing."""
STALLED_AFTER_S = MOST_LOOKS * LOOK_EACH_S
REGISTER_LIMIT_S = 5.0
"""Real seconds; a register that does not answer shows no progress of anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that runs until it is cancelled."""

    name: str
    run: Callable[[], Awaitable[None]]
    progress: tuple[str, ...] = ()
    """Names under which it books progress in the register; empty: it books none."""


async def supervise(services: list[Service], stores: Stores, clock: Clock) -> None:
    """Run all services until cancelled, each under its own supervision."""
    async with asyncio.TaskGroup() as group:
        for one in services:
            supervision = Supervision(one, stores, clock)
            group.create_task(supervision.run(), name=f"supervisor.{one.name}")


class Supervision:
    """Keeps one service running: a failure or stall is logged, counted, told and mended."""

    def __init__(
        self,
        service: Service,
        stores: Stores,
        clock: Clock,
        *,
        wait: Callable[[float], Awaitable[None]] = pause,
        give_up: Callable[[str], None] = end_process,
    ) -> None:
        """Prepare; `run` begins.

        Args:
            service: What is kept running.
            stores: Where progress is booked and people are told.
            clock: For the instants of what is told, and for how long it has run.
            wait: Waits real seconds between lives and looks.
            give_up: Called when a service that stands still does not even end.
        """
        self._service, self._stores, self._clock = service, stores, clock
        self._wait, self._give_up = wait, give_up
        self._failures = 0
        self._is_told, self._has_stalled = False, False
        self._last_rope: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Run the service for ever; nothing but cancellation ends this."""
        while True:
            found = await self._one_life()
            self._failures += 1
            log.error(
                "service %s stopped (%d in a row): %s", self._service.name, self._failures, found
            )
            is_grave = self._has_stalled or self._failures >= TOLD_AFTER_FAILURES
            if is_grave and not self._is_told:
                self._is_told = await self._tell(Phase.BEGUN)
            doublings = min(self._failures - 1, MOST_DOUBLINGS)
            await self._wait(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**doublings))

    async def _one_life(self) -> str:
        """Run the service until it stops, and return why in one line.

        It runs in a task of its own: a task group that has errors of its own (before Python 3.13)
        forgets that it was cancelled, or takes its own end for a cancellation.
        """
        found = "it ended by itself"
        self._has_stalled, self._last_rope = False, None

        async def life() -> None:
            nonlocal found
            try:
                async with asyncio.TaskGroup() as group:
                    watchdog = group.create_task(self._watch(), name="watchdog")
                    await self._service.run()
                    watchdog.cancel()
            except Exception as error:
                log.exception("service failed", extra={"service": self._service.name})
                found = _first_line(error)
            finally:
                if self._last_rope is not None:
                    self._last_rope.cancel()

        async with asyncio.TaskGroup() as group:
            group.create_task(life(), name=f"service.{self._service.name}")
        return found

    async def _watch(self) -> None:
        """Look for progress while the service lives.

        Raises:
            TransientError: SRV-004, it does not move on.
        """
        began_s = self._clock.monotonic()
        seen: dict[str, datetime] = {}
        misses = dict.fromkeys(self._service.progress, 0)
        while True:
            await self._wait(LOOK_EACH_S)
            now_s = self._clock.monotonic()
            progress = await self._progress()
            for name in misses:
                is_moving = name in progress and progress[name] != seen.get(name)
                misses[name] = 0 if is_moving else misses[name] + 1
                if misses[name] >= MOST_LOOKS:
                    self._stalls()
                    raise TransientError(_stalled(name))
            seen |= progress
            if now_s - began_s > STEADY_AFTER_S:
                self._failures = 0
                if self._is_told:
                    self._is_told = not await self._tell(Phase.RECOVERED)

    async def _progress(self) -> dict[str, datetime]:
        """Return when each service moved on last; nothing where the register does not answer."""
        try:
            async with asyncio.timeout(REGISTER_LIMIT_S):
                states = await self._stores.register.read(lambda c: services.states(c, ACCESS))
        except TimeoutError:
            return {}
        return {state.name: state.progress_at for state in states}

    def _stalls(self) -> None:
        """Remember that it stands still, and give all up should it not end when cancelled."""
        self._has_stalled = True
        loop, what = asyncio.get_running_loop(), f"service {self._service.name}"
        self._last_rope = loop.call_later(ENDS_WITHIN_S, self._give_up, what)

    async def _tell(self, phase: Phase) -> bool:
        """Write a technical finding; tells whether that worked."""
        reason = Reason.SERVICE_STOPPED if phase is Phase.BEGUN else Reason.HEARD_AGAIN
        now = self._clock.now()
        return await tell(self._stores, ACCESS, self._service.name, phase, reason, now=now)


def _stalled(name: str) -> Problem:
    return Problem(
        code="SRV-004",
        where=f"service {name}",
        found=f"no progress for {STALLED_AFTER_S:.0f} s",
        allowed="a completed turn every few seconds",
        do="nothing: it is started again; read the log if it happens often",
    )


def _first_line(error: BaseException) -> str:
    """Return one line about an error, looking into groups for the first that has a reason."""
    error = _innermost(error)
    if isinstance(error, MimamoriError):
        return str(error)
    return type(error).__name__


@asynccontextmanager
async def in_background(work: Coroutine[None, None, None], *, name: str) -> AsyncIterator[None]:
    """Run `work` beside the block and cancel it at its end.

    What the block raises is raised as it is; a failure of `work` ends the block.
    """
    raised: BaseException | None = None
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work, name=name)
            try:
                yield
            except BaseException as error:  # noqa: BLE001 (raised again below, outside the group)
                raised = error
            task.cancel()
    except BaseExceptionGroup as group_error:
        raise _innermost(group_error) from group_error
    if raised is not None:
        raise raised


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
