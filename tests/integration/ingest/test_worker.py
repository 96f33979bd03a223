"""The projector's other half in a process of its own, which may die at any line."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.clock import RealClock
from domain.errors import TransientError
from domain.gateway import KnownGateway
from domain.ids import GatewayId, HomeId
from ingest import worker as worker_module
from ingest.admission import admit
from ingest.opening import Keyring
from ingest.worker import InlineWorker, ProcessWorker
from storage.register import gateways
from storage.stores import Stores
from tests.integration.ingest.city import ACCESS, commission, until
from tests.support.wire import MASTER, arrived

pytestmark = pytest.mark.integration


@pytest.fixture
async def worker(stores: Stores) -> AsyncIterator[ProcessWorker]:
    """Return a worker over the stores."""
    async with ProcessWorker(stores.folder) as started:
        yield started


def heard(stores: Stores, count: int) -> tuple[HomeId, dict[GatewayId, KnownGateway]]:
    """Put one envelope of so many readings into the journal; returns who is known."""
    home, gateway = commission(stores)
    known = stores.register.read_now(lambda c: gateways.directory(c, ACCESS))
    message = arrived(
        gateway.envelope(1, count),
        sender=gateway.id,
        at=gateway.observed_at(count + 1),
    )
    admit(stores.journal, Keyring(MASTER, known), [message])
    return home, dict(known)


def stored(stores: Stores, home: HomeId) -> int:
    """Count the readings of a home."""
    far = timedelta(days=2)
    now = RealClock().now()
    return sum(1 for _ in stores.readings.of_home(home, now - far, now + far))


PARENT = """
import asyncio, sys
from pathlib import Path
from ingest.worker import ProcessWorker

async def main() -> None:
    async with ProcessWorker(Path(sys.argv[1])) as worker:
        await worker.step(0, {})
        print(worker._process.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def pid_of(worker: ProcessWorker) -> int:
    """Return the number of its process."""
    assert worker._process is not None
    return worker._process.pid


async def test_it_tells_the_same_as_a_worker_in_our_own_process(
    stores: Stores, worker: ProcessWorker
) -> None:
    """Readings are stored, and all else comes back; a second time changes nothing."""
    home, known = heard(stores, 20)

    inline = await InlineWorker(stores).step(0, known)
    told = await worker.step(0, known)

    assert told == inline
    assert told.position == 1
    assert told.readings == []
    assert (await worker.step(1, known)).position == 1
    assert stored(stores, home) == 20


async def test_a_killed_one_is_started_anew(stores: Stores, worker: ProcessWorker) -> None:
    """The step fails by name, and the next try brings everything."""
    home, known = heard(stores, 20)
    await worker.step(1, known)
    os.kill(pid_of(worker), signal.SIGKILL)

    with pytest.raises(TransientError, match="PRJ-001"):
        await worker.step(0, known)
    assert (await worker.step(0, known)).position == 1
    assert stored(stores, home) == 20


async def test_one_that_stands_still_is_ended(
    stores: Stores, worker: ProcessWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frozen process holds up one step for a bounded time."""
    _, known = heard(stores, 1)
    await worker.step(1, known)
    monkeypatch.setattr(worker_module, "ANSWER_S", 0.2)
    os.kill(frozen := pid_of(worker), signal.SIGSTOP)

    with pytest.raises(TransientError, match="PRJ-001"):
        await worker.step(0, known)

    monkeypatch.undo()
    assert (await worker.step(0, known)).position == 1
    assert pid_of(worker) != frozen


async def test_what_goes_wrong_there_is_raised_here(stores: Stores, worker: ProcessWorker) -> None:
    """A step that cannot be taken says why, and the process goes on."""
    _, known = heard(stores, 1)
    await worker.step(1, known)
    process = pid_of(worker)

    with pytest.raises(OverflowError):
        await worker.step(1 << 70, known)
    assert (await worker.step(0, known)).position == 1
    assert pid_of(worker) == process


async def test_it_ends_when_whoever_started_it_is_killed(stores: Stores) -> None:
    """It never writes beside the one that takes its place."""
    parent = subprocess.Popen(  # noqa: ASYNC220, S603 (a parent to be killed)
        [sys.executable, "-c", PARENT, str(stores.folder)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()

    await until(lambda: not Path(f"/proc/{child}").exists() or is_zombie(child))


def is_zombie(pid: int) -> bool:
    """Tell whether a process has ended and nobody has asked for it."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True
