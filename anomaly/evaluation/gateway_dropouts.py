"""A gateway that falls silent: what the gates of the service make of deadlines that pass unseen.

Everything of the home is lost for some hours, heartbeats included. Each quarter of an hour the
gates are asked as the service asks them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from anomaly.darkness import Action, Hearing, at_deadline, dark_from, of_gateway
from anomaly.evaluation.counts import Counts
from anomaly.evaluation.homes import moment
from anomaly.evaluation.injection import within
from anomaly.evaluation.walk import Flags, Ticks, Walk
from anomaly.localtime import HOUR_S, Seconds
from domain.finding import Reason

LENGTHS_H = (1, 3, 6, 12, 24)
TIMES = 20
"""Outages of each length in each home, at random times."""
EACH = timedelta(minutes=15)
LONG_BEFORE = timedelta(days=1)
"""The server itself hears all the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Darkness(Counts):
    """What came of outages of one length; counts."""

    outages: int = 0
    told: int = 0
    """A technician was told of the gateway while it was silent."""
    alerts: int = 0
    """Resident alerts that the half-way rule does not allow: each is a failure."""
    half_way: int = 0
    """Resident alerts after half or more of the way had been seen."""
    calls: int = 0
    """A caseworker was asked to call instead."""


def beginnings(judged: Ticks, chance: np.random.Generator) -> Seconds:
    """Return when outages begin, shape (lengths, `TIMES`): at any time that was recorded."""
    length_s = np.where(judged.gone, 0.0, judged.next_s - judged.at_s)
    return within(judged.at_s, length_s, chance, shape=(len(LENGTHS_H), TIMES))


def gateway_dropouts(judged: Ticks, walk: Walk, row: int, begin_s: Seconds) -> list[Darkness]:
    """Return what came of the outages of each length, with one row of a walk's deadlines.

    An outage that begins when an alert is up already is not counted.
    """
    return [
        _count(judged, walk.due_s[row], starts, float(hours))
        for hours, starts in zip(LENGTHS_H, begin_s, strict=True)
    ]


def _count(judged: Ticks, due_s: Seconds, starts: Seconds, hours: float) -> Darkness:
    total = Darkness()
    tick = np.searchsorted(judged.at_s, starts, side="right") - 1
    counted: Flags = (tick >= 0) & (due_s[tick] > starts)
    for start, last in zip(starts[counted].tolist(), tick[counted].tolist(), strict=True):
        since, due = moment(float(judged.at_s[last])), moment(float(due_s[last]))
        total = total.plus(outage(moment(start), hours, last_activity_at=since, due_at=due))
    return total


def outage(
    begins_at: datetime, hours: float, *, last_activity_at: datetime, due_at: datetime
) -> Darkness:
    """Ask the gates each quarter of an hour through one outage.

    Args:
        begins_at: When the gateway falls silent; up to then everything has arrived.
        hours: How long.
        last_activity_at: The last sign of life before.
        due_at: When silence after it becomes alarming; after `begins_at`.
    """
    hearing = Hearing(
        last_heard_at=begins_at,
        watermark=begins_at,
        watermark_moved_at=begins_at,
        hearing_since=begins_at - LONG_BEFORE,
        dark_at=None,
    )
    is_told, reasons = False, set[Reason]()
    for look in range(1, int(hours * HOUR_S / EACH.total_seconds()) + 1):
        now = begins_at + look * EACH
        is_dark = dark_from(hearing, now=now) <= now
        hearing = replace(hearing, dark_at=(hearing.dark_at or now) if is_dark else None)
        is_told |= of_gateway(hearing, now=now).action is Action.FIND
        decision = at_deadline(
            hearing,
            last_activity_at=last_activity_at,
            due_at=due_at,
            silence=Reason.SILENCE_PAST_DEADLINE,
            now=now,
        )
        if decision.action is not Action.WAIT and decision.reason is not None:
            reasons.add(decision.reason)
    return Darkness(
        outages=1,
        told=int(is_told),
        alerts=int(bool(reasons - _ALLOWED)),
        half_way=int(Reason.BLIND_PAST_HALF_WAY in reasons),
        calls=int(Reason.BLIND_PAST_DEADLINE in reasons),
    )


_ALLOWED = frozenset({Reason.BLIND_PAST_HALF_WAY, Reason.BLIND_PAST_DEADLINE})


def together(every: Sequence[Sequence[Darkness]]) -> list[Darkness]:
    """Return the counts of several homes as one, for each length."""
    total = [Darkness() for _ in LENGTHS_H]
    for one in every:
        total = [mine.plus(other) for mine, other in zip(total, one, strict=True)]
    return total
