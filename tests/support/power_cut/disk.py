"""A disk that loses power: what was synced is there, of the rest anything may be.

Of writes that were not synced a random part is there, sector by sector, so also torn and in another
order; a new length may be there without its data, which then are zeros or chance; a name that was
made, changed or removed without a sync of its folder may or may not be so. A sync of a file is none
of its name.

What the model takes for granted, as SQLite does by default: a synced sector stays as it is when its
neighbour is written, and a sync that has returned was told the truth by the disk.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.power_cut.trace import (
    Allocate,
    Create,
    Mark,
    Operation,
    Rename,
    Sync,
    Truncate,
    Unlink,
    Write,
)

SECTORS = (512, 4096)
"""A cut tears at one of these sizes."""
KEPT = (0.0, 0.1, 0.5, 0.9, 1.0)
"""Which part of the unsynced reached the disk, chosen for each cut."""
_SHM = "-shm"


@dataclass(slots=True)
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, Write | Truncate | Allocate]] = field(default_factory=list)


@dataclass(slots=True)
class _Name:
    """One change of a name that may not be on the disk."""

    at: int
    change: Create | Rename | Unlink
    file: _File


class Disk:
    """Follows operations one by one; `cut` may be asked after each of them, any number of times."""

    def __init__(self) -> None:
        """Begin empty."""
        self._at = 0
        self._live: dict[Path, _File] = {}
        self._durable: dict[Path, _File] = {}
        self._names: list[_Name] = []

    def apply(self, operation: Operation) -> None:
        """Do what the program did."""
        match operation:
            case Create(path):
                self._live[path] = _File()
                self._names.append(_Name(self._at, operation, self._live[path]))
            case Write(path) | Truncate(path) | Allocate(path):
                if path in self._live:  # not so: a file that was removed while it was open
                    self._live[path].pending.append((self._at, operation))
            case Rename(path, target):
                file = self._live[target] = self._live.pop(path)
                self._names.append(_Name(self._at, operation, file))
            case Unlink(path):
                self._names.append(_Name(self._at, operation, self._live.pop(path)))
            case Sync(path, began):
                self._sync(path, began)
            case Mark():
                pass
        self._at += 1

    def cut(self, chance: random.Random) -> dict[Path, bytes]:
        """Return the files that may be found when power fails now."""
        kept, sector = chance.choice(KEPT), chance.choice(SECTORS)
        names = dict(self._durable)
        for name in self._names:
            if chance.random() < kept:
                _rename(names, name)
        found = {
            path: bytes(_found(file, chance, kept, sector))
            for path, file in names.items()
            if not path.name.endswith(_SHM)
        }
        for path in tuple(found):  # a wal-index that survived means nothing any more
            if path.name.endswith("-wal") and chance.random() < 0.5:
                found[path.with_name(path.name[: -len("-wal")] + _SHM)] = chance.randbytes(32768)
        return found

    def _sync(self, path: Path, began: int) -> None:
        file = self._live.get(path)
        if file is not None:
            for at, change in file.pending:
                if at < began:
                    _change(file.durable, change)
            file.pending = [item for item in file.pending if item[0] >= began]
            return
        later = []
        for name in self._names:
            if name.at < began and name.change.path.parent == path:
                _rename(self._durable, name)
            else:
                later.append(name)
        self._names = later


def _rename(names: dict[Path, _File], name: _Name) -> None:
    match name.change:
        case Create(path):
            names[path] = name.file
        case Unlink(path):
            names.pop(path, None)
        case Rename(path, target):
            names.pop(path, None)
            names[target] = name.file


def _change(content: bytearray, change: Write | Truncate | Allocate) -> None:
    match change:
        case Allocate(_, size):
            content.extend(bytes(max(0, size - len(content))))
        case Truncate(_, size):
            del content[size:]
            content.extend(bytes(size - len(content)))
        case Write(_, offset, data):
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data


def _found(file: _File, chance: random.Random, kept: float, sector: int) -> bytearray:
    content = bytearray(file.durable)
    for _, change in file.pending:
        if not isinstance(change, Write):
            if chance.random() < kept:
                _change(content, change)
            continue
        for start, piece in _sectors(change, sector):
            if chance.random() < kept:
                _change(content, Write(change.path, start, piece))
            elif start + len(piece) > len(content) and chance.random() < kept:
                missing = start + len(piece) - len(content)
                content.extend(chance.choice((bytes, chance.randbytes))(missing))
    return content


def _sectors(write: Write, size: int) -> list[tuple[int, bytes]]:
    """Split a write where a disk may tear it."""
    pieces, start, end = [], write.offset, write.offset + len(write.data)
    while start < end:
        stop = min(end, (start // size + 1) * size)
        pieces.append((start, write.data[start - write.offset : stop - write.offset]))
        start = stop
    return pieces
