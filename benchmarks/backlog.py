"""(c) How long ingest needs for what was queued while it was away; whether all of it is there."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.city import City
from benchmarks.fleet import Fleets
from benchmarks.samples import Watch
from benchmarks.telling import Teller
from benchmarks.throughput import PROJECTION_TIMEOUT_S, complete

RECORDS = 20
QUEUE_TIMEOUT_S = 300.0
LOOK_EACH_S = 0.05


def measure(*, homes: int, readings: int, tell: Teller) -> dict[str, Any]:
    """Kill ingest, queue `readings` in the broker, start ingest again."""
    with tempfile.TemporaryDirectory(prefix="mimamori-bench-") as folder:
        tell.say(f"registering {homes} homes")
        with City(Path(folder), homes) as city:
            city.start_ingest()
            fleets = Fleets(city.homes, city.broker.port)
            try:
                return _drain(city, fleets, readings, tell)
            finally:
                fleets.close()


def _drain(city: City, fleets: Fleets, readings: int, tell: Teller) -> dict[str, Any]:
    city.stop_ingest()
    tell.say(f"encoding and signing {readings:,} readings")
    fleets.prepare(readings // RECORDS, RECORDS)
    tell.say(f"queueing {readings:,} readings while ingest is away")
    fleets.start(has_window=False)
    _until_queued(fleets, readings // RECORDS)
    tell.say("draining")
    began_s = city.launch_ingest()
    with Watch(city, fleets, every_s=LOOK_EACH_S) as watch:
        while not fleets.is_done:
            watch.tick(tell, 0, readings)
        outcome = fleets.outcome()
        tell.say("projecting what is left")
        end_s = watch.until_projected(PROJECTION_TIMEOUT_S)
    start_s = min(each.at_s for each in watch.samples if each.receipted) - began_s
    drain_s, whole_s = outcome.last_s - began_s, end_s - began_s
    tell.say("counting the store")
    return {
        "homes": len(city.homes),
        "readings": outcome.records,
        "start_s": start_s,
        "drained_s": drain_s,
        "drained_per_s": outcome.records / drain_s,
        "after_start_per_s": outcome.records / max(drain_s - start_s, LOOK_EACH_S),
        "projected_s": whole_s,
        "projected_per_s": outcome.records / whole_s,
        "unreceipted": outcome.unreceipted,
        "ingest_mib": max(sample.ingest_mib for sample in watch.samples),
        "broker_mib": max(sample.broker_mib for sample in watch.samples),
        **complete(city, fleets),
    }


def _until_queued(fleets: Fleets, messages: int) -> None:
    end_s = time.perf_counter() + QUEUE_TIMEOUT_S
    while fleets.taken < messages:
        if time.perf_counter() > end_s:
            raise TimeoutError(f"the broker took {fleets.taken} of {messages} messages")
        time.sleep(LOOK_EACH_S)
