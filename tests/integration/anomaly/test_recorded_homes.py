"""The detector's figures on recorded homes, where these are at hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from anomaly.evaluation.document import document
from anomaly.evaluation.folder import recordings
from anomaly.evaluation.protocol import judge_all
from anomaly.evaluation.settings import Settings
from tests.support.recorded import VARIABLE

pytestmark = pytest.mark.recorded
BUDGET = 1 / 30


@pytest.fixture(scope="module")
def rules() -> dict[str, dict[str, Any]]:
    """Return every rule's figures over all recorded homes with events or labels."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        pytest.skip(f"no recordings: set {VARIABLE} to their folder")
    settings = Settings(budgets=(BUDGET,))
    homes = [one for one in recordings(Path(folder)) if one.events or one.labels]
    result = document(judge_all(homes, settings, jobs=1, told=lambda _: None), settings)
    return {row["rule"]: row for row in result["pools"]["events"]["self_calibrated"]}


def test_line_raises_few_false_alarms(rules: dict[str, dict[str, Any]]) -> None:
    """No more than the fixed twelve hours, whose false alarms no shorter rule can avoid."""
    assert rules["line"]["false_alarms"] <= rules["fixed 12 h"]["false_alarms"]


def test_line_is_sooner_than_the_fixed_twelve_hours(rules: dict[str, dict[str, Any]]) -> None:
    """At least two hours sooner in the median, and never much later at the slow end."""
    learned, fixed = rules["line"]["all"], rules["fixed 12 h"]["all"]

    assert learned["median"] <= fixed["median"] - 2.0
    assert learned["p90"] <= fixed["p90"] + 0.1


def test_eight_hours_are_no_choice(rules: dict[str, dict[str, Any]]) -> None:
    """The fixed rule of comparable delay raises several times the false alarms."""
    assert rules["fixed 8 h"]["false_alarms"] > 5 * rules["line"]["false_alarms"]
