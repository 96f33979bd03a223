"""Runs benchmarks by name and writes what they found: `scripts/bench [name ...] [options]`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import controls, throughput
from benchmarks.machine import ROOT, describe
from benchmarks.report import table
from benchmarks.sizes import FULL, QUICK, USUAL, SizesOfRun
from benchmarks.telling import Teller

RESULT = ROOT / "var" / "bench.json"


def _a(sizes: SizesOfRun, tell: Teller) -> Any:
    return [
        throughput.measure(
            homes=sizes.homes, readings=readings, size=size, tell=tell, steady=sizes.has_steady
        )
        for size, readings in ((20, sizes.readings), (1, sizes.readings_of_one))
    ]


BENCHMARKS: dict[str, tuple[str, Callable[[SizesOfRun, Teller], Any]]] = {
    "a": ("readings per second, receipted and projected", _a),
}


def main() -> int:
    """Run what was asked for; the exit code says whether anything was lost."""
    asked = _arguments()
    sizes = QUICK if asked.quick else FULL if asked.full else USUAL
    result: dict[str, Any] = describe()
    with Teller() as tell:
        tell.title("controls, before")
        before = controls.measure(sizes.controls, tell)
        for name in asked.names or list(BENCHMARKS):
            title, run = BENCHMARKS[name]
            tell.title(f"{name}: {title}")
            result[name] = run(sizes, tell)
        tell.title("controls, after")
        after = controls.measure(sizes.controls, tell)
    result["controls"] = {"before": before, "after": after, "telegraf": controls.telegraf()}
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(table(result))
    print(f"\nWritten to {asked.output}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], help="none: all of them")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small sizes: does it work at all?")
    size.add_argument("--full", action="store_true", help="the sizes of a release")
    parser.add_argument(
        "--output", type=Path, default=RESULT, help="JSON file (default: %(default)s)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
