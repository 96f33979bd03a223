"""Made-up recordings whose right answers are known by hand."""

from __future__ import annotations

import gzip
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from anomaly.detector import Past
from anomaly.evaluation.homes import Home, Kind
from anomaly.localtime import Seconds
from anomaly.silences import History

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
FIRST_S = FIRST.timestamp()
DAY_S = 86_400.0
HOUR_S = 3_600.0


def at(day: float, hour: float = 0.0) -> float:
    """Return an instant by its day of the recording, from 0, and its hour."""
    return FIRST_S + day * DAY_S + hour * HOUR_S


def steady(days: int, *, silent: Sequence[tuple[float, float]] = ()) -> Seconds:
    """Return activity each ten minutes, day and night, except inside of some stretches."""
    every = np.arange(FIRST_S, at(days), 600.0)
    for start, end in silent:
        every = every[(every <= start) | (every >= end)]
    return every


def home(
    at_s: Seconds,
    *,
    doors: Sequence[float] = (),
    outages: Sequence[tuple[float, float]] = (),
    out: Sequence[tuple[float, float]] = (),
) -> Home:
    """Return a home with a sensor `hall`, and `door` at the entrance."""
    times = [*at_s.tolist(), *doors]
    is_door = [False] * at_s.size + [True] * len(doors)
    names = ["hall"] * at_s.size + ["door"] * len(doors)
    return Home(
        name="made_up",
        kind=Kind.EVENTS,
        history=History.from_arrays(times, is_door, names),
        first_s=min(times),
        last_s=max(times),
        outages=tuple((moment(a), moment(b)) for a, b in outages),
        out=tuple((moment(a), moment(b)) for a, b in out),
        entrances=("door",),
    )


def moment(at_s: float) -> datetime:
    """Return an instant; aware, UTC."""
    return datetime.fromtimestamp(at_s, UTC)


@dataclass(frozen=True, slots=True)
class After:
    """A detector that alarms a fixed time after the last activity, by the budget 1/hours."""

    hours: float
    name: str = "after"

    def learn(self, past: Past, *, until: datetime, zone: ZoneInfo) -> After:
        """Learn nothing, and find out whether the future can be seen."""
        del zone
        assert past.history.at_s.size == 0 or past.history.at_s[-1] < until.timestamp()
        return self

    def due_s(
        self, recent: History, first: int, *, budgets: Sequence[float], silent: Collection[str] = ()
    ) -> Seconds:
        """Return the same time after each activity, for every budget."""
        del silent
        due = recent.at_s[first:] + self.hours * HOUR_S
        return np.repeat(due[None, :], len(budgets), axis=0)


@dataclass(frozen=True, slots=True)
class Foresight:
    """A cheat: it alarms just before the next activity would, and 15 minutes after the last."""

    name: str = "foresight"

    def learn(self, past: Past, *, until: datetime, zone: ZoneInfo) -> Foresight:
        """Learn nothing."""
        del past, until, zone
        return self

    def due_s(
        self, recent: History, first: int, *, budgets: Sequence[float], silent: Collection[str] = ()
    ) -> Seconds:
        """Look at what comes next."""
        del silent
        after = np.append(recent.at_s[1:], recent.at_s[-1] + 900.0) + 1.0
        return np.repeat(after[None, first:], len(budgets), axis=0)


def write(path: Path, header: str, rows: Sequence[str]) -> None:
    """Write a file of a recording, compressed where its name says so."""
    text = "\n".join([header, *rows, ""])
    data = text.encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def write_home(folder: Path, name: str, *, days: int = 16, shift: int = 0) -> None:
    """Write a home with two motion sensors and a front door: up at seven, out at two."""
    rows = []
    for day in range(days):
        midnight = datetime(2026, 3, 1) + timedelta(days=day)  # noqa: DTZ001  the home's own clock
        for minute in range(7 * 60, 22 * 60, 12):
            out = 14 * 60 <= minute < 14 * 60 + 40 + (day * 13 + shift) % 50
            time = midnight + timedelta(minutes=minute + (day * 7 + shift) % 11)
            if out:
                continue
            sensor = "kitchen" if minute % 24 else "hall"
            rows.append((time, f"{sensor},motion,,ON"))
            if minute in {13 * 60 + 48, 15 * 60 + 36}:
                rows.append((time + timedelta(seconds=30), "Frontdoor,door,Hall,ON"))
    lines = [f"{time.isoformat(timespec='milliseconds')},{rest}" for time, rest in sorted(rows)]
    write(folder / f"{name}.csv.gz", "time,sensor,kind,room,value", lines)


def write_meter(
    folder: Path, name: str, *, days: int = 60, empty: tuple[int, int] = (40, 43)
) -> None:
    """Write half hours: 100 W at night, 500 W from seven to ten, 100 W while nobody is home."""
    lines = []
    for half in range(days * 48):
        time = datetime(2026, 3, 1) + timedelta(minutes=30 * half)  # noqa: DTZ001  own clock
        is_up = 7 <= time.hour < 22 and not empty[0] <= half // 48 < empty[1]
        watts = 500 if is_up and (time.hour % 3 or time.minute) else 100 + half % 3
        lines.append(f"{time.isoformat(timespec='milliseconds')},{watts}")
    write(folder / f"{name}.power.csv.gz", "time,power_w", lines)
