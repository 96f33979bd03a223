"""Once an hour what is old and read by all leaves the journal; a wrong clock is said once."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from domain.access import Access
from domain.clock import VirtualClock, pause
from domain.quantity import Lane
from ingest import retention
from ingest.projector import ACCESS as PROJECTOR
from ingest.retention import prune_all, run_retention
from ingest.urgent import ACCESS as URGENT
from storage.journal.retention import Pruned
from storage.register import cursors
from storage.stores import Stores
from tests.support.wire import GATEWAY, NOON

LOOKS = 500


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Return stores whose journal has an envelope for each of the last 40 days."""
    with Stores.open(tmp_path) as opened:
        for age in range(40, 0, -1):
            at = NOON - timedelta(days=age)
            with opened.journal.admission() as batch:
                stream = batch.streams(GATEWAY, Lane.NORMAL).get("e-1") or batch.open_stream(
                    GATEWAY, Lane.NORMAL, "e-1", now=at
                )
                seq = 41 - age
                batch.append(stream, first=seq, end=seq, body=b"x", received_at=at)
        read_on(opened, PROJECTOR, 4)
        yield opened


def read_on(stores: Stores, follower: Access, to: int) -> None:
    """Let a follower read on."""
    stores.register.write_now(lambda c: cursors.advance(c, follower, to))


async def test_nothing_goes_that_the_projector_has_not_read(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In as many steps as it takes."""
    monkeypatch.setattr("storage.journal.retention.STEP", 3)

    assert await prune_all(stores, now=NOON) == Pruned(entries=4)
    read_on(stores, PROJECTOR, 40)
    assert await prune_all(stores, now=NOON) == Pruned(entries=6)


async def test_no_press_goes_that_nobody_has_looked_at(stores: Stores) -> None:
    """Who follows the urgent lane counts where something waits for it, and nowhere else."""
    read_on(stores, PROJECTOR, 40)
    stores.journal.write(lambda c: c.executemany("INSERT INTO urgent VALUES (?)", [(3,), (6,)]))
    assert await prune_all(stores, now=NOON) == Pruned(entries=2)
    read_on(stores, URGENT, 3)
    assert await prune_all(stores, now=NOON) == Pruned(entries=3)
    read_on(stores, URGENT, 6)
    assert await prune_all(stores, now=NOON) == Pruned(entries=5)


async def test_a_round_is_bounded(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest goes an hour later."""
    read_on(stores, PROJECTOR, 40)
    monkeypatch.setattr("storage.journal.retention.STEP", 2)
    monkeypatch.setattr(retention, "MOST_STEPS", 3)

    assert await prune_all(stores, now=NOON) == Pruned(entries=6)
    assert await prune_all(stores, now=NOON) == Pruned(entries=4)


async def test_it_is_done_each_hour(stores: Stores) -> None:
    """Of the clock that was passed in."""
    read_on(stores, PROJECTOR, 40)
    clock = VirtualClock(NOON - timedelta(hours=1))
    task = asyncio.create_task(run_retention(stores, clock))
    await pause(0)
    assert stores.journal.after(0)[0].position == 1

    clock.push(NOON)
    await until_first_is(stores, 11)
    await end(task)


async def test_a_refusal_is_said_once(stores: Stores, caplog: pytest.LogCaptureFixture) -> None:
    """Not each hour."""
    clock = VirtualClock(NOON + timedelta(days=365))
    task = asyncio.create_task(run_retention(stores, clock))
    await pause(0)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            clock.push(clock.now() + timedelta(hours=1))
            await pause(0.05)
    await end(task)

    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert stores.journal.after(0)[0].position == 1


async def until_first_is(stores: Stores, position: int) -> None:
    """Wait until the oldest entry has this position."""
    for _ in range(LOOKS):
        if stores.journal.after(0)[0].position == position:
            return
        await pause(0.02)
    pytest.fail(f"the oldest entry is {stores.journal.after(0)[0].position}")


async def end(task: asyncio.Task[None]) -> None:
    """End a task that runs for ever."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
