"""Emergencies on a meter: a stretch with nobody home takes the place of what follows."""

from __future__ import annotations

import numpy as np
import pytest

from anomaly.evaluation.homes import Home, Kind
from anomaly.evaluation.injection import delays_h, emergencies
from anomaly.evaluation.meters import Meter
from anomaly.evaluation.walk import ticks, walk
from tests.unit.anomaly.evaluation.made_up import DAY_S, HOUR_S, After, at, moment

HALF_S = 1_800.0
DAYS = 70
EMPTY = (60, 63)


def meter(*, machine_w: float = 0.0, empty: tuple[int, int] = EMPTY) -> Meter:
    """Return 100 W, 600 W from seven to ten each day at home, a machine each four hours by day."""
    at_s = np.arange(at(0), at(DAYS), HALF_S)
    hour, day = at_s % DAY_S / HOUR_S, (at_s - at(0)) // DAY_S
    watts = np.full(at_s.size, 100.0)
    home = ~((day >= empty[0]) & (day < empty[1]))
    watts[home & (hour >= 7) & (hour < 22)] += 500.0
    watts[(hour % 4 == 0) & (hour >= 8)] += machine_w
    return Meter.of(at_s, watts)


def home(of: Meter) -> Home:
    """Return the home that a meter shows."""
    return Home(
        name="meter",
        kind=Kind.METER,
        history=of.history(),
        first_s=float(of.at_s[0]),
        last_s=float(of.at_s[-1]) + HALF_S,
        outages=(),
        out=tuple(of.empty),
        meter=of,
    )


def test_days_of_low_use_are_found() -> None:
    """Three days at the background are nobody home."""
    assert meter().empty == [(moment(at(60)), moment(at(63)))]


def test_a_reading_is_known_when_its_time_is_over() -> None:
    """The first active half hour of a day begins at seven and is known at half past."""
    found = meter().history().at_s
    day = found[(found > at(30)) & (found < at(31))]

    assert day[0] == at(30, 7.5)
    assert day[-1] == at(30, 22)


def test_an_empty_home_shows_nothing() -> None:
    """From nine on only the half hour shows in which the resident was up for a part."""
    found = meter().after(at(40, 9.2), stretch=meter().empty[0], horizon_s=48 * HOUR_S)

    assert found.tolist() == [at(40, 9.5)]


def test_what_goes_on_in_an_empty_home_goes_on_showing() -> None:
    """A machine each four hours by day hides the emergency: the rule sees activity."""
    of = meter(machine_w=60.0)
    found = of.after(at(40, 23.2), stretch=of.empty[0], horizon_s=24 * HOUR_S)

    assert found.tolist() == [at(41, hour + 0.5) for hour in (8, 12, 16, 20)]


def test_the_alarm_waits_for_what_the_machine_does() -> None:
    """Eight hours pass only overnight, after the machine's last turn at half past eight."""
    for machine_w, least in ((0.0, 0.0), (60.0, 8.0)):
        one = home(meter(machine_w=machine_w))
        judged = ticks(one)
        found = emergencies(one, judged, np.random.default_rng(1))
        walked = walk(After(8), one, judged, budgets=[1 / 30])
        hours = delays_h(one, judged, walked, found, budgets=[1 / 30])[0]
        noon = (found.at_s % DAY_S > 11 * HOUR_S) & (found.at_s % DAY_S < 13 * HOUR_S)
        assert noon.any()
        assert np.nanmin(hours[noon]) > least
        if not machine_w:
            assert np.nanmax(hours[noon]) <= 8.5
        else:
            until = at(0, 20.5) + 8 * HOUR_S - at(0, 12)
            assert hours[noon] * HOUR_S == pytest.approx(until, abs=HOUR_S)


def test_without_empty_days_no_emergency_is_made() -> None:
    """Deleting would flatter: such a home counts for false alarms only."""
    one = home(meter(empty=(0, 0)))
    judged = ticks(one)

    assert emergencies(one, judged, np.random.default_rng(1)).at_s.size == 0
    assert judged.days > 30


def test_nobody_falls_in_an_empty_home() -> None:
    """No emergency lies in the days of low use."""
    one = home(meter())

    found = emergencies(one, ticks(one), np.random.default_rng(1))

    assert not ((found.at_s >= at(60)) & (found.at_s < at(63))).any()
