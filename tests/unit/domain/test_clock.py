"""Clocks and nudges: pushed time, scaled time, and no wake-up that is lost."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from domain.clock import (
    SWEEP_FROM,
    Clock,
    Nudge,
    RealClock,
    ScaledClock,
    VirtualClock,
    pause,
    sleep_until,
)

T = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def test_a_virtual_clock_stands_still_until_it_is_pushed() -> None:
    """Nothing but `push` moves it, and never back."""
    clock = VirtualClock(T)
    clock.push(T + MINUTE)

    assert clock.now() == T + MINUTE
    with pytest.raises(ValueError, match="cannot go back"):
        clock.push(T)


async def test_calls_are_made_in_the_order_of_their_instants() -> None:
    """Equal instants in the order in which they were asked for."""
    clock, made = VirtualClock(T), list[str]()
    for name, minutes in (("late", 3), ("first", 1), ("second", 1), ("never", 9)):
        clock.call_at(T + minutes * MINUTE, lambda name=name: made.append(name))  # type: ignore[misc]

    clock.push(T + 5 * MINUTE)

    assert made == ["first", "second", "late"]


async def test_a_call_in_the_past_is_made_at_the_next_turn() -> None:
    """Not inside `call_at`: the caller is not ready yet."""
    clock, made = VirtualClock(T), list[bool]()

    clock.call_at(T, lambda: made.append(True))
    assert made == []
    await pause(0)
    assert made == [True]


async def test_a_cancelled_call_is_not_made_and_nobody_waits_for_it() -> None:
    """Cancelling twice is harmless."""
    clock, made = VirtualClock(T), list[bool]()
    timer = clock.call_at(T + MINUTE, lambda: made.append(True))
    timer.cancel()
    timer.cancel()

    assert clock.next_wake() is None
    clock.push(T + MINUTE)
    assert made == []


async def test_the_next_wake_is_the_earliest_that_is_waited_for_exactly() -> None:
    """A heartbeat is lazy: a replay may jump over it."""
    clock = VirtualClock(T)
    clock.call_at(T + MINUTE, lambda: None, lazy=True)
    assert clock.next_wake() is None

    clock.call_at(T + 3 * MINUTE, lambda: None)
    clock.call_at(T + 2 * MINUTE, lambda: None)
    assert clock.next_wake() == T + 2 * MINUTE


async def test_a_lazy_call_that_was_jumped_over_is_made_once() -> None:
    """Nine hours in one push are one heartbeat, not five hundred."""
    clock, beats = VirtualClock(T), list[datetime]()

    def beat() -> None:
        beats.append(clock.now())
        clock.call_at(clock.now() + MINUTE, beat, lazy=True)

    clock.call_at(T + MINUTE, beat, lazy=True)
    clock.push(T + timedelta(hours=9))

    assert beats == [T + timedelta(hours=9)]


async def test_cancelled_calls_are_forgotten() -> None:
    """Each nudge cancels a wait for a deadline hours away: memory must not grow with them."""
    clock = VirtualClock(T)
    for _ in range(100 * SWEEP_FROM):
        clock.call_at(T + timedelta(hours=8), lambda: None).cancel()
    kept = clock.call_at(T + timedelta(hours=8), lambda: None)

    assert len(clock._heap) <= 2 * SWEEP_FROM
    assert clock.next_wake() == T + timedelta(hours=8)
    kept.cancel()


async def test_many_that_wait_are_all_called() -> None:
    """Sweeping forgets cancelled calls only."""
    clock, made = VirtualClock(T), list[int]()
    for number in range(5 * SWEEP_FROM):
        timer = clock.call_at(
            T + (1 + number) * MINUTE,
            lambda number=number: made.append(number),  # type: ignore[misc]
        )
        if number % 3:
            timer.cancel()

    clock.push(T + timedelta(days=7))

    assert made == list(range(0, 5 * SWEEP_FROM, 3))


@pytest.mark.parametrize("make", [VirtualClock, lambda at: ScaledClock(at, speed=1)])
def test_a_clock_refuses_a_naive_time(make: type[VirtualClock]) -> None:
    """Without a zone nobody knows which instant is meant."""
    with pytest.raises(ValueError, match="no time zone"):
        make(datetime(2026, 3, 1))  # noqa: DTZ001 (the point of the test)


async def test_a_scaled_clock_runs_faster_and_calls_in_its_own_time() -> None:
    """An hour waited for at 100,000 times life comes at once, and not before its instant."""
    clock = ScaledClock(T, speed=100_000)

    await sleep_until(clock, T + timedelta(hours=1))

    assert clock.now() >= T + timedelta(hours=1)


async def test_a_new_speed_does_not_move_the_present_and_wakes_who_waits() -> None:
    """What would have taken a day comes at once when the demonstration is sped up."""
    clock = ScaledClock(T, speed=0.001)
    nudge = Nudge()
    waiting = asyncio.create_task(nudge.wait(clock, until=T + MINUTE))
    await pause(0)

    clock.set_speed(1_000_000)

    assert clock.now() < T + timedelta(days=30)
    assert await waiting
    assert not clock._timers


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_is_above_zero(speed: float) -> None:
    """Time that stands still or runs back would wait for ever."""
    with pytest.raises(ValueError, match="above 0"):
        ScaledClock(T, speed=speed)


async def test_the_real_clock_calls_for_an_instant_that_has_come() -> None:
    """The machine's time is aware and in UTC."""
    clock = RealClock()
    assert clock.now().tzinfo is UTC

    assert await Nudge().wait(clock, until=clock.now())


async def test_a_nudge_that_nobody_waits_for_is_remembered_once() -> None:
    """Setting it ten times is one reason to look."""
    nudge, clock = Nudge(), VirtualClock(T)
    for _ in range(10):
        nudge.set()

    assert await nudge.wait(clock)
    assert not await nudge.wait(clock, timeout_s=0.001)


async def test_a_time_out_says_no() -> None:
    """It is real time, whatever the clock says."""
    assert not await Nudge().wait(VirtualClock(T), until=T + MINUTE, timeout_s=0.001)


async def test_an_instant_wakes_like_a_nudge() -> None:
    """Whoever waits for `until` is woken by the push that reaches it."""
    clock, nudge = VirtualClock(T), Nudge()
    waiting = asyncio.create_task(nudge.wait(clock, until=T + MINUTE))
    await pause(0)
    assert clock.next_wake() == T + MINUTE

    clock.push(T + MINUTE)

    assert await waiting


async def test_after_a_nudge_nobody_waits_for_the_instant() -> None:
    """Or a replay would go on to a wake-up that is not waited for any more."""
    clock, nudge = VirtualClock(T), Nudge()
    nudge.set()

    assert await nudge.wait(clock, until=T + MINUTE)
    assert clock.next_wake() is None


@pytest.mark.parametrize("made_outside", [False, True])
async def test_no_wake_up_from_another_thread_is_lost(*, made_outside: bool) -> None:
    """Ten thousand times: one thread sets, the loop waits, and each reason is seen."""
    nudge = await asyncio.to_thread(Nudge) if made_outside else Nudge()
    clock: Clock = VirtualClock(T)
    seen, may_set = 0, threading.Semaphore(0)
    rounds = 10_000

    def setter() -> None:
        for _ in range(rounds):
            may_set.acquire()
            nudge.set()

    thread = threading.Thread(target=setter)
    thread.start()
    for _ in range(rounds):
        may_set.release()
        assert await nudge.wait(clock, timeout_s=30)
        seen += 1
    await asyncio.to_thread(thread.join)

    assert seen == rounds


async def test_a_nudge_after_the_loop_is_closed_is_harmless() -> None:
    """A service that ends may still be nudged by a thread."""
    nudge = Nudge()

    def wait_in_a_loop_of_its_own() -> None:
        nudge.set()
        asyncio.run(nudge.wait(VirtualClock(T)))

    await asyncio.to_thread(wait_in_a_loop_of_its_own)
    nudge.set()


async def test_sleeping_until_the_past_returns_at_once() -> None:
    """No wait, no turn of the loop needed."""
    await sleep_until(VirtualClock(T), T - MINUTE)
