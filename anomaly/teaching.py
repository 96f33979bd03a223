"""Learning what is normal for a home from its own past, each past day judged as it was then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from anomaly import hazard
from anomaly.line import Matrix, line, lines_before, peaks, usual_silence
from anomaly.localtime import DAY_S, HOUR_S, SLOT_S, SLOTS, Indices, Seconds, local_seconds, slots
from anomaly.routine import (
    FEWEST_DAYS,
    FORMAT,
    LEARN_FROM,
    SCORED_S,
    Routine,
    caps_s,
    untaught,
)
from anomaly.silences import History, Silences, Stretch, silences
from anomaly.threshold import FLOOR_H, Tail, score, tail

FIRST_SCORED_DAY = 3
"""What is usual after fewer days is next to nothing, and everything would seem strange."""
REFIT_SHARE = 8
"""A past day is judged by a fit of the days before it, made anew after an eighth of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """What the past of a home shows, day by day of its local calendar."""

    found: Silences
    """Those that can be learned from, n of them."""
    local_s: Seconds
    """The local clock where each begins, (n,)."""
    day: Indices
    """The row of the matrices in which each begins, (n,)."""
    home: Matrix
    """The longest silence reached in each slot, as `line.peaks` says; (n_days, 144)."""
    left: Matrix
    active: Matrix
    """1 where a slot had activity, 0 where it had none, NaN where it was not observed."""

    def days(self, first: int = 0) -> float:
        """Return how many days were observed from row `first` on."""
        return float(np.count_nonzero(~np.isnan(self.active[first:]))) / SLOTS

    def by_line(self) -> Seconds:
        """Return for each silence the usual one by the line of the days before its own, (n,)."""
        home, left = lines_before(self.home)[self.day], lines_before(self.left)[self.day]
        return usual_silence(np.where(self.found.left[:, None], left, home), self.local_s)


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """What the days before some day say about the silences of that day."""

    profile: Seconds
    coefficients: Matrix

    def expected_s(self, local_s: Seconds, left: hazard.Flags) -> Seconds:
        """Return after how long a silence should have ended, (n,), seconds."""
        return hazard.expected_s(self.coefficients, local_s, left, usual=self.profile)


def fit(
    history: History, *, until: datetime, zone: ZoneInfo, dropped: Sequence[Stretch] = ()
) -> Routine:
    """Learn a routine from the activity before `until`.

    Each past silence is scored by what the days before its own said, so the tail of the scores is
    what the method would have needed in truth, without hindsight. Little can be learned where
    nothing marks the silence of an empty home (no entrance contact and no absences given).

    Args:
        history: All activity; only the last `LEARN_FROM` before `until` is used.
        until: Where the history ends; aware, UTC.
        zone: The home's zone: days and slots are of its local clock, durations are absolute.
        dropped: Stretches to learn nothing from: the home was dark, an absence, an emergency. A
            silence that overlaps one is left out.

    Returns:
        The routine; without tails for an empty history or fewer than `FEWEST_DAYS`.
    """
    seen = observe(history, until=until, zone=zone, dropped=dropped)
    if seen is None:
        return untaught(until)
    lines = line(seen.home), line(seen.left)
    now = habits(seen, before=seen.home.shape[0])
    usual = [_usual(lines[out], now, left=bool(out)) for out in (0, 1)]
    scores, lengths = _tails(seen)
    return Routine(
        format=FORMAT,
        fitted_at=until,
        days=round(seen.days(), 2),
        scores=scores,
        lengths=lengths,
        home=_whole(lines[0]),
        left=_whole(lines[1]),
        home_usual=_whole(usual[0]),
        left_usual=_whole(usual[1]),
    )


def observe(
    history: History, *, until: datetime, zone: ZoneInfo, dropped: Sequence[Stretch]
) -> Observed | None:
    """Return what the last `LEARN_FROM` before `until` show; None without any activity."""
    until_s = until.timestamp()
    used = history.between(until_s - LEARN_FROM.total_seconds(), until_s)
    if used.at_s.size == 0:
        return None
    every = silences(used)
    lost = every.overlapping(dropped)
    kept = every.keep(~lost)
    first_s, last_s = float(used.at_s[0]), float(used.at_s[-1])
    dropped = [*dropped, *_stretches(every.keep(lost))]
    home, left = peaks(kept, first_s=first_s, last_s=last_s, dropped=dropped, zone=zone)
    local = local_seconds(used.at_s, zone)
    first_day = np.floor(local[0] / DAY_S)
    active = np.where(np.isnan(home) & np.isnan(left), np.nan, 0.0)
    cell = (np.floor(local / DAY_S) - first_day).astype(np.int64), slots(local)
    active[cell] = np.where(np.isnan(active[cell]), np.nan, 1.0)
    starts = local_seconds(kept.start_s, zone)
    day = (np.floor(starts / DAY_S) - first_day).astype(np.int64)
    return Observed(kept, starts, day, home, left, active)


def habits(seen: Observed, *, before: int) -> Habits | None:
    """Fit the hazard to the days before a row; None where they are too few."""
    past = seen.day < before
    past &= seen.local_s + (seen.found.end_s - seen.found.start_s) < _midnight(seen, before)
    profile = hazard.profile(seen.active[:before])
    found = seen.found.keep(past)
    fitted = hazard.fit(
        seen.local_s[past],
        found.end_s - found.start_s,
        found.left,
        weight=0.5 ** ((before - seen.day[past]) / hazard.HALF_LIFE_DAYS),
        usual=profile,
    )
    return None if fitted is None else Habits(profile, fitted)


def scales_before(seen: Observed) -> Seconds:
    """Return for each silence the usual one, by the days before its own; (n,), seconds."""
    out = seen.found.left
    by_line = seen.by_line()
    by_hazard = by_line.copy()
    for first, end in _refits(seen.home.shape[0]):
        now = (seen.day >= first) & (seen.day < end)
        known = habits(seen, before=first) if now.any() else None
        if known is not None:
            by_hazard[now] = known.expected_s(seen.local_s[now], out[now])
    return _mean(by_line, by_hazard)


def _tails(seen: Observed) -> tuple[Tail | None, Tail | None]:
    """Return the tails of scores and of lengths; silences beyond the cap alarm in any case."""
    if seen.days() < FEWEST_DAYS:
        return None, None
    length_s, out = seen.found.end_s - seen.found.start_s, seen.found.left
    cap_s = caps_s(out)
    counted = (seen.day >= FIRST_SCORED_DAY) & (length_s > SCORED_S)
    days = seen.days(FIRST_SCORED_DAY)
    scored = counted & (length_s <= cap_s)
    scores = score(length_s[scored], scales_before(seen)[scored])
    at_home = np.minimum(length_s, cap_s)[counted & ~out] / HOUR_S
    return tail(scores, days=days), tail(at_home, days=days)


def _usual(lines: Seconds, now: Habits | None, *, left: bool) -> Seconds:
    """Return the usual silence after an activity in the middle of each slot, (144,), seconds."""
    by_line = usual_silence(np.tile(lines, (SLOTS, 1)), _MIDDLES_S)
    if now is None:
        return by_line
    return _mean(by_line, now.expected_s(_MIDDLES_S, np.full(SLOTS, left)))


def _mean(by_line: Seconds, by_hazard: Seconds) -> Seconds:
    """Return the geometric mean: two ways to be wrong seldom are so together."""
    floor_s = FLOOR_H * HOUR_S
    return np.asarray(np.sqrt((by_line + floor_s) * (by_hazard + floor_s)) - floor_s)


def _refits(n_days: int) -> Iterator[tuple[int, int]]:
    """Yield the days of which one fit, of those before the first, is the judge."""
    first = FIRST_SCORED_DAY
    while first < n_days:
        end = min(first + max(1, first // REFIT_SHARE), n_days)
        yield first, end
        first = end


def _midnight(seen: Observed, row: int) -> float:
    """Return the local clock at the beginning of a row."""
    if seen.day.size == 0:
        return 0.0
    return float((seen.local_s[0] // DAY_S - seen.day[0] + row) * DAY_S)


_MIDDLES_S: Seconds = np.asarray((np.arange(SLOTS) + 0.5) * SLOT_S, dtype=np.float64)


def _whole(seconds: Seconds) -> tuple[float, ...]:
    return tuple(np.round(seconds).tolist())


def _stretches(lost: Silences) -> list[Stretch]:
    return [
        (datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        for start, end in zip(lost.start_s.tolist(), lost.end_s.tolist(), strict=True)
    ]
