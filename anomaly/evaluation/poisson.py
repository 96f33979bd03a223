"""What a count of rare events says about their rate: the exact interval for a Poisson count."""

from __future__ import annotations

import math

OUTSIDE = 0.05
"""Share of cases in which the true mean lies outside of the interval, half on either side."""


def interval(count: int) -> tuple[float, float]:
    """Return the 95 % interval of the mean that a count came from (Garwood's, exact).

    Args:
        count: 0 or more.

    Returns:
        Lower and upper end; the lower is 0 for a count of 0.
    """
    half = OUTSIDE / 2
    lower = 0.0 if count == 0 else _mean_at(count - 1, 1 - half)
    return lower, _mean_at(count, half)


def _mean_at(count: int, share: float) -> float:
    """Return the mean with which `count` or fewer happen in a share of the cases."""
    low, high = 0.0, count + 10.0 * math.sqrt(count + 1.0) + 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(count, middle) > share else (low, middle)
    return (low + high) / 2


def _at_most(count: int, mean: float) -> float:
    if mean <= 0:
        return 1.0
    log = math.log(mean)
    return math.fsum(math.exp(n * log - mean - math.lgamma(n + 1)) for n in range(count + 1))
