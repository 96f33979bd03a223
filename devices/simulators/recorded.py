"""A recorded home: the rows of a CSV file as devices and events, and what could not be played."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from devices.simulators.csv_file import (
    Layout,
    RawRow,
    RowError,
    header_only,
    layout_of,
    opened,
    rows,
)
from devices.simulators.event import HomeEvent
from devices.simulators.flat import Sensor, SensorKind
from devices.simulators.homes import TOKYO
from devices.simulators.nobody_home import nobody_home
from devices.simulators.rooms import looks_like_entrance, room_key
from devices.simulators.source import heartbeats
from domain.errors import InputError, Problem, shown
from domain.quantity import Quantity, is_believed

REPORTED_ROWS = 20
"""Bad rows that are told one by one; the others are only counted."""
LONGEST_NAME = 120
"""Characters of a sensor's name; a name becomes part of a topic."""
_STATES = {"ON": 1.0, "OPEN": 1.0, "OFF": 0.0, "CLOSE": 0.0, "CLOSED": 0.0}
_STATE_KINDS = {
    "motion": SensorKind.MOTION,
    "door": SensorKind.DOOR,
    "item": SensorKind.OPENING,
    "light": SensorKind.LAMP,
}
_NUMBER_KINDS = {
    "light": SensorKind.ILLUMINANCE,
    "temperature": SensorKind.TEMPERATURE,
    "power": SensorKind.METER,
}
_UNPLAYABLE_NUMBERS = {"motion"}
"""Kinds whose numbers are counts or levels that no sensor here says."""
_RESIDENT_MADE = {Quantity.MOTION, Quantity.DOOR, Quantity.OPENING, Quantity.LIGHT}
_STANDING = {Quantity.DOOR, Quantity.OPENING, Quantity.LIGHT}
_IN_A_TOPIC = re.compile(r"[/+#$\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""What a friendly name of one topic level cannot hold."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What became of the rows: `rows = played + repeated + unplayable + bad`."""

    rows: int = 0
    played: int = 0
    repeated: int = 0
    """Rows that say again what their sensor said before: no event."""
    unplayable: Counter[str] = field(default_factory=Counter)
    """Rows by the kind that no sensor here plays."""
    bad: int = 0
    problems: list[Problem] = field(default_factory=list)
    """CSV-004, the first `REPORTED_ROWS` of the bad rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file that was read: devices, events in order of time, and the report."""

    devices: tuple[Sensor, ...]
    events: tuple[HomeEvent, ...]
    report: Report


class RecordedHome:
    """A home that lives as it was recorded, with heartbeats added."""

    def __init__(self, recording: Recording, *, zone: ZoneInfo = TOKYO, seed: int = 0) -> None:
        """Play `recording`; `zone` is where its nights are, `seed` sets the heartbeats."""
        self.recording, self.zone, self.seed = recording, zone, seed
        self._events = recording.events
        self._instants = [event.at for event in recording.events]

    @property
    def devices(self) -> tuple[Sensor, ...]:
        """All sensors that the file speaks of and that can be played."""
        return self.recording.devices

    @property
    def first_at(self) -> datetime:
        """The instant of the first event, UTC."""
        return self._instants[0]

    @property
    def last_at(self) -> datetime:
        """The instant of the last event, UTC."""
        return self._instants[-1]

    def states_before(self, instant: datetime) -> Mapping[str, float]:
        """Return the states as recorded; before its first change a sensor showed the other one."""
        states: dict[str, float] = {}
        for event in self._events:
            if event.quantity not in _STANDING:
                continue
            if event.at < instant:
                states[event.device] = event.value
            else:
                states.setdefault(event.device, 1.0 - event.value)
        return states

    def events(self, begin: datetime, end: datetime) -> list[HomeEvent]:
        """Return what was recorded in `begin <= at < end`, and heartbeats, also past the file."""
        found = [*self._between(begin, end), *heartbeats(self.devices, self.seed, begin, end)]
        return sorted(found, key=_instant_of)  # stable: the rows of one instant keep their order

    def unattended(self, begin: datetime, end: datetime, *, since: datetime) -> list[HomeEvent]:
        """Return the home without its resident: meters as in its own earlier nights."""
        alone = [
            event
            for event in self._between(begin, end)
            if not event.resident_made and event.quantity is not Quantity.POWER
        ]
        past = self._events[: bisect_left(self._instants, since)]
        for meter in self.devices:
            if meter.kind is SensorKind.METER:
                alone.extend(
                    nobody_home(past, meter.name, since=since, begin=begin, end=end, zone=self.zone)
                )
        alone.extend(heartbeats(self.devices, self.seed, begin, end))
        return sorted(alone, key=_instant_of)

    def _between(self, begin: datetime, end: datetime) -> tuple[HomeEvent, ...]:
        first = bisect_left(self._instants, begin)
        return self._events[first : bisect_left(self._instants, end, lo=first)]


def load(path: Path, *, zone: ZoneInfo = TOKYO, entrances: Iterable[str] = ()) -> Recording:
    """Read a `.csv` or `.csv.gz` file of a recorded home.

    Args:
        path: The file.
        zone: Where the home is: times without a zone are its local times.
        entrances: Names of the doors through which the resident leaves; guessed when empty.

    Raises:
        InputError: The file as a whole cannot be used; the codes are those of `csv_file`.
    """
    with opened(path) as lines:
        return read(lines, where=shown(path.name), zone=zone, entrances=entrances)


def read(
    lines: Iterable[str], *, where: str, zone: ZoneInfo = TOKYO, entrances: Iterable[str] = ()
) -> Recording:
    """Read the lines of such a file; `where` names it in errors. Raises as `load` does."""
    stream = iter(lines)
    layout = layout_of(stream, where)
    reader = _Reader(where=where, layout=layout)
    for row in rows(stream, layout, zone):
        reader.take(row)
    if reader.report.rows == 0:
        raise header_only(where)
    return reader.finish(tuple(entrances))


class _Reader:
    """Rows in, devices and events out."""

    def __init__(self, *, where: str, layout: Layout) -> None:
        self.report = Report()
        self._where, self._layout = where, layout
        self._devices: dict[tuple[str, SensorKind], Sensor] = {}
        self._names: set[str] = set()
        self._events: list[HomeEvent] = []

    def take(self, row: RawRow | tuple[int, str]) -> None:
        """Count one row and keep what it says."""
        self.report.rows += 1
        if isinstance(row, tuple):
            self._reject(*row)
            return
        try:
            self._keep(row)
        except RowError as error:
            self._reject(row.line, str(error))

    def finish(self, entrances: tuple[str, ...]) -> Recording:
        """Return what was read.

        Raises:
            InputError: CSV-005 when nothing can be played, CSV-006 for an unknown entrance.
        """
        self._events.sort(key=_instant_of)
        events = tuple(self._changes())
        self.report.played = len(events)
        if not events:
            raise self._nothing_to_play()
        return Recording(devices=self._with_entrances(entrances), events=events, report=self.report)

    def _keep(self, row: RawRow) -> None:
        if self._layout is Layout.POWER:
            name, kind, room, text = "power_meter", "power", "", row.columns[0]
        else:
            name, kind, room, text = row.columns
        if not 0 < len(name) <= LONGEST_NAME:
            msg = f"the sensor's name has {len(name)} characters, 1 to {LONGEST_NAME} are needed"
            raise RowError(msg)
        value = _STATES.get(text.upper())
        table = _NUMBER_KINDS if value is None else _STATE_KINDS
        if kind == "other" or (value is None and kind in _UNPLAYABLE_NUMBERS and _is_number(text)):
            self.report.unplayable[kind] += 1
            return
        if kind not in table:
            known = kind in _NUMBER_KINDS or kind in _STATE_KINDS
            msg = f"value {shown(text)} does not fit" if known else f"kind {shown(kind)} is unknown"
            raise RowError(msg)
        sensor = self._sensor(name, table[kind], room)
        self._events.append(_event(row.at, sensor, _number(text) if value is None else value))

    def _sensor(self, name: str, kind: SensorKind, room: str) -> Sensor:
        key = (name, kind)
        if key not in self._devices:
            friendly = _IN_A_TOPIC.sub("_", name)
            while friendly in self._names:
                friendly += f"_{kind}"
            self._names.add(friendly)
            self._devices[key] = Sensor(name=friendly, kind=kind, room=room_key(room))
        return self._devices[key]

    def _changes(self) -> Iterable[HomeEvent]:
        """Yield the events without those that only say again what was known."""
        said: dict[str, HomeEvent] = {}
        for event in self._events:
            before = said.get(event.device)
            said[event.device] = event
            if _is_repeated(before, event):
                self.report.repeated += 1
            else:
                yield event

    def _with_entrances(self, entrances: tuple[str, ...]) -> tuple[Sensor, ...]:
        doors = [sensor for sensor in self._devices.values() if sensor.kind is SensorKind.DOOR]
        unknown = sorted(set(entrances) - {door.name for door in doors})
        if unknown:
            raise InputError(
                Problem(
                    code="CSV-006",
                    where=self._where,
                    found=f"there is no door {shown(unknown[0])}",
                    allowed=", ".join(shown(door.name) for door in doors[:10]) or "no door at all",
                    do="name one of these as the entrance, or none",
                )
            )
        chosen = set(entrances) or {
            door.name for door in doors if looks_like_entrance(door.name, door.room)
        }
        return tuple(
            replace(sensor, is_entrance=sensor.kind is SensorKind.DOOR and sensor.name in chosen)
            for sensor in self._devices.values()
        )

    def _reject(self, line: int, what: str) -> None:
        self.report.bad += 1
        if len(self.report.problems) < REPORTED_ROWS:
            self.report.problems.append(
                Problem(
                    code="CSV-004",
                    where=f"{self._where} line {line}",
                    found=what,
                    allowed=self._layout,
                    do="correct or remove the row; the rest is played",
                )
            )

    def _nothing_to_play(self) -> InputError:
        return InputError(
            Problem(
                code="CSV-005",
                where=self._where,
                found=f"none of {self.report.rows} rows can be played ({self.report.bad} are bad)",
                allowed="motion, door, item, light, temperature or power",
                do="look at the first problems of the rows, or choose another file",
            )
        )


def _is_repeated(before: HomeEvent | None, event: HomeEvent) -> bool:
    if event.quantity is Quantity.MOTION:
        if event.value == 0.0:
            return before is None or before.value == 0.0
        return before == event  # the same movement twice in one millisecond
    if event.quantity in _RESIDENT_MADE:
        return before is not None and before.value == event.value
    return before == event


def _event(at: datetime, sensor: Sensor, value: float) -> HomeEvent:
    if not is_believed(sensor.quantity, value):
        msg = f"value {value} is not believed"
        raise RowError(msg)
    return HomeEvent(
        at=at,
        device=sensor.name,
        quantity=sensor.quantity,
        value=value,
        resident_made=sensor.quantity in _RESIDENT_MADE,
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        msg = f"value {shown(text)} cannot be read"
        raise RowError(msg) from error


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _instant_of(event: HomeEvent) -> datetime:
    return event.at
