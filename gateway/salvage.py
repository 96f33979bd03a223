"""What can be saved of a damaged outbox: rows page by page, believed only as far as they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from domain.ids import is_id
from domain.quantity import Lane
from gateway.outbox_records import is_sound
from gateway.pages import (
    MAGIC,
    PAGE_BYTES,
    Frame,
    Row,
    frames,
    is_log_head_sound,
    rows_of_page,
)

Key = tuple[str, str, int]
"""Lane, epoch and number."""
_RECORD_COLUMNS = (11, 12)
"""Of version 1 and of today."""
_LANES = frozenset(lane.value for lane in Lane)


@dataclass(slots=True, kw_only=True)
class Saved:
    """What was read."""

    records: dict[Key, Row] = field(default_factory=dict)
    """Whole rows of the table, the newest version of each."""
    receipted: dict[str, int] = field(default_factory=dict)
    """Up to where each lane of the present epoch was receipted, as far as that could be read."""
    positions: set[str] = field(default_factory=set)
    """The lanes whose position could be read."""
    states: dict[str, bytes] = field(default_factory=dict)
    marks: set[Row] = field(default_factory=set)
    epoch: str | None = None

    def unreceipted(self) -> list[Row]:
        """Return the records that are owed, lane by lane, in their order."""
        return [
            row
            for (lane, epoch, seq), row in sorted(self.records.items())
            if epoch == self.epoch and seq > self.receipted.get(lane, 0)
        ]

    def history(self) -> list[Row]:
        """Return the records that the server has."""
        return [
            row
            for (lane, epoch, seq), row in sorted(self.records.items())
            if epoch != self.epoch or seq <= self.receipted.get(lane, 0)
        ]


def is_header_sound(path: Path) -> bool:
    """Tell whether the file's first bytes are those of a file that we made; an empty one is."""
    with path.open("rb") as file:
        head = file.read(20)
    if not head:
        return True
    page = int.from_bytes(head[16:18], "big")
    return head[:16] == MAGIC and page == PAGE_BYTES and set(head[18:20]) <= {1, 2}


def is_log_damaged(log: bytes) -> bool:
    """Tell whether a write-ahead log lost commits in its middle; SQLite would not say so.

    A torn end is no damage: the last commit before a power cut was never finished. But where a
    commit was finished and another one begun behind the bad place, something was lost that counted.
    """
    if not log:
        return False
    if not is_log_head_sound(log):
        return len(log) > PAGE_BYTES
    salts, is_broken, has_committed = log[16:24], False, False
    for frame in frames(log):
        if frame.salts != salts and frame.is_whole:
            break  # what an earlier generation left behind
        if not frame.is_whole:
            is_broken = True
            has_committed |= frame.is_commit and frame.salts == salts
        elif is_broken and has_committed:
            return True
        elif is_broken:
            has_committed = frame.is_commit
    return False


def salvage(path: Path) -> Saved:
    """Read what can be read of the file and its write-ahead log; changes nothing."""
    saved = Saved()
    for row in _rows(path):
        _take(saved, row)
    if saved.epoch is None:
        saved.epoch = _newest_epoch(saved)
    for lane, epoch, seq, _ in saved.marks:
        # The marks are only hourly: they speak where the position itself could not be read.
        if epoch == saved.epoch and lane not in saved.positions:
            saved.receipted[str(lane)] = max(saved.receipted.get(str(lane), 0), _integer(seq))
    return saved


def _rows(path: Path) -> Iterator[Row]:
    """Yield all rows, older versions of a page before newer ones."""
    log = path.with_name(f"{path.name}-wal")
    old, present = _generations(frames(log.read_bytes()) if log.exists() else [])
    for frame in old:
        yield from rows_of_page(frame.page)
    with path.open("rb") as file:
        number = 0
        while page := file.read(PAGE_BYTES):
            yield from rows_of_page(page, is_first=number == 0)
            number += 1
    for frame in present:
        yield from rows_of_page(frame.page)


def _generations(found: list[Frame]) -> tuple[list[Frame], list[Frame]]:
    """Part what was written before the log was last begun anew from what was written since."""
    salts = Counter(frame.salts for frame in found[:3]).most_common(1)[0][0] if found else b""
    return (
        [frame for frame in found if frame.salts != salts],
        [frame for frame in found if frame.salts == salts],
    )


def _take(saved: Saved, row: Row) -> None:
    """Keep a row if it is one of ours; later versions replace earlier ones."""
    match row:
        case (str(lane), str(epoch), int(seq), *rest) if len(row) in _RECORD_COLUMNS:
            whole = (*row[:11], _integer((*row[11:], 0)[0]))  # version 1 has no booked_ms
            if saved.records.get((lane, epoch, seq)) == whole:
                return  # the same again, in another version of its page
            clock, boot, mono_ms, *columns, body = rest[:8]
            is_numbered = lane in _LANES and is_id(epoch) and seq > 0
            is_whole = isinstance(boot, str) and isinstance(mono_ms, int)
            if is_numbered and is_whole and is_sound(clock, columns, body):
                saved.records[lane, epoch, seq] = whole
        case (str(lane), str(epoch), int(seq), int()) if lane in _LANES and is_id(epoch):
            saved.marks.add((lane, epoch, seq, row[3]))
        case (str(lane), int(last), int(receipted), *_) if lane in _LANES:
            if 0 <= receipted <= last:
                saved.positions.add(lane)
                saved.receipted[lane] = receipted
        case ("epoch", str(epoch)) if is_id(epoch):
            saved.epoch = epoch
        case (str(device), bytes(state)):
            saved.states[device] = state


def _newest_epoch(saved: Saved) -> str | None:
    """Return the epoch of the newest record: that of the latest number given, most likely."""
    newest = max(saved.records.values(), key=lambda row: _integer(row[6]), default=None)
    return None if newest is None else str(newest[1])


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0
