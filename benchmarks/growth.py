"""(e) What grows with the number of homes: rates, memory, start-up."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.city import City
from benchmarks.fleet import Fleets
from benchmarks.samples import resident_mib
from benchmarks.telling import Teller
from benchmarks.throughput import burst, complete

RECORDS = 20


def measure(*, sizes: Sequence[int], readings: int, tell: Teller) -> list[dict[str, Any]]:
    """Send the same readings from ever more homes."""
    found = []
    for homes in sizes:
        with tempfile.TemporaryDirectory(prefix="mimamori-bench-") as folder:
            tell.say(f"registering {homes:,} homes")
            with City(Path(folder), homes) as city:
                found.append(_of(city, readings, tell))
    return found


def _of(city: City, readings: int, tell: Teller) -> dict[str, Any]:
    start_s = city.start_ingest()
    idle_mib = resident_mib(city.ingest_pid)
    fleets = Fleets(city.homes, city.broker.port)
    try:
        result = burst(city, fleets, readings=readings, size=RECORDS, tell=tell)
    finally:
        fleets.close()
    tell.say("counting the store")
    result |= complete(city, fleets)
    result |= {"start_s": start_s, "idle_mib": idle_mib, "registration_s": city.registration_s}
    return result
