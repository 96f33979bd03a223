"""What is normal for one home, as a value: how long its silences last, how rare the longest are."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
import numpy as np
import numpy.typing as npt

from anomaly.localtime import HOUR_S, SLOTS, Seconds
from anomaly.silences import Mode
from anomaly.threshold import BUDGET_PER_DAY, FLOOR_H, Tail

FORMAT = 2
"""Counts up when the meaning of a stored routine changes; another number is not read."""
LEARN_FROM = timedelta(days=60)
"""Older days are forgotten: seasons and health move a routine within weeks."""
FEWEST_DAYS = 3.0
"""Observed days before the routine may shorten a deadline."""
SCORED_S = 900.0
"""Silences up to this cannot raise an alarm, so they do not count for the threshold."""
CAPS = {Mode.HOME: timedelta(hours=12), Mode.JUST_LEFT: timedelta(hours=24)}
"""The longest silence that is ever waited for: a night with a late morning; a day out."""
SOONEST = timedelta(minutes=15)
"""No silence shorter than this is alarming, whatever was learned."""

Line = Annotated[tuple[float, ...], msgspec.Meta(min_length=SLOTS, max_length=SLOTS)]


class Routine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one home's silences usually are; plain numbers, stored as JSON."""

    format: int
    fitted_at: datetime
    """The history used ends here; aware, UTC."""
    days: float
    """Observed days that it was learned from."""
    scores: Tail | None
    """How far silences went beyond the usual (`threshold.score`); None: the history is too short.
    """
    lengths: Tail | None
    """How long silences at home got, hours, at whatever time of day."""
    home: Line
    """The line at home: 144 slots of the local day, whole seconds."""
    left: Line
    """The line after somebody left, likewise; 0 where nobody was ever out."""
    home_usual: Line
    """The usual silence after an activity at home in each slot, whole seconds."""
    left_usual: Line
    """The same after somebody left."""

    @property
    def is_usable(self) -> bool:
        """Whether it may shorten a deadline; otherwise the cap alone holds."""
        return self.scores is not None

    def wait(self, mode: Mode, slot: int, *, budget_per_day: float = BUDGET_PER_DAY) -> timedelta:
        """Return how long silence may last after an activity in a slot of the local day.

        Between `SOONEST` and the cap; a smaller budget never gives less.
        """
        usual = self.left_usual if mode is Mode.JUST_LEFT else self.home_usual
        hours = self._longest_h(mode, budget_per_day)
        if self.scores is not None:
            theta = self.scores.exceeded(budget_per_day)
            hours = min(hours, theta * math.sqrt(usual[slot] / HOUR_S + FLOOR_H))
        return max(timedelta(hours=hours), SOONEST)

    def waits_s(self, mode: Mode, *, budget_per_day: float) -> Seconds:
        """Return `wait` for each slot, (144,), seconds."""
        waits = [self.wait(mode, slot, budget_per_day=budget_per_day) for slot in range(SLOTS)]
        return np.array([one.total_seconds() for one in waits])

    def _longest_h(self, mode: Mode, budget_per_day: float) -> float:
        """Return the cap, or at home the silence that the home itself hardly ever exceeded."""
        cap_h = CAPS[mode] / timedelta(hours=1)
        if mode is Mode.JUST_LEFT or self.lengths is None:
            return cap_h
        return min(cap_h, self.lengths.exceeded(budget_per_day))


def caps_s(left: npt.NDArray[np.bool_]) -> Seconds:
    """Return the cap after each activity, (n,), seconds; `left`: somebody just left with it."""
    return np.where(left, *(CAPS[mode].total_seconds() for mode in (Mode.JUST_LEFT, Mode.HOME)))


def untaught(until: datetime) -> Routine:
    """Return the routine of a home of which nothing is known: the caps alone hold."""
    nothing = (0.0,) * SLOTS
    return Routine(
        format=FORMAT,
        fitted_at=until,
        days=0.0,
        scores=None,
        lengths=None,
        home=nothing,
        left=nothing,
        home_usual=nothing,
        left_usual=nothing,
    )


def dumps(routine: Routine) -> str:
    """Return the routine as JSON."""
    return msgspec.json.encode(routine).decode()


def loads(text: str | bytes) -> Routine | None:
    """Read a stored routine; None where it is damaged, of another format, or not believable.

    None sends the home back to the cap, which needs no routine.
    """
    try:
        routine = msgspec.json.decode(text, type=Routine)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return routine if _is_believable(routine) else None


def _is_believable(routine: Routine) -> bool:
    slots = (*routine.home, *routine.left, *routine.home_usual, *routine.left_usual)
    numbers = all(math.isfinite(value) and value >= 0 for value in (routine.days, *slots))
    tails = [one for one in (routine.scores, routine.lengths) if one is not None]
    believable = numbers and all(one.is_believable for one in tails)
    return routine.format == FORMAT and believable and routine.fitted_at.tzinfo is not None
