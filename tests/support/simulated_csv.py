"""A simulated home written down as a recorded one, so that replays need no recorded data."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from devices.simulators.flat import SensorKind
from devices.simulators.homes import TOKYO, SimulatedHome

_WORDS = {
    SensorKind.MOTION: ("motion", "ON", "OFF"),
    SensorKind.DOOR: ("door", "OPEN", "CLOSE"),
    SensorKind.OPENING: ("item", "ON", "OFF"),
}


def write_csv(path: Path, *, seed: int, begin: datetime, end: datetime) -> None:
    """Write motion, doors and openings of a simulated home in the schema of recorded homes."""
    home = SimulatedHome(seed)
    kinds = {sensor.name: sensor for sensor in home.devices}
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["time", "sensor", "kind", "room", "value"])
        for event in home.events(begin, end):
            sensor = kinds[event.device]
            if event.quantity is not sensor.quantity or sensor.kind not in _WORDS:
                continue
            kind, on, off = _WORDS[sensor.kind]
            local = event.at.astimezone(TOKYO).replace(tzinfo=None)
            rows.writerow(
                [
                    local.isoformat(timespec="milliseconds"),
                    sensor.name,
                    kind,
                    sensor.room,
                    on if event.value else off,
                ]
            )
