"""The time-of-day line: how long a silence usually gets by each ten minutes of the local day.

After Cuddihy, Weisenberg, Graichen and Ganesh, "Algorithm to automatically detect abnormally long
periods of inactivity in a home", HealthNet 2007, with one line for silences at home and one for
silences after somebody left.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from anomaly.localtime import DAY_S, SLOT_S, SLOTS, Indices, Seconds, local_seconds, slots
from anomaly.silences import Silences, Stretch

USUAL = 0.97
"""Share of the days whose silence the line covers; chosen, see docs/reference/detection.md."""
SMOOTH_SLOTS = 3
"""Each slot takes the longest of itself and so many on either side: a habit may move by 30 min."""
LOOK_AHEAD_SLOTS = SLOTS
"""A silence that stays under the line for a whole day is as long as can be told."""

Matrix = npt.NDArray[np.float64]


def peaks(
    found: Silences,
    *,
    first_s: float,
    last_s: float,
    dropped: Sequence[Stretch],
    zone: ZoneInfo,
) -> tuple[Matrix, Matrix]:
    """Return the longest silence reached in each slot of each local day, at home and after leaving.

    Args:
        found: Silences between `first_s` and `last_s`; those to be dropped are not among them.
        first_s: When the history begins; slots before it are unobserved.
        last_s: When the last silence ended; slots after it are unobserved.
        dropped: Stretches in which nothing can be learned.
        zone: The home's zone. An hour that comes twice in a night counts with its longer silence.

    Returns:
        Two matrices (n_days, 144) of seconds, oldest day first, NaN where unobserved. At home a
        slot without a long silence is 0; after leaving it is NaN, as nobody was out.
    """
    grid = np.arange(np.floor(first_s / SLOT_S), np.floor(last_s / SLOT_S) + 1) * SLOT_S
    local = local_seconds(grid, zone)
    day = np.floor(local / DAY_S).astype(np.int64)
    cell = (day - day[0]) * SLOTS + slots(local)
    n_days = int(day.max() - day[0]) + 1
    home, left = (np.full(n_days * SLOTS, np.nan) for _ in range(2))
    home[cell] = 0.0

    silence, step = _spread(found, grid)
    elapsed = np.minimum(grid[step] + SLOT_S, found.end_s[silence]) - found.start_s[silence]
    out = found.left[silence]
    np.fmax.at(home, cell[step[~out]], elapsed[~out])
    np.fmax.at(left, cell[step[out]], elapsed[out])
    whole = out & (grid[step] >= found.start_s[silence])
    home[cell[step[whole]]] = np.nan
    for start, end in dropped:
        inside = cell[(grid + SLOT_S > start.timestamp()) & (grid < end.timestamp())]
        home[inside] = left[inside] = np.nan
    return home.reshape(-1, SLOTS), left.reshape(-1, SLOTS)


def line(days: Matrix) -> Seconds:
    """Return the line of some days of peaks, (n, 144) to (144,), seconds; 0 where unobserved."""
    ordered = np.sort(days, axis=0)  # NaN last
    count = np.sum(~np.isnan(days), axis=0)
    position = USUAL * np.maximum(count - 1, 0)
    below = np.floor(position).astype(np.int64)
    slot = np.arange(SLOTS)
    if days.shape[0] == 0:
        return np.zeros(SLOTS)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    low, high = ordered[below, slot], ordered[above, slot]
    raw = np.where(count > 0, low + (high - low) * (position - below), 0.0)
    shifts = range(-SMOOTH_SLOTS, SMOOTH_SLOTS + 1)
    return np.asarray(np.max([np.roll(raw, shift) for shift in shifts], axis=0))


def lines_before(days: Matrix) -> Matrix:
    """Return for each day the line of the days before it, (n, 144); the first one is 0."""
    return np.array([line(days[:n]) for n in range(days.shape[0])]).reshape(-1, SLOTS)


def usual_silence(lines: Matrix, local_s: Seconds) -> Seconds:
    """Return how long from each tick until its elapsed silence exceeds the line, (n,), seconds.

    Args:
        lines: The line to hold against each tick, (n, 144), seconds.
        local_s: The local clock at each tick, as from `local_seconds`, (n,).

    Returns:
        0 to 24 h. The clocks do not change on the way (for one tick and exactly: `deadline`).
    """
    ahead = np.arange(LOOK_AHEAD_SLOTS)
    into = local_s % SLOT_S
    slot = slots(local_s)
    reached = np.take_along_axis(lines, (slot[:, None] + ahead) % SLOTS, axis=1)
    begins = np.maximum(ahead * SLOT_S - into[:, None], 0.0)
    ends = (ahead + 1) * SLOT_S - into[:, None]
    exceeds = ends > reached
    first = np.argmax(exceeds, axis=1)[:, None]
    crossing = np.maximum(begins, reached)
    usual = np.take_along_axis(crossing, first, axis=1)[:, 0]
    return np.where(exceeds.any(axis=1), usual, float(DAY_S))


def _spread(found: Silences, grid: Seconds) -> tuple[Indices, Indices]:
    """Return pairs (silence, step of the grid) for every step that a silence touches."""
    low = np.floor((found.start_s - grid[0]) / SLOT_S).astype(np.int64)
    high = np.ceil((found.end_s - grid[0]) / SLOT_S).astype(np.int64)
    low, high = np.clip(low, 0, grid.size), np.clip(high, 0, grid.size)
    length = np.maximum(high - low, 0)
    silence = np.repeat(np.arange(length.size), length)
    before = np.repeat(np.cumsum(length) - length, length)
    step = np.arange(silence.size) - before + low[silence]
    return silence, step
