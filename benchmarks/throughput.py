"""(a) How many readings a second are receipted, and projected into the store."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.city import City
from benchmarks.fleet import Fleets
from benchmarks.publisher import Outcome
from benchmarks.samples import Watch
from benchmarks.telling import Teller

PROJECTION_TIMEOUT_S = 1_800.0
WARM_UP_EACH = 1
"""Envelopes of each gateway before the measured ones: they open its stream."""
STEADY_S = 8.0
STEADY_STEP = 1.25
CLOSE = 1.07
"""The search ends when a rate that held and one that did not are as near as this."""
MOST_TRIALS = 6
LAG_S = 2.0
"""A rate counts as kept up with while neither half falls behind by more than this much of it."""


def measure(*, homes: int, readings: int, size: int, tell: Teller, steady: bool) -> dict[str, Any]:
    """Flood a fresh city with envelopes of `size`; returns rates and whether all is there."""
    with tempfile.TemporaryDirectory(prefix="mimamori-bench-") as folder:
        tell.say(f"registering {homes} homes")
        with City(Path(folder), homes) as city:
            start_s = city.start_ingest()
            fleets = Fleets(city.homes, city.broker.port)
            try:
                result = burst(city, fleets, readings=readings, size=size, tell=tell)
                if steady:
                    result["steady"] = _steady(
                        city, fleets, size=size, tell=tell, first=result["projected_per_s"]
                    )
            finally:
                fleets.close()
            tell.say("counting the store")
            result |= complete(city, fleets)
            result["start_s"] = start_s
            return result


def burst(city: City, fleets: Fleets, *, readings: int, size: int, tell: Teller) -> dict[str, Any]:
    """Publish as fast as receipts allow, and wait until all is projected."""
    fleets.prepare(WARM_UP_EACH * len(city.homes), size)
    fleets.start()
    fleets.outcome()
    tell.say(f"encoding and signing {readings:,} readings")
    fleets.prepare(readings // size, size)
    tell.say(f"receipts for {readings:,} readings, {size} an envelope")
    with Watch(city, fleets) as watch:
        watch.until_projected(PROJECTION_TIMEOUT_S)
        before = watch.look()
        fleets.start()
        while not fleets.is_done:
            watch.tick(tell, before.receipted, readings)
        outcome = fleets.outcome()
        receipted = watch.look()
        tell.say("projecting what is left")
        end_s = watch.until_projected(PROJECTION_TIMEOUT_S)
    _require_all(outcome)
    entries = receipted.head - before.head
    share = (receipted.cursor - before.head) / entries
    burst_s, whole_s = outcome.last_s - outcome.first_s, end_s - outcome.first_s
    after_s = max(end_s - receipted.at_s, 1e-3)
    return {
        "homes": len(city.homes),
        "readings": outcome.records,
        "envelope": size,
        "receipted_per_s": outcome.records / burst_s,
        "messages_per_s": outcome.messages / burst_s,
        "burst_s": burst_s,
        "projected_per_s": outcome.records / whole_s,
        "projected_during_burst_per_s": share * outcome.records / burst_s,
        "projected_after_burst_per_s": (1 - share) * outcome.records / after_s,
        "processor_us_per_reading": {
            name: used / outcome.records * 1e6 for name, used in watch.processor_s.items()
        },
        "ingest_mib": max(sample.ingest_mib for sample in watch.samples),
        "broker_mib": max(sample.broker_mib for sample in watch.samples),
    }


def _steady(city: City, fleets: Fleets, *, size: int, tell: Teller, first: float) -> dict[str, Any]:
    """Search the highest offered rate at which receipts and projection both keep up."""
    best, worst, rate = 0.0, math.inf, first
    tried: list[dict[str, Any]] = []
    while len(tried) < MOST_TRIALS and worst / max(best, 1.0) > CLOSE:
        held, lags = _holds(city, fleets, rate=rate, size=size, tell=tell)
        tried.append({"readings_per_s": rate, "held": held} | lags)
        best, worst = (max(best, rate), worst) if held else (best, min(worst, rate))
        is_between = best > 0 and worst < math.inf
        rate = (
            math.sqrt(best * worst)
            if is_between
            else rate * (STEADY_STEP if held else 1 / STEADY_STEP)
        )
    return {"readings_per_s": best, "trials": tried}


def _holds(
    city: City, fleets: Fleets, *, rate: float, size: int, tell: Teller
) -> tuple[bool, dict[str, float]]:
    tell.say(f"encoding for {rate:,.0f} readings/s")
    envelopes = max(1, int(rate * STEADY_S / size))
    fleets.prepare(envelopes, size)
    tell.say(f"does it keep up with {rate:,.0f} readings/s?")
    with Watch(city, fleets) as watch:
        before = watch.look()
        sent_before = fleets.sent
        fleets.start(rate=rate / size)
        worst = 0.0
        while not fleets.is_done:
            watch.tick(tell, before.receipted, envelopes * size)
            worst = max(worst, (fleets.sent - sent_before - watch.receipted_since(before)) / rate)
        _require_all(fleets.outcome())
        at_end = watch.look()
        projector_s = (at_end.head - at_end.cursor) * size / rate
        watch.until_projected(PROJECTION_TIMEOUT_S)
    lags = {"receipt_lag_s": worst, "projector_lag_s": projector_s}
    return max(lags.values()) <= LAG_S, lags


def complete(city: City, fleets: Fleets) -> dict[str, Any]:
    """Count the store against what was published."""
    stored, doubled = city.stored()
    return {
        "published": fleets.sent,
        "lost": fleets.sent - (stored - doubled),
        "doubled": doubled,
        "quarantined": city.quarantined(),
    }


def _require_all(outcome: Outcome) -> None:
    if outcome.unreceipted or outcome.bad_receipts:
        raise RuntimeError(
            f"{outcome.unreceipted} readings have no receipt,"
            f" {outcome.bad_receipts} receipts are wrong"
        )
