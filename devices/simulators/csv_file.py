"""Reading a CSV file of a recorded home line by line; wrong lines are named and left out.

CSV-001 the file is empty          CSV-004 one row is wrong (the rest goes on)
CSV-002 it has a header only       CSV-005 no row can be played
CSV-003 the header is wrong        CSV-006 the entrance named is not in the file
CSV-010 not found, not readable, or not gzip
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.errors import InputError, Problem, shown

EARLIEST_YEAR = 2000
"""Before it lies no recording, only clocks that were never set."""
LATEST_YEAR = 2200


class Layout(StrEnum):
    """Which of the two forms a file has, named by its header line."""

    SENSORS = "time,sensor,kind,room,value"
    POWER = "time,power_w"


_OTHER_HEADERS = {
    "start,end,activity": "these are annotations of a home, not its sensors",
    "time,litres": "this is a water meter, which no sensor here plays",
}


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row with the right number of columns and a time, its value not yet looked at."""

    line: int
    """Line in the file; the header is line 1."""
    at: datetime
    """UTC, whole milliseconds."""
    columns: tuple[str, ...]
    """All but the time, without the spaces around them."""


class RowError(ValueError):
    """One row is wrong; the rest of the file goes on."""


@contextmanager
def opened(path: Path) -> Iterator[Iterator[str]]:
    """Open a `.csv` or `.csv.gz` as lines of text.

    Raises:
        InputError: CSV-010, also from within the block when a compressed file breaks off.
    """
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as lines:
                yield lines
        else:
            with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
                yield lines
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from error


def layout_of(lines: Iterator[str], where: str) -> Layout:
    """Read the header line and tell which form the file has.

    Raises:
        InputError: CSV-001 when there is no line, CSV-003 when the header is another.
    """
    header = next(lines, None)
    if header is None or not header.strip():
        raise InputError(
            Problem(
                code="CSV-001",
                where=where,
                found="the file is empty",
                allowed="a header line and rows",
                do="check that the download is complete",
            )
        )
    names = ",".join(name.strip() for name in header.strip().split(","))
    for layout in Layout:
        if names == layout:
            return layout
    raise _wrong_header(where, header.strip(), names)


def rows(
    lines: Iterable[str], layout: Layout, zone: ZoneInfo
) -> Iterator[RawRow | tuple[int, str]]:
    """Yield each row after the header, or its line number and what is wrong with it.

    Empty lines are passed over. A line is a row: a quote that is not closed spoils one line only.
    """
    width = layout.count(",") + 1
    for number, line in enumerate(lines, start=2):
        text = line.rstrip("\r\n")
        if not text.strip():
            continue
        try:
            first, *others = _columns(text, width)
            yield RawRow(number, _instant(first, zone), tuple(others))
        except RowError as error:
            yield (number, str(error))


def header_only(where: str) -> InputError:
    """Return the error for a file without any row."""
    return InputError(
        Problem(
            code="CSV-002",
            where=where,
            found="a header and no rows",
            allowed="at least one row",
            do="check that the export covers the time you want",
        )
    )


def _columns(text: str, width: int) -> list[str]:
    columns = text.split(",")
    if '"' in text:
        try:
            columns = next(csv.reader([text], strict=True))
        except csv.Error as error:
            msg = f"the quotes do not fit ({error})"
            raise RowError(msg) from error
    if len(columns) != width:
        msg = f"{len(columns)} columns, {width} are needed"
        raise RowError(msg)
    return [column.strip() for column in columns]


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        local = datetime.fromisoformat(text)
        at = (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        msg = f"time {shown(text)} cannot be read"
        raise RowError(msg) from error
    if len(text) <= len("2011-06-15"):
        msg = f"time {shown(text)} has a date only"
        raise RowError(msg)
    if not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        msg = f"time {shown(text)} is not between {EARLIEST_YEAR} and {LATEST_YEAR}"
        raise RowError(msg)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _wrong_header(where: str, header: str, names: str) -> InputError:
    known = _OTHER_HEADERS.get(names)
    return InputError(
        Problem(
            code="CSV-003",
            where=where,
            found=f"the columns are {shown(header)}" + (f": {known}" if known else ""),
            allowed=" or ".join(f'"{layout}"' for layout in Layout),
            do="give the file with the sensor events or the power readings",
        )
    )


def _unreadable(path: Path, error: Exception) -> InputError:
    match error:
        case FileNotFoundError():
            found = "there is no such file"
        case gzip.BadGzipFile() | zlib.error():
            found = "the file ends in .gz and is not gzip, or is damaged"
        case EOFError():
            found = "the compressed file breaks off"
        case OSError():
            found = f"the file cannot be read ({error.strerror})"
        case _:
            found = "the file cannot be read"
    return InputError(
        Problem(
            code="CSV-010",
            where=shown(str(path)),
            found=found,
            allowed="a .csv or .csv.gz file that you may read",
            do="check the path, or fetch the file again",
        )
    )
