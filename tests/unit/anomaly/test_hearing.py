"""Whether the server hears: a start is no word, and ears that keep falling out hide no home."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from anomaly.darkness import DEAF_GRACE
from anomaly.hearing import DEAF_AFTER_S, RENEWED_AFTER, Ears
from anomaly.silences import Mode
from anomaly.watch import Look, watch
from domain.access import service
from domain.clock import VirtualClock
from domain.finding import Cause, Finding, Phase
from storage.register import services
from storage.register.database import Register
from tests.support.scenario_watch import WatchedHome
from tests.support.stepping_clock import SteppingClock
from tests.unit.anomaly.homes import HOUR, MINUTE, local

SIX = local("2026-03-10T06:00")
DUE = SIX + 12 * HOUR
STEP = timedelta(seconds=30)
BEGINS = DUE - HOUR
"""From here on time passes in steps; the home was last heard at six."""
INGEST = service("ingest")


class LivedClock(VirtualClock):
    """A clock whose seconds pass with its instants."""

    def monotonic(self) -> float:
        """Count from six."""
        return (self.now() - SIX).total_seconds()


@contextmanager
def _register(folder: Path) -> Iterator[Register]:
    register = Register.open(folder / "register.db")
    try:
        yield register
    finally:
        register.close()


def _found(
    folder: Path, turn: Callable[[Register, datetime], None], *, until: datetime
) -> list[Finding]:
    """Let ears be told something each 30 s; return what is found in a home that is not heard."""
    clock = LivedClock(SIX)
    home, found = WatchedHome(SIX), list[Finding]()
    home.be_active()
    home.look()
    ears, memory, seen = Ears(clock, started_at=SIX), home.memory, home.seen
    with _register(folder) as register:
        clock.push(BEGINS)
        _starts(register, BEGINS, "ingest", "projector")
        while clock.now() < until:
            now = clock.now() + STEP
            clock.push(now)
            turn(register, now)
            states = register.read_now(lambda c: services.states(c, INGEST))
            look = Look(
                routine=None,
                zone=ZoneInfo("UTC"),
                mode=Mode.HOME,
                hearing_since=ears.since(states),
                home_heard_since=None,
                memory=memory,
                now=now,
            )
            came = watch(seen, look)
            memory, found = came.memory, [*found, *came.findings]
            seen = replace(
                seen,
                deadline=came.deadline or seen.deadline,
                dark_since=came.dark_since or seen.dark_since,
                dark_found_at=now if came.dark_since else seen.dark_found_at,
            )
    return found


def _moves(register: Register, now: datetime, *names: str) -> None:
    for name in names:
        register.write_now(partial(services.progressed, access=service(name), now=now))


def _starts(register: Register, now: datetime, *names: str) -> None:
    for name in names:
        register.write_now(partial(services.started, access=service(name), now=now))


def _starts_only(register: Register, now: datetime) -> None:
    """Admission falls over before its first turn, again and again."""
    _starts(register, now, "ingest")
    _moves(register, now, "projector")


def _projector_starts_only(register: Register, now: datetime) -> None:
    """The projector falls over before its first turn; admission works."""
    _starts(register, now, "projector")
    _moves(register, now, "ingest")


def _starts_and_moves(register: Register, now: datetime) -> None:
    """Both work for a moment each time."""
    _starts(register, now, "ingest", "projector")
    _moves(register, now, "ingest", "projector")


def _comes_and_goes(register: Register, now: datetime) -> None:
    """Two minutes of work, then two minutes of nothing, and a start."""
    _moves(register, now, "projector")
    half_minutes = (now - SIX) // STEP
    if half_minutes % 8 == 0:
        _starts(register, now, "ingest")
    if half_minutes % 8 < 4:
        _moves(register, now, "ingest")


@pytest.mark.parametrize(
    "turn", [_starts_only, _projector_starts_only, _starts_and_moves, _comes_and_goes]
)
def test_ears_that_keep_falling_out_hide_no_deadline(
    tmp_path: Path, turn: Callable[[Register, datetime], None]
) -> None:
    """Whatever the way they fall: somebody is asked to look soon after the deadline."""
    found = _found(tmp_path, turn, until=DUE + HOUR / 2)

    asked = [one for one in found if one.phase is Phase.CALL or one.cause is Cause.INACTIVITY]
    assert len(asked) == 1
    assert DUE <= asked[0].found_at <= DUE + DEAF_GRACE + 2 * MINUTE


def test_start_is_no_word_and_a_short_break_no_beginning(tmp_path: Path) -> None:
    """Since when a service works moves only when it had not moved on for a minute."""
    with _register(tmp_path) as register:
        _starts(register, SIX, "ingest")
        _starts(register, SIX + MINUTE, "ingest")
        (short,) = register.read_now(lambda c: services.states(c, INGEST))
        _starts(register, SIX + 2 * MINUTE, "ingest")
        (longer,) = register.read_now(lambda c: services.states(c, INGEST))

    assert (short.since, short.progress_at, short.restarts) == (SIX, SIX, 1)
    assert (longer.since, longer.progress_at, longer.restarts) == (SIX + 2 * MINUTE, SIX, 2)


def test_deaf_after_a_minute_without_a_word_from_either_ear() -> None:
    """Sixty seconds are allowed; the next word is heard again, as a beginning when it was long."""
    clock = LivedClock(SIX)
    ears = Ears(clock, started_at=SIX)
    ear = services.ServiceState(name="ingest", since=SIX, progress_at=SIX, restarts=0)
    other = replace(ear, name="projector")
    assert ears.since([]) == SIX
    assert ears.since([ear, other]) == SIX

    clock.push(SIX + timedelta(seconds=DEAF_AFTER_S))
    assert ears.since([ear, other]) == SIX
    clock.push(SIX + timedelta(seconds=DEAF_AFTER_S + 1))
    assert ears.since([replace(ear, progress_at=clock.now()), other]) is None

    back = SIX + RENEWED_AFTER
    clock.push(back)
    states = [replace(one, since=back, progress_at=back, restarts=1) for one in (ear, other)]
    assert ears.since(states) == back


def test_a_machine_that_slept_heard_nothing_before_it_woke() -> None:
    """C08: no service began anew, and yet ten silent minutes are nobody's silence."""
    clock = LivedClock(SIX)
    ears = Ears(clock, started_at=SIX)
    ear = services.ServiceState(name="ingest", since=SIX, progress_at=SIX, restarts=0)
    other = replace(ear, name="projector")
    for _ in range(2 * (RENEWED_AFTER // STEP)):
        clock.push(clock.now() + STEP)
        moving = [replace(one, progress_at=clock.now()) for one in (ear, other)]
        assert ears.since(moving) == SIX

    clock.push(clock.now() + 10 * MINUTE)
    assert ears.since(moving) is None
    woke = clock.now()
    awake = [replace(one, progress_at=woke) for one in (ear, other)]

    assert ears.since(awake) == woke


def test_a_clock_that_is_set_ahead_begins_the_hearing_anew() -> None:
    """C01: an hour that nobody lived is no silence of a home, nor of a gateway's backlog."""
    clock = SteppingClock(SIX)
    ears = Ears(clock, started_at=SIX)
    ear = services.ServiceState(name="ingest", since=SIX, progress_at=SIX, restarts=0)
    for _ in range(2 * (RENEWED_AFTER // STEP)):
        clock.push(clock.now() + STEP)
        assert ears.since([replace(ear, progress_at=clock.now())]) == SIX

    clock.step(60 * MINUTE)
    jumped = clock.now()
    assert ears.since([replace(ear, progress_at=jumped)]) == jumped
    clock.push(jumped + STEP)
    assert ears.since([replace(ear, progress_at=clock.now())]) == jumped


def test_a_clock_that_is_slewed_changes_nothing() -> None:
    """C01: seconds are the time service at work."""
    clock = SteppingClock(SIX)
    ears = Ears(clock, started_at=SIX)
    ear = services.ServiceState(name="ingest", since=SIX, progress_at=SIX, restarts=0)
    for _ in range(2 * (RENEWED_AFTER // STEP)):
        clock.push(clock.now() + STEP)
        clock.step(timedelta(seconds=1))
        assert ears.since([replace(ear, progress_at=clock.now())]) == SIX
