"""The time-of-day line with its square root, for many activities and budgets at once.

The first detector of this project, kept as a control; see docs/decisions/0005.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from anomaly.detector import Past
from anomaly.line import line, usual_silence
from anomaly.localtime import HOUR_S, SLOTS, Seconds, local_seconds
from anomaly.routine import FEWEST_DAYS, SCORED_S, SOONEST, caps_s
from anomaly.silences import History
from anomaly.teaching import observe
from anomaly.threshold import Tail, score, stretch, tail


@dataclass(frozen=True, slots=True)
class LineOfDay:
    """How long a silence usually gets by each ten minutes of the day."""

    name: str = "line"

    def learn(self, past: Past, *, until: datetime, zone: ZoneInfo) -> Lines:
        """Learn the lines of the last sixty days."""
        seen = observe(past.history, until=until, zone=zone, dropped=past.dropped)
        if seen is None or seen.days() < FEWEST_DAYS:
            return Lines(np.zeros(SLOTS), np.zeros(SLOTS), None, zone)
        out, length_s = seen.found.left, seen.found.end_s - seen.found.start_s
        scored = (seen.day > 0) & (length_s > SCORED_S)
        capped = np.minimum(length_s, caps_s(out))[scored]
        scores = score(capped, seen.by_line()[scored])
        return Lines(line(seen.home), line(seen.left), tail(scores, days=seen.days(1)), zone)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """What was learned."""

    home: Seconds
    left: Seconds
    scores: Tail | None
    """By the lines of the days before each; None: the past is too short."""
    zone: ZoneInfo

    def due_s(
        self, recent: History, first: int, *, budgets: Sequence[float], silent: Collection[str] = ()
    ) -> Seconds:
        """Return last activity + min(cap, theta * sqrt(usual + 0.25 h)) for each."""
        del silent
        at_s, left = recent.at_s[first:], recent.left()[first:]
        cap_s = caps_s(left)
        lines = np.where(left[:, None], self.left, self.home)
        root_s = stretch(usual_silence(lines, local_seconds(at_s, self.zone))) * HOUR_S
        rows = []
        for budget in budgets:
            factor = np.inf if self.scores is None else self.scores.exceeded(budget)
            wait_s = np.minimum(cap_s, factor * root_s)
            rows.append(at_s + np.maximum(wait_s, SOONEST.total_seconds()))
        return np.array(rows).reshape(len(budgets), at_s.size)
