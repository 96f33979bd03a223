"""How much is measured: quick (does it work at all?), usual, and the full sizes of a release."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.controls import Sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class SizesOfRun:
    """The sizes of all benchmarks of one run."""

    controls: Sizes
    homes: int
    readings: int
    """(a) in envelopes of 20."""
    readings_of_one: int
    """(a) in envelopes of 1."""
    has_steady: bool


QUICK = SizesOfRun(
    controls=Sizes(homes=4, messages=400, rows=4_000),
    homes=4,
    readings=2_000,
    readings_of_one=200,
    has_steady=False,
)
USUAL = SizesOfRun(
    controls=Sizes(homes=100, messages=40_000, rows=500_000),
    homes=100,
    readings=600_000,
    readings_of_one=60_000,
    has_steady=True,
)
FULL = SizesOfRun(
    controls=Sizes(homes=100, messages=40_000, rows=2_000_000),
    homes=100,
    readings=4_000_000,
    readings_of_one=400_000,
    has_steady=True,
)
