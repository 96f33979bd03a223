"""The whole protocol for one home, and for a folder of homes, one process per home if wanted."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

import numpy as np

from anomaly.detector import Detector
from anomaly.evaluation.controls import Hindsight, controls
from anomaly.evaluation.figures import Figures, figures
from anomaly.evaluation.folder import Recording
from anomaly.evaluation.homes import Home, Kind, load
from anomaly.evaluation.injection import Emergencies, delays_h, emergencies
from anomaly.evaluation.walk import Ticks, ticks, walk
from domain.errors import InputError, Problem, shown

SEED = 20_240_601
BUDGETS = (1 / 7, 1 / 30, 1 / 90)
LADDER = tuple(
    1 / days for days in (1, 2, 4, 7, 10, 14, 20, 30, 45, 60, 90, 180, 365, 1_000, 10_000)
)
"""Budgets among which the matched reading chooses for each home, in hindsight."""
HOURS = tuple(1 / hours for hours in np.arange(0.5, 24.25, 0.25).tolist())
"""Hours among which it chooses for the fixed rule."""
FEWEST_DAYS = 3.0
"""A recording with fewer days to judge says nothing."""
FIXED_BY_NATURE = ("fixed 8 h", "fixed 12 h")
"""Rules that no budget changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is asked for; plain values, since they go to other processes."""

    budgets: tuple[float, ...] = BUDGETS
    seed: int = SEED
    detectors: tuple[str, ...] = ()
    """`module:callable` each, beside the controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came out for one home."""

    name: str
    kind: Kind
    entrances: tuple[str, ...]
    removed: tuple[str, ...]
    outages: int
    empty: int
    """Stretches of a meter without anybody home, which emergencies are made of."""
    calibrated: dict[str, list[Figures]]
    """By rule: for each of the budgets asked for."""
    ladder: dict[str, list[Figures]] = field(default_factory=dict)
    """By rule: for each of `LADDER`."""


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


def judge(recording: Recording, settings: Settings) -> Judged | str:
    """Evaluate one home; or say why it is not judged. The same seed, the same result."""
    home = load(recording)
    if isinstance(home, str):
        return home
    judged = ticks(home)
    if judged.days < FEWEST_DAYS:
        return f"fewer than {FEWEST_DAYS:g} days to judge"
    chance = np.random.default_rng([settings.seed, zlib.crc32(home.name.encode())])
    ours = emergencies(home, judged, chance)
    budgets = (*settings.budgets, *LADDER)
    calibrated, ladder = {}, {}
    for detector in detectors(settings):
        each = _each(detector, home, judged, ours, budgets=budgets)
        calibrated[detector.name] = each[: len(settings.budgets)]
        ladder[detector.name] = each[len(settings.budgets) :]
    fixed = Hindsight()
    ladder[fixed.name] = _each(fixed, home, judged, ours, budgets=HOURS)
    return Judged(
        name=home.name,
        kind=home.kind,
        entrances=home.entrances,
        removed=home.removed,
        outages=len(home.outages),
        empty=len(home.out) if home.meter is not None else 0,
        calibrated=calibrated,
        ladder=ladder,
    )


def judge_all(
    every: Sequence[Recording], settings: Settings, *, jobs: int, told: Callable[[str], None]
) -> dict[str, Judged | str]:
    """Evaluate homes in some processes; `told` hears each name when it is done.

    The result does not depend on the number of processes.
    """
    detectors(settings)  # complain once and early
    found: dict[str, Judged | str] = {}
    if jobs == 1:
        for one in every:
            found[one.name] = judge(one, settings)
            told(one.name)
        return found
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        running = {pool.submit(judge, one, settings): one.name for one in every}
        for done in as_completed(running):
            found[running[done]] = done.result()
            told(running[done])
    return {one.name: found[one.name] for one in every}


def _each(
    detector: Detector,
    home: Home,
    judged: Ticks,
    ours: Emergencies,
    *,
    budgets: Sequence[float],
) -> list[Figures]:
    found = walk(detector, home, judged, budgets=budgets)
    hours = delays_h(home, judged, found, ours, budgets=budgets)
    return [figures(judged, found.due_s[n], ours, hours[n]) for n in range(len(budgets))]


def _no_detector(named: str, error: Exception) -> Problem:
    return Problem(
        code="EVL-002",
        where="--detector",
        found=shown(f"{named}: {error}"),
        allowed="module:callable, where calling it without arguments gives a detector",
        do="see anomaly/detector.py",
    )
