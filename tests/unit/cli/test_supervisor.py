"""The supervisor: services restart by themselves, and none takes another down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.supervisor import LONGEST_PAUSE_S, STALLED_AFTER_S, Service, Supervision
from domain.access import service as access_of
from domain.clock import VirtualClock, pause
from domain.finding import Cause, Phase
from storage.register import findings, services
from storage.stores import Stores

NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
ACCESS = access_of("test")
LONG_NIGHT = 1_100
"""Failures in a row, more than two to the power of fits into a float."""


class PushedClock(VirtualClock):
    """A clock whose real seconds are pushed as well."""

    seconds = 0.0

    def monotonic(self) -> float:
        """Return the pushed seconds."""
        return self.seconds

    async def wait(self, seconds: float) -> None:
        """Let seconds pass at once."""
        self.seconds += seconds
        self.push(self.now() + timedelta(seconds=seconds))
        await pause(0)


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    """Return stores that are closed at the end."""
    with Stores.open(tmp_path) as opened:
        yield opened


async def _supervise(service: Service, stores: Stores, clock: PushedClock) -> asyncio.Task[None]:
    supervision = Supervision(service, stores, clock, wait=clock.wait)
    return asyncio.create_task(supervision.run())


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await pause(0.001)


def _told(stores: Stores) -> list[tuple[Phase, str | None]]:
    log = stores.register.read_now(lambda c: findings.after(c, ACCESS, 0))
    assert {one.finding.cause for one in log} <= {Cause.SERVICE_FAILED}
    return [(one.finding.phase, one.finding.service) for one in log]


async def test_service_that_fails_for_hours_is_started_again_and_told_once(stores: Stores) -> None:
    """After a thousand failures it is still started again, and people were told once."""
    clock, lives = PushedClock(NOON), 0

    async def run() -> None:
        nonlocal lives
        lives += 1
        raise RuntimeError

    task = await _supervise(Service(name="poor", run=run), stores, clock)
    await _until(lambda: lives > LONG_NIGHT)
    task.cancel()

    assert clock.seconds <= LONG_NIGHT * LONGEST_PAUSE_S * 2
    assert _told(stores) == [(Phase.BEGUN, "poor")]


async def test_service_without_progress_is_started_again(stores: Stores) -> None:
    """A service that lives and completes nothing is ended and begun anew."""
    clock, lives = PushedClock(NOON), 0

    async def run() -> None:
        nonlocal lives
        lives += 1
        await asyncio.Event().wait()

    stuck = Service(name="stuck", run=run, progress=("stuck",))
    task = await _supervise(stuck, stores, clock)
    await _until(lambda: lives > 1)
    task.cancel()

    assert clock.seconds > STALLED_AFTER_S


async def test_service_that_moves_on_is_left_alone_and_its_recovery_told(stores: Stores) -> None:
    """Progress keeps it running; after a steady while the trouble before is told as over."""
    clock, lives, busy = PushedClock(NOON), 0, access_of("busy")

    async def run() -> None:
        nonlocal lives
        lives += 1
        if lives <= 3:
            raise RuntimeError
        await stores.register.write(lambda c: services.started(c, busy, now=clock.now()))
        await asyncio.Event().wait()

    async def wait(seconds: float) -> None:
        await clock.wait(seconds)
        await stores.register.write(lambda c: services.progressed(c, busy, now=clock.now()))

    service = Service(name="busy", run=run, progress=("busy",))
    task = asyncio.create_task(Supervision(service, stores, clock, wait=wait).run())
    await _until(lambda: len(_told(stores)) > 1)
    task.cancel()

    assert lives == 4
    assert _told(stores) == [(Phase.BEGUN, "busy"), (Phase.RECOVERED, "busy")]


async def test_service_whose_own_parts_fail_is_started_again_and_can_be_stopped(
    stores: Stores,
) -> None:
    """A part that fails neither ends the supervision nor hides that it is to stop."""
    clock, lives = PushedClock(NOON), 0

    async def part() -> None:
        await pause(0)
        raise RuntimeError

    async def run() -> None:
        nonlocal lives
        lives += 1
        async with asyncio.TaskGroup() as group:
            group.create_task(part())
            group.create_task(asyncio.Event().wait())

    task = await _supervise(Service(name="parts", run=run), stores, clock)
    await _until(lambda: lives > 5)
    task.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait([task])

    assert task.cancelled()
