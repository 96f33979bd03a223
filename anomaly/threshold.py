"""How far beyond the usual a silence must go: a factor that fits a budget of false alarms."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from anomaly.localtime import HOUR_S, Seconds

BUDGET_PER_DAY = 1 / 30
"""False alarms that a home may raise: one in thirty days, so that an alarm is still believed."""
TAIL = 0.10
"""Share of the scores that make the tail."""
FEWEST_IN_TAIL = 5
"""A tail of fewer is no tail: with few scores it begins further down."""
FEWEST_SCORES = 2 * FEWEST_IN_TAIL
"""With fewer scores nothing can be said."""
FLOOR_H = 0.25
"""Added to the usual silence: the spacing of events when somebody is about."""


def stretch(usual_s: Seconds) -> Seconds:
    """Return the root that a deadline grows with, in root hours; see `score`."""
    return np.sqrt(usual_s / HOUR_S + FLOOR_H)


def score(silence_s: Seconds, usual_s: Seconds) -> Seconds:
    """Return how far silences went beyond the usual: hours over root hours, higher is stranger.

    The root, because a usual silence is itself uncertain and long silences have causes that no
    sensor sees: a deadline in full proportion to it would be at the cap for every night.
    """
    return silence_s / HOUR_S / stretch(usual_s)


class Tail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rare end of some scores, taken as exponential: peaks over threshold, shape zero."""

    begins: float
    """The score that the tail begins with."""
    excess: float
    """How far beyond it a score of the tail lies in the mean; 0 and more."""
    per_day: float
    """How many scores lie in the tail in a day."""

    def exceeded(self, budget_per_day: float) -> float:
        """Return the score that is exceeded so often a day; never less than where it begins."""
        return self.begins + self.excess * math.log(max(self.per_day / budget_per_day, 1.0))

    @property
    def is_believable(self) -> bool:
        """Whether all of it is finite and none of it negative."""
        numbers = (self.begins, self.excess, self.per_day)
        return all(math.isfinite(one) and one >= 0 for one in numbers)


def tail(scores: Seconds, *, days: float) -> Tail | None:
    """Return the tail of past scores; None where the past is too short to tell.

    Args:
        scores: Of past silences, each scored by what was known before it; 0 and more.
        days: Over how many observed days they were collected.
    """
    if scores.size < FEWEST_SCORES or not days > 0:
        return None
    share = max(TAIL, FEWEST_IN_TAIL / scores.size)
    begins = float(np.quantile(scores, 1 - share))
    over = scores[scores > begins] - begins
    if over.size == 0:
        return Tail(begins=begins, excess=0.0, per_day=0.0)
    return Tail(begins=begins, excess=float(np.mean(over)), per_day=over.size / days)
