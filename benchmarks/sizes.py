"""How much is measured: quick (does it work at all?), usual, and the full sizes of a release."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.controls import Sizes

FULL_BACKLOG = 6_000
"""Readings of one home in 72 h."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSizes:
    """The sizes of all benchmarks of one run."""

    controls: Sizes
    homes: int
    """(a), (b), (c)"""
    envelopes: tuple[tuple[int, int], ...]
    """(a) records of an envelope, and readings in all."""
    has_steady: bool
    """(a) whether the highest rate that both halves keep up with is searched."""
    rates: tuple[float, ...]
    """(b) messages a second."""
    rate_s: float
    backlog: int
    """(c) readings."""
    memory_homes: int
    """(d)"""
    memory_s: float
    growth: tuple[int, ...]
    """(e) homes."""
    growth_readings: int
    help_gateways: int
    """(f), (h)"""
    help_backlog: int
    """(f), (h) readings of each gateway."""
    back_gateways: int
    """(g)"""
    back_backlog: int
    """(g) readings of each gateway."""


QUICK = RunSizes(
    controls=Sizes(homes=4, messages=400, rows=4_000),
    homes=4,
    envelopes=((20, 2_000),),
    has_steady=False,
    rates=(50.0,),
    rate_s=1.0,
    backlog=2_000,
    memory_homes=20,
    memory_s=3.0,
    growth=(2, 6),
    growth_readings=1_200,
    help_gateways=3,
    help_backlog=600,
    back_gateways=4,
    back_backlog=400,
)
USUAL = RunSizes(
    controls=Sizes(homes=100, messages=40_000, rows=500_000),
    homes=100,
    envelopes=((20, 600_000), (1, 60_000)),
    has_steady=True,
    rates=(100.0, 1_000.0),
    rate_s=15.0,
    backlog=1_000_000,
    memory_homes=5_000,
    memory_s=120.0,
    growth=(100, 1_000, 10_000),
    growth_readings=400_000,
    help_gateways=50,
    help_backlog=FULL_BACKLOG,
    back_gateways=500,
    back_backlog=FULL_BACKLOG,
)
FULL = RunSizes(
    controls=Sizes(homes=100, messages=40_000, rows=2_000_000),
    homes=100,
    envelopes=((20, 3_000_000), (1, 300_000)),
    has_steady=True,
    rates=(100.0, 1_000.0),
    rate_s=60.0,
    backlog=1_000_000,
    memory_homes=5_000,
    memory_s=600.0,
    growth=(100, 1_000, 10_000),
    growth_readings=1_000_000,
    help_gateways=50,
    help_backlog=FULL_BACKLOG,
    back_gateways=500,
    back_backlog=FULL_BACKLOG,
)
