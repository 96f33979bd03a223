"""What lies in a folder of recordings: one entry per home, told by the headers of the files.

A home is the part of a file name before the first dot. Nothing is known of any home by its name.
What a recording cannot say by itself stands beside it: `HOME.json` with `entrances` (names of
sensors) and `outages` (pairs of instants), `entrances.csv` with `home,sensor` for all homes,
`HOME.outages.csv` with `start,end`.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import msgspec
import numpy as np

from anomaly.localtime import Seconds
from domain.errors import InputError, Problem, shown

EVENTS = ("time", "sensor", "kind", "room", "value")
LABELS = ("start", "end", "activity")
POWER = ("time", "power_w")
OUTAGES = ("start", "end")
OTHERS: dict[tuple[str, ...], str] = {
    ("time", "litres"): "water: what of it is a person's is not known"
}
"""Headers that are understood and not judged, with the reason."""


@dataclass(slots=True, kw_only=True)
class Recording:
    """The files of one home."""

    name: str
    events: Path | None = None
    labels: Path | None = None
    power: Path | None = None
    outages: Path | None = None
    about: Path | None = None
    entrances: tuple[str, ...] = ()
    """As `entrances.csv` says."""
    refused: str | None = None
    """Why it is not judged."""


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `HOME.json` may say."""

    entrances: tuple[str, ...] = ()
    outages: tuple[tuple[str, str], ...] = ()
    skip: str | None = None
    """Why the recording is not to be judged."""


def recordings(folder: Path) -> list[Recording]:
    """Return the homes of a folder, by name; files that are no recordings are passed over.

    Raises:
        InputError: REC-002, there is none.
    """
    found: dict[str, Recording] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        name = path.name.partition(".")[0]
        kind = _kind(path)
        if kind is not None:
            one = found.setdefault(name, Recording(name=name))
            _place(one, path, kind)
    homes = [one for one in found.values() if one.events or one.labels or one.power or one.refused]
    if not homes:
        raise InputError(_nothing(folder))
    doors = _entrances(folder / "entrances.csv")
    for one in homes:
        about = folder / f"{one.name}.json"
        one.about = about if about.is_file() else None
        one.entrances = tuple(doors.get(one.name, ()))
    return sorted(homes, key=lambda one: one.name)


def about(recording: Recording) -> About:
    """Return what stands beside a recording.

    Raises:
        InputError: REC-003, it cannot be read.
    """
    if recording.about is None:
        return About()
    try:
        return msgspec.json.decode(recording.about.read_bytes(), type=About)
    except (msgspec.MsgspecError, OSError) as error:
        raise InputError(_unreadable(recording.about, str(error))) from error


def columns(path: Path) -> dict[str, list[str]]:
    """Return a file's columns by their names.

    Raises:
        InputError: REC-003, it cannot be read, or a row has other columns than the header.
    """
    try:
        with opened(path) as lines:
            rows = csv.reader(lines)
            header = next(rows, [])
            body = list(rows)
            parts = list(zip(*body, strict=True)) if body else [()] * len(header)
            return {name: list(part) for name, part in zip(header, parts, strict=True)}
    except (OSError, EOFError, UnicodeDecodeError, ValueError) as error:
        raise InputError(_unreadable(path, str(error))) from error


def instants(texts: list[str], path: Path) -> Seconds:
    """Return wall-clock times as seconds since 1970, as if they were UTC: days are local days.

    Raises:
        InputError: REC-003, one of them is no time.
    """
    try:
        return np.asarray(np.array(texts, dtype="datetime64[ms]").astype(np.int64) / 1_000)
    except ValueError as error:
        raise InputError(_unreadable(path, str(error))) from error


def opened(path: Path) -> TextIO:
    """Open a CSV file, compressed or not, for reading."""
    opener: Any = gzip.open if path.suffix == ".gz" else open
    stream: TextIO = opener(path, "rt", encoding="utf-8", newline="")
    return stream


def _kind(path: Path) -> tuple[str, ...] | None:
    """Return the header that says what a file is; None for other files."""
    if not path.is_file() or not path.name.endswith((".csv", ".csv.gz")):
        return None
    try:
        with opened(path) as lines:
            header = tuple(lines.readline().strip().split(","))
    except (OSError, EOFError, UnicodeDecodeError):
        return None
    return header if header in {EVENTS, LABELS, POWER, OUTAGES, *OTHERS} else None


def _place(one: Recording, path: Path, kind: tuple[str, ...]) -> None:
    if kind == EVENTS:
        one.events = path
    elif kind == LABELS:
        one.labels = path
    elif kind == POWER:
        one.power = path
    elif kind == OUTAGES:
        one.outages = path
    else:
        one.refused = OTHERS[kind]


def _entrances(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for home, sensor in _pairs(path):
        found.setdefault(home, []).append(sensor)
    return found


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    if path.is_file():
        table = columns(path)
        yield from zip(table.get("home", []), table.get("sensor", []), strict=True)


def _nothing(folder: Path) -> Problem:
    return Problem(
        code="REC-002",
        where=shown(str(folder)),
        found="no recording",
        allowed="a folder with HOME.csv, HOME.csv.gz, HOME.power.csv.gz or HOME.activities.csv.gz",
        do="see docs/reference/evaluation.md",
    )


def _unreadable(path: Path, error: str) -> Problem:
    return Problem(
        code="REC-003",
        where=path.name,
        found=shown(error),
        allowed="UTF-8 CSV or JSON in the form of docs/reference/evaluation.md",
        do="mend the file, or take it out of the folder",
    )
