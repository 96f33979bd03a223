"""A part that stands still in a running system: seen, told, mended; and nothing lost meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.clock import RealClock, pause
from domain.moments import to_ms
from tests.support.services import require
from tests.support.watched import CODE, Watched, watched

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
SEEN_WITHIN_S = 120.0
"""FAULTS: a stall is seen within two minutes."""
MENDED_WITHIN_S = 240.0
STILL = timedelta(minutes=2)
"""So long after the last progress the pages say so, and the outside is pinged no more."""
SOON_S = 60.0


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("alerting", "No alerts since "),
        ("anomaly", "Not watching since "),
        ("ingest", "Not watching since "),
    ],
)
async def test_a_part_that_stands_still(tmp_path: Path, part: str, said: str) -> None:
    """O12, X02: twice in a row: seen and told, begun anew; banner, no ping; then all goes on."""
    require("mosquitto", "a part that stands still")
    async with watched(tmp_path) as city:
        await city.until(lambda: len(city.switch.pings) > 1, within_s=SOON_S)
        frozen_at = await _freeze(city, part)
        moved_at = await city.moves()
        pressed_at = await city.presses()
        if part != "alerting":  # a press needs neither projector nor detector
            await city.until(lambda: bool(city.mails("sato", about="help button")), within_s=SOON_S)

        await city.until(lambda: bool(city.findings(part)), within_s=SEEN_WITHIN_S)
        (found,) = city.findings(part)
        assert found[0] == "begun"
        await _freeze_again(city, part)
        assert await _page_says(city, said, within_s=SEEN_WITHIN_S)

        name = "projector" if part == "ingest" else part
        await city.until(lambda: city.progress_of(name) > found[1], within_s=MENDED_WITHIN_S)
        again_at = RealClock().now()
        quiet = [at for at in city.switch.pings if frozen_at + STILL < at < again_at]
        assert quiet == []

        await city.until(lambda: bool(city.mails("sato", about="help button")), within_s=SOON_S)
        await city.until(lambda: bool(city.mails("admin", about=part)), within_s=SOON_S)
        await city.until(lambda: city.switch.pings[-1] > again_at, within_s=SOON_S)
        await city.until(lambda: _is_judged(city, moved_at, pressed_at), within_s=SOON_S)
        assert said not in await city.top_of_page()
        assert len(city.mails("sato", about="help button")) == 1
        _report(part, frozen_at, found[1], again_at)


async def _freeze(city: Watched, part: str) -> datetime:
    """Let a part stand still, in this life and the next; returns since when."""
    if part != "ingest":
        return city.hang(part, lives=2)
    await city.until(lambda: city.worker() is not None, within_s=SOON_S)
    worker = city.worker()
    assert worker is not None
    worker.suspend()
    city.frozen = worker.pid
    return RealClock().now()


async def _freeze_again(city: Watched, part: str) -> None:
    """Freeze the process that takes the place of the first; the others hang by themselves."""
    if part != "ingest":
        return

    def another() -> bool:
        worker = city.worker()
        return worker is not None and worker.pid != city.frozen

    await city.until(another, within_s=SOON_S)
    worker = city.worker()
    assert worker is not None
    worker.suspend()


async def _page_says(city: Watched, said: str, *, within_s: float) -> bool:
    clock = RealClock()
    end_s = clock.monotonic() + within_s
    while clock.monotonic() < end_s:
        if said in await city.top_of_page():
            return True
        await pause(2.0)
    return False


def _is_judged(city: Watched, *told: datetime) -> bool:
    """Tell whether both signs of life are in the home's state, and its deadline follows them."""
    query = (
        "SELECT home_state.previous_activity_at, home_state.last_activity_at,"
        " deadline.last_activity_at FROM home"
        " JOIN home_state ON home_state.home_id = home.id"
        " JOIN deadline ON deadline.home_id = home.id WHERE home.code = ?"
    )
    moved, pressed = (to_ms(at) for at in told)
    return city.rows(query, CODE) == [(moved, pressed, pressed)]


def _report(part: str, frozen_at: datetime, found_at: datetime, again_at: datetime) -> None:
    seen, mended = found_at - frozen_at, again_at - frozen_at
    print(f"{part}: seen after {seen.total_seconds():.0f} s, mended after {mended}")  # noqa: T201
