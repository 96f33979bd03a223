"""What holds of routine and deadline for any home."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.deadline import LastActivity, deadline, usual_silence_after
from anomaly.routine import CAPS, SOONEST, dumps, loads, untaught
from anomaly.silences import History, Mode, Tick, mode_after
from anomaly.teaching import fit

ZONES = [ZoneInfo(name) for name in ("Asia/Tokyo", "Europe/Berlin", "Asia/Kathmandu", "UTC")]
START = datetime(2026, 3, 20, tzinfo=UTC)
"""Ten days later clocks change in Berlin."""


@dataclass(frozen=True, slots=True)
class AnyHome:
    """A home with arbitrary activity, and outages."""

    ticks: list[Tick]
    dropped: list[tuple[datetime, datetime]]
    zone: ZoneInfo


@st.composite
def homes(draw: st.DrawFn) -> AnyHome:
    """Draw up to 20 days of silences from seconds to days."""
    gaps = draw(
        st.lists(st.sampled_from([0, 30, 299, 301, 901, 3600, 30_000, 90_000]), max_size=80)
    )
    doors = draw(st.lists(st.booleans(), min_size=len(gaps), max_size=len(gaps)))
    at, ticks = START, []
    for gap, door in zip(gaps, doors, strict=True):
        at += timedelta(seconds=gap)
        ticks.append(Tick(at=at, entrance=door))
    hours = draw(st.lists(st.integers(0, 400), max_size=2))
    dropped = [(START + timedelta(hours=h), START + timedelta(hours=h + 9)) for h in hours]
    return AnyHome(ticks, dropped, draw(st.sampled_from(ZONES)))


@given(home=homes(), until_h=st.integers(0, 500), after_h=st.floats(0, 48))
@settings(max_examples=150, deadline=None)
def test_deadline_is_finite_and_between_a_quarter_hour_and_the_cap(
    home: AnyHome, until_h: int, after_h: float
) -> None:
    """Never NaN, never beyond the cap, never sooner than 15 minutes, for any past."""
    until = START + timedelta(hours=until_h)
    routine = fit(History.of(home.ticks), until=until, zone=home.zone, dropped=home.dropped)

    assert loads(dumps(routine)) == routine
    assert routine.scores is None or math.isfinite(routine.scores.exceeded(1 / 30))
    for mode in Mode:
        last = LastActivity(at=until + timedelta(hours=after_h), mode=mode)
        wait = deadline(routine, last, zone=home.zone).due_at - last.at
        assert SOONEST <= wait <= CAPS[mode]


@given(home=homes(), low=st.floats(0.001, 2), high=st.floats(0.001, 2), mode=st.sampled_from(Mode))
@settings(max_examples=60, deadline=None)
def test_deadline_never_falls_when_the_budget_does(
    home: AnyHome, low: float, high: float, mode: Mode
) -> None:
    """A smaller budget of false alarms never alarms sooner."""
    low, high = sorted((low, high))
    until = START + timedelta(days=21)
    routine = fit(History.of(home.ticks), until=until, zone=home.zone)
    last = LastActivity(at=until, mode=mode)
    due = [
        deadline(routine, last, zone=home.zone, budget_per_day=budget).due_at
        for budget in (low, high)
    ]

    assert due[0] >= due[1]


@given(home=homes(), order=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_routine_does_not_depend_on_the_order_of_arrival(home: AnyHome, order: object) -> None:
    """A backlog that arrives in disorder teaches the same."""
    until = START + timedelta(days=21)
    unique = {tick.at: tick for tick in home.ticks}
    shuffled = sorted(unique.values(), key=lambda tick: hash((tick.at, id(order))))

    assert fit(History.of(shuffled), until=until, zone=home.zone) == fit(
        History.of(unique.values()), until=until, zone=home.zone
    )


@given(minutes=st.integers(0, 40 * 1440), zone=st.sampled_from(ZONES), slot=st.integers(0, 143))
@settings(max_examples=200, deadline=None)
def test_usual_silence_is_between_nothing_and_a_day(
    minutes: int, zone: ZoneInfo, slot: int
) -> None:
    """Also across the nights in which clocks change, and for a line that never ends."""
    line = tuple(1e9 if n != slot else 0.0 for n in range(144))
    routine = msgspec.structs.replace(untaught(START), home=line, left=(1e9,) * 144)
    at = START + timedelta(minutes=minutes)

    home = usual_silence_after(routine, LastActivity(at=at), zone=zone)
    left = usual_silence_after(routine, LastActivity(at=at, mode=Mode.JUST_LEFT), zone=zone)

    assert timedelta() <= home <= timedelta(days=1)
    assert left == timedelta(days=1)


@given(home=homes())
@settings(max_examples=100, deadline=None)
def test_mode_needs_only_the_last_entrance_and_four_ticks_after_it(home: AnyHome) -> None:
    """What lay before the last entrance never matters, nor what follows the fourth tick."""
    last_door = max((n for n, tick in enumerate(home.ticks) if tick.entrance), default=None)
    if last_door is None:
        assert mode_after(home.ticks) is Mode.HOME
        return
    after = home.ticks[last_door:]

    assert mode_after(home.ticks) is mode_after(after)
    if len(after) > 4:
        assert mode_after(after) is Mode.HOME
