"""Silent gateways and dead sensors, through the gates of the service."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from anomaly.evaluation.gateway_dropouts import LENGTHS_H, TIMES, beginnings, outage
from anomaly.evaluation.sensor_dropouts import dead_sensors, sensor_dropouts
from anomaly.evaluation.walk import ticks, walk
from tests.unit.anomaly.evaluation.made_up import FIRST, HOUR_S, After, at, home, steady

HOUR = timedelta(hours=1)


def test_a_deadline_in_the_dark_asks_for_a_call() -> None:
    """Little of the way was seen: no alarm of the resident, a call, and a technician is told."""
    found = outage(FIRST, 24, last_activity_at=FIRST - 0.5 * HOUR, due_at=FIRST + 7 * HOUR)

    assert (found.alerts, found.half_way, found.calls, found.told) == (0, 0, 1, 1)


def test_half_of_the_way_alarms() -> None:
    """Five of eight hours of silence were seen: the half-way rule lets the alarm out."""
    found = outage(FIRST, 12, last_activity_at=FIRST - 5 * HOUR, due_at=FIRST + 3 * HOUR)

    assert (found.alerts, found.half_way, found.calls) == (0, 1, 0)


def test_an_outage_that_ends_before_the_deadline_asks_nobody() -> None:
    """Only a technician is told."""
    found = outage(FIRST, 3, last_activity_at=FIRST - HOUR, due_at=FIRST + 7 * HOUR)

    assert (found.alerts, found.half_way, found.calls, found.told) == (0, 0, 0, 1)


def test_outages_begin_in_the_test_period_while_the_recorder_is_on() -> None:
    """Never inside of a recorder's outage."""
    gone = (at(30), at(39))
    judged = ticks(home(steady(40, silent=[gone]), outages=[gone]))

    begin = beginnings(judged, np.random.default_rng(1))

    assert begin.shape == (len(LENGTHS_H), TIMES)
    assert ((begin >= at(18)) & (begin <= at(40))).all()
    assert not ((begin > gone[0]) & (begin < gone[1])).any()


def test_a_dead_sensor_is_charged_with_its_false_alarms_only() -> None:
    """Three sensors; one alone speaks from ten to twenty o'clock: without it each day is silent."""
    every = steady(42)
    hour = every % 86_400 / HOUR_S
    alone = (hour >= 10) & (hour < 20)
    one = home(every)
    code = np.where(alone, 2, np.where(every // 600 % 2 == 0, 0, 1))
    history = type(one.history)(every, one.history.entrance, code, ("a", "b", "c"))
    named = type(one)(
        name="three",
        kind=one.kind,
        history=history,
        first_s=one.first_s,
        last_s=one.last_s,
        outages=(),
        out=(),
        motion=frozenset("abc"),
    )
    judged = ticks(named)
    intact = walk(After(8), named, judged, budgets=[1 / 30])

    found = sensor_dropouts(After(8), named, judged, intact=intact.due_s[0], budget=1 / 30)

    assert len(dead_sensors(named, judged)) == 9, "three sensors, three weeks of 23 days"
    assert (found.sensors, found.extra, found.motion_extra) == (9, 21, 21)
    assert found.named == 9


def test_homes_with_two_sensors_are_left_out() -> None:
    """Half of what is seen is lost with one of two: nothing can be promised."""
    one = home(steady(40))

    assert dead_sensors(one, ticks(one)) == []
