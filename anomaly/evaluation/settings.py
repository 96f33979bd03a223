"""What a run is asked for, and the detectors that it names."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

import numpy as np

from anomaly.detector import Detector
from anomaly.evaluation.controls import controls
from anomaly.threshold import BUDGET_PER_DAY
from domain.errors import InputError, Problem, shown

SEED = 20_240_601
BUDGETS = (1 / 7, 1 / 30, 1 / 90)
_DAYS = (1, 2, 4, 7, 10, 14, 20, 30, 45, 60, 90, 180, 365, 1_000, 10_000)
LADDER = tuple(1 / days for days in _DAYS)
"""Budgets among which the matched reading chooses for each home, in hindsight."""
HOURS = tuple(1 / hours for hours in np.arange(0.5, 24.25, 0.25).tolist())
"""Hours among which it chooses for the fixed rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is asked for; plain values, since they go to other processes."""

    budgets: tuple[float, ...] = BUDGETS
    """False alarms per day; at least one."""
    seed: int = SEED
    detectors: tuple[str, ...] = ()
    """`module:callable` each, beside the controls."""

    @property
    def main(self) -> int:
        """Which of the budgets dropouts and pictures are for: the one nearest to production's."""
        far = [abs(np.log(budget / BUDGET_PER_DAY)) for budget in self.budgets]
        return int(np.argmin(far))


def detectors(settings: Settings) -> list[Detector]:
    """Return the controls, then the detectors that were asked for.

    Raises:
        InputError: EVL-002, one of them cannot be had.
    """
    return [*controls(), *(plugged(one) for one in settings.detectors)]


def plugged(named: str) -> Detector:
    """Return the detector that `module:callable` makes.

    Raises:
        InputError: EVL-002.
    """
    module, _, name = named.partition(":")
    try:
        made: Detector = getattr(importlib.import_module(module), name)()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise InputError(_no_detector(named, error)) from error
    return made


def _no_detector(named: str, error: Exception) -> Problem:
    return Problem(
        code="EVL-002",
        where="--detector",
        found=shown(f"{named}: {error}"),
        allowed="module:callable, where calling it without arguments gives a detector",
        do="see anomaly/detector.py",
    )
