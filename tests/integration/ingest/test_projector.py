"""The projector's turn: one batch is booked while the worker is at the next; either may fail."""

import asyncio
import threading
from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Connection

from domain.clock import RealClock
from domain.errors import Problem, TransientError
from ingest import projector
from ingest.directory import Directory
from ingest.projection import Projection
from ingest.projector import ACCESS, run_projector
from ingest.worker import Gateways, InlineWorker
from storage.register import cursors
from storage.stores import Stores
from tests.integration.ingest.city import until
from tests.integration.ingest.test_worker import heard, stored

pytestmark = pytest.mark.integration
ENTRIES = 4
PATIENCE_S = 1.0


@dataclass
class CountingWorker:
    """Takes one entry a turn, says which it has begun, fails in those given."""

    inner: InlineWorker
    fails_in: set[int] = field(default_factory=set)
    turns: int = 0
    begun: defaultdict[int, threading.Event] = field(
        default_factory=lambda: defaultdict(threading.Event)
    )
    """By the position that a turn begins behind."""

    async def step(self, after: int, gateways: Gateways) -> Projection:
        """See `Worker.step`."""
        self.turns += 1
        self.begun[after].set()
        if self.turns in self.fails_in:
            raise TransientError(
                Problem(code="PRJ-001", where="worker", found="gone", allowed="there", do="again")
            )
        return await self.inner.step(after, gateways)


async def follow(stores: Stores, worker: CountingWorker, *, is_rush: bool = False) -> None:
    """Run the projector until the cursor is at the journal's end."""
    clock = RealClock()
    directory = Directory(stores.register, clock)
    async with asyncio.TaskGroup() as group:
        following = run_projector(
            stores, directory, clock, worker, settle_s=0.0, is_rush=lambda: is_rush
        )
        running = group.create_task(following)
        await until(lambda: position(stores) == ENTRIES)
        running.cancel()


def position(stores: Stores) -> int:
    """Return the projector's cursor."""
    return stores.register.read_now(lambda c: cursors.position(c, ACCESS))


async def test_the_worker_is_at_the_next_turn_before_one_is_booked(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A booking that waits for the worker's next turn gets it: the two do not take turns."""
    homes = [heard(stores, 1)[0] for _ in range(ENTRIES)]
    worker = CountingWorker(InlineWorker(stores, limit=1))
    was_asked: list[bool] = []
    real = projector._commit

    def commit(connection: Connection, projection: Projection, clock: RealClock) -> None:
        was_asked.append(worker.begun[projection.position].wait(PATIENCE_S))
        real(connection, projection, clock)

    monkeypatch.setattr(projector, "_commit", commit)
    await follow(stores, worker)
    assert [stored(stores, home) for home in homes] == [1] * ENTRIES
    assert was_asked == [True] * (ENTRIES - 1) + [False], "behind the last there is nothing"


@pytest.mark.parametrize("turn", [1, 2, ENTRIES])
async def test_a_turn_of_which_the_worker_fails_is_taken_again(stores: Stores, turn: int) -> None:
    """What was booked beside it stays booked; nothing is left out, and nothing is there twice."""
    homes = [heard(stores, 2)[0] for _ in range(ENTRIES)]
    worker = CountingWorker(InlineWorker(stores, limit=1), fails_in={turn})
    await follow(stores, worker)
    assert [stored(stores, home) for home in homes] == [2] * ENTRIES


async def test_a_booking_that_fails_is_done_again_before_the_next(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cursor never passes what was not booked."""
    for _ in range(ENTRIES):
        heard(stores, 1)
    worker = CountingWorker(InlineWorker(stores, limit=1))
    booked: list[int] = []
    real = projector._commit

    def commit(connection: Connection, projection: Projection, clock: RealClock) -> None:
        booked.append(projection.position)
        if booked.count(2) == 1 and projection.position == 2:
            raise TransientError(
                Problem(code="STO-001", where="register", found="busy", allowed="free", do="again")
            )
        real(connection, projection, clock)

    monkeypatch.setattr(projector, "_commit", commit)
    await follow(stores, worker)
    assert booked == [1, 2, 2, 3, 4]


@pytest.mark.parametrize("is_rush", [True, False])
async def test_in_a_rush_the_projector_rests_after_each_turn(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, *, is_rush: bool
) -> None:
    """Receipts come first: never for longer than the bound, and not at all where nobody waits."""
    homes = [heard(stores, 1)[0] for _ in range(ENTRIES)]
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr(projector, "pause", rest)
    await follow(stores, CountingWorker(InlineWorker(stores, limit=1)), is_rush=is_rush)
    assert [stored(stores, home) for home in homes] == [1] * ENTRIES
    assert all(0 < seconds <= projector.LONGEST_REST_S for seconds in rests)
    assert (len(rests) >= ENTRIES) == is_rush
    assert bool(rests) == is_rush
