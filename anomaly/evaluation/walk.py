"""Walking forward through a recording: what each detector would have answered, day by day.

Only what lay before the midnight of a day, and that day's activity up to each instant, can have had
an influence; a detector that knows more is found out and refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from anomaly.detector import Detector, Learned, Past
from anomaly.evaluation.homes import Home, moment
from anomaly.localtime import DAY_S, HOUR_S, Indices, Seconds
from anomaly.routine import SOONEST
from anomaly.silences import History, Stretch
from domain.errors import InputError, Problem

ZONE = ZoneInfo("UTC")
"""Recordings have wall-clock times without a zone."""
WARM_UP_DAYS, WARM_UP_SHARE = 28.0, 0.45
"""Days that are only learned from; the share of a recording where that is less."""
EACH_NIGHT_UP_TO_DAYS = 100
"""A longer recording is learned anew once a week only, so that a run stays bearable."""
WEEK_DAYS = 7
CONTEXT_S = float(DAY_S)
JUDGED_S = SOONEST.total_seconds()
DOOR_BEFORE_S, DOOR_AFTER_S = 180.0, 60.0
"""An outing in hindsight: the entrance moved this long before the silence and after its end."""
OUT_SHARE = 0.5
"""Or labels call more than this share of the silence being out."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Ticks:
    """The judged part of a recording: the last activity of each active minute, arrays (n,)."""

    index: Indices
    """Where it stands in the history."""
    at_s: Seconds
    next_s: Seconds
    """The tick after it."""
    outing: Flags
    """In hindsight: nobody was home until the next tick."""
    gone: Flags
    """The recorder was off before the next tick."""
    days: float
    """Days that are judged, without those in which the recorder was off."""

    def some(self, which: Indices) -> Ticks:
        """Return those that `which` names; `days` stay those of all."""
        return Ticks(
            self.index[which],
            self.at_s[which],
            self.next_s[which],
            self.outing[which],
            self.gone[which],
            self.days,
        )


@dataclass(slots=True, eq=False)
class Walk:
    """What one detector answered in one home."""

    name: str
    due_s: Seconds
    """After each tick, shape (budgets, n); at least `JUDGED_S` after it."""
    learned: list[tuple[float, Learned]] = field(default_factory=list)
    """What held from each midnight on, in order."""

    def at(self, at_s: float) -> Learned:
        """Return what held at an instant."""
        return next(one for since, one in reversed(self.learned) if since <= at_s)


def test_start(home: Home) -> float:
    """Return the midnight at which judging begins."""
    warm_up = min(WARM_UP_DAYS * DAY_S, WARM_UP_SHARE * (home.last_s - home.first_s))
    return math.ceil((home.first_s + warm_up) / DAY_S) * DAY_S


def ticks(home: Home) -> Ticks:
    """Return the judged ticks of a home; none where its recording is too short."""
    history, start_s = home.history, test_start(home)
    minute = np.floor(history.at_s / 60)
    index = np.flatnonzero(np.append(minute[1:] != minute[:-1], True))
    at = history.at_s[index]
    now, after = at[:-1], at[1:]
    door = history.at_s[history.entrance]
    outing = _near(door, now, DOOR_BEFORE_S, 0.0) & _near(door, after, 0.0, DOOR_AFTER_S)
    outing |= covered_s(now, after, home.out) > OUT_SHARE * (after - now)
    gone = covered_s(now, after, home.outages) > 0
    judged = now >= start_s
    lost_s = float(np.sum((after - now)[judged & gone]))
    end_s = float(at[-1]) if at.size else start_s
    return Ticks(
        index=index[:-1][judged],
        at_s=now[judged],
        next_s=after[judged],
        outing=outing[judged],
        gone=gone[judged],
        days=max(end_s - start_s - lost_s, 0.0) / DAY_S,
    )


def walk(
    detector: Detector,
    home: Home,
    judged: Ticks,
    *,
    budgets: Sequence[float],
    within: tuple[float, float] = (-math.inf, math.inf),
    silent: Mapping[str, tuple[float, float]] | None = None,
) -> Walk:
    """Let a detector learn and answer, midnight after midnight.

    Args:
        detector: What learns.
        home: What it learns from.
        judged: What it answers for.
        budgets: False alarms per day, largest first or in any order.
        within: Days outside of this are passed over; `judged` has no tick there.
        silent: Dead sensors: since when each is, and from when on that is known.

    Raises:
        InputError: EVL-001, its answers depend on what came later, or are no instants.
    """
    found = Walk(detector.name, np.full((len(budgets), judged.at_s.size), np.inf))
    silent = silent or {}
    for start_s, end_s in spans(home):
        if start_s >= within[1] or end_s <= within[0]:
            continue
        here = np.flatnonzero((judged.at_s >= start_s) & (judged.at_s < end_s))
        past = Past(
            history=_frozen(home.history.between(-math.inf, start_s)),
            dropped=before(home.outages, start_s),
            masked={
                name: [(moment(since_s), moment(start_s))]
                for name, (since_s, known_s) in silent.items()
                if known_s <= start_s
            },
        )
        learned = detector.learn(past, until=moment(start_s), zone=ZONE)
        found.learned.append((start_s, learned))
        for part, names in _by_what_is_known(judged, here, silent):
            answer = _answer(
                learned,
                home.history,
                judged.some(part),
                asked=_Asked(detector.name, start_s, budgets, names),
            )
            found.due_s[:, part] = np.maximum(answer, judged.at_s[part] + JUDGED_S)
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    name: str
    start_s: float
    budgets: Sequence[float]
    silent: frozenset[str]


def _by_what_is_known(
    judged: Ticks, here: Indices, silent: Mapping[str, tuple[float, float]]
) -> Iterable[tuple[Indices, frozenset[str]]]:
    """Part ticks by the sensors that were known to be silent at each."""
    edges = [-math.inf, *sorted({known_s for _, known_s in silent.values()}), math.inf]
    for low, high in pairwise(edges):
        part = here[(judged.at_s[here] >= low) & (judged.at_s[here] < high)]
        if part.size:
            yield part, frozenset(name for name, (_, known_s) in silent.items() if known_s <= low)


def spans(home: Home) -> Iterable[tuple[float, float]]:
    """Yield from when until when one learning holds: a day, or a week of a long recording."""
    start_s = test_start(home)
    days = (home.last_s - start_s) / DAY_S
    step_s = (1 if days <= EACH_NIGHT_UP_TO_DAYS else WEEK_DAYS) * DAY_S
    for begins in np.arange(start_s, home.last_s, step_s).tolist():
        yield begins, begins + step_s


def before(stretches: Sequence[Stretch], until_s: float) -> list[Stretch]:
    """Return the part of some stretches that lies before an instant."""
    until = moment(until_s)
    return [(start, min(end, until)) for start, end in stretches if start < until]


def covered_s(start_s: Seconds, end_s: Seconds, stretches: Sequence[Stretch]) -> Seconds:
    """Return how much of each interval some stretches cover; those that overlap count twice."""
    total = np.zeros(start_s.size)
    for start, end in stretches:
        low, high = start.timestamp(), end.timestamp()
        total += np.maximum(np.minimum(end_s, high) - np.maximum(start_s, low), 0.0)
    return total


def waking_hours(history: History) -> Flags:
    """Return which hours of the day are waking ones: active on at least half of the days."""
    hours = np.unique(np.floor(history.at_s / HOUR_S).astype(np.int64))
    days = np.unique(hours // 24).size
    return np.bincount(hours % 24, minlength=24) >= 0.5 * days


def _answer(learned: Learned, history: History, here: Ticks, *, asked: _Asked) -> Seconds:
    """Ask for all ticks at once; and for some of them again with nothing after them."""
    budgets, silent = asked.budgets, asked.silent
    low = int(np.searchsorted(history.at_s, asked.start_s - CONTEXT_S))
    first, last = int(here.index[0]), int(here.index[-1])
    recent = _frozen(history.keep(slice(low, last + 1)))
    due = learned.due_s(recent, first - low, budgets=budgets, silent=silent)
    if due.shape != (len(budgets), last + 1 - first) or np.isnan(due).any():
        raise InputError(
            _wrong(asked.name, f"answers of shape {due.shape}, or some are no instants")
        )
    longest = int(np.argmax(here.next_s - here.at_s))
    for tick in (longest, here.index.size // 2):
        cut = int(here.index[tick]) + 1
        again = learned.due_s(
            _frozen(history.keep(slice(low, cut))), first - low, budgets=budgets, silent=silent
        )
        if again.shape[1] != cut - first or not _same(again, due[:, : cut - first]):
            raise InputError(_wrong(asked.name, "answers that change with what came later"))
    return due[:, here.index - first]


def _same(one: Seconds, other: Seconds) -> bool:
    """Tell whether answers agree to the second: sums in another order are no foresight."""
    return bool(np.all((one == other) | (np.abs(one - other) <= 1.0)))


def _frozen(history: History) -> History:
    """Return a copy from which nothing behind it can be reached."""
    copy = History(
        history.at_s.copy(), history.entrance.copy(), history.sensor.copy(), history.sensors
    )
    for array in (copy.at_s, copy.entrance, copy.sensor):
        array.flags.writeable = False
    return copy


def _near(door: Seconds, at_s: Seconds, before_s: float, after_s: float) -> Flags:
    """Tell for each instant whether the door moved from `before_s` before to `after_s` after it."""
    low = np.searchsorted(door, at_s - before_s, side="left")
    return np.asarray(np.searchsorted(door, at_s + after_s, side="right") > low)


def _wrong(name: str, found: str) -> Problem:
    return Problem(
        code="EVL-001",
        where=f"detector {name}",
        found=found,
        allowed="for each activity one instant, told by what came before it",
        do="see anomaly/detector.py",
    )
