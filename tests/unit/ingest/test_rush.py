"""When the projector gives way to admission."""

import asyncio

from domain.clock import RealClock
from ingest.rush import MOST_WAIT_S, RUSH_MESSAGES, Rush


class PushedClock(RealClock):
    """A monotonic clock that is pushed by hand."""

    at_s = 0.0

    def monotonic(self) -> float:
        """Return where it was pushed to."""
        return self.at_s


async def gives_way(rush: Rush) -> bool:
    """Tell whether the projector would wait now."""
    waiting = asyncio.ensure_future(rush.give_way())
    await asyncio.sleep(0)  # noqa: TID251 (one turn of the loop)
    is_waiting = not waiting.done()
    waiting.cancel()
    return is_waiting


async def test_without_a_rush_nobody_waits() -> None:
    """A batch below the mark is everyday life."""
    rush = Rush(PushedClock())
    assert not await gives_way(rush)

    rush.admitted(RUSH_MESSAGES - 1)
    assert not await gives_way(rush)


async def test_in_a_rush_the_projector_waits_until_it_is_over() -> None:
    """Receipts first."""
    rush = Rush(PushedClock())
    rush.admitted(RUSH_MESSAGES)
    assert await gives_way(rush)

    rush.admitted(1)
    assert not await gives_way(rush)


async def test_the_projector_waits_no_longer_than_is_bearable() -> None:
    """A rush without end does not starve it; only when it has caught up it gives way again."""
    clock = PushedClock()
    rush = Rush(clock)
    rush.admitted(RUSH_MESSAGES)
    clock.at_s = MOST_WAIT_S + 1
    assert not await gives_way(rush)

    rush.admitted(RUSH_MESSAGES)
    assert not await gives_way(rush)
    rush.calm()
    assert await gives_way(rush)
