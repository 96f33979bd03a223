"""The supervisor: services restart by themselves, and none takes another down."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import cli.supervisor
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


async def test_a_stall_is_seen_within_two_minutes_and_told_at_once(stores: Stores) -> None:
    """X02: alive but standing still is worse than dead; nobody waits for a third time."""
    clock, standing = PushedClock(NOON), access_of("standing")
    lives: list[float] = []
    await stores.register.write(lambda c: services.started(c, standing, now=NOON))

    async def run() -> None:
        lives.append(clock.seconds)
        await asyncio.Event().wait()

    service = Service(name="standing", run=run, progress=("standing",))
    task = await _supervise(service, stores, clock)
    await _until(lambda: len(lives) > 1)
    task.cancel()

    assert lives[1] <= 120
    assert _told(stores) == [(Phase.BEGUN, "standing")]


async def test_a_service_whose_thread_is_dead_locked_is_started_again(stores: Stores) -> None:
    """I12: it waits for a thread that waits for ever; the next life does not."""
    clock, lives, lock = PushedClock(NOON), 0, threading.Event()

    async def run() -> None:
        nonlocal lives
        lives += 1
        await asyncio.to_thread(lock.wait, 60)

    service = Service(name="locked", run=run, progress=("locked",))
    task = await _supervise(service, stores, clock)
    await _until(lambda: lives > 1)
    lock.set()
    task.cancel()

    assert _told(stores) == [(Phase.BEGUN, "locked")]


async def test_a_register_that_does_not_answer_shows_no_progress(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I12: all readers hold a lock: the look itself has a limit, and finds a stall."""
    clock, lives, lock = PushedClock(NOON), 0, threading.Event()
    monkeypatch.setattr(cli.supervisor, "REGISTER_LIMIT_S", 0.01)
    stuck = [asyncio.create_task(stores.register.read(lambda _: lock.wait(60))) for _ in range(4)]

    async def run() -> None:
        nonlocal lives
        lives += 1
        await asyncio.Event().wait()

    service = Service(name="blind", run=run, progress=("blind",))
    task = await _supervise(service, stores, clock)
    await _until(lambda: lives > 1)
    task.cancel()
    lock.set()
    await asyncio.gather(*stuck)

    assert clock.seconds <= 120


async def test_a_service_that_does_not_even_end_gives_all_up(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second life beside the first would do everything twice: the process has to end."""
    clock, given_up, is_over = PushedClock(NOON), asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(cli.supervisor, "ENDS_WITHIN_S", 0.01)

    async def run() -> None:
        while not is_over.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await is_over.wait()

    def give_up(what: str) -> None:
        assert what == "service stubborn"
        given_up.set()

    service = Service(name="stubborn", run=run, progress=("stubborn",))
    supervision = Supervision(service, stores, clock, wait=clock.wait, give_up=give_up)
    task = asyncio.create_task(supervision.run())
    async with asyncio.timeout(60):
        await given_up.wait()
    is_over.set()
    task.cancel()


async def test_a_machine_that_slept_restarts_nothing(stores: Stores) -> None:
    """C08: one look after ten minutes has seen nothing move, and that is no stall."""
    clock, lives, busy, looks = PushedClock(NOON), 0, access_of("busy"), 0

    async def run() -> None:
        nonlocal lives
        lives += 1
        await stores.register.write(lambda c: services.started(c, busy, now=clock.now()))
        await asyncio.Event().wait()

    async def wait(seconds: float) -> None:
        nonlocal looks
        looks += 1
        await clock.wait(seconds if looks % 5 else 600.0)
        if looks % 5:
            await stores.register.write(lambda c: services.progressed(c, busy, now=clock.now()))

    service = Service(name="busy", run=run, progress=("busy",))
    task = asyncio.create_task(Supervision(service, stores, clock, wait=wait).run())
    await _until(lambda: looks > 50)
    task.cancel()

    assert lives == 1
    assert _told(stores) == []
