"""Times are right once the clock is known, and never believed before; steps are no time at all."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.ids import SensorId
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading
from gateway.home_clock import Anchor, HomeClock, Seen, first_anchor, next_anchor
from gateway.late_clock import LONGEST_HELD, ClockSet
from gateway.outbox import Outbox
from messaging.senml import decode_record

TRUE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
WRONG = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
HELD_MS = LONGEST_HELD // timedelta(milliseconds=1)


def _reading(at: datetime, quantity: Quantity = Quantity.MOTION) -> Reading:
    return Reading(sensor=SensorId("s-1"), quantity=quantity, value=1.0, observed_at=at)


def _heard(outbox: Outbox, mono_s: float, quantity: Quantity = Quantity.MOTION) -> Reading:
    """Keep a reading as a machine does that began in 1970, `mono_s` after its start."""
    now = WRONG + timedelta(seconds=mono_s)
    reading = _reading(now - timedelta(seconds=2), quantity)
    outbox.append([reading], now=now, clock=ClockQuality.UNKNOWN, mono_ms=int(mono_s * 1000))
    return reading


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    """Return the outbox of a machine whose clock is not set."""
    return Outbox.open(tmp_path / "outbox.db", now=WRONG, clock=ClockQuality.UNKNOWN)


def _sent(outbox: Outbox, lane: Lane = Lane.NORMAL) -> list[tuple[datetime, ClockQuality]]:
    sent, after = [], 0
    while (run := outbox.run_after(lane, after, most=50)).records:
        for raw in run.records:
            content = decode_record(raw, where="test")
            assert isinstance(content, Reading)
            sent.append((content.observed_at, run.clock))
        after = run.end_seq
    return sent


def test_records_wait_for_the_clock_and_get_their_true_time(outbox: Outbox) -> None:
    """What happened 300 and 100 s before the clock was set is told so, to the millisecond."""
    _heard(outbox, 60.0)
    _heard(outbox, 260.0)
    assert outbox.position(Lane.NORMAL).ready_seq == 0
    assert _sent(outbox) == []

    assert outbox.set_clock(ClockSet(now=TRUE, mono_ms=360_000)) == 2

    assert _sent(outbox) == [
        (TRUE - timedelta(seconds=302), ClockQuality.CORRECTED),
        (TRUE - timedelta(seconds=102), ClockQuality.CORRECTED),
    ]


def test_press_never_waits_and_never_changes(outbox: Outbox) -> None:
    """A call for help goes at once, unknown; under its number nothing else is ever sent."""
    press = _heard(outbox, 60.0, Quantity.HELP)
    first = outbox.run_after(Lane.URGENT, 0, most=5)

    outbox.set_clock(ClockSet(now=TRUE, mono_ms=70_000))

    assert first.clock is ClockQuality.UNKNOWN
    assert first.records == outbox.run_after(Lane.URGENT, 0, most=5).records
    assert _sent(outbox, Lane.URGENT) == [(press.observed_at, ClockQuality.UNKNOWN)]


def test_clock_that_is_never_set_holds_nothing_up_for_long(outbox: Outbox) -> None:
    """After ten minutes a record goes with an unknown time; younger ones wait on."""
    _heard(outbox, 60.0)
    _heard(outbox, 400.0)
    outbox.tick(now=WRONG, mono_ms=59_999 + HELD_MS)
    assert outbox.position(Lane.NORMAL).ready_seq == 0
    outbox.tick(now=WRONG, mono_ms=60_000 + HELD_MS)

    assert outbox.position(Lane.NORMAL).ready_seq == 1
    assert [quality for _, quality in _sent(outbox)] == [ClockQuality.UNKNOWN]
    outbox.tick(now=TRUE, mono_ms=700_000, clock=ClockSet(now=TRUE, mono_ms=700_000))
    assert [quality for _, quality in _sent(outbox)] == [
        ClockQuality.UNKNOWN,
        ClockQuality.CORRECTED,
    ]


def test_records_of_an_earlier_boot_stay_unknown(outbox: Outbox, tmp_path: Path) -> None:
    """How long the machine was off nobody knows: such records go as they are, at once."""
    _heard(outbox, 60.0)
    outbox._connection.execute("UPDATE record SET boot = 'another'")
    outbox.close()
    again = Outbox.open(tmp_path / "outbox.db", now=WRONG, clock=ClockQuality.UNKNOWN)

    assert again.set_clock(ClockSet(now=TRUE, mono_ms=10_000)) == 0
    assert [quality for _, quality in _sent(again)] == [ClockQuality.UNKNOWN]
    again.close()


def test_unknown_clock_claims_nothing_of_the_home(outbox: Outbox) -> None:
    """How far the home is known is an instant, and there is none yet."""
    outbox.append([], now=WRONG, seen_until=TRUE, clock=ClockQuality.UNKNOWN)

    assert outbox.run_after(Lane.NORMAL, 0, most=0).seen_until == datetime(1970, 1, 1, tzinfo=UTC)


def test_new_run_of_the_program_knows_the_clock_of_its_boot(outbox: Outbox, tmp_path: Path) -> None:
    """After nine hours without a line the kernel doubts its clock; the outbox remembers."""
    outbox.tick(now=TRUE, mono_ms=50_000, clock=ClockSet(now=TRUE, mono_ms=50_000))
    outbox.close()
    again = Outbox.open(tmp_path / "outbox.db", now=WRONG, clock=ClockQuality.UNKNOWN)

    known = again.known_clock(mono_ms=80_000)

    assert known == ClockSet(now=TRUE + timedelta(seconds=30), mono_ms=80_000)
    again.close()


def _seen(wall: datetime, mono_s: float, *, is_set: bool) -> Seen:
    return Seen(wall=wall, mono_s=mono_s, is_set=is_set)


@pytest.mark.parametrize("step_h", [-1, 1])
def test_step_of_an_undisciplined_clock_is_no_time(step_h: int) -> None:
    """Somebody sets the clock by an hour: what we call now goes on by monotonic seconds."""
    anchor = first_anchor(_seen(TRUE, 10.0, is_set=True), was_set=False)
    stepped = TRUE + timedelta(hours=step_h, seconds=60)

    after = next_anchor(anchor, _seen(stepped, 70.0, is_set=False))

    assert after.now(70.0) == TRUE + timedelta(seconds=60)
    assert after.quality is ClockQuality.SYNCED


def test_disciplined_clock_is_followed() -> None:
    """Whoever has a time server is right."""
    anchor = first_anchor(_seen(WRONG, 10.0, is_set=False), was_set=False)
    assert anchor.quality is ClockQuality.UNKNOWN

    assert next_anchor(anchor, _seen(TRUE, 70.0, is_set=True)) == Anchor(
        at=TRUE, mono_s=70.0, quality=ClockQuality.SYNCED
    )


def test_clock_that_becomes_known_says_how_far_time_moved() -> None:
    """The states of devices are moved by as much."""
    is_set = False
    clock = HomeClock(is_set=lambda: is_set, was_set=lambda: False)
    assert clock.look() is None
    assert (clock.quality, clock.known()) == (ClockQuality.UNKNOWN, None)
    is_set = True

    shift = clock.look()

    assert shift is not None
    assert abs(shift) < timedelta(seconds=5)
    assert clock.quality is ClockQuality.SYNCED
    assert clock.look() is None
