"""What a detector did, as figures: false alarms with their interval, hours to the alarm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from anomaly.evaluation.injection import Emergencies
from anomaly.evaluation.poisson import interval
from anomaly.evaluation.walk import Flags, Ticks
from anomaly.localtime import Seconds

SOON_H = 2.0
Summary = dict[str, float | int | list[float] | dict[str, float | None] | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """What one detector did in one home, or in several, with one budget."""

    days: float
    false_alarms: int
    outings: int
    """False alarms while the resident was out."""
    uniform_h: Seconds
    """Hours to the alarm at any time at home; NaN: an alarm was up before. Arrays of (n,)."""
    waking: Flags
    """Which of these were in waking hours."""
    moving_h: Seconds
    """Hours to the alarm within a minute of activity; NaN likewise."""


def figures(judged: Ticks, due_s: Seconds, ours: Emergencies, hours: Seconds) -> Figures:
    """Count what one row of deadlines came to."""
    false = false_alarms(judged, due_s)
    return Figures(
        days=judged.days,
        false_alarms=int(np.sum(false)),
        outings=int(np.sum(false & judged.outing)),
        uniform_h=hours[~ours.moving],
        waking=ours.waking[~ours.moving],
        moving_h=hours[ours.moving],
    )


def false_alarms(judged: Ticks, due_s: Seconds) -> Flags:
    """Tell for each silence whether it raised an alarm before it ended; one per silence."""
    return np.asarray((due_s < judged.next_s) & ~judged.gone)


def pooled(every: Sequence[Figures]) -> Figures:
    """Return several homes as one."""
    return Figures(
        days=sum(one.days for one in every),
        false_alarms=sum(one.false_alarms for one in every),
        outings=sum(one.outings for one in every),
        **{
            field.name: np.concatenate([getattr(one, field.name) for one in every])
            for field in fields(Figures)
            if field.name in {"uniform_h", "waking", "moving_h"}
        },
    )


def matched(by_budget: Sequence[Figures], allowed_per_day: float) -> int:
    """Return which of the budgets, the largest first, keeps to a rate in hindsight.

    The largest that does; the last one where none does.
    """
    for n, one in enumerate(by_budget):
        if one.false_alarms <= allowed_per_day * one.days + 1e-9:
            return n
    return len(by_budget) - 1


def summary(one: Figures) -> Summary:
    """Return what goes into the JSON and the tables; None where nothing was measured."""
    low, high = interval(one.false_alarms)
    per_30 = 30 / one.days if one.days > 0 else 0.0
    every = np.concatenate([one.uniform_h, one.moving_h])
    found = one.uniform_h[~np.isnan(one.uniform_h)]
    up = float(np.mean(np.isnan(every))) if every.size else None
    return {
        "days": round(one.days, 2),
        "false_alarms": one.false_alarms,
        "outings": one.outings,
        "per_30_days": round(one.false_alarms * per_30, 3),
        "interval_95": [round(low * per_30, 3), round(high * per_30, 3)],
        "injected": int(every.size),
        "already_up": None if up is None else round(up, 4),
        "within_2_h": round(float(np.mean(found <= SOON_H)), 4) if found.size else None,
        "all": _hours(one.uniform_h),
        "waking": _hours(one.uniform_h[one.waking]),
        "night": _hours(one.uniform_h[~one.waking]),
        "moving": _hours(one.moving_h),
    }


def _hours(values: Seconds) -> dict[str, float | None]:
    found = values[~np.isnan(values)]
    if not found.size:
        return {"median": None, "p90": None}
    return {
        "median": round(float(np.median(found)), 3),
        "p90": round(float(np.quantile(found, 0.9)), 3),
    }
