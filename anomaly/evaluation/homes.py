"""A recorded home as the protocol needs it: its activity, and what is known of it in hindsight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np

from anomaly.evaluation.entrances import Door, entrances, is_back, is_out
from anomaly.evaluation.folder import About, Recording, about, columns, instants
from anomaly.evaluation.meters import NOT_A_HOME_W, Meter
from anomaly.localtime import DAY_S, HOUR_S, Seconds
from anomaly.silences import History, Stretch
from domain.quantity import Quantity, is_activity

QUANTITIES = {"motion": Quantity.MOTION, "door": Quantity.DOOR, "item": Quantity.OPENING}
"""Kinds of sensor whose readings can be activity."""
HEARTBEATS = frozenset({"temperature", "other"})
"""Kinds that speak by themselves: while all of them are silent, the recorder was off."""
ON = frozenset({"ON", "OPEN"})
MISSED = 3.0
"""The recorder was off when it was silent for so many times its 99 % gap."""
OFF_AT_LEAST_S = HOUR_S
OFF_WITHOUT_A_WORD_S = 7 * DAY_S
"""Where nothing speaks by itself: no row for so long is a recorder that was off, not a resident."""
COUNTED_S = 600.0
"""Numbers of movements at least so far apart are sums: they are known at the end of their time."""
STUCK_SHARE = 0.95
"""A sensor active in more than this share of all hours proves nothing: nobody moves in all."""


class Kind(StrEnum):
    """What a home is known by."""

    EVENTS = "events"
    LABELS = "labels"
    METER = "meter"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Home:
    """One recorded home. Its wall-clock times are taken as UTC, so that days are its local days."""

    name: str
    kind: Kind
    history: History
    """All activity outside of outages."""
    first_s: float
    last_s: float
    """When the recording begins and ends."""
    outages: tuple[Stretch, ...]
    """When the recorder was off."""
    out: tuple[Stretch, ...]
    """In hindsight: when nobody was home, as labels or days of low use say."""
    entrances: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Sensors that were stuck or chattering."""
    motion: frozenset[str] = frozenset()
    """Its motion sensors."""
    meter: Meter | None = None


def load(recording: Recording) -> Home | str:
    """Read a home; or say why it is not judged.

    Raises:
        InputError: REC-003, a file cannot be read.
    """
    told = about(recording)
    reason = told.skip or (recording.refused if not recording.events else None)
    if reason:
        return reason
    if recording.events is not None:
        home = _from_events(recording, told)
    elif recording.labels is not None:
        home = _from_labels(recording, told)
    else:
        home = _from_power(recording, told)
    if not isinstance(home, str) and home.history.at_s.size < FEWEST:
        return "hardly any activity"
    return home


FEWEST = 100
"""Activities below which there is nothing to judge."""


def _from_events(recording: Recording, told: About) -> Home | str:
    path = recording.events
    assert path is not None  # noqa: S101  asked by load
    table = columns(path)
    at_s = instants(table["time"], path)
    rows = list(zip(table["sensor"], table["kind"], table["room"], table["value"], strict=True))
    doors = entrances(
        {Door(name, room) for name, kind, room, _ in rows if kind == "door"},
        told=told.entrances or recording.entrances,
    )
    active = np.array([_is_active(kind, value) for _, kind, _, value in rows])
    if not active.any():
        return "no activity"
    beats = at_s[np.array([kind in HEARTBEATS for _, kind, _, _ in rows])]
    names = [name for name, _, _, _ in rows]
    seen_s = at_s + _counted(at_s, rows)
    chosen = np.flatnonzero(active).tolist()
    history = History.from_arrays(
        seen_s[active].tolist(), [names[n] in doors for n in chosen], [names[n] for n in chosen]
    )
    history, removed = _without_stuck(history)
    listed = _listed(recording, told)
    outages = listed or _silences(beats if beats.size else at_s, is_beat=bool(beats.size))
    return Home(
        name=recording.name,
        kind=Kind.EVENTS,
        history=_outside(history, outages),
        first_s=float(at_s.min()),
        last_s=float(max(at_s.max(), seen_s[active].max())),
        outages=outages,
        out=_labelled_out(recording),
        entrances=tuple(sorted(doors)),
        removed=removed,
        motion=frozenset(name for name, kind, _, _ in rows if kind == "motion"),
    )


def _from_labels(recording: Recording, told: About) -> Home | str:
    path = recording.labels
    assert path is not None  # noqa: S101  asked by load
    table = columns(path)
    start, end = instants(table["start"], path), instants(table["end"], path)
    names = [*table["activity"], *table["activity"]]
    at_s = np.concatenate([start, end])
    doors = {name for name in names if is_out(name)}
    history = History.from_arrays(at_s.tolist(), [name in doors for name in names], names)
    outages = _listed(recording, told) or _silences(np.sort(at_s), is_beat=False)
    return Home(
        name=recording.name,
        kind=Kind.LABELS,
        history=_outside(history, outages),
        first_s=float(at_s.min()),
        last_s=float(at_s.max()),
        outages=outages,
        out=_labelled_out(recording),
        entrances=tuple(sorted(doors)),
    )


def _from_power(recording: Recording, told: About) -> Home | str:
    path = recording.power
    assert path is not None  # noqa: S101  asked by load
    table = columns(path)
    at_s = instants(table["time"], path)
    watts = np.array([float(text) for text in table["power_w"]])
    if at_s.size < FEWEST or float(np.mean(watts)) < NOT_A_HOME_W:
        return f"uses less than {NOT_A_HOME_W:.0f} W: one appliance, or nobody lives there"
    meter = Meter.of(at_s, watts)
    outages = _listed(recording, told) or _silences(meter.at_s, is_beat=True)
    return Home(
        name=recording.name,
        kind=Kind.METER,
        history=_outside(meter.history(), outages),
        first_s=float(meter.at_s[0]),
        last_s=float(meter.at_s[-1]) + meter.step_s,
        outages=outages,
        out=tuple(meter.empty),
        meter=meter,
    )


def _is_active(kind: str, value: str) -> bool:
    quantity = QUANTITIES.get(kind)
    if quantity is None:
        return False
    number = value.replace(".", "", 1)
    seen = float(value) > 0 if number.isdigit() else value in ON
    if number.isdigit():
        return seen
    return is_activity(quantity, float(seen))


def _counted(at_s: Seconds, rows: Sequence[tuple[str, str, str, str]]) -> Seconds:
    """Return how much later than its time a row is known: sums are known at their end."""
    later = np.zeros(at_s.size)
    numbers = [
        kind == "motion" and value not in ON | {"OFF", "CLOSE"} for _, kind, _, value in rows
    ]
    chosen = np.array(numbers)
    for name in sorted({rows[n][0] for n in np.flatnonzero(chosen).tolist()}):
        mine = np.array([row[0] == name for row in rows]) & chosen
        apart = float(np.median(np.diff(at_s[mine]))) if mine.sum() > 1 else 0.0
        later[mine] = apart if apart >= COUNTED_S else 0.0
    return later


def _without_stuck(history: History) -> tuple[History, tuple[str, ...]]:
    hours = np.floor(history.at_s / HOUR_S)
    span = float(hours[-1] - hours[0]) + 1
    pairs = np.unique(np.stack([history.sensor.astype(np.float64), hours]), axis=1)[0]
    stuck = [
        code
        for code, count in sorted(Counter(pairs.tolist()).items())
        if count > STUCK_SHARE * span
    ]
    removed = tuple(history.sensors[int(code)] for code in stuck)
    return history.keep(~np.isin(history.sensor, stuck)), removed


def _silences(at_s: Seconds, *, is_beat: bool) -> tuple[Stretch, ...]:
    """Return when a recorder was off, out of what it wrote."""
    at_s = np.unique(at_s)
    if at_s.size < FEWEST:
        return ()
    gaps = np.diff(at_s)
    limit: float = OFF_WITHOUT_A_WORD_S
    if is_beat:
        limit = max(MISSED * float(np.quantile(gaps, 0.99)), OFF_AT_LEAST_S)
    return tuple(
        (moment(at_s[n]), moment(at_s[n + 1])) for n in np.flatnonzero(gaps > limit).tolist()
    )


def _listed(recording: Recording, told: About) -> tuple[Stretch, ...]:
    pairs = list(told.outages)
    path = recording.outages or recording.about
    if recording.outages is not None:
        table = columns(recording.outages)
        pairs += zip(table["start"], table["end"], strict=True)
    if not pairs or path is None:
        return ()
    start = instants([one for one, _ in pairs], path)
    end = instants([one for _, one in pairs], path)
    return tuple((moment(a), moment(b)) for a, b in sorted(zip(start, end, strict=True)))


def _labelled_out(recording: Recording) -> tuple[Stretch, ...]:
    """Return when labels say that the resident was out: their spans, and from leaving to return."""
    if recording.labels is None:
        return ()
    table = columns(recording.labels)
    start = instants(table["start"], recording.labels)
    end = instants(table["end"], recording.labels)
    rows = sorted(zip(start.tolist(), end.tolist(), table["activity"], strict=True))
    return tuple(_spans(rows))


def _spans(rows: Sequence[tuple[float, float, str]]) -> Iterator[Stretch]:
    left_at: float | None = None
    for start, end, activity in rows:
        if is_back(activity):
            if left_at is not None and start > left_at:
                yield moment(left_at), moment(start)
            left_at = None
        elif is_out(activity):
            left_at = start
            yield moment(start), moment(end)


def _outside(history: History, outages: Sequence[Stretch]) -> History:
    keep = np.ones(history.at_s.size, dtype=np.bool_)
    for start, end in outages:
        keep &= (history.at_s <= start.timestamp()) | (history.at_s >= end.timestamp())
    return history.keep(keep)


def moment(at_s: float) -> datetime:
    """Return an instant; aware, UTC."""
    return datetime.fromtimestamp(float(at_s), UTC)
