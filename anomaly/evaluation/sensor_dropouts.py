"""A sensor that dies for a week: false alerts that would not have been, and who is told.

The rest of the home goes on. Heartbeats are made up: a sensor that lives speaks once an hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from anomaly.darkness import Action, of_sensor
from anomaly.detector import Detector
from anomaly.evaluation.counts import Counts
from anomaly.evaluation.figures import false_alarms
from anomaly.evaluation.homes import Home, Kind, moment
from anomaly.evaluation.walk import Flags, Ticks, ticks, walk
from anomaly.localtime import DAY_S, Indices, Seconds

WEEK_S = 7.0 * DAY_S
FEWEST_DAYS = 3.0
"""A shorter test period shows nothing of a dead sensor."""
SHARE = 0.02
"""Sensors with a smaller share of the activity are nobody's loss."""
FEWEST_SENSORS = 3
"""From so many on a home is expected to do without one of them."""
HEARTBEAT = timedelta(hours=1)
LOOK_S = 900.0
OWN_GAP = 0.999
"""The silence that a sensor itself exceeds once in a thousand times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """One sensor that says nothing for a while."""

    sensor: str
    since_s: float
    until_s: float
    named_s: float
    """When a technician is told of it."""
    own_gap_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss(Counts):
    """What came of dead sensors; counts."""

    sensors: int = 0
    """Sensors, each dead once in each week."""
    weeks: float = 0.0
    extra: int = 0
    """False alerts more than in the same days intact."""
    motion_weeks: float = 0.0
    motion_extra: int = 0
    """The same in homes with three motion sensors or more."""
    named: int = 0
    """Told to a technician while the sensor was dead."""
    in_own_gap: int = 0
    """Of these, within the silence that the sensor itself exceeds once in a thousand times."""


def dead_sensors(home: Home, judged: Ticks) -> list[Dead]:
    """Return each sensor with enough activity, dead in each week of the test period.

    None where the home has fewer than `FEWEST_SENSORS` sensors with that much activity.
    """
    history = home.history
    count = np.bincount(history.sensor[history.sensor >= 0], minlength=len(history.sensors))
    codes = np.flatnonzero(count > SHARE * history.at_s.size)
    if home.kind is not Kind.EVENTS or codes.size < FEWEST_SENSORS or not judged.at_s.size:
        return []
    weeks = list(_weeks(float(judged.at_s[0]) // DAY_S * DAY_S, float(judged.next_s[-1])))
    return [
        _dead(history.sensors[code], history.at_s[history.sensor == code], since, until)
        for code in codes.tolist()
        for since, until in weeks
    ]


def sensor_dropouts(
    detector: Detector, home: Home, judged: Ticks, *, intact: Seconds, budget: float
) -> Loss:
    """Return what one detector makes of each dead sensor.

    Against the same days intact, of which `intact` are the deadlines after each judged tick.
    """
    total = Loss()
    for dead in dead_sensors(home, judged):
        before = _within(judged, dead)
        alarms = int(np.sum(false_alarms(judged.some(before), intact[before])))
        hurt = replace(home, history=home.history.keep(~_is_lost(home, dead)))
        left = ticks(hurt)
        some = left.some(_within(left, dead))
        found = walk(
            detector,
            hurt,
            some,
            budgets=[budget],
            within=(dead.since_s, dead.until_s),
            silent={dead.sensor: (dead.since_s, dead.named_s)},
        )
        now = int(np.sum(false_alarms(some, found.due_s[0])))
        total = total.plus(_loss(home, dead, extra=max(now - alarms, 0)))
    return total


def _loss(home: Home, dead: Dead, *, extra: int) -> Loss:
    weeks = (dead.until_s - dead.since_s) / WEEK_S
    has_motion = len(home.motion) >= FEWEST_SENSORS
    return Loss(
        sensors=1,
        weeks=weeks,
        extra=extra,
        motion_weeks=weeks if has_motion else 0.0,
        motion_extra=extra if has_motion else 0,
        named=int(dead.named_s < dead.until_s),
        in_own_gap=int(dead.named_s - dead.since_s <= dead.own_gap_s),
    )


def lost(every: Sequence[Loss]) -> Loss:
    """Return the counts of several homes as one."""
    total = Loss()
    for one in every:
        total = total.plus(one)
    return total


def _weeks(start_s: float, end_s: float) -> Iterator[tuple[float, float]]:
    """Yield whole weeks; the whole period where it is shorter than one."""
    if end_s - start_s < WEEK_S:
        if end_s - start_s >= FEWEST_DAYS * DAY_S:
            yield start_s, end_s
        return
    for since in np.arange(start_s, end_s - WEEK_S + 1.0, WEEK_S).tolist():
        yield since, since + WEEK_S


def _dead(sensor: str, spoke_s: Seconds, since_s: float, until_s: float) -> Dead:
    gaps = np.diff(spoke_s[spoke_s < since_s])
    return Dead(
        sensor=sensor,
        since_s=since_s,
        until_s=until_s,
        named_s=_named(since_s, until_s),
        own_gap_s=float(np.quantile(gaps, OWN_GAP)) if gaps.size else WEEK_S,
    )


def _named(since_s: float, until_s: float) -> float:
    """Return when the gate of the service first finds the sensor silent; asked each quarter."""
    for now_s in np.arange(since_s, until_s, LOOK_S).tolist():
        decision = of_sensor(
            last_heard_at=moment(since_s),
            heartbeat=HEARTBEAT,
            is_battery=True,
            watermark=moment(now_s),
        )
        if decision.action is Action.FIND:
            return float(now_s)
    return np.inf


def _is_lost(home: Home, dead: Dead) -> Flags:
    code = home.history.sensors.index(dead.sensor)
    at_s = home.history.at_s
    during = (at_s >= dead.since_s) & (at_s < dead.until_s)
    return np.asarray(during & (home.history.sensor == code))


def _within(judged: Ticks, dead: Dead) -> Indices:
    return np.flatnonzero((judged.at_s >= dead.since_s) & (judged.at_s < dead.until_s))
