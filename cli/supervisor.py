"""One process, many services: each restarts by itself, and none takes another down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass

from domain.access import service as access_of
from domain.clock import Clock, pause
from domain.errors import MimamoriError
from domain.finding import Cause, Finding, Phase, Reason
from storage.register import findings
from storage.signals import Log
from storage.stores import Stores

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0
"""A service that ran this long is taken for healthy again: its next restart is quick."""
TOLD_AFTER_FAILURES = 3
"""Failures in a row after which people are told; one restart heals most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that runs until it is cancelled."""

    name: str
    run: Callable[[], Awaitable[None]]


async def supervise(services: list[Service], stores: Stores, clock: Clock) -> None:
    """Run all services until cancelled, each under its own supervision."""
    async with asyncio.TaskGroup() as group:
        for one in services:
            group.create_task(keep_running(one, stores, clock), name=f"supervisor.{one.name}")


async def keep_running(service: Service, stores: Stores, clock: Clock) -> None:
    """Run one service for ever: a failure is logged, counted, told and followed by a restart."""
    failures = 0
    while True:
        began_s = clock.monotonic()
        try:
            await service.run()
            found = "it ended by itself"
        except Exception as error:
            found = _first_line(error)
            log.exception("service failed", extra={"service": service.name})
        steady = clock.monotonic() - began_s > STEADY_AFTER_S
        failures = 1 if steady else failures + 1
        log.error("service %s stopped (%d in a row): %s", service.name, failures, found)
        if failures == TOLD_AFTER_FAILURES:
            await _tell(service, stores, clock)
        await pause(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (failures - 1)))


async def _tell(service: Service, stores: Stores, clock: Clock) -> None:
    """Write a technical finding; what keeps the register from writing is in the log already."""
    now = clock.now()
    finding = Finding(
        home=None,
        cause=Cause.SERVICE_FAILED,
        phase=Phase.BEGUN,
        reason=Reason.SERVICE_STOPPED,
        began_at=now,
        found_at=now,
        service=service.name,
    )
    try:
        await stores.register.write(lambda c: findings.append(c, access_of("supervisor"), finding))
    except Exception:
        log.exception("cannot tell that a service failed", extra={"service": service.name})
        return
    stores.signals.notify(Log.FINDING)


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
