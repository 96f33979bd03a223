"""How the deadline does on recorded homes: false alarms against the time to an alarm.

Walk-forward: each local day is judged by a routine fitted on what lay before its midnight. No real
emergency is in the recordings; each injected one removes all activity from its instant on.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from anomaly.deadline import SOONEST, LastActivity, deadline
from anomaly.localtime import DAY_S, HOUR_S, Seconds
from anomaly.recorded import ENVIRONMENT, HOMES, RecordedHome, folder, load
from anomaly.routine import Routine, fit
from anomaly.silences import History, Mode, Stretch

SEED = 20_240_601
INJECTIONS = 300
"""Per home and way of sampling."""
WARM_UP_DAYS = 28.0
WARM_UP_SHARE = 0.45
"""Of the recording, where it is shorter than the warm-up would need."""
DOOR_BEFORE_S, DOOR_AFTER_S = 180.0, 60.0
"""An outing in hindsight: the entrance moved this long before the silence and after its end."""
WAKING_SHARE = 0.5
"""A waking hour: the home is active in it on at least this share of its days."""
ZONE = ZoneInfo("UTC")
"""Recordings have wall-clock times without a zone."""

FIXED = {"fixed 8 h": timedelta(hours=8), "fixed 12 h": timedelta(hours=12)}


@dataclass(frozen=True, slots=True, eq=False)
class Ticks:
    """The judged part of a recording: the last activity of each active minute, arrays (n,)."""

    at_s: Seconds
    next_s: Seconds
    """The tick after it."""
    left: npt.NDArray[np.bool_]
    outing: npt.NDArray[np.bool_]
    """In hindsight: nobody was home until the next tick."""
    gone: npt.NDArray[np.bool_]
    """The recorder was off before the next tick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one rule did in one home."""

    days: float
    false_alarms: int
    false_outings: int
    """Of these, alarms while the resident was out."""
    uniform_h: tuple[float, ...]
    """Hours to the alarm, from injections at any time at home."""
    waking_h: tuple[float, ...]
    """Of these, those in waking hours."""
    moving_h: tuple[float, ...]
    """Hours to the alarm, from injections within a minute of activity."""


def evaluate(history: History, *, outages: Sequence[Stretch], seed: int) -> dict[str, Result]:
    """Judge the routine and the fixed rules on one recording; the same seed, the same result."""
    start_s = _test_start(history)
    ticks = _ticks(history, start_s, outages)
    ours = _learned(history, ticks, outages)
    due = {"routine": ours} | {
        name: ticks.at_s + limit.total_seconds() for name, limit in FIXED.items()
    }
    chance = np.random.default_rng(seed)
    uniform, moving = _uniform(ticks, chance), _moving(ticks, chance)
    waking = _waking_hours(history)
    lost_s = float(np.sum((ticks.next_s - ticks.at_s)[ticks.gone]))
    days = (float(ticks.next_s[-1]) - start_s - lost_s) / DAY_S
    return {
        name: _result(ticks, at_s, days=days, uniform=uniform, moving=moving, waking=waking)
        for name, at_s in due.items()
    }


def pooled(results: Sequence[Result]) -> Result:
    """Return all homes as one."""
    return Result(
        days=sum(one.days for one in results),
        false_alarms=sum(one.false_alarms for one in results),
        false_outings=sum(one.false_outings for one in results),
        uniform_h=tuple(hours for one in results for hours in one.uniform_h),
        waking_h=tuple(hours for one in results for hours in one.waking_h),
        moving_h=tuple(hours for one in results for hours in one.moving_h),
    )


def table(results: dict[str, dict[str, Result]]) -> str:
    """Return the results per home and rule, and pooled, as a Markdown table."""
    rules = list(next(iter(results.values())))
    whole = results | {
        "all": {rule: pooled([home[rule] for home in results.values()]) for rule in rules}
    }
    head = (
        "| home | rule | test days | false alarms (out) | per 30 d | at home | waking | moving |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    rows = [
        _row(home, rule, one) for home, by_rule in whole.items() for rule, one in by_rule.items()
    ]
    return "\n".join([head, *rows])


def main() -> int:
    """Evaluate on every recording that is there and print the table."""
    where = folder()
    if where is None:
        sys.stderr.write(f"no recordings: set {ENVIRONMENT} to their folder\n")
        return 2
    results = {
        home.name: evaluate(load(home, where), outages=home.outages, seed=SEED)
        for home in HOMES
        if _is_there(home)
    }
    sys.stdout.write(f"seed {SEED}; hours to the alarm: median / 90 %\n\n{table(results)}\n")
    return 0


def _is_there(home: RecordedHome) -> bool:
    where = folder()
    return where is not None and (where / home.file).is_file()


def _row(home: str, rule: str, one: Result) -> str:
    rate = one.false_alarms * 30 / one.days
    hours = " | ".join(_hours(values) for values in (one.uniform_h, one.waking_h, one.moving_h))
    alarms = f"{one.false_alarms} ({one.false_outings})"
    return f"| {home} | {rule} | {one.days:.0f} | {alarms} | {rate:.2f} | {hours} |"


def _hours(values: tuple[float, ...]) -> str:
    if not values:
        return "-"
    return f"{np.median(values):.1f} / {np.quantile(values, 0.9):.1f}"


def _test_start(history: History) -> float:
    """Return the midnight at which judging begins."""
    length = float(history.at_s[-1] - history.at_s[0])
    warm_up = min(WARM_UP_DAYS * DAY_S, WARM_UP_SHARE * length)
    return math.ceil((float(history.at_s[0]) + warm_up) / DAY_S) * DAY_S


def _ticks(history: History, start_s: float, outages: Sequence[Stretch]) -> Ticks:
    minute = np.floor(history.at_s / 60)
    last = np.append(minute[1:] != minute[:-1], True)
    at, left = history.at_s[last], history.left()[last]
    door = history.at_s[history.entrance]
    outing = _near(door, at[:-1], DOOR_BEFORE_S, 0.0) & _near(door, at[1:], 0.0, DOOR_AFTER_S)
    gone = np.zeros(at.size - 1, dtype=np.bool_)
    for start, end in outages:
        gone |= (at[:-1] < end.timestamp()) & (at[1:] > start.timestamp())
    judged = at[:-1] >= start_s
    return Ticks(at[:-1][judged], at[1:][judged], left[:-1][judged], outing[judged], gone[judged])


def _near(door: Seconds, at_s: Seconds, before_s: float, after_s: float) -> npt.NDArray[np.bool_]:
    """Tell for each instant whether the door moved from `before_s` before to `after_s` after it."""
    low = np.searchsorted(door, at_s - before_s, side="left")
    return np.asarray(np.searchsorted(door, at_s + after_s, side="right") > low)


def _learned(history: History, ticks: Ticks, outages: Sequence[Stretch]) -> Seconds:
    routines: dict[int, Routine] = {}
    due = []
    for at_s, left in zip(ticks.at_s.tolist(), ticks.left.tolist(), strict=True):
        day = int(at_s // DAY_S)
        if day not in routines:
            midnight = datetime.fromtimestamp(day * DAY_S, UTC)
            routines[day] = fit(history, until=midnight, zone=ZONE, dropped=outages)
        last = LastActivity(
            at=datetime.fromtimestamp(at_s, UTC), mode=Mode.JUST_LEFT if left else Mode.HOME
        )
        due.append(deadline(routines[day], last, zone=ZONE).due_at.timestamp())
    return np.array(due)


def _uniform(ticks: Ticks, chance: np.random.Generator) -> Seconds:
    """Return instants at any time at home, each equally likely."""
    home = ~ticks.outing & ~ticks.gone
    start, length = ticks.at_s[home], (ticks.next_s - ticks.at_s)[home]
    ends = np.cumsum(length)
    drawn = chance.uniform(0.0, ends[-1], INJECTIONS)
    index = np.searchsorted(ends, drawn, side="right")
    return np.asarray(start[index] + drawn - (ends - length)[index])


def _moving(ticks: Ticks, chance: np.random.Generator) -> Seconds:
    """Return instants up to a minute after random active minutes at home."""
    home = np.flatnonzero(~ticks.outing & ~ticks.gone)
    index = chance.choice(home, INJECTIONS)
    after = np.minimum(
        chance.uniform(0.0, 60.0, INJECTIONS), ticks.next_s[index] - ticks.at_s[index]
    )
    return np.asarray(ticks.at_s[index] + after)


def _waking_hours(history: History) -> npt.NDArray[np.bool_]:
    hours = np.unique(np.floor(history.at_s / HOUR_S).astype(np.int64))
    days = np.unique(hours // 24).size
    return np.bincount(hours % 24, minlength=24) >= WAKING_SHARE * days


def _result(
    ticks: Ticks,
    due_s: Seconds,
    *,
    days: float,
    uniform: Seconds,
    moving: Seconds,
    waking: npt.NDArray[np.bool_],
) -> Result:
    due_s = np.maximum(due_s, ticks.at_s + SOONEST.total_seconds())
    false = (due_s < ticks.next_s) & ~ticks.gone
    awake = waking[(uniform // HOUR_S % 24).astype(np.int64)]
    return Result(
        days=days,
        false_alarms=int(np.sum(false)),
        false_outings=int(np.sum(false & ticks.outing)),
        uniform_h=_delays(ticks, due_s, uniform),
        waking_h=_delays(ticks, due_s, uniform[awake]),
        moving_h=_delays(ticks, due_s, moving),
    )


def _delays(ticks: Ticks, due_s: Seconds, injected: Seconds) -> tuple[float, ...]:
    """Return hours from each injection to its alarm; those with an alarm up before are left out."""
    index = np.searchsorted(ticks.at_s, injected, side="right") - 1
    hours = (due_s[index] - injected) / HOUR_S
    return tuple(hours[hours > 0].tolist())


if __name__ == "__main__":
    raise SystemExit(main())
