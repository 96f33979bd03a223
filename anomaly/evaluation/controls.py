"""The rules that every detector is held against: fixed hours, and one that calibrates itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from anomaly.detector import Detector, Past
from anomaly.evaluation.line_of_day import LineOfDay
from anomaly.localtime import DAY_S, HOUR_S, Seconds
from anomaly.routine import CAPS, FEWEST_DAYS, SOONEST
from anomaly.silences import History, Mode, silences

CAP_S = CAPS[Mode.HOME].total_seconds()
"""No control waits longer: it has the cap that every detector has."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Alarming after the same time, always and everywhere."""

    limit: timedelta

    @property
    def name(self) -> str:
        """Return `fixed 8 h` and the like."""
        return f"fixed {self.limit.total_seconds() / HOUR_S:g} h"

    def learn(self, past: Past, *, until: datetime, zone: ZoneInfo) -> Limits:
        """Learn nothing."""
        del past, until, zone
        return Limits(np.zeros(0), days=0.0, otherwise_s=self.limit.total_seconds())


FIXED = (Fixed(timedelta(hours=8)), Fixed(timedelta(hours=12)))
"""Rules that no budget changes."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Alarming after one time per home: the shortest that its past exceeded within the budget."""

    name: str = "fixed, calibrated"

    def learn(self, past: Past, *, until: datetime, zone: ZoneInfo) -> Limits:
        """Count the silences of the past, those while the resident was out among them."""
        del zone
        found = silences(past.history)
        kept = found.keep(~found.overlapping(past.dropped))
        at_s = past.history.at_s
        if at_s.size == 0:
            return Limits(np.zeros(0), days=0.0, otherwise_s=CAP_S)
        lost = sum(
            max(0.0, min(end, until).timestamp() - max(start.timestamp(), float(at_s[0])))
            for start, end in past.dropped
        )
        days = max(until.timestamp() - float(at_s[0]) - lost, 0.0) / DAY_S
        longest = np.sort(kept.end_s - kept.start_s)[::-1]
        return Limits(longest, days=days, otherwise_s=CAP_S)


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """One limit per budget."""

    longest_s: Seconds
    """Silences of the past, the longest first."""
    days: float
    """Days in which they were collected; below `FEWEST_DAYS` they count for nothing."""
    otherwise_s: float

    def due_s(
        self, recent: History, first: int, *, budgets: Sequence[float], silent: Collection[str] = ()
    ) -> Seconds:
        """Return the same time after each activity."""
        del silent
        limits = np.array([self.limit_s(budget) for budget in budgets])
        return np.asarray(recent.at_s[first:] + limits[:, None])

    def limit_s(self, budget: float) -> float:
        """Return the shortest limit of which the exceedances per day stay within the budget."""
        if self.days < FEWEST_DAYS:
            return self.otherwise_s
        allowed = int(budget * self.days + 1e-9)
        limit = float(self.longest_s[allowed]) if allowed < self.longest_s.size else 0.0
        return min(max(limit, SOONEST.total_seconds()), self.otherwise_s)


@dataclass(frozen=True, slots=True)
class Hindsight:
    """One time per home, to be chosen in hindsight: a budget of 1/n per day stands for n hours."""

    name: str = "fixed, calibrated"

    def learn(self, past: Past, *, until: datetime, zone: ZoneInfo) -> Hindsight:
        """Learn nothing."""
        del past, until, zone
        return self

    def due_s(
        self, recent: History, first: int, *, budgets: Sequence[float], silent: Collection[str] = ()
    ) -> Seconds:
        """Return the same time after each activity."""
        del silent
        return np.asarray(recent.at_s[first:] + HOUR_S / np.asarray(budgets)[:, None])


def controls() -> list[Detector]:
    """Return the rules that are in every table."""
    return [
        *FIXED,
        Calibrated(),
        LineOfDay(),
    ]
