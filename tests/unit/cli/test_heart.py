"""The last resort: a loop, register or thread pool that stands still ends the process."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.heart import GAP_S, HOST, MOST_MISSES, Heart
from domain.access import service
from domain.clock import VirtualClock, pause
from domain.finding import Phase
from storage.register import findings
from storage.stores import Stores

NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
LISTEN_S = 0.01
LONGEST_S = 30.0


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    """Return stores that are closed at the end."""
    with Stores.open(tmp_path) as opened:
        yield opened


class Ended:
    """Stands for the end of the process."""

    def __init__(self) -> None:
        """Begin alive."""
        self.said = threading.Event()

    def __call__(self, what: str) -> None:
        """Note the end."""
        assert what
        self.said.set()


async def beating(heart: Heart, meanwhile: float = 0.0) -> asyncio.Task[None]:
    """Start a heart; returns when it has beaten for a while."""
    task = asyncio.create_task(heart.run())
    await pause(meanwhile)
    return task


async def test_a_heart_that_beats_is_left_alone(stores: Stores) -> None:
    """It is heard more often than it has to be."""
    ended, beats = Ended(), 0

    async def wait(seconds: float) -> None:
        nonlocal beats
        assert seconds
        beats += 1
        await pause(0)

    heart = Heart(stores, VirtualClock(NOON), wait=wait, listen_s=LISTEN_S, end=ended)
    task = await beating(heart)
    while beats < 3 * MOST_MISSES:
        await pause(LISTEN_S)
    task.cancel()

    assert not ended.said.is_set()


async def test_a_dead_locked_register_ends_the_process(stores: Stores) -> None:
    """The one writer thread holds a lock for ever: nothing in the loop could tell."""
    ended, lock = Ended(), threading.Event()
    stuck = asyncio.create_task(stores.register.write(lambda _: lock.wait(LONGEST_S)))
    heart = Heart(stores, VirtualClock(NOON), listen_s=LISTEN_S, end=ended)
    task = await beating(heart)

    assert await asyncio.to_thread(ended.said.wait, LONGEST_S)
    lock.set()
    await stuck
    task.cancel()


async def test_a_blocked_event_loop_ends_the_process(stores: Stores) -> None:
    """A service that never gives the loop back is noticed from outside the loop."""
    ended = Ended()
    heart = Heart(stores, VirtualClock(NOON), listen_s=LISTEN_S, end=ended)
    task = await beating(heart, meanwhile=LISTEN_S)

    assert ended.said.wait(LONGEST_S)  # blocks the loop itself
    task.cancel()


async def test_a_register_that_fails_is_no_standstill(stores: Stores) -> None:
    """A full disk answers with an error; ending the process would help nobody."""
    ended, beats = Ended(), 0

    async def wait(seconds: float) -> None:
        nonlocal beats
        del seconds
        beats += 1
        await pause(0)

    heart = Heart(stores, VirtualClock(NOON), wait=wait, listen_s=LISTEN_S, end=ended)
    stores.close()
    task = await beating(heart)
    while beats < 3 * MOST_MISSES:
        await pause(LISTEN_S)
    task.cancel()

    assert not ended.said.is_set()


class SecondsClock(VirtualClock):
    """A clock whose real seconds are pushed as well."""

    seconds = 0.0

    def monotonic(self) -> float:
        """Return the pushed seconds."""
        return self.seconds


async def test_a_process_that_stood_still_is_told_as_a_gap(stores: Stores) -> None:
    """C08: nobody watched between the two instants, and people are told of both."""
    clock = SecondsClock(NOON)

    async def sleep(seconds: float) -> None:
        clock.seconds += seconds + 10 * GAP_S
        clock.push(clock.now() + timedelta(seconds=seconds + 10 * GAP_S))

    await Heart(stores, clock, wait=sleep).beat()

    log = stores.register.read_now(lambda c: findings.after(c, service("test"), 0))
    told = [(one.finding.service, one.finding.phase, one.finding.began_at) for one in log]
    assert told == [(HOST, Phase.BEGUN, NOON), (HOST, Phase.RECOVERED, clock.now())]


async def test_a_clock_that_was_set_is_no_gap(stores: Stores) -> None:
    """Only real seconds count here."""
    clock = SecondsClock(NOON)

    async def wait(seconds: float) -> None:
        clock.seconds += seconds
        clock.push(clock.now() + timedelta(hours=1))

    await Heart(stores, clock, wait=wait).beat()

    assert stores.register.read_now(lambda c: findings.head(c, service("test"))) == 0
