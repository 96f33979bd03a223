"""The whole protocol for one home, and for a folder of homes, one process per home if wanted."""

from __future__ import annotations

import multiprocessing
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

import numpy as np

from anomaly.detector import Detector
from anomaly.evaluation.controls import Hindsight
from anomaly.evaluation.figures import Figures, figures
from anomaly.evaluation.folder import Recording
from anomaly.evaluation.gateway_dropouts import Darkness, beginnings, gateway_dropouts
from anomaly.evaluation.homes import Home, Kind, load
from anomaly.evaluation.injection import Emergencies, delays_h, emergencies
from anomaly.evaluation.picture import picture
from anomaly.evaluation.sensor_dropouts import Loss, sensor_dropouts
from anomaly.evaluation.settings import HOURS, LADDER, Settings, detectors
from anomaly.evaluation.walk import Ticks, Walk, ticks, walk
from anomaly.localtime import Seconds

FEWEST_DAYS = 3.0
"""A recording with fewer days to judge says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came out for one home; by rule where a rule matters."""

    name: str
    kind: Kind
    entrances: tuple[str, ...]
    removed: tuple[str, ...]
    outages: int
    empty: int
    """Stretches of a meter without anybody home, which emergencies are made of."""
    calibrated: dict[str, list[Figures]] = field(default_factory=dict)
    """For each of the budgets asked for."""
    ladder: dict[str, list[Figures]] = field(default_factory=dict)
    """For each of `LADDER`, or of `HOURS`, the strictest last."""
    darkness: dict[str, list[Darkness]] = field(default_factory=dict)
    losses: dict[str, Loss] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)


def judge(recording: Recording, settings: Settings) -> Judged | str:
    """Evaluate one home; or say why it is not judged. The same seed, the same result."""
    home = load(recording)
    if isinstance(home, str):
        return home
    judged = ticks(home)
    if judged.days < FEWEST_DAYS:
        return f"fewer than {FEWEST_DAYS:g} days to judge"
    chance = np.random.default_rng([settings.seed, zlib.crc32(home.name.encode())])
    case = _Case(home, judged, emergencies(home, judged, chance), beginnings(judged, chance))
    found = Judged(
        name=home.name,
        kind=home.kind,
        entrances=home.entrances,
        removed=home.removed,
        outages=len(home.outages),
        empty=len(home.out) if home.meter is not None else 0,
    )
    for detector in detectors(settings):
        _judge_one(detector, case, settings, found)
    fixed = Hindsight()
    found.ladder[fixed.name] = case.figures(walk(fixed, home, judged, budgets=HOURS), HOURS)
    return found


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
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=jobs, mp_context=fresh) as pool:
        running = {pool.submit(judge, one, settings): one.name for one in every}
        for done in as_completed(running):
            found[running[done]] = done.result()
            told(running[done])
    return {one.name: found[one.name] for one in every}


@dataclass(frozen=True, slots=True)
class _Case:
    """One home with what happens to it, the same for every detector."""

    home: Home
    judged: Ticks
    emergencies: Emergencies
    dark_s: Seconds

    def figures(self, walked: Walk, budgets: Sequence[float]) -> list[Figures]:
        """Return what a walk came to, for each budget."""
        hours = delays_h(self.home, self.judged, walked, self.emergencies, budgets=budgets)
        return [
            figures(self.judged, walked.due_s[n], self.emergencies, hours[n])
            for n in range(len(budgets))
        ]


def _judge_one(detector: Detector, case: _Case, settings: Settings, found: Judged) -> None:
    budgets = (*settings.budgets, *LADDER)
    row, name = settings.main, detector.name
    walked = walk(detector, case.home, case.judged, budgets=budgets)
    each = case.figures(walked, budgets)
    found.calibrated[name] = each[: len(settings.budgets)]
    found.ladder[name] = each[len(settings.budgets) :]
    found.darkness[name] = gateway_dropouts(case.judged, walked, row, case.dark_s)
    found.losses[name] = sensor_dropouts(
        detector,
        case.home,
        case.judged,
        intact=walked.due_s[row],
        budget=settings.budgets[row],
    )
    found.pictures[name] = picture(case.home, case.judged, walked.due_s[row])
