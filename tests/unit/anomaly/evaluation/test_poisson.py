"""The exact interval of a Poisson count."""

from __future__ import annotations

import pytest

from anomaly.evaluation.poisson import interval


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (5, 1.6235, 11.6683), (10, 4.7954, 18.3904)],
)
def test_known_intervals(count: int, low: float, high: float) -> None:
    """As in the tables of Garwood, 1936."""
    assert interval(count) == pytest.approx((low, high), abs=2e-4)


def test_many_alarms_leave_a_narrow_interval() -> None:
    """A count of 400 is known to a tenth: the root of a count is its spread."""
    low, high = interval(400)

    assert 360 < low < 363
    assert 440 < high < 443
