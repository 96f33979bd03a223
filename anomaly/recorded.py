"""Recorded homes as histories: the uniform CSV files that the evaluation reads."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from anomaly.silences import History, Stretch
from domain.errors import InputError, Problem
from domain.quantity import Quantity, is_activity

ENVIRONMENT = "MIMAMORI_RECORDED_HOMES"
"""Names the folder with the recordings; they are not part of this project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedHome:
    """What has to be known of a recording to use it."""

    name: str
    file: str
    entrance: frozenset[str] = frozenset()
    """Sensors at the door that leads out; for labels, those of being out."""
    outages: tuple[Stretch, ...] = ()
    """When the recorder was off, as its notes say."""


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


HOMES = (
    RecordedHome(
        name="casas_al",
        file="casas_al.csv.gz",
        entrance=frozenset({"OutsideDoor.FrontDoor"}),
    ),
    RecordedHome(
        name="casas_milan",
        file="casas_milan.activities.csv.gz",
        entrance=frozenset({"LEAVE_HOME"}),
        outages=((_at("2009-10-26T10:03:00"), _at("2009-11-18T12:33:00")),),
    ),
    RecordedHome(name="kasteren_a", file="kasteren_a.csv.gz", entrance=frozenset({"Frontdoor"})),
    RecordedHome(
        name="ordonez_a",
        file="ordonez_a.csv.gz",
        entrance=frozenset({"Entrance_Maindoor_Magnetic"}),
    ),
    RecordedHome(name="tapia_2", file="tapia_2.csv.gz"),
)
"""The recordings of one person with events, or labels, finer than an hour."""

QUANTITIES = {"motion": Quantity.MOTION, "door": Quantity.DOOR, "item": Quantity.OPENING}
"""Kinds of sensor whose readings can be activity."""
ON = frozenset({"ON", "OPEN"})


def folder() -> Path | None:
    """Return the folder of the recordings that the environment names; None when there is none."""
    named = os.environ.get(ENVIRONMENT)
    return Path(named) if named and Path(named).is_dir() else None


def load(home: RecordedHome, where: Path) -> History:
    """Read a recording; its wall-clock times are taken as UTC, so that days are its local days.

    Raises:
        InputError: the header is not that of a recording.
    """
    path = where / home.file
    readers: dict[tuple[str, ...], Callable[[dict[str, str]], Iterator[tuple[str, str]]]] = {
        ("time", "sensor", "kind", "room", "value"): _event,
        ("start", "end", "activity"): _label,
    }
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        header = tuple(rows.fieldnames or ())
        if header not in readers:
            raise InputError(_wrong_header(path, header))
        pairs = [pair for row in rows for pair in readers[header](row)]
    at_s = np.array([_at(time).timestamp() for time, _ in pairs])
    names = [name for _, name in pairs]
    history = History.from_arrays(at_s.tolist(), [name in home.entrance for name in names], names)
    keep = np.ones(history.at_s.size, dtype=np.bool_)
    for start, end in home.outages:
        keep &= (history.at_s < start.timestamp()) | (history.at_s > end.timestamp())
    return history.keep(keep)


def _event(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    quantity = QUANTITIES.get(row["kind"])
    if quantity is not None and is_activity(quantity, float(row["value"] in ON)):
        yield row["time"], row["sensor"]


def _label(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield row["start"], row["activity"]
    yield row["end"], row["activity"]


def _wrong_header(path: Path, header: tuple[str, ...]) -> Problem:
    return Problem(
        code="REC-001",
        where=path.name,
        found=f"header {','.join(header)!r}",
        allowed="time,sensor,kind,room,value or start,end,activity",
        do="give a recording in this form",
    )
