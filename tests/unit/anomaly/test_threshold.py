"""The factor that fits a budget of false alarms."""

from __future__ import annotations

import numpy as np
import pytest

from anomaly.localtime import Seconds
from anomaly.threshold import BUDGET_PER_DAY, score, tail


def theta(scores: Seconds, *, days: float, budget_per_day: float = BUDGET_PER_DAY) -> float | None:
    """Return the score that is exceeded `budget_per_day` times a day; None: no tail."""
    found = tail(scores, days=days)
    return None if found is None else found.exceeded(budget_per_day)


def test_theta_needs_a_past() -> None:
    """Nine scores, or no day, say nothing."""
    assert theta(np.ones(9), days=30.0) is None
    assert theta(np.ones(100), days=0.0) is None


def test_theta_of_a_constant_past_is_that_constant() -> None:
    """A home that is every day the same has no tail, and the factor stays finite."""
    assert theta(np.full(50, 2.0), days=10.0) == 2.0


def test_theta_of_an_exponential_past_is_exceeded_as_often_as_the_budget_says() -> None:
    """With 10 scores a day, e to the minus theta is the budget over ten."""
    chance = np.random.default_rng(7)
    scores = chance.exponential(1.0, 40_000)

    found = theta(scores, days=4_000.0)

    assert found == pytest.approx(np.log(10 * 30), rel=0.05)


def test_theta_rises_when_the_budget_falls() -> None:
    """Fewer false alarms cost later ones."""
    scores = np.linspace(0.0, 3.0, 100)
    budgets = [1 / 7, 1 / 30, 1 / 90]

    found = [theta(scores, days=20.0, budget_per_day=budget) for budget in budgets]

    assert found == sorted(found, key=lambda value: value or 0.0)
    assert len(set(found)) == 3


def test_score_is_hours_over_the_root_of_usual_hours() -> None:
    """Four hours where 3.75 are usual: 4 / sqrt(3.75 + 0.25) = 2."""
    assert score(np.array([4 * 3600.0]), np.array([3.75 * 3600.0])).tolist() == [2.0]
