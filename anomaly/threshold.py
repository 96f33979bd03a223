"""How far beyond the usual a silence must go: a factor that fits a budget of false alarms."""

from __future__ import annotations

import math

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


def theta(scores: Seconds, *, days: float, budget_per_day: float = BUDGET_PER_DAY) -> float | None:
    """Return the score that is exceeded `budget_per_day` times a day.

    The tail is taken as exponential (peaks over threshold with a shape of zero).

    Args:
        scores: Of past silences, each scored by the line of the days before it.
        days: Over how many observed days they were collected; above 0.
        budget_per_day: How often it may be exceeded.

    Returns:
        A finite number above 0, or None where the past is too short to tell.
    """
    if scores.size < FEWEST_SCORES or not days > 0:
        return None
    tail = max(TAIL, FEWEST_IN_TAIL / scores.size)
    begins = float(np.quantile(scores, 1 - tail))
    over = scores[scores > begins] - begins
    if over.size == 0:
        return max(begins, float(np.max(scores)))
    rarer = math.log(max(over.size / days / budget_per_day, 1.0))
    return begins + float(np.mean(over)) * rarer
