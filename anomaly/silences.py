"""From the activity of a home to its silences, each at home or after somebody had left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

import numpy as np
import numpy.typing as npt

from anomaly.localtime import Indices, Seconds
from domain.errors import InputError, Problem

LEAVING_S = 180.0
"""An entrance door moves and within this time nothing much follows: somebody just left."""
LEAVING_EVENTS = 3
"""Interior activity that may follow the door without proving that somebody is in (hall sensor)."""
LONG_S = 300.0
"""Shorter silences are the ordinary spacing of events and tell nothing."""

Stretch = tuple[datetime, datetime]
"""From when until when; aware, UTC."""


class Mode(StrEnum):
    """Where the last activity suggests that the resident is."""

    HOME = "home"
    JUST_LEFT = "just_left"
    """The last that was seen is the entrance door and at most a few steps around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One activity of the home."""

    at: datetime
    """When it happened; aware, UTC."""
    entrance: bool = False
    """Whether it was the door that leads out."""
    sensor: str = ""
    """Which sensor saw it; empty: not told."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The activity of one home, oldest first."""

    at_s: Seconds
    """Shape (n,), not decreasing, finite."""
    entrance: npt.NDArray[np.bool_]
    """Shape (n,)."""
    sensor: Indices
    """Shape (n,): which of `sensors` saw it; -1: not told."""
    sensors: tuple[str, ...] = ()
    """Names, each once, in the order of the alphabet."""

    @classmethod
    def of(cls, ticks: Iterable[Tick]) -> Self:
        """Collect ticks in any order."""
        every = list(ticks)
        return cls.from_arrays(
            [tick.at.timestamp() for tick in every],
            [tick.entrance for tick in every],
            [tick.sensor for tick in every],
        )

    @classmethod
    def from_arrays(
        cls, at_s: Sequence[float], entrance: Sequence[bool], names: Sequence[str] | None = None
    ) -> Self:
        """Collect seconds since 1970 UTC, whether each was the entrance, and its sensor's name.

        In any order; an empty name, or no names at all: not told.

        Raises:
            InputError: the lengths differ, or an instant is not finite.
        """
        at, door = np.asarray(at_s, dtype=np.float64), np.asarray(entrance, dtype=np.bool_)
        same = at.shape == door.shape and (names is None or len(names) == at.size)
        if not same or at.ndim != 1 or not np.isfinite(at).all():
            raise InputError(_unusable(at))
        order = np.argsort(at, kind="stable")
        sensors = tuple(sorted({name for name in names or () if name}))
        index = {name: code for code, name in enumerate(sensors)}
        told = [index.get(name, -1) for name in names] if names is not None else [-1] * at.size
        return cls(at[order], door[order], np.asarray(told, dtype=np.int64)[order], sensors)

    def keep(self, which: npt.NDArray[np.bool_] | slice) -> History:
        """Return the activity that a mask, shape (n,), or a slice names."""
        return History(self.at_s[which], self.entrance[which], self.sensor[which], self.sensors)

    def between(self, start_s: float, end_s: float) -> History:
        """Return the activity from `start_s` on and before `end_s`."""
        low, high = np.searchsorted(self.at_s, [start_s, end_s])
        return self.keep(slice(low, high))

    def left(self) -> npt.NDArray[np.bool_]:
        """Tell for each activity whether the mode after it is JUST_LEFT; shape (n,).

        The entrance moved at most `LEAVING_S` ago and at most `LEAVING_EVENTS` interior activities
        followed it. Any later interior activity is a return.
        """
        index = np.arange(self.at_s.size)
        door = np.maximum.accumulate(np.where(self.entrance, index, -1))
        recent = self.at_s - self.at_s[np.maximum(door, 0)] <= LEAVING_S
        return (door >= 0) & (index - door <= LEAVING_EVENTS) & recent


@dataclass(frozen=True, slots=True, eq=False)
class Silences:
    """Stretches without activity that ended with activity, oldest first; each array (n,)."""

    start_s: Seconds
    end_s: Seconds
    left: npt.NDArray[np.bool_]
    """Whether the silence began with somebody leaving."""

    def keep(self, mask: npt.NDArray[np.bool_]) -> Silences:
        """Return those that `mask` names."""
        return Silences(self.start_s[mask], self.end_s[mask], self.left[mask])

    def overlapping(self, stretches: Sequence[Stretch]) -> npt.NDArray[np.bool_]:
        """Tell for each silence whether it overlaps one of the stretches."""
        hit = np.zeros(self.start_s.size, dtype=np.bool_)
        for start, end in stretches:
            hit |= (self.start_s < end.timestamp()) & (self.end_s > start.timestamp())
        return hit


def silences(history: History) -> Silences:
    """Return the silences longer than `LONG_S`; the one still running at the end is not among them.

    A running silence may be an emergency: a routine must not learn it as usual.
    """
    gap = np.diff(history.at_s) > LONG_S
    return Silences(history.at_s[:-1][gap], history.at_s[1:][gap], history.left()[:-1][gap])


def mode_after(ticks: Sequence[Tick]) -> Mode:
    """Return the mode after the last of `ticks` (any order); HOME when there is none.

    Only the last entrance activity and what followed it matter: `LEAVING_EVENTS` + 1 ticks after it
    are enough.
    """
    history = History.of(ticks)
    return Mode.JUST_LEFT if history.at_s.size and history.left()[-1] else Mode.HOME


def _unusable(at_s: Seconds) -> Problem:
    return Problem(
        code="RTN-001",
        where="activity of a home",
        found=f"{int(np.sum(~np.isfinite(at_s)))} of {at_s.size} instants are not finite,"
        " or each instant has no entrance mark",
        allowed="finite seconds since 1970 UTC, one mark each",
        do="look for the reading in the journal and quarantine it",
    )
