"""(d) Whether ingest's memory stays flat under twice the load of 5,000 homes.

The load of a home and day: 500 activity readings, each an envelope of its own; its meters each
30 min, an envelope of 4; a heartbeat each 60 s. That is 500 + 48 + 1,440 = 1,988 messages, and
of 5,000 homes 115 messages/s (83 of them heartbeats). Twice as much is 230 messages/s.

Ingest holds counters of each lane, and the number of each sensor in the store of readings, from the
first time that it hears of them: that is growth with the city, not with time. So before the clock
starts every home says each of its sensors once, at the same rate; what grows after that is a leak.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression
from typing import Any

from benchmarks.city import City
from benchmarks.fleet import Fleets
from benchmarks.samples import Sample, Watch
from benchmarks.telling import Teller
from benchmarks.throughput import PROJECTION_TIMEOUT_S, complete

ACTIVITIES, METERS, HEARTBEATS = 500, 48, 1_440
"""Messages of one home and day."""
METER_RECORDS = 4
WARM_UP_RECORDS = 20
"""Of one envelope of each home: all of its sensors (`benchmarks.homes`)."""
SECONDS_A_DAY = 86_400
LOAD = 2.0
LOOK_EACH_S = 5.0
SETTLED = 1 / 3
"""The slope is taken behind this share of the run, when caches are full."""
_CYCLE = 101
"""A prime: so every gateway gets its share of each kind."""


def measure(*, homes: int, seconds: float, tell: Teller) -> dict[str, Any]:
    """Offer twice the load of `homes` homes for so long; returns memory and its slope."""
    with tempfile.TemporaryDirectory(prefix="mimamori-bench-") as folder:
        tell.say(f"registering {homes:,} homes")
        with City(Path(folder), homes) as city:
            city.start_ingest()
            fleets = Fleets(city.homes, city.broker.port)
            try:
                return _offer(city, fleets, seconds, tell)
            finally:
                fleets.close()


def _offer(city: City, fleets: Fleets, seconds: float, tell: Teller) -> dict[str, Any]:
    a_day = ACTIVITIES + METERS + HEARTBEATS
    rate = LOAD * len(city.homes) * a_day / SECONDS_A_DAY
    tell.say(f"every home says each of its sensors once, {rate:,.0f} messages/s")
    fleets.prepare(len(city.homes), WARM_UP_RECORDS)
    fleets.start(rate=rate)
    fleets.outcome()
    tell.say("encoding and signing")
    fleets.prepare(max(1, int(rate * seconds)), *_sizes())
    tell.say(f"{rate:,.0f} messages/s for {seconds:,.0f} s")
    with Watch(city, fleets, every_s=min(LOOK_EACH_S, seconds / 10)) as watch:
        sent = fleets.messages
        began_s = fleets.start(rate=rate)
        while not fleets.is_done:
            watch.tick(tell, 0, 0)
            tell.reached(fleets.messages - sent, rate * seconds)
        outcome = fleets.outcome()
        watch.until_projected(PROJECTION_TIMEOUT_S)
    tell.say("counting the store")
    return {
        "homes": len(city.homes),
        "load": LOAD,
        "messages_per_s": rate,
        "seconds": seconds,
        "messages": outcome.messages,
        **_flatness(watch.samples, began_s),
        "processor_share": watch.processor_s["ingest"] / seconds,
        "unreceipted": outcome.unreceipted,
        **complete(city, fleets),
    }


def _sizes() -> list[int]:
    """Return what a home sends, in the proportions of its day, well mixed."""
    a_day = ACTIVITIES + METERS + HEARTBEATS
    meters, activities = METERS * _CYCLE // a_day, ACTIVITIES * _CYCLE // a_day
    beats = _CYCLE - meters - activities
    plain = [METER_RECORDS] * meters + [1] * activities + [0] * beats
    return [plain[number * 37 % _CYCLE] for number in range(_CYCLE)]


def _flatness(samples: Sequence[Sample], began_s: float) -> dict[str, Any]:
    times = [(sample.at_s - began_s) / 60 for sample in samples]
    sizes = [sample.ingest_mib for sample in samples]
    settled = min(int(len(samples) * SETTLED), len(samples) - 2)
    slope = linear_regression(times[settled:], sizes[settled:]).slope
    return {
        "first_mib": sizes[0],
        "last_mib": sizes[-1],
        "most_mib": max(sizes),
        "slope_mib_per_min": slope,
        "broker_most_mib": max(sample.broker_mib for sample in samples),
        "every_mib": [round(size, 1) for size in sizes],
    }
