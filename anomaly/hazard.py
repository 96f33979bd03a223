"""How likely a silence is to end in its next minutes: by its length, the clock and the habits.

A discrete-time hazard: each silence is cut into stretches, and a logistic regression tells for each
whether activity ends it. The clock enters as it stands in that stretch, so a long night is cheap
before the usual hour of rising and dear after it. Written after the person-period form of survival
analysis (Singer and Willett 1993; Allison 1982).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from anomaly.localtime import DAY_S, HOUR_S, SLOT_S, SLOTS, Seconds, slots
from anomaly.silences import LONG_S

RARE = 0.03
"""Share of the silences that should outlast the expected one; the same as of the line (97 %)."""
FEWEST_ENDS = 20
"""With fewer silences that ended nothing is fitted."""
HALF_LIFE_DAYS = 21.0
"""After so many days a past day counts half: habits move within weeks."""
PRIOR_DAYS = 4.0
"""Days of even activity that the profile starts from."""
LONGEST_H = 24.0

_MIN_H = 1 / 60
EDGES_H = np.concatenate(
    [
        np.arange(LONG_S / HOUR_S, 2, 5 * _MIN_H),
        np.arange(2, 4, 10 * _MIN_H),
        np.arange(4, 8, 20 * _MIN_H),
        np.arange(8, LONGEST_H + 0.01, 40 * _MIN_H),
    ]
)
"""Where the stretches of a silence begin and end, hours: fine while it is short."""
MIDDLE_H = (EDGES_H[:-1] + EDGES_H[1:]) / 2

Matrix = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def profile(active: Matrix) -> Seconds:
    """Return how often each ten minutes of the day have activity, (144,), expected counts above 0.

    Args:
        active: 1 or 0 for each slot of each day, oldest first, NaN where unobserved, (n_days, 144).
    """
    age = np.arange(active.shape[0])[::-1, None]
    weight = np.where(np.isnan(active), 0.0, 0.5 ** (age / HALF_LIFE_DAYS))
    seen = np.where(np.isnan(active), 0.0, active)
    mean = float(np.sum(seen * weight) / max(np.sum(weight), 1e-9))
    share = (np.sum(seen * weight, axis=0) + PRIOR_DAYS * mean) / (
        np.sum(weight, axis=0) + PRIOR_DAYS
    )
    smooth = sum(np.roll(share, s) * w for s, w in zip(range(-2, 3), (1, 2, 3, 2, 1), strict=True))
    return np.asarray(-np.log1p(-np.clip(np.asarray(smooth) / 9, 0.003, 0.99)))


def fit(
    local_s: Seconds, length_s: Seconds, left: Flags, *, weight: Seconds, usual: Seconds
) -> Matrix | None:
    """Fit the hazard of a home; None where the silences are too few or all alike.

    Args:
        local_s: The local clock where each silence begins, seconds, (n,).
        length_s: How long each lasted, (n,); each ended with activity.
        left: Whether it began with somebody leaving, (n,).
        weight: What each counts, (n,), above 0.
        usual: The profile.

    Returns:
        Coefficients of `_features`, (k,).
    """
    length_h = length_s / HOUR_S
    if length_h.size < FEWEST_ENDS:
        return None
    steps = np.minimum(np.searchsorted(EDGES_H[1:], length_h) + 1, MIDDLE_H.size)
    silence = np.repeat(np.arange(steps.size), steps)
    step = np.arange(silence.size) - np.repeat(np.cumsum(steps) - steps, steps)
    ends = np.zeros(silence.size, dtype=np.bool_)
    ends[np.cumsum(steps) - 1] = length_h <= LONGEST_H
    if ends.all() or np.count_nonzero(ends) < FEWEST_ENDS:
        return None
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  140 MB, for fits only

    rows = _features(local_s[silence], MIDDLE_H[step], left[silence], usual)
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    regression = LogisticRegression(solver="newton-cholesky", max_iter=50)
    regression.fit((rows - mean) / spread, ends, sample_weight=weight[silence])
    slope = regression.coef_[0] / spread
    return np.append(float(regression.intercept_[0]) - float(slope @ mean), slope)


def expected_s(coefficients: Matrix, local_s: Seconds, left: Flags, *, usual: Seconds) -> Seconds:
    """Return after how long a silence should have ended in all but `RARE` cases, (n,), seconds.

    Between `LONG_S` and 24 h, which is also the answer where it never gets so far.
    """
    n, steps = local_s.size, MIDDLE_H.size
    rows = _features(np.repeat(local_s, steps), np.tile(MIDDLE_H, n), np.repeat(left, steps), usual)
    odds = (coefficients[0] + rows @ coefficients[1:]).reshape(n, steps)
    survival = -np.cumsum(np.logaddexp(0.0, odds), axis=1)
    rare = survival < math.log(RARE)
    at = np.argmax(rare, axis=1)
    row = np.arange(n)
    before = np.where(at > 0, survival[row, np.maximum(at - 1, 0)], 0.0)
    share = (math.log(RARE) - before) / np.minimum(survival[row, at] - before, -1e-12)
    hours = EDGES_H[at] + np.clip(share, 0.0, 1.0) * (EDGES_H[at + 1] - EDGES_H[at])
    return np.where(rare.any(axis=1), hours, LONGEST_H) * HOUR_S


def _features(local_s: Seconds, elapsed_h: Seconds, left: Flags, usual: Seconds) -> Matrix:
    """Return what the hazard depends on in one stretch of a silence, (n, k)."""
    now_s = local_s + elapsed_h * HOUR_S
    slot, missed = slots(now_s), _missed(local_s, now_s, usual)
    angle = now_s % DAY_S / DAY_S * 2 * np.pi
    length = np.log(elapsed_h + 0.05)
    return np.column_stack(
        [
            length,
            elapsed_h,
            np.log(usual)[slot],
            np.log(usual)[(slot + 3) % SLOTS],
            np.log(missed + 0.05),
            np.minimum(missed, 20.0),
            np.sin(angle),
            np.cos(angle),
            np.sin(2 * angle),
            np.cos(2 * angle),
            left,
            left * length,
        ]
    )


def _missed(local_s: Seconds, now_s: Seconds, usual: Seconds) -> Seconds:
    """Return how much activity the profile would have had since the silence began."""
    total = np.concatenate([[0.0], np.cumsum(np.tile(usual, 3))])
    first = slots(local_s)
    steps = np.minimum((now_s - local_s) // SLOT_S, 2 * SLOTS - 1).astype(np.int64)
    return np.asarray(total[first + steps] - total[first])
