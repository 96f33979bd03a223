"""The time-of-day line with its square root, for many activities and budgets at once.

It gives what `routine.fit` and `deadline` give one by one; a test holds them together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from anomaly.deadline import SOONEST
from anomaly.detector import Past
from anomaly.line import usual_silence
from anomaly.localtime import HOUR_S, Seconds, local_seconds
from anomaly.routine import CAPS, Taught, teach
from anomaly.silences import History, Mode
from anomaly.threshold import stretch


@dataclass(frozen=True, slots=True)
class LineOfDay:
    """How long a silence usually gets by each ten minutes of the day."""

    name: str = "line"

    def learn(self, past: Past, *, until: datetime, zone: ZoneInfo) -> Lines:
        """Learn the lines of the last sixty days."""
        return Lines(teach(past.history, until=until, zone=zone, dropped=past.dropped), zone)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """What was learned."""

    taught: Taught
    zone: ZoneInfo

    def due_s(
        self, recent: History, first: int, *, budgets: Sequence[float], silent: Collection[str] = ()
    ) -> Seconds:
        """Return last activity + min(cap, theta * sqrt(usual + 0.25 h)) for each."""
        del silent
        at_s, left = recent.at_s[first:], recent.left()[first:]
        cap_s = np.where(
            left, CAPS[Mode.JUST_LEFT].total_seconds(), CAPS[Mode.HOME].total_seconds()
        )
        lines = np.where(left[:, None], self.taught.left, self.taught.home)
        root_s = stretch(usual_silence(lines, local_seconds(at_s, self.zone))) * HOUR_S
        rows = []
        for budget in budgets:
            theta = self.taught.theta(budget)
            wait_s = cap_s if theta is None else np.minimum(cap_s, theta * root_s)
            rows.append(at_s + np.maximum(wait_s, SOONEST.total_seconds()))
        return np.array(rows).reshape(len(budgets), at_s.size)
