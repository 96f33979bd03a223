"""Virtual time against a plain list: every call is made once, in order, and never early."""

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.clock import Timer, VirtualClock

T = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)

steps = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(1, 50), st.booleans()),
        st.tuples(st.just("cancel"), st.integers(0, 20), st.booleans()),
        st.tuples(st.just("push"), st.integers(0, 30), st.booleans()),
    ),
    max_size=60,
)


@given(steps)
def test_calls_are_made_once_in_order_and_never_early(
    taken: list[tuple[str, int, bool]],
) -> None:
    """Asking, cancelling and pushing in any order; `next_wake` is the earliest exact wait."""
    asyncio.run(_play(taken))


async def _play(taken: list[tuple[str, int, bool]]) -> None:
    clock, made = VirtualClock(T), list[int]()
    waiting: dict[int, tuple[datetime, bool]] = {}
    timers: list[Timer] = []
    for word, number, is_lazy in taken:
        if word == "ask":
            name, at = len(timers), clock.now() + number * SECOND
            timers.append(
                clock.call_at(at, lambda name=name: made.append(name), lazy=is_lazy)  # type: ignore[misc]
            )
            waiting[name] = (at, is_lazy)
        elif word == "cancel" and number < len(timers):
            timers[number].cancel()
            waiting.pop(number, None)
        elif word == "push":
            made.clear()
            clock.push(clock.now() + number * SECOND)
            due = sorted((at, name) for name, (at, _) in waiting.items() if at <= clock.now())
            assert made == [name for _, name in due]
            for name in made:
                del waiting[name]
        exact = [at for at, is_lazy in waiting.values() if not is_lazy]
        assert clock.next_wake() == min(exact, default=None)
