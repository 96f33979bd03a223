"""What a detector of alarming silence is: it learns from the past and answers with deadlines.

The service, the evaluation and every replay ask through these two protocols only; whatever fits
them can be compared with what runs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from anomaly.localtime import Seconds
from anomaly.silences import History, Stretch


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What a detector may look at when it learns."""

    history: History
    """All activity before the instant it learns up to, with the sensors it came from."""
    dropped: Sequence[Stretch] = ()
    """Darkness, absences, emergencies: nothing is learned there."""
    masked: Mapping[str, Sequence[Stretch]] = field(default_factory=dict)
    """When a sensor is known not to have been heard, by its name: its silence is not learned."""


class Learned(Protocol):
    """What was learned of one home."""

    def due_s(
        self, recent: History, first: int, *, budgets: Sequence[float], silent: Collection[str] = ()
    ) -> Seconds:
        """Return when silence after each activity becomes alarming.

        What comes after an activity must not change its answer: asked for a shorter `recent`, it is
        the same. The evaluation tries that, and refuses a detector that looks ahead.

        Args:
            recent: Activity in order; `recent[:first]`, the day before, is there for context only.
            first: Index of the first activity that an answer is wanted for.
            budgets: False alarms per day that are allowed, one or more; each above 0.
            silent: Names of sensors that are known not to be heard, all through `recent[first:]`.

        Returns:
            Seconds since 1970 UTC, shape (len(budgets), n - first); never NaN, and at least
            `routine.SOONEST` after the activity. A smaller budget never gives an earlier instant.
        """
        ...


class Detector(Protocol):
    """A method of telling when silence becomes alarming; it has no state of its own."""

    @property
    def name(self) -> str:
        """A word for tables."""
        ...

    def learn(self, past: Past, *, until: datetime, zone: ZoneInfo) -> Learned:
        """Learn from the past before `until`, also from an empty one: then the caps hold.

        Args:
            past: What may be looked at.
            until: Where the past ends; aware, UTC. The first midnight after which the answer is
                used may lie later.
            zone: The home's zone: habits are of its local clock, silence is absolute time.
        """
        ...
