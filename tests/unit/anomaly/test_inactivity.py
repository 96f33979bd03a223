"""The detector as the evaluation asks it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from anomaly.deadline import LastActivity, deadline
from anomaly.detector import Past
from anomaly.inactivity import inactivity
from anomaly.silences import History, Mode
from tests.unit.anomaly.homes import TOKYO, history, local, waking_days


def test_it_answers_as_the_service_does() -> None:
    """For each budget and mode the same deadlines as `deadline` gives one by one."""
    every = history(waking_days("2026-03-01", 30))
    recent = History.from_arrays(every.at_s[-200:].tolist(), [n % 9 == 0 for n in range(200)])
    budgets = [1 / 7, 1 / 30]

    learned = inactivity().learn(Past(every), until=local("2026-03-31T03:00"), zone=TOKYO)
    due = learned.due_s(recent, 50, budgets=budgets)

    assert learned.routine.is_usable
    assert due.shape == (2, 150)
    for row, budget in enumerate(budgets):
        for n, left in enumerate(recent.left()[50:].tolist()):
            at = datetime.fromtimestamp(float(recent.at_s[50 + n]), UTC)
            last = LastActivity(at=at, mode=Mode.JUST_LEFT if left else Mode.HOME)
            one = deadline(learned.routine, last, zone=TOKYO, budget_per_day=budget)
            assert abs(one.due_at.timestamp() - due[row, n]) < 0.01


def test_an_empty_past_leaves_the_caps() -> None:
    """Twelve hours at home and twenty-four after the door, from the first day on."""
    nothing = history([])
    recent = History.from_arrays([0.0, 86_400.0], [False, True])

    learned = inactivity().learn(Past(nothing), until=local("2026-03-31T03:00"), zone=TOKYO)
    due = learned.due_s(recent, 0, budgets=[1 / 30])[0]

    assert np.array_equal(due - recent.at_s, [12 * 3600.0, 24 * 3600.0])
