"""Ingest killed in the middle of a stream, five times: nothing lost, nothing double."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from domain.quantity import Lane
from ingest.projector import ACCESS as PROJECTOR
from storage.journal.sqlite import Journal
from storage.register import cursors, findings
from storage.stores import Stores
from tests.integration.ingest.city import ACCESS, Broker, Gateway, commission, until

pytestmark = [pytest.mark.integration, pytest.mark.slow]

ENVELOPES, RECORDS = 900, 5
KILLS = 5


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start ingest as a process of its own."""
    command = [sys.executable, "-m", "tests.integration.ingest.child", str(folder), str(port)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[3])  # noqa: S603 (our own program)


def publish_all(gateway: Gateway) -> None:
    """Publish every record once, with a press after each hundredth envelope."""
    for number in range(ENVELOPES):
        gateway.send(number * RECORDS + 1, RECORDS)
        if number % 100 == 99:
            gateway.send(number // 100 + 1, 1, lane=Lane.URGENT)


async def test_killed_five_times_nothing_is_lost_or_doubled(broker: Broker, tmp_path: Path) -> None:
    """Kill -9 while records stream in: journal, readings, findings and cursor agree in the end.

    The broker keeps what was not acknowledged, and what was acknowledged was committed before.
    """
    folder = tmp_path / "stores"
    with Stores.open(folder) as stores:
        home, gateway = commission(stores)
    looking = Journal(folder / "journal.db")
    child = start(folder, broker.port)
    try:
        await until(lambda: broker.subscriptions_of("ingest") == 1)
        with gateway.connected(broker.port):
            sending = threading.Thread(target=publish_all, args=[gateway])
            sending.start()
            for kill in range(1, KILLS + 1):
                goal = kill * ENVELOPES // (KILLS + 2)
                await until(lambda goal=goal: looking.head() >= goal)  # type: ignore[misc]
                child.kill()
                child.wait()
                child = start(folder, broker.port)
            await gateway.receipted(ENVELOPES * RECORDS)
            sending.join()
            await gateway.receipted(ENVELOPES // 100, Lane.URGENT)
    finally:
        child.kill()
        child.wait()
        looking.close()

    child = start(folder, broker.port)  # once more: the projector may have been behind
    try:
        with Stores.open(folder) as stores:
            await until(lambda: _position(stores) == stores.journal.head())
    finally:
        child.kill()
        child.wait()
    with Stores.open(folder) as stores:
        since, end = gateway.observed_at(0), gateway.observed_at(ENVELOPES * RECORDS + 1)
        stored = [placed.id for placed in stores.readings.of_home(home, since, end)]
        presses = [each for each in stored if each.lane is Lane.URGENT]
        assert len(stored) == len(set(stored))
        assert len(stored) - len(presses) == ENVELOPES * RECORDS
        assert len(presses) == ENVELOPES // 100
        found = stores.register.read_now(lambda c: findings.after(c, ACCESS, 0))
        assert len(found) == ENVELOPES // 100
        assert stores.journal.quarantine_counts() == {}


def _position(stores: Stores) -> int:

    return stores.register.read_now(lambda c: cursors.position(c, PROJECTOR))
