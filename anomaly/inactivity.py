"""The detector that runs, as the evaluation and every replay ask it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from anomaly.detector import Past
from anomaly.localtime import Seconds, local_seconds, slots
from anomaly.routine import Routine
from anomaly.silences import History, Mode
from anomaly.teaching import fit


@dataclass(frozen=True, slots=True)
class Inactivity:
    """Learns a home's routine; the same functions run in the service."""

    name: str = "inactivity"

    def learn(self, past: Past, *, until: datetime, zone: ZoneInfo) -> Deadlines:
        """Learn from the last sixty days before `until`."""
        return Deadlines(fit(past.history, until=until, zone=zone, dropped=past.dropped), zone)


@dataclass(frozen=True, slots=True, eq=False)
class Deadlines:
    """The deadlines of one home, for many activities and several budgets at once."""

    routine: Routine
    zone: ZoneInfo

    def due_s(
        self, recent: History, first: int, *, budgets: Sequence[float], silent: Collection[str] = ()
    ) -> Seconds:
        """Return last activity + the wait of its slot and mode, as `deadline.deadline` does.

        A silent sensor changes nothing.
        """
        del silent
        at_s, left = recent.at_s[first:], recent.left()[first:].astype(np.int64)
        slot = slots(local_seconds(at_s, self.zone))
        waits = [
            [
                self.routine.waits_s(mode, budget_per_day=budget)
                for mode in (Mode.HOME, Mode.JUST_LEFT)
            ]
            for budget in budgets
        ]
        return np.asarray(at_s + np.array(waits)[:, left, slot])


def inactivity() -> Inactivity:
    """Return the detector that runs."""
    return Inactivity()
