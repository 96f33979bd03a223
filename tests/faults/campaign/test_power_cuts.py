"""Power cuts in small: what is acknowledged survives, and the method sees what does not."""

import random
from pathlib import Path

import pytest

from tests.faults.campaign import ingest_cuts, outbox_cuts
from tests.faults.campaign.ingest_cuts import IngestCheck
from tests.faults.campaign.outbox_cuts import OutboxCheck
from tests.faults.campaign.power_cuts import LESS_DURABLE, Check, cut_often
from tests.support.power_cut.disk import Disk
from tests.support.power_cut.trace import (
    Allocate,
    Create,
    Sync,
    TraceError,
    Truncate,
    Unlink,
    Write,
    read_trace,
)

DISK, FILE = Path("/d"), Path("/d/f")
CUTS, CONTROL_CUTS = 60, 20
PROCESSES: list[tuple[str, type[Check]]] = [
    (outbox_cuts.MODULE, OutboxCheck),
    (ingest_cuts.MODULE, IngestCheck),
]


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("module", "check"), PROCESSES, ids=["gateway", "ingest"])
def test_what_is_acknowledged_survives_a_power_cut(module: str, check: type[Check]) -> None:
    """G02, S02: 60 cuts each: nothing lost, nothing twice, no receipt and no cursor too early."""
    result = cut_often(module, check, seed=11, cuts=CUTS, steps=60)

    assert result.cuts == CUTS
    assert result.syncs > 60, "a commit of each step is synced"
    assert result.verdict.holds, result.verdict


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("module", "check"), PROCESSES, ids=["gateway", "ingest"])
def test_less_durable_database_is_found_out(module: str, check: type[Check]) -> None:
    """G02, S02: with synchronous=NORMAL acknowledged readings are lost, and the check says so."""
    result = cut_often(module, check, seed=11, cuts=CONTROL_CUTS, steps=40, pragma=LESS_DURABLE)

    assert result.verdict.lost > 0


def found(*operations: Create | Write | Truncate | Unlink | Sync) -> set[bytes | None]:
    """Return every content that the file may have after many cuts; None: no such name."""
    disk = Disk()
    for operation in operations:
        disk.apply(operation)
    chance = random.Random(1)  # noqa: S311 (not cryptography)
    return {disk.cut(chance).get(FILE) for _ in range(300)}


def test_synced_write_of_a_synced_name_is_always_there() -> None:
    """G02: the model keeps what was synced, and nothing else, in every cut."""
    made = (Create(FILE), Write(FILE, 0, b"old"), Sync(FILE, 2), Sync(DISK, 3))

    assert found(*made) == {b"old"}
    assert found(*made, Write(FILE, 0, b"new")) == {b"old", b"new"}
    assert found(*made, Unlink(FILE)) == {b"old", None}


def test_name_without_a_sync_of_its_folder_may_vanish() -> None:
    """G02: syncing a file says nothing of its name."""
    assert found(Create(FILE), Write(FILE, 0, b"old"), Sync(FILE, 2)) == {None, b"old"}


def test_long_write_is_torn_at_sectors() -> None:
    """G02: of one write any sectors may be there, and what is not there is zeros or chance."""
    block = b"a" * 512 + b"b" * 512
    after = found(Create(FILE), Sync(DISK, 1), Write(FILE, 0, block))

    assert {b"", block[:512], block, bytes(512) + block[512:]} <= after
    assert any(content is not None and content not in block for content in after)


def test_write_during_a_sync_is_not_covered_by_it() -> None:
    """G02: another thread's write that ended while a sync ran may be lost."""
    during = (Create(FILE), Sync(DISK, 1), Write(FILE, 0, b"new"))

    assert found(*during, Sync(FILE, 2)) == {b"", b"new"} | {b"\0\0\0"} | found(*during)
    assert found(*during, Sync(FILE, 3)) == {b"new"}


def test_trace_is_read_whole_or_refused(tmp_path: Path) -> None:
    """G02: calls of several threads are put together; a call that is not modelled is an error."""
    name = "".join(f"\\x{byte:02x}" for byte in b"/d/f")
    trace = tmp_path / "trace"
    trace.write_text(
        f'7 openat(AT_FDCWD<\\x2f>, "{name}", O_RDWR|O_CREAT, 0600) = 3<{name}>\n'
        f"7 fdatasync(3<{name}> <unfinished ...>\n"
        f'8 pwrite64(3<{name}>, "\\x61\\x62", 2, 4) = 2\n'
        "7 <... fdatasync resumed>) = 0\n"
        f'8 pwrite64(3<{name}>, "\\x61", 1, 0) = -1 ENOSPC (No space left on device)\n'
    )
    with trace.open("a") as more:
        more.write(f"7 fallocate(3<{name}>, 0, 512, 4096) = 0\n")
    expected = [Create(FILE), Write(FILE, 4, b"ab"), Sync(FILE, 1), Allocate(FILE, 4608)]
    assert read_trace(trace, disk=DISK, marks=tmp_path) == expected

    trace.write_text(f"7 fallocate(3<{name}>, FALLOC_FL_PUNCH_HOLE, 0, 4096) = 0\n")
    with pytest.raises(TraceError, match="fallocate"):
        read_trace(trace, disk=DISK, marks=tmp_path)
