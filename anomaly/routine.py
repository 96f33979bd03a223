"""What is normal for one home, learned from its own past: two lines and a factor, as a value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from anomaly.line import Matrix, line, lines_before, peaks, usual_silence
from anomaly.localtime import DAY_S, SLOTS, Seconds, local_seconds
from anomaly.silences import History, Mode, Silences, Stretch, silences
from anomaly.threshold import BUDGET_PER_DAY, score, theta

FORMAT = 1
"""Counts up when the meaning of a stored routine changes; another number is not read."""
LEARN_FROM = timedelta(days=60)
"""Older days are forgotten: seasons and health move a routine within weeks."""
FEWEST_DAYS = 3.0
"""Observed days before the routine may shorten a deadline."""
SCORED_S = 900.0
"""Silences up to this cannot raise an alarm, so they do not count for the threshold."""
CAPS = {Mode.HOME: timedelta(hours=12), Mode.JUST_LEFT: timedelta(hours=24)}
"""The longest silence that is ever waited for: a night with a late morning; a day out."""

Line = Annotated[tuple[float, ...], msgspec.Meta(min_length=SLOTS, max_length=SLOTS)]


class Routine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one home's silences usually are; plain numbers, stored as JSON."""

    format: int
    fitted_at: datetime
    """The history used ends here; aware, UTC."""
    days: float
    """Observed days that it was learned from."""
    theta: float | None
    """How far beyond the usual is an alarm; None while the history is too short."""
    home: Line
    """The line at home: 144 slots of the local day, whole seconds."""
    left: Line
    """The line after somebody left, likewise; 0 where nobody was ever out."""

    @property
    def is_usable(self) -> bool:
        """Whether it may shorten a deadline; otherwise the cap alone holds."""
        return self.theta is not None


def fit(
    history: History, *, until: datetime, zone: ZoneInfo, dropped: Sequence[Stretch] = ()
) -> Routine:
    """Learn a routine from the activity before `until`.

    Each past silence is scored by the line of the local days before it, so the factor is what the
    method would have needed in truth, without hindsight. It cannot work where nothing marks the
    silence of an empty home (no entrance contact and no absences given): the factor then grows and
    deadlines go to the cap.

    Args:
        history: All activity; only the last `LEARN_FROM` before `until` is used.
        until: Where the history ends; aware, UTC.
        zone: The home's zone: days and slots are of its local clock, durations are absolute.
        dropped: Stretches to learn nothing from: the home was dark, an absence, an emergency. A
            silence that overlaps one is left out.

    Returns:
        The routine; with `theta` None for an empty history or fewer than `FEWEST_DAYS`.
    """
    taught = teach(history, until=until, zone=zone, dropped=dropped)
    return Routine(
        format=FORMAT,
        fitted_at=until,
        days=round(taught.days, 2),
        theta=taught.theta(BUDGET_PER_DAY),
        home=tuple(taught.home.tolist()),
        left=tuple(taught.left.tolist()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What the past says, before a budget of false alarms is chosen."""

    home: Seconds
    """The line at home, (144,), whole seconds."""
    left: Seconds
    days: float
    scores: Seconds
    """Of past silences, each by the line of the days before it."""
    scored_days: float

    def theta(self, budget_per_day: float) -> float | None:
        """Return the factor for a budget; None while the history is too short."""
        if self.days < FEWEST_DAYS:
            return None
        return theta(self.scores, days=self.scored_days, budget_per_day=budget_per_day)


def teach(
    history: History, *, until: datetime, zone: ZoneInfo, dropped: Sequence[Stretch] = ()
) -> Taught:
    """Learn lines and scores from the activity before `until`, as `fit` says."""
    until_s = until.timestamp()
    used = history.between(until_s - LEARN_FROM.total_seconds(), until_s)
    if used.at_s.size == 0:
        return Taught(np.zeros(SLOTS), np.zeros(SLOTS), 0.0, np.zeros(0), 0.0)
    every = silences(used)
    lost = every.overlapping(dropped)
    dropped = [*dropped, *_stretches(every.keep(lost))]
    kept = every.keep(~lost)
    home, left = peaks(
        kept,
        first_s=float(used.at_s[0]),
        last_s=float(used.at_s[-1]),
        dropped=dropped,
        zone=zone,
    )
    seen = ~np.isnan(home) | ~np.isnan(left)
    return Taught(
        home=np.round(line(home)),
        left=np.round(line(left)),
        days=float(np.sum(seen)) / SLOTS,
        scores=_scores(kept, home, left, zone, first_s=float(used.at_s[0])),
        scored_days=float(np.sum(seen[1:])) / SLOTS,
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
    slots = (*routine.home, *routine.left)
    numbers = all(math.isfinite(value) and value >= 0 for value in (routine.days, *slots))
    factor = routine.theta is None or (math.isfinite(routine.theta) and routine.theta > 0)
    return routine.format == FORMAT and numbers and factor and routine.fitted_at.tzinfo is not None


def _scores(
    kept: Silences, home: Matrix, left: Matrix, zone: ZoneInfo, *, first_s: float
) -> Seconds:
    """Score each silence that could raise an alarm by the line of the days before its own."""
    local = local_seconds(kept.start_s, zone)
    first_day = np.floor(local_seconds(np.array([first_s]), zone)[0] / DAY_S)
    day = (np.floor(local / DAY_S) - first_day).astype(np.int64)
    length = kept.end_s - kept.start_s
    scored = (day > 0) & (length > SCORED_S)
    day, local, length, out = day[scored], local[scored], length[scored], kept.left[scored]
    lines = np.where(out[:, None], lines_before(left)[day], lines_before(home)[day])
    cap_s = np.where(out, CAPS[Mode.JUST_LEFT].total_seconds(), CAPS[Mode.HOME].total_seconds())
    return score(np.minimum(length, cap_s), usual_silence(lines, local))


def _stretches(lost: Silences) -> list[Stretch]:
    return [
        (datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        for start, end in zip(lost.start_s.tolist(), lost.end_s.tolist(), strict=True)
    ]
