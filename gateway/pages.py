"""SQLite's file format, as far as rows can be read out of single pages of a damaged file. No I/O.

See https://www.sqlite.org/fileformat2.html. A damaged file is not walked from its root: each page
that is whole enough gives its rows, whatever happened to the others. What comes out is not to be
trusted; the caller knows what a row must look like.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

PAGE_BYTES = 4096
"""What SQLite takes for a new file; ours are never made otherwise."""
MAGIC = b"SQLite format 3\x00"
WAL_HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
_WAL_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
"""The byte order in which the log's checksums are computed."""
_INTERIOR_INDEX, _LEAF_INDEX, _LEAF_TABLE = 0x02, 0x0A, 0x0D
_HEADER_BYTES = {_INTERIOR_INDEX: 12, _LEAF_INDEX: 8, _LEAF_TABLE: 8}
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_MOST_COLUMNS = 16

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One page in the write-ahead log."""

    page: bytes
    salts: bytes
    is_commit: bool
    is_whole: bool
    """Whether its checksum follows from that of the frame before it."""


def rows_of_page(page: bytes, *, is_first: bool = False) -> Iterator[Row]:
    """Yield the rows of a page that holds a table, an index or a table without row ids.

    Args:
        page: Any bytes.
        is_first: Whether the file's own header stands before the page's.
    """
    start = 100 if is_first else 0
    kind = page[start] if len(page) > start else 0
    if kind not in _HEADER_BYTES:
        return
    (count,) = struct.unpack_from(">H", page, start + 3)
    begin = start + _HEADER_BYTES[kind]
    for place in range(begin, min(begin + 2 * count, len(page) - 1), 2):
        (offset,) = struct.unpack_from(">H", page, place)
        try:
            yield _row(page, offset, kind)
        except (IndexError, ValueError, struct.error):
            continue


def frames(log: bytes) -> list[Frame]:
    """Return the frames of a write-ahead log, of all its generations, as they lie in the file."""
    order = _order(log)
    before = struct.unpack_from(">II", log, 24) if len(log) >= WAL_HEADER_BYTES else (0, 0)
    found, step = [], FRAME_HEADER_BYTES + PAGE_BYTES
    for at in range(WAL_HEADER_BYTES, len(log) - step + 1, step):
        head = log[at : at + FRAME_HEADER_BYTES]
        page = log[at + FRAME_HEADER_BYTES : at + step]
        stored = struct.unpack_from(">II", head, 16)
        found.append(
            Frame(
                page=page,
                salts=head[8:16],
                is_commit=head[4:8] != b"\0\0\0\0",
                is_whole=checksum(head[:8] + page, before, order) == stored,
            )
        )
        before = stored
    return found


def is_log_head_sound(log: bytes) -> bool:
    """Tell whether a log's header is whole; without it SQLite takes the log for empty."""
    if len(log) < WAL_HEADER_BYTES:
        return False
    (magic,) = struct.unpack_from(">I", log, 0)
    stored = struct.unpack_from(">II", log, 24)
    return magic in _WAL_MAGIC and checksum(log[:24], (0, 0), _order(log)) == stored


def checksum(data: bytes, before: tuple[int, ...], order: str) -> tuple[int, int]:
    """Return SQLite's running checksum of whole pairs of 32-bit words."""
    first, second = before
    for one, two in struct.iter_unpack(f"{order}II", data):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return first, second


def _order(log: bytes) -> str:
    magic = int.from_bytes(log[:4], "big")
    return _WAL_MAGIC.get(magic, "<")


def _row(page: bytes, at: int, kind: int) -> Row:
    if kind == _INTERIOR_INDEX:
        at += 4
    length, at = _varint(page, at)
    if kind == _LEAF_TABLE:
        _, at = _varint(page, at)
    if at + length > len(page):
        raise ValueError("the row goes on in another page")
    return _values(page[at : at + length])


def _values(payload: bytes) -> Row:
    head_bytes, at = _varint(payload, 0)
    types = []
    while at < head_bytes:
        kind, at = _varint(payload, at)
        types.append(kind)
        if len(types) > _MOST_COLUMNS:
            raise ValueError("more columns than any table of ours has")
    values: list[object] = []
    for kind in types:
        value, at = _value(payload, at, kind)
        values.append(value)
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[object, int]:
    if kind in _INTEGER_BYTES:
        end = at + _INTEGER_BYTES[kind]
        return int.from_bytes(_part(payload, at, end), "big", signed=True), end
    if kind == 7:  # noqa: PLR2004 (the format's number for a float)
        return struct.unpack_from(">d", payload, at)[0], at + 8
    if kind in (8, 9):
        return kind - 8, at
    if kind == 0:
        return None, at
    if kind < 12:  # noqa: PLR2004 (10 and 11 are reserved)
        raise ValueError("no such type")
    end = at + (kind - 12) // 2
    raw = _part(payload, at, end)
    return (raw.decode() if kind % 2 else raw), end


def _part(payload: bytes, at: int, end: int) -> bytes:
    if end > len(payload):
        raise ValueError("the value is longer than its row")
    return payload[at:end]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(8):
        byte = data[at + place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004 (the last byte has no high bit)
            return value, at + place + 1
    return value << 8 | data[at + 8], at + 9
