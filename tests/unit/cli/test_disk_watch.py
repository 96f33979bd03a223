"""The disk of a running system: the reserve gives its room, commits go on, people are told."""

import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import cli.reserve
from cli.disk import Room
from cli.disk_watch import DISK, DiskWatch
from cli.reserve import NAME, Reserve
from domain.access import service
from domain.clock import VirtualClock
from domain.errors import TransientError
from domain.finding import Cause, Phase, Reason
from storage.register import findings
from storage.signals import Log
from storage.stores import Stores
from tests.support.tmpfs import SmallDisk, small_disk

NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
ACCESS = service("test")
MIB = 1 << 20
RESERVE = 4 * MIB


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    """Return stores that are closed at the end."""
    with Stores.open(tmp_path / "stores") as opened:
        yield opened


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Return a disk of its own for stores."""
    with small_disk(tmp_path / "small", "96m") as made:
        yield made


Free = Callable[[int], None]


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Free:
    """Return what sets how many of 100 GiB are free."""

    def set_free(gib: int) -> None:
        monkeypatch.setattr(cli.reserve, "look", lambda _: Room(total=100 << 30, free=gib << 30))

    return set_free


def told(stores: Stores) -> list[tuple[Phase, Reason]]:
    """Return what the findings say of the disk."""
    log = stores.register.read_now(lambda c: findings.after(c, ACCESS, 0))
    assert {(one.finding.cause, one.finding.service) for one in log} <= {
        (Cause.SERVICE_FAILED, DISK)
    }
    return [(one.finding.phase, one.finding.reason) for one in log]


async def test_people_are_told_when_it_is_nearly_full_and_when_it_is_over(
    stores: Stores, free: Free
) -> None:
    """Each once, however often one looks, and whoever looks: a restart tells nothing twice."""
    clock = VirtualClock(NOON)
    nudge = stores.signals.subscribe(Log.FINDING)
    for gib in (50, 9, 8, 14, 15, 50, 9):
        free(gib)
        clock.push(clock.now() + timedelta(seconds=5))
        watch = DiskWatch(Reserve(Path(), 0), stores, clock)
        await watch.look_once()
        await watch.look_once()

    assert told(stores) == [
        (Phase.BEGUN, Reason.DISK_NEARLY_FULL),
        (Phase.RECOVERED, Reason.DISK_HAS_ROOM),
        (Phase.BEGUN, Reason.DISK_NEARLY_FULL),
    ]
    assert await nudge.wait(clock, timeout_s=1.0)


async def test_what_cannot_be_told_is_told_the_next_time(
    stores: Stores, free: Free, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A register that takes nothing ends nothing."""
    free(9)
    watch = DiskWatch(Reserve(Path(), 0), stores, VirtualClock(NOON))

    with monkeypatch.context() as patch:
        patch.setattr(findings, "append", lambda *_: 1 / 0)
        await watch.look_once()
    assert told(stores) == []
    await watch.look_once()

    assert told(stores) == [(Phase.BEGUN, Reason.DISK_NEARLY_FULL)]


async def test_it_looks_again_and_again(stores: Stores, free: Free) -> None:
    """Until it is cancelled."""
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        free(9)
        if len(waits) == 3:
            raise InterruptedError

    free(50)
    with pytest.raises(InterruptedError):
        await DiskWatch(Reserve(Path(), 0), stores, VirtualClock(NOON), wait=wait).run()

    assert told(stores) == [(Phase.BEGUN, Reason.DISK_NEARLY_FULL)]


def test_a_reserve_takes_its_room(tmp_path: Path) -> None:
    """It is its owner's only, takes real blocks, and goes when none is wanted any more."""
    Reserve(tmp_path, RESERVE).keep()

    found = (tmp_path / NAME).stat()
    assert (found.st_size, found.st_mode & 0o777) == (RESERVE, 0o600)
    assert found.st_blocks * 512 >= RESERVE
    Reserve(tmp_path, 0).keep()
    assert not (tmp_path / NAME).exists()


def test_a_system_without_allocation_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As macOS has none."""
    monkeypatch.delattr(os, "posix_fallocate")

    Reserve(tmp_path, RESERVE + 5).keep()

    assert (tmp_path / NAME).stat().st_size == RESERVE + 5


def test_without_room_there_is_no_half_a_reserve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be made whole is removed."""

    def refuse(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", refuse, raising=False)

    Reserve(tmp_path, RESERVE).keep()

    assert not (tmp_path / NAME).exists()


async def test_commits_go_on_when_the_disk_is_full(disk: SmallDisk) -> None:
    """M10: not even deleting works on a full disk; the reserve goes, commits go on, it is back."""
    reserve = Reserve(disk.folder, RESERVE)
    reserve.keep()
    with Stores.open(disk.folder) as stores:
        watch = DiskWatch(reserve, stores, VirtualClock(NOON))
        disk.fill()
        with pytest.raises(TransientError, match="STO-001"):
            fill_up(stores)

        await watch.look_once()

        assert reserve.kept() == 0
        stores.journal.count("TEST", 1)
        assert told(stores) == [(Phase.BEGUN, Reason.DISK_NEARLY_FULL)]

        disk.free()
        await watch.look_once()
        assert reserve.kept() == RESERVE
        assert told(stores)[1:] == [(Phase.RECOVERED, Reason.DISK_HAS_ROOM)]


def fill_up(stores: Stores) -> None:
    """Write until the write-ahead log wants more room than there is."""

    def write(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE IF NOT EXISTS ballast (bytes BLOB)")
        connection.execute("INSERT INTO ballast VALUES (zeroblob(100000))")

    for _ in range(100):
        stores.journal.write(write)
