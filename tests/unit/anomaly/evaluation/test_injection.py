"""Emergencies: where they are put, and how long each takes to be found."""

from __future__ import annotations

import numpy as np
import pytest

from anomaly.evaluation.figures import figures, summary
from anomaly.evaluation.injection import HORIZON_H, INJECTIONS, delays_h, emergencies
from anomaly.evaluation.walk import ticks, walk
from tests.unit.anomaly.evaluation.made_up import DAY_S, HOUR_S, After, at, home, steady

ANY = [1 / 30]


def chance() -> np.random.Generator:
    """Return the same chance for each test."""
    return np.random.default_rng(1)


def test_nobody_falls_while_out_or_unrecorded() -> None:
    """An outing and an outage have no emergencies in them."""
    out, gone = (at(30, 8), at(30, 18)), (at(33), at(34))
    one = home(steady(40, silent=[out, gone]), doors=[out[0] + 30, out[1] + 20], outages=[gone])

    found = emergencies(one, ticks(one), chance())

    assert found.at_s.size == 2 * INJECTIONS
    for start, end in (out, gone):
        assert not ((found.at_s > start + 60) & (found.at_s < end)).any()


def test_moving_emergencies_come_within_a_minute_of_activity() -> None:
    """Up to 60 seconds after a tick; the others at any time."""
    one = home(steady(40))
    judged = ticks(one)

    found = emergencies(one, judged, chance())
    after = found.at_s - judged.at_s[found.tick]

    assert (after >= 0).all()
    assert after[found.moving].max() < 60
    assert after[~found.moving].max() > 300


def test_the_delay_is_from_the_emergency_to_the_deadline_before_it() -> None:
    """A fixed eight hours since the last tick: less by the time since that tick."""
    one = home(steady(40))
    judged = ticks(one)
    found = emergencies(one, judged, chance())

    hours = delays_h(one, judged, walk(After(8), one, judged, budgets=ANY), found, budgets=ANY)[0]

    since = (found.at_s - judged.at_s[found.tick]) / HOUR_S
    assert hours == pytest.approx(8 - since)


def test_an_alarm_that_is_up_already_is_no_detection() -> None:
    """In a silence of ten hours half of the emergencies come after a deadline of five."""
    one = home(np.array([at(day, hour) for day in range(40) for hour in (8, 18)], dtype=float))
    judged = ticks(one)
    found = emergencies(one, judged, chance())
    hours = delays_h(one, judged, walk(After(5), one, judged, budgets=ANY), found, budgets=ANY)[0]

    late = (found.at_s - judged.at_s[found.tick]) >= 5 * HOUR_S
    assert np.isnan(hours[late]).all()
    assert not np.isnan(hours[~late]).any()
    told = summary(figures(judged, np.full(judged.at_s.size, np.inf), found, hours))
    assert told["already_up"] == pytest.approx(late.mean(), abs=1e-4)


def test_nothing_is_waited_for_longer_than_the_horizon() -> None:
    """A deadline in a week counts as 48 hours."""
    one = home(steady(40))
    judged = ticks(one)
    found = emergencies(one, judged, chance())

    hours = delays_h(one, judged, walk(After(168), one, judged, budgets=ANY), found, budgets=ANY)

    assert (hours == HORIZON_H).all()


def test_waking_and_night_are_told_by_the_home() -> None:
    """Active from six to eighteen: an emergency at noon is a waking one, at midnight none."""
    days = steady(40)
    days = days[(days % DAY_S >= 6 * HOUR_S) & (days % DAY_S < 18 * HOUR_S)]
    one = home(days)
    found = emergencies(one, ticks(one), chance())
    hour = found.at_s % DAY_S / HOUR_S

    assert found.waking.tolist() == ((hour >= 6) & (hour < 18)).tolist()
    assert 0 < found.waking.sum() < found.waking.size


def test_the_same_chance_gives_the_same_emergencies() -> None:
    """Reproducible by seed."""
    one = home(steady(40))

    first, second = (emergencies(one, ticks(one), chance()) for _ in range(2))

    assert first.at_s.tolist() == second.at_s.tolist()
