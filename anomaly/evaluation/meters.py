"""A recorded meter: the activity that it shows, and what an emergency would look like on it.

When somebody lies on the floor the fridge goes on. So an emergency is never made by deleting what a
meter shows, but by putting a stretch of the same home in its place in which nobody was there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

import numpy as np

from anomaly.localtime import DAY_S, Seconds
from anomaly.meter import STEPS_UP_TO_S, Background, active, background
from anomaly.silences import History, Stretch

NOT_A_HOME_W = 60.0
"""A mean below this is one appliance, or an empty flat."""
HALF_HOUR_S = 1_800.0
PEAK_SHARE, MEAN_SHARE = 0.45, 0.60
"""A day of low use: its highest half hour and its mean below these shares of the median day's."""
LOW_DAYS = 2
"""So many days of low use in a row are taken for an outing, in hindsight."""
EMPTY_DAYS = 4
"""From so many on, the days between the first and the last are an empty home for certain: two quiet
days may be somebody who uses little, and on the outer days somebody leaves and comes back."""


@dataclass(slots=True, kw_only=True, eq=False)
class Meter:
    """What a meter recorded; each array (n,), in order."""

    at_s: Seconds
    """Beginning of each reading."""
    watts: Seconds
    step_s: float
    low: list[Stretch]
    """Stretches of whole days of low use."""
    _known: dict[int, Background | None] = field(default_factory=dict)

    @classmethod
    def of(cls, at_s: Seconds, watts: Seconds) -> Self:
        """Take readings in order; those between 2 and 30 minutes apart become half hours."""
        step_s = float(np.median(np.diff(at_s)))
        if STEPS_UP_TO_S < step_s < HALF_HOUR_S:
            at_s, watts = _half_hours(at_s, watts)
            step_s = HALF_HOUR_S
        return cls(at_s=at_s, watts=watts, step_s=step_s, low=_low(at_s, watts))

    @property
    def empty(self) -> list[Stretch]:
        """Stretches of whole days in which nobody was home for certain."""
        day = timedelta(days=1)
        return [(a + day, b - day) for a, b in self.low if b - a >= EMPTY_DAYS * day]

    def background(self, at_s: float) -> Background | None:
        """Return what was known of the background at the last midnight before `at_s`."""
        day = int(at_s // DAY_S)
        if day not in self._known:
            self._known[day] = background(self.at_s, self.watts, until_s=day * DAY_S)
        return self._known[day]

    def history(self) -> History:
        """Return the activity that the meter showed, each day by the background known then.

        A reading is known when its time is over.
        """
        found = []
        first, last = int(self.at_s[0] // DAY_S), int(self.at_s[-1] // DAY_S)
        for day in range(first, last + 1):
            usual = self.background(day * DAY_S)
            if usual is None:
                continue
            low, high = np.searchsorted(self.at_s, [day * DAY_S, (day + 1) * DAY_S])
            before = max(low - 1, 0)  # for the step into the day
            seen = active(self.at_s[before:high], self.watts[before:high], usual)
            found.append(self.at_s[before:high][seen & (self.at_s[before:high] >= day * DAY_S)])
        at_s = np.concatenate(found) + self.step_s if found else np.zeros(0)
        return History.from_arrays(at_s.tolist(), [False] * at_s.size, ["meter"] * at_s.size)

    def after(self, at_s: float, *, stretch: Stretch, horizon_s: float) -> Seconds:
        """Return the activity that the meter would show if nobody moved from `at_s` on.

        Readings after `at_s` are those of the stretch at the same time of day, round and round.
        The reading in which `at_s` falls is mixed where it is long.
        """
        usual = self.background(at_s)
        if usual is None:
            return np.zeros(0)
        low = int(np.searchsorted(self.at_s, stretch[0].timestamp()))
        high = int(np.searchsorted(self.at_s, stretch[1].timestamp()))
        spare, seen = self.at_s[low:high], active(self.at_s[low:high], self.watts[low:high], usual)
        return np.concatenate(
            [
                self._mixed(at_s, spare, self.watts[low:high], usual),
                _laid_after(
                    spare[seen],
                    at_s + self.step_s * (usual.step_s > STEPS_UP_TO_S) - at_s % self.step_s,
                    stretch,
                    horizon_s,
                )
                + self.step_s,
            ]
        )

    def _mixed(self, at_s: float, spare: Seconds, watts: Seconds, usual: Background) -> Seconds:
        """Return the end of the reading around `at_s`, if what came before it shows there."""
        now = int(np.searchsorted(self.at_s, at_s, side="right")) - 1
        if usual.step_s <= STEPS_UP_TO_S or now < 0 or at_s >= self.at_s[now] + self.step_s:
            return np.zeros(0)
        share = (at_s - self.at_s[now]) / self.step_s
        same = np.flatnonzero(spare % DAY_S == self.at_s[now] % DAY_S)
        rest = float(watts[same[0]]) if same.size else 0.0
        mean = share * float(self.watts[now]) + (1 - share) * rest
        return self.at_s[now : now + 1] + self.step_s if mean > usual.limit_w else np.zeros(0)


def _laid_after(seen: Seconds, from_s: float, stretch: Stretch, horizon_s: float) -> Seconds:
    """Return instants of a stretch of whole days, laid over what comes after `from_s`."""
    begins, ends = stretch[0].timestamp(), stretch[1].timestamp()
    length = ends - begins
    midnight = from_s - from_s % DAY_S
    rounds = np.arange(int(np.ceil((horizon_s + DAY_S) / length)) + 1) * length
    laid = (seen - begins + midnight + rounds[:, None]).ravel()
    return np.sort(laid[(laid >= from_s) & (laid < from_s + horizon_s)])


def _half_hours(at_s: Seconds, watts: Seconds) -> tuple[Seconds, Seconds]:
    slot, index = np.unique(np.floor(at_s / HALF_HOUR_S), return_inverse=True)
    return slot * HALF_HOUR_S, np.bincount(index, watts) / np.bincount(index)


def _low(at_s: Seconds, watts: Seconds) -> list[Stretch]:
    """Return stretches of `LOW_DAYS` and more in which hardly anything was used."""
    half, mean = _half_hours(at_s, watts)
    day, index = np.unique(np.floor(half / DAY_S).astype(np.int64), return_inverse=True)
    means = np.bincount(index, mean) / np.bincount(index)
    peaks = np.zeros(day.size)
    np.maximum.at(peaks, index, mean)
    whole = np.bincount(index) >= DAY_S / HALF_HOUR_S * 0.75
    low = (peaks < PEAK_SHARE * np.median(peaks)) & (means < MEAN_SHARE * np.median(means)) & whole
    return list(_runs(day[low].tolist()))


def _runs(days: Sequence[int]) -> list[Stretch]:
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [
        (
            datetime.fromtimestamp(run[0] * DAY_S, UTC),
            datetime.fromtimestamp((run[-1] + 1) * DAY_S, UTC),
        )
        for run in runs
        if len(run) >= LOW_DAYS
    ]
