"""(b) How long from the instant an envelope should go to its receipt, at a steady offered rate."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import bare_paho
from benchmarks.city import City
from benchmarks.fleet import Fleets
from benchmarks.publisher import Outcome
from benchmarks.samples import percentile
from benchmarks.telling import Teller

SIZES = (20, 1)
"""Records of an envelope: a lively one, and that of a single event."""


def measure(
    *, homes: int, rates: Sequence[float], seconds: float, tell: Teller
) -> list[dict[str, Any]]:
    """Offer each rate to ingest, and to a bare echo that commits nothing."""
    found: list[dict[str, Any]] = []
    for rate in rates:
        with tempfile.TemporaryDirectory(prefix="mimamori-bench-") as folder:
            with City(Path(folder) / "ours", homes) as city:
                tell.say(f"{rate:,.0f} messages/s")
                city.start_ingest()
                ours = _offer(city, rate=rate, seconds=seconds, are_signed=True)
            with City(Path(folder) / "echo", homes) as city:
                tell.say(f"control: bare echo at {rate:,.0f} messages/s")
                with bare_paho.echo(city.broker.port, "ingest"):
                    control = _offer(city, rate=rate, seconds=seconds, are_signed=False)
        found += [
            {"messages_per_s": rate, "seconds": seconds, "records": size}
            | _waits(ours[size], "receipt")
            | _waits(control[size], "echo")
            | {"unreceipted": ours[size].unreceipted}
            for size in SIZES
        ]
    return found


def _offer(city: City, *, rate: float, seconds: float, are_signed: bool) -> dict[int, Outcome]:
    """Return what came of each size."""
    fleets = Fleets(city.homes, city.broker.port)
    found = {}
    try:
        for size in SIZES:
            fleets.prepare(len(city.homes), size)
            fleets.start(are_signed=are_signed)
            fleets.outcome()
            fleets.prepare(int(rate * seconds), size)
            fleets.start(rate=rate, are_signed=are_signed)
            found[size] = fleets.outcome()
        return found
    finally:
        fleets.close()


def _waits(outcome: Outcome, name: str) -> dict[str, float]:
    return {
        f"{name}_{words}_ms": percentile(outcome.waits_s, share) * 1000
        for words, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
    }
