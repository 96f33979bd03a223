"""Which ten minutes of the home's local day an instant falls into, also when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.float64]
"""Instants as seconds since 1970-01-01 UTC, or durations in seconds."""
Indices = npt.NDArray[np.int64]

SLOTS = 144
"""Slots of a local day."""
SLOT_S = 600
"""Length of a slot: fine enough for a wake-up time, coarse enough that 30 days fill it."""
DAY_S = 86_400
HOUR_S = 3_600.0

_OFFSET_STEP_S = 1_800
"""Zones change their offset at whole half hours of UTC."""


def local_seconds(at_s: Seconds, zone: ZoneInfo) -> Seconds:
    """Return the local clock as seconds since local 1970-01-01 00:00, for each instant.

    The hour that comes twice on the night clocks go back has the same values twice; the hour that
    is skipped in spring does not occur. An empty array gives an empty array.
    """
    if at_s.size == 0:
        return at_s.copy()
    steps = np.floor(at_s / _OFFSET_STEP_S).astype(np.int64)
    first, last = int(steps.min()), int(steps.max())
    return at_s + _offsets(first, last, zone)[steps - first]


def slots(local_s: Seconds) -> Indices:
    """Return the slot, 0 to 143, that each local clock, as from `local_seconds`, shows."""
    return np.asarray(local_s % DAY_S // SLOT_S, dtype=np.int64)


def slot_at(instant: datetime, zone: ZoneInfo) -> int:
    """Return the slot, 0 to 143, that a clock on the wall of the home shows at `instant`."""
    local = instant.astimezone(zone)
    return (local.hour * 3_600 + local.minute * 60 + local.second) // SLOT_S


def next_local(hour: int, *, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the next instant after `after` at which the local clock shows `hour`:00; UTC.

    Where that hour is skipped in spring, the instant that it would have been is returned.
    """
    local = after.astimezone(zone)
    at = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    while at.astimezone(UTC) <= after:
        at += timedelta(days=1)
    return at.astimezone(UTC)


def _offsets(first: int, last: int, zone: ZoneInfo) -> Seconds:
    """Return the zone's offset in seconds for each step from `first` to `last`, both included."""
    low, high = _offset(first, zone), _offset(last, zone)
    count = last - first + 1
    steps_per_day = DAY_S // _OFFSET_STEP_S
    if low == high and count <= steps_per_day:
        return np.full(count, low)
    if count <= steps_per_day:
        return np.array([_offset(step, zone) for step in range(first, last + 1)])
    parts = [
        _offsets(start, min(start + steps_per_day - 1, last), zone)
        for start in range(first, last + 1, steps_per_day)
    ]
    return np.concatenate(parts)


def _offset(step: int, zone: ZoneInfo) -> float:
    offset = datetime.fromtimestamp(step * _OFFSET_STEP_S, zone).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0
