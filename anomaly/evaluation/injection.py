"""Emergencies that never happened: when they begin, and how long each detector takes to notice.

From the instant of an emergency on nobody moves. Where a meter is all there is, a stretch of the
same home with nobody in it takes the place of what follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anomaly.detector import Learned
from anomaly.evaluation.homes import Home
from anomaly.evaluation.walk import CONTEXT_S, JUDGED_S, Flags, Ticks, Walk, covered_s, waking_hours
from anomaly.localtime import HOUR_S, Indices, Seconds
from anomaly.silences import History

INJECTIONS = 300
"""Per home and way of choosing the instants."""
HORIZON_H = 48.0
"""Nothing is waited for longer: an emergency not found by then counts as 48 hours."""
MOVING_S = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Emergencies:
    """Instants at which residents of one home fall, shape (n,); none: none can be made."""

    at_s: Seconds
    tick: Indices
    """The last tick before each."""
    moving: Flags
    """Whether it was within a minute of activity; otherwise at any time at home."""
    waking: Flags
    """Whether the home is usually active at that hour."""
    later: tuple[Seconds, ...]
    """Activity that a meter shows after each all the same; empty where nothing can."""


def emergencies(home: Home, judged: Ticks, chance: np.random.Generator) -> Emergencies:
    """Choose emergencies; never while nobody is home or the recorder is off."""
    usable = ~judged.outing & ~judged.gone & (judged.next_s > judged.at_s)
    if home.meter is not None:
        usable &= covered_s(judged.at_s, judged.next_s, home.out) == 0
    impossible = home.meter is not None and not home.meter.empty
    if impossible or not usable.any():
        none = np.zeros(0)
        return Emergencies(none, none.astype(np.int64), none > 0, none > 0, ())
    uniform, moving = _uniform(judged, usable, chance), _moving(judged, usable, chance)
    at_s = np.concatenate([uniform, moving])
    tick = np.searchsorted(judged.at_s, at_s, side="right") - 1
    return Emergencies(
        at_s=at_s,
        tick=tick,
        moving=np.arange(at_s.size) >= uniform.size,
        waking=waking_hours(home.history)[(at_s // HOUR_S % 24).astype(np.int64)],
        later=_later(home, at_s, chance),
    )


def delays_h(
    home: Home, judged: Ticks, walk: Walk, ours: Emergencies, *, budgets: Sequence[float]
) -> Seconds:
    """Return hours from each emergency to its alarm, shape (budgets, n).

    At most `HORIZON_H`; NaN where an alarm was up before it, which is no detection.
    """
    due = walk.due_s[:, ours.tick]
    hours = np.where(due > ours.at_s, (due - ours.at_s) / HOUR_S, np.nan)
    for n, later in enumerate(ours.later):
        if later.size and np.nanmax(due[:, n]) >= later[0]:
            at_s = float(ours.at_s[n])
            learned = walk.at(float(judged.at_s[ours.tick[n]]))
            alarm_s = _through(home.history, learned, at_s, later, due=due[:, n], budgets=budgets)
            hours[:, n] = np.where(due[:, n] > at_s, (alarm_s - at_s) / HOUR_S, np.nan)
    return np.minimum(hours, HORIZON_H)


def _through(
    history: History,
    learned: Learned,
    at_s: float,
    later: Seconds,
    *,
    due: Seconds,
    budgets: Sequence[float],
) -> Seconds:
    """Return when the alarm comes, where activity goes on showing that nobody caused."""
    true = history.between(at_s - CONTEXT_S, float(np.nextafter(at_s, np.inf)))
    recent = History(
        np.concatenate([true.at_s, later]),
        np.concatenate([true.entrance, np.zeros(later.size, dtype=np.bool_)]),
        np.concatenate([true.sensor, np.zeros(later.size, dtype=np.int64)]),
        true.sensors,
    )
    answers = learned.due_s(recent, true.at_s.size, budgets=budgets)
    answers = np.maximum(answers, later + JUDGED_S)
    every = np.concatenate([due[:, None], answers], axis=1)
    raised = every < np.append(later, np.inf)
    return np.asarray(every[np.arange(len(budgets)), np.argmax(raised, axis=1)])


def _later(home: Home, at_s: Seconds, chance: np.random.Generator) -> tuple[Seconds, ...]:
    if home.meter is None:
        return tuple(np.zeros(0) for _ in at_s)
    empty = home.meter.empty
    chosen = chance.integers(0, len(empty), at_s.size)
    return tuple(
        home.meter.after(float(at), stretch=empty[which], horizon_s=HORIZON_H * HOUR_S)
        for at, which in zip(at_s, chosen, strict=True)
    )


def within(
    start_s: Seconds, length_s: Seconds, chance: np.random.Generator, *, shape: tuple[int, ...]
) -> Seconds:
    """Return instants anywhere in some stretches, of which not all are empty, equally likely."""
    ends = np.cumsum(length_s)
    drawn = chance.uniform(0.0, ends[-1], shape)
    index = np.minimum(np.searchsorted(ends, drawn, side="right"), ends.size - 1)
    return np.asarray(start_s[index] + drawn - (ends - length_s)[index])


def _uniform(judged: Ticks, usable: Flags, chance: np.random.Generator) -> Seconds:
    """Return instants at any time at home, each equally likely."""
    length_s = (judged.next_s - judged.at_s)[usable]
    return within(judged.at_s[usable], length_s, chance, shape=(INJECTIONS,))


def _moving(judged: Ticks, usable: Flags, chance: np.random.Generator) -> Seconds:
    """Return instants up to a minute after random active minutes at home."""
    index = chance.choice(np.flatnonzero(usable), INJECTIONS)
    after = np.minimum(
        chance.uniform(0.0, MOVING_S, INJECTIONS), (judged.next_s - judged.at_s)[index] * 0.999
    )
    return np.asarray(judged.at_s[index] + after)
