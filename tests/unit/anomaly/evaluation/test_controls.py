"""The controls: the calibrated fixed rule, and the line of the day."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from anomaly.detector import Past
from anomaly.evaluation.controls import CAP_S, Calibrated, Fixed, Hindsight
from anomaly.evaluation.figures import Figures, matched
from anomaly.evaluation.line_of_day import LineOfDay
from anomaly.silences import History
from anomaly.threshold import BUDGET_PER_DAY
from tests.unit.anomaly.evaluation.made_up import HOUR_S, at, moment
from tests.unit.anomaly.homes import TOKYO, history, waking_days

SILENCES_H = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)


def past() -> Past:
    """Return ten days in which each of the silences occurs once, and activity each five minutes."""
    every, now = [], at(0)
    while now < at(10):
        every.append(now)
        now += 300
    for n, hours in enumerate(SILENCES_H):
        start = at(n + 0.5)
        every = [one for one in every if not start < one < start + hours * HOUR_S]
    return Past(History.from_arrays(every, [False] * len(every)))


@pytest.mark.parametrize(
    ("budget", "hours"), [(1 / 100, 8.0), (1 / 10, 7.0), (2 / 10, 6.0), (5 / 10, 3.0), (8.0, 0.25)]
)
def test_the_fixed_rule_takes_the_shortest_time_within_the_budget(
    budget: float, hours: float
) -> None:
    """In ten days 1/10 allows one exceedance: the second longest silence is the limit."""
    learned = Calibrated().learn(past(), until=moment(at(10)), zone=TOKYO)

    assert learned.limit_s(budget) == pytest.approx(hours * HOUR_S)


def test_the_fixed_rule_leaves_out_what_is_not_to_be_learned() -> None:
    """The longest silence was a darkness: the second longest counts as the longest."""
    dark = (moment(at(7.5)), moment(at(7.9)))

    learned = Calibrated().learn(
        Past(past().history, dropped=[dark]), until=moment(at(10)), zone=TOKYO
    )

    assert learned.limit_s(1 / 100) == pytest.approx(7 * HOUR_S)


def test_the_fixed_rule_waits_for_three_days_of_past() -> None:
    """Before, the cap of twelve hours holds."""
    early = Past(past().history.between(0.0, at(2)))

    learned = Calibrated().learn(early, until=moment(at(2)), zone=TOKYO)

    assert learned.limit_s(1 / 30) == 12 * HOUR_S


def test_fixed_hours_are_fixed() -> None:
    """Eight hours after the last activity, whatever was before."""
    rule = Fixed(timedelta(hours=8))
    recent = History.from_arrays([at(0), at(1)], [False, False])

    due = rule.learn(past(), until=moment(at(10)), zone=TOKYO).due_s(recent, 1, budgets=[1.0, 0.1])

    assert due.tolist() == [[at(1, 8)], [at(1, 8)]]
    assert rule.name == "fixed 8 h"


def test_the_line_waits_longer_at_bedtime_than_at_noon() -> None:
    """And never beyond the cap."""
    every = history(waking_days("2026-05-01T00:00", 30))
    until = moment(float(every.at_s[-1])) + timedelta(hours=1)
    local = datetime(2026, 5, 30, tzinfo=TOKYO)
    instants = [(local + timedelta(hours=hour)).timestamp() for hour in (12, 23)]

    learned = LineOfDay().learn(Past(every), until=until, zone=TOKYO)
    due = learned.due_s(History.from_arrays(instants, [False] * 2), 0, budgets=[BUDGET_PER_DAY])[0]

    noon, bed = (due - np.array(instants)).tolist()
    assert noon < bed <= CAP_S


def test_hindsight_reads_a_budget_as_hours() -> None:
    """One over eight is eight hours."""
    recent = History.from_arrays([at(0)], [False])

    due = Hindsight().due_s(recent, 0, budgets=[1 / 8, 1 / 12])

    assert due.ravel() == pytest.approx([at(0, 8), at(0, 12)])


@pytest.mark.parametrize(("allowed", "chosen"), [(1.0, 0), (0.5, 1), (0.1, 2), (0.0, 2)])
def test_matched_takes_the_loosest_that_keeps_to_the_rate(allowed: float, chosen: int) -> None:
    """Ten days with 8, 4 and 1 false alarms; the strictest where none keeps to it."""
    none = np.zeros(0)
    ladder = [
        Figures(
            days=10,
            false_alarms=count,
            outings=0,
            uniform_h=none,
            waking=none > 0,
            moving_h=none,
        )
        for count in (8, 4, 1)
    ]

    assert matched(ladder, allowed) == chosen
