"""The list of a home's sensors as a technician writes it: a CSV file, read whole or refused."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from cli.desk import is_text, wrong
from devices.simulators.flat import BATTERY_HEARTBEAT, MAINS_HEARTBEAT, SensorKind
from domain.errors import shown
from storage.register.gateways import NewSensor

COLUMNS = ("name", "room", "kind", "entrance")
MAX_FILE_BYTES = 256 * 1024
"""A home has dozens of sensors; more is another file."""
NAME_CHARACTERS = 128
ROOM_CHARACTERS = 64
"""As long as the register's column."""
_WILD = frozenset("+#")
"""A friendly name is part of a topic; with these nothing could be published under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSensor:
    """One line of the list."""

    spec: NewSensor
    kind: SensorKind


def read_sensors(path: Path) -> list[ListedSensor]:
    """Read the list; in its order, never empty, no name twice.

    Raises:
        InputError: CSV-001 empty, CSV-002 no sensor, CSV-003 other columns, CSV-004 a line that
            cannot be used, CSV-007 a name twice, CSV-008 not UTF-8, CSV-010 it cannot be read.
    """
    text = _text(path)
    if not text.strip():
        raise wrong("CSV-001", str(path), "nothing", "a list of sensors")
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header, *lines = [(rows.line_num, row) for row in rows if row]
    except csv.Error as error:
        where = f"{path} line {rows.line_num}"
        raise wrong("CSV-004", where, str(error), "comma-separated values") from error
    if tuple(header[1]) != COLUMNS:
        raise wrong("CSV-003", str(path), shown(",".join(header[1])), ",".join(COLUMNS))
    if not lines:
        raise wrong("CSV-002", str(path), "a header only", "a line for each sensor")
    return _distinct(path, [(number, _sensor(path, number, row)) for number, row in lines])


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        found = error.strerror or type(error).__name__
        raise wrong("CSV-010", str(path), found, "a file that you may read") from error
    if len(raw) > MAX_FILE_BYTES:
        found, allowed = "another, larger file", f"at most {MAX_FILE_BYTES // 1024} KiB"
        raise wrong("CSV-010", str(path), found, allowed)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        allowed = "UTF-8; in Excel save as 'CSV UTF-8'"
        raise wrong("CSV-008", str(path), f"byte {error.start}", allowed) from error


def _distinct(path: Path, numbered: list[tuple[int, ListedSensor]]) -> list[ListedSensor]:
    first: dict[str, int] = {}
    for number, sensor in numbered:
        name = sensor.spec.name
        if name in first:
            found = f"{shown(name)} stands in line {first[name]} as well"
            raise wrong("CSV-007", f"{path} line {number}", found, "each name once")
        first[name] = number
    return [sensor for _, sensor in numbered]


def _sensor(path: Path, number: int, row: list[str]) -> ListedSensor:
    where = f"{path} line {number}"
    if len(row) != len(COLUMNS):
        raise wrong("CSV-004", where, f"{len(row)} columns", f"{len(COLUMNS)} columns")
    name, room, kind, entrance = (cell.strip() for cell in row)
    if not is_text(name, longest=NAME_CHARACTERS) or set(name) & _WILD:
        raise wrong("CSV-004", where, f"name {shown(name)}", "the friendly name, without + and #")
    if not is_text(room, longest=ROOM_CHARACTERS):
        raise wrong("CSV-004", where, f"room {shown(room)}", "a room such as kitchen")
    if kind not in set(SensorKind):
        raise wrong("CSV-004", where, shown(kind), ", ".join(SensorKind))
    if entrance not in {"yes", "no"}:
        raise wrong("CSV-004", where, shown(entrance), "yes or no")
    known = SensorKind(kind)
    spec = NewSensor(
        name=name,
        room=room,
        is_entrance=entrance == "yes",
        heartbeat=BATTERY_HEARTBEAT if known.on_battery else MAINS_HEARTBEAT,
        is_battery=known.on_battery,
    )
    return ListedSensor(spec=spec, kind=known)
