"""Runs benchmarks by name and writes what they found: `scripts/bench [name ...] [options]`."""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import (
    alert,
    backlog,
    controls,
    growth,
    latency,
    memory,
    reunion,
    telegraf,
    throughput,
)
from benchmarks import help as help_button
from benchmarks.machine import ROOT, describe
from benchmarks.report import FAILED, heading, table, write_page
from benchmarks.sizes import FULL, QUICK, USUAL, RunSizes
from benchmarks.telling import Teller

RESULT = ROOT / "var" / "bench.json"


def _throughput(sizes: RunSizes, tell: Teller) -> Any:
    return [
        throughput.measure(
            homes=sizes.homes, readings=readings, size=size, tell=tell, steady=sizes.has_steady
        )
        for size, readings in sizes.envelopes
    ]


def _latency(sizes: RunSizes, tell: Teller) -> Any:
    return latency.measure(homes=sizes.homes, rates=sizes.rates, seconds=sizes.rate_s, tell=tell)


def _backlog(sizes: RunSizes, tell: Teller) -> Any:
    return backlog.measure(homes=sizes.homes, readings=sizes.backlog, tell=tell)


def _memory(sizes: RunSizes, tell: Teller) -> Any:
    return memory.measure(homes=sizes.memory_homes, seconds=sizes.memory_s, tell=tell)


def _growth(sizes: RunSizes, tell: Teller) -> Any:
    return growth.measure(sizes=sizes.growth, readings=sizes.growth_readings, tell=tell)


def _help(sizes: RunSizes, tell: Teller) -> Any:
    return help_button.measure(homes=sizes.help_gateways, backlog=sizes.help_backlog, tell=tell)


def _reunion(sizes: RunSizes, tell: Teller) -> Any:
    return reunion.measure(homes=sizes.back_gateways, backlog=sizes.back_backlog, tell=tell)


def _alert(sizes: RunSizes, tell: Teller) -> Any:
    return alert.measure(homes=sizes.help_gateways, backlog=sizes.help_backlog, tell=tell)


BENCHMARKS: dict[str, tuple[str, Callable[[RunSizes, Teller], Any]]] = {
    "a": ("readings per second, receipted and projected", _throughput),
    "b": ("publish to receipt at a steady rate", _latency),
    "c": ("drain of a backlog after ingest was away", _backlog),
    "d": ("memory under twice the load of 5,000 homes", _memory),
    "e": ("growth with the number of homes", _growth),
    "f": ("help button to finding while gateways drain", _help),
    "g": ("gateways that come back all at once", _reunion),
    "h": ("help button to mail, and escalation against its time", _alert),
}


def main() -> int:
    """Run what was asked for; 1 when a reading was lost or doubled."""
    asked = _arguments()
    sizes = QUICK if asked.quick else FULL if asked.full else USUAL
    if asked.burst_only:
        sizes = replace(sizes, has_steady=False)
    if asked.seconds is not None:
        sizes = replace(sizes, memory_s=asked.seconds)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with Teller() as tell:
        result = finite(run(asked.names or list(BENCHMARKS), sizes, tell))
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2, allow_nan=False)
    asked.output.write_text(text + "\n", "utf-8")
    if asked.page is not None:
        write_page(asked.page, result)
    print(f"{heading(result)}\n\n{table(result)}")
    print(f"\nWritten to {asked.output}")
    return 1 if wrong(result) else 0


def run(names: list[str], sizes: RunSizes, tell: Teller) -> dict[str, Any]:
    """Return the result of the benchmarks of these names, with controls before and after."""
    result: dict[str, Any] = describe()
    tell.title("controls, before")
    before = controls.measure(sizes.controls, tell)
    for name in names:
        title, measure = BENCHMARKS[name]
        tell.title(f"({name}) {title}")
        try:
            result[name] = measure(sizes, tell)
        except Exception as error:  # noqa: BLE001 (what others found is not thrown away)
            tell.title(f"({name}) failed: {error!r}")
            result[name] = {FAILED: repr(error)}
    tell.title("controls, after")
    after = controls.measure(sizes.controls, tell)
    found = telegraf.find() or "not on the PATH"
    result["controls"] = {"before": before, "after": after, "telegraf": found}
    return result


def finite(found: Any) -> Any:
    """Return a result with None for what is no number, such as the wait for what never came."""
    if isinstance(found, dict):
        return {name: finite(each) for name, each in found.items()}
    if isinstance(found, list):
        return [finite(each) for each in found]
    return None if isinstance(found, float) and not math.isfinite(found) else found


def wrong(result: dict[str, Any]) -> int:
    """Count what failed, and readings that were lost, doubled, quarantined or not receipted."""
    parts = [part for name in BENCHMARKS if name in result for part in _list(result[name])]
    keys = (
        "lost",
        "doubled",
        "quarantined",
        "unreceipted",
        "missing",
        "live_lost",
        "left",
        "steps_missing",
    )
    failed = sum(FAILED in part for part in parts)
    return failed + sum(abs(int(part.get(key, 0))) for part in parts for key in keys)


def _list(found: Any) -> list[dict[str, Any]]:
    return found if isinstance(found, list) else [found]


def _arguments() -> argparse.Namespace:
    names = ", ".join(f"{name}: {title}" for name, (title, _) in BENCHMARKS.items())
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__, epilog=names)
    parser.add_argument("names", nargs="*", metavar="name", help="a letter; none: all of them")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small sizes: does it work at all?")
    size.add_argument("--full", action="store_true", help="the sizes of a release")
    parser.add_argument(
        "--burst-only", action="store_true", help="(a) without the search for a steady rate"
    )
    parser.add_argument("--seconds", type=float, help="(d) how long the load lasts")
    parser.add_argument("--page", type=Path, help="also write the table into this document")
    parser.add_argument("--output", type=Path, default=RESULT, help="JSON file (%(default)s)")
    asked = parser.parse_args()
    for name in asked.names:
        if name not in BENCHMARKS:
            parser.error(f"no benchmark is called {name!r}; there are {names}")
    return asked
