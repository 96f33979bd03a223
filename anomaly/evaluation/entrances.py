"""Which sensors are at the door that leads out, and which labels mean being out, by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_DOOR = re.compile(
    r"front|main|entr|outside|exit|back.?door|porch|garage|patio|玄関", re.IGNORECASE
)
_ROOM = re.compile(r"^(entr\w*|foyer|porch|outside|garage|genkan|玄関)$", re.IGNORECASE)
_PLAIN = re.compile(r"^(door)?[a-z]{0,2}[_-]?\d+$", re.IGNORECASE)
"""A name that tells nothing, such as D001."""
_OUT = re.compile(r"leav|going.?out|step.?out|outing|shopping|away|外出", re.IGNORECASE)
_BACK = re.compile(r"enter.?home|return|come.?home|帰宅", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Door:
    """One sensor of the kind `door`."""

    name: str
    room: str


def entrances(doors: Iterable[Door], *, told: Sequence[str] = ()) -> frozenset[str]:
    """Return the sensors at the door that leads out.

    Those that the file beside the recording names; else doors whose name or room says so; else the
    only door sensor of the home, as a single contact is put at the entrance; else those doors of
    which neither the name nor a room tells anything. Perhaps none.
    """
    if told:
        return frozenset(told)
    every = set(doors)
    named = {door.name for door in every if _DOOR.search(door.name) or _ROOM.match(door.room)}
    if named:
        return frozenset(named)
    if len(every) == 1:
        return frozenset(door.name for door in every)
    return frozenset(door.name for door in every if not door.room and _PLAIN.match(door.name))


def is_out(activity: str) -> bool:
    """Tell whether a label says that the resident goes or is out."""
    return _OUT.search(activity) is not None


def is_back(activity: str) -> bool:
    """Tell whether a label says that the resident comes home."""
    return _BACK.search(activity) is not None
