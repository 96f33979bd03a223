"""When a meter's watts say that somebody did something: above the home's own nights, or by a step.

A home where nobody is goes on using power: fridge, freezer, boiler, standby. Only what rises above
what this home uses in its sleep, or a step that no machine takes by itself, is activity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from anomaly.localtime import DAY_S, HOUR_S, Seconds

LEARN_DAYS = 14
"""Days before now that the background is learned from: a season is longer, a new fridge is not."""
FEWEST_NIGHTS = 5
"""With fewer nights nothing is called activity."""
NIGHT = (2.0, 4.0)
"""Hours of the local day in which hardly anybody is up."""
SPREADS = 3.0
"""So many median absolute deviations above the night's median is activity."""
STEP_W = 300.0
"""A rise from one minute to the next that a person causes: kettle, oven, hair dryer, heater."""
STEPS_UP_TO_S = 120.0
"""Readings at most so far apart show single steps; farther apart only their mean is left."""
CLASSES_PER_DOUBLING = 4
"""Sizes of steps are told apart by the fourth root of two, 19 %."""
CYCLING_NIGHTS = 0.3
"""A size of step seen in the dead of at least this share of the nights is a machine by itself."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What a home uses when nobody does anything."""

    step_s: float
    """How far apart its readings are, seconds."""
    limit_w: float
    """A mean above this is activity; holds where readings are too far apart for steps."""
    cycling: frozenset[int] = frozenset()
    """Sizes of steps, as from `_size`, that machines take by themselves."""


def background(local_s: Seconds, watts: Seconds, *, until_s: float) -> Background | None:
    """Learn the background from the readings before `until_s`; None with too few nights.

    Args:
        local_s: Local clock at the beginning of each reading, seconds, in order, shape (n,).
        watts: Mean of each reading, shape (n,), finite.
        until_s: The past ends here, by the same clock. Later readings have no influence.
    """
    low, high = np.searchsorted(local_s, [until_s - LEARN_DAYS * DAY_S, until_s])
    at, used = local_s[low:high], watts[low:high]
    hour = at % DAY_S / HOUR_S
    night = (hour >= NIGHT[0]) & (hour < NIGHT[1])
    nights = np.unique(at[night] // DAY_S)
    if nights.size < FEWEST_NIGHTS:
        return None
    step_s = float(np.median(np.diff(at)))
    median = float(np.median(used[night]))
    spread = float(np.median(np.abs(used[night] - median)))
    return Background(
        step_s=step_s,
        limit_w=median + SPREADS * spread,
        cycling=_cycling(at, used, night, nights.size) if step_s <= STEPS_UP_TO_S else frozenset(),
    )


def active(local_s: Seconds, watts: Seconds, usual: Background) -> Flags:
    """Tell for each reading whether somebody did something in it; shape (n,).

    The first reading after a gap shows no step, as what was before is not known.
    """
    if usual.step_s > STEPS_UP_TO_S:
        return np.asarray(watts > usual.limit_w)
    steps = _steps(local_s, watts)
    own = np.isin(_size(steps), list(usual.cycling))
    return np.asarray((steps >= STEP_W) & ~own)


def _cycling(at: Seconds, watts: Seconds, night: Flags, nights: int) -> frozenset[int]:
    steps = _steps(at, watts)
    seen = (steps >= STEP_W) & night
    pairs = np.unique(np.stack([_size(steps[seen]), (at[seen] // DAY_S).astype(np.int64)]), axis=1)
    size, count = np.unique(pairs[0], return_counts=True)
    often = size[count >= CYCLING_NIGHTS * nights]
    return frozenset(int(one) + near for one in often for near in (-1, 0, 1))


def _steps(at: Seconds, watts: Seconds) -> Seconds:
    """Return how far each reading lies above the one before; 0 at the first and after gaps."""
    if at.size == 0:
        return watts.copy()
    rise = np.diff(watts, prepend=watts[0])
    apart = np.diff(at, prepend=at[0])
    return np.where(apart <= STEPS_UP_TO_S, rise, 0.0)


def _size(steps: Seconds) -> npt.NDArray[np.int64]:
    log = np.log2(np.maximum(steps, 1.0))
    return np.asarray(np.floor(log * CLASSES_PER_DOUBLING), dtype=np.int64)
