"""When silence in a home would become alarming, and why just then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from anomaly.line import LOOK_AHEAD_SLOTS
from anomaly.localtime import SLOT_S, SLOTS, slot_at
from anomaly.routine import CAPS, Routine
from anomaly.silences import Mode
from anomaly.threshold import BUDGET_PER_DAY
from domain.finding import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class LastActivity:
    """The last sign of life of a home."""

    at: datetime
    """When; aware, UTC."""
    mode: Mode = Mode.HOME


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When silence would become alarming, with its reason."""

    due_at: datetime
    """Aware, UTC."""
    reason: Reason
    """SILENCE_PAST_DEADLINE where the routine set it, SILENCE_PAST_CAP where only the cap did."""
    mode: Mode
    usual: timedelta | None
    """The longest usual silence after such an activity; None without a routine."""


def deadline(
    routine: Routine | None,
    last: LastActivity,
    *,
    zone: ZoneInfo,
    budget_per_day: float = BUDGET_PER_DAY,
) -> Deadline:
    """Return last activity + what the routine lets silence last, from 15 minutes up to the cap.

    Args:
        routine: What is normal for the home; None, or one that is not usable: the cap alone holds.
        last: The last sign of life, with the mode after it.
        zone: The home's zone. Silence is absolute time; what is usual is looked up by the local
            clock at the last sign of life.
        budget_per_day: False alarms that are allowed: the budget of the level asked for.
    """
    cap = CAPS[last.mode]
    if routine is None or not routine.is_usable:
        return Deadline(
            due_at=last.at + cap, reason=Reason.SILENCE_PAST_CAP, mode=last.mode, usual=None
        )
    wait = routine.wait(last.mode, slot_at(last.at, zone), budget_per_day=budget_per_day)
    return Deadline(
        due_at=last.at + wait,
        reason=Reason.SILENCE_PAST_DEADLINE,
        mode=last.mode,
        usual=usual_silence_after(routine, last, zone=zone),
    )


def usual_silence_after(routine: Routine, last: LastActivity, *, zone: ZoneInfo) -> timedelta:
    """Return how long after `last` until the elapsed silence exceeds the line; 0 to 24 h."""
    reached = routine.left if last.mode is Mode.JUST_LEFT else routine.home
    slots = _slots_ahead(last.at, zone)
    into_s = last.at.astimezone(zone).minute * 60 % SLOT_S + last.at.second
    for step, slot in enumerate(slots):
        begins_s = max(step * SLOT_S - into_s, 0.0)
        if (step + 1) * SLOT_S - into_s > reached[slot]:
            return timedelta(seconds=max(begins_s, reached[slot]))
    return timedelta(days=1)


def _slots_ahead(start: datetime, zone: ZoneInfo) -> list[int]:
    """Return the local slot of each ten minutes of the next day, the one of `start` first."""
    first = slot_at(start, zone)
    end = start + timedelta(seconds=LOOK_AHEAD_SLOTS * SLOT_S)
    if start.astimezone(zone).utcoffset() == end.astimezone(zone).utcoffset():
        return [(first + step) % SLOTS for step in range(LOOK_AHEAD_SLOTS)]
    return [
        slot_at(start + timedelta(seconds=step * SLOT_S), zone) for step in range(LOOK_AHEAD_SLOTS)
    ]
