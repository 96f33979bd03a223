"""Activity out of watts: what rises above the home's own nights, and steps no machine takes."""

from __future__ import annotations

import numpy as np

from anomaly.localtime import Seconds
from anomaly.meter import active, background

DAYS = 16
DAY_S = 86_400.0
HALF_HOUR_S, MINUTE_S = 1_800.0, 60.0


def times(step_s: float) -> Seconds:
    """Return the beginning of each reading."""
    return np.arange(0.0, DAYS * DAY_S, step_s)


def half_hours() -> Seconds:
    """Return 100 W with a fridge that adds 20 W every third half hour."""
    return 100.0 + 20.0 * (np.arange(times(HALF_HOUR_S).size) % 3 == 0)


def test_a_mean_above_the_nights_is_activity() -> None:
    """Median 100 W, spread 0 W or the fridge's: 500 W are activity, the night is none."""
    at_s, watts = times(HALF_HOUR_S), half_hours()
    watts[at_s == 15 * DAY_S + 8 * 3_600] = 500.0
    usual = background(at_s, watts, until_s=15 * DAY_S)

    assert usual is not None
    assert 100.0 <= usual.limit_w < 200.0
    assert active(at_s, watts, usual)[at_s == 15 * DAY_S + 8 * 3_600].all()


def test_the_background_comes_from_the_past_alone() -> None:
    """What is used after the instant of learning has no influence."""
    at_s, watts = times(HALF_HOUR_S), half_hours()
    later = watts.copy()
    later[at_s >= 10 * DAY_S] = 5_000.0

    assert background(at_s, watts, until_s=10 * DAY_S) == background(
        at_s, later, until_s=10 * DAY_S
    )


def test_too_few_nights_give_no_background() -> None:
    """With four nights nothing is called activity."""
    assert background(times(HALF_HOUR_S), half_hours(), until_s=4 * DAY_S) is None


def test_a_kettle_is_a_step_and_a_standby_is_none() -> None:
    """2 kW from one minute to the next; 200 W is below what a person is told by."""
    at_s = times(MINUTE_S)
    watts = np.full(at_s.size, 80.0)
    kettle, lamp = at_s == 15 * DAY_S + 8 * 3_600, at_s == 15 * DAY_S + 9 * 3_600
    watts[kettle] += 2_000.0
    watts[lamp] += 200.0
    usual = background(at_s, watts, until_s=15 * DAY_S)

    assert usual is not None
    assert np.flatnonzero(active(at_s, watts, usual)).tolist() == np.flatnonzero(kettle).tolist()


def test_a_load_that_cycles_through_the_nights_is_a_machine() -> None:
    """A boiler of 1.5 kW each hour of day and night is no activity; a kettle beside it is."""
    at_s = times(MINUTE_S)
    watts = np.full(at_s.size, 80.0)
    watts[at_s % 3_600 < 300] += 1_500.0
    kettle = at_s == 15 * DAY_S + 8 * 3_600 + 1_800
    watts[kettle] += 2_400.0
    usual = background(at_s, watts, until_s=15 * DAY_S)

    assert usual is not None
    assert np.flatnonzero(active(at_s, watts, usual)).tolist() == np.flatnonzero(kettle).tolist()


def test_the_first_reading_after_a_gap_shows_no_step() -> None:
    """What was before it is not known."""
    at_s = times(MINUTE_S)
    watts = np.full(at_s.size, 80.0)
    watts[at_s >= 15 * DAY_S + 3_600] = 900.0
    usual = background(at_s, watts, until_s=15 * DAY_S)
    kept = (at_s < 15 * DAY_S) | (at_s >= 15 * DAY_S + 3_600)

    assert usual is not None
    assert active(at_s, watts, usual).sum() == 1
    assert active(at_s[kept], watts[kept], usual).sum() == 0
