"""A part that stands still in a running system: seen, told, mended; and nothing lost meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import psutil
import pytest

from cli.heart import HOST
from domain.clock import RealClock, pause
from domain.moments import from_ms, to_ms
from tests.support.faked_clock import faked
from tests.support.services import require
from tests.support.watched import CANARY_EACH_S, CODE, Watched, watched

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
SEEN_WITHIN_S = 120.0
"""FAULTS: a stall is seen within two minutes."""
MENDED_WITHIN_S = 240.0
STILL = timedelta(minutes=2, seconds=5)
"""So long after the last progress the outside is pinged no more; 5 s for a ping on its way."""
SOON_S = 60.0
PROVED_WITHIN_S = 3 * CANARY_EACH_S
EACH_S = 20.0
DARK_AFTER_S = 150.0
"""Longer than it takes to call a home dark that was seen dark twice."""
SLEEP_S = 600.0
OVERDUE_WITHIN_S = 60.0
"""FAULTS C08: awake again all that is overdue is done within a minute."""
BEAT = timedelta(seconds=15)
"""Between two beats of the heart, on a busy machine."""


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
        frozen_at = await _freeze(city, part)
        moved_at = await city.moves()
        pressed_at = await city.presses()
        if part != "alerting":  # a press needs neither projector nor detector
            await city.until(lambda: bool(_of_press(city)), within_s=SOON_S)

        await city.until(lambda: bool(city.findings(part)), within_s=SEEN_WITHIN_S)
        (found,) = city.findings(part)
        assert found[0] == "begun"
        await _freeze_again(city, part)
        name = "projector" if part == "ingest" else part
        stands_since = city.progress_of(name)
        said_at = await _page_says(city, said, within_s=SEEN_WITHIN_S)

        await city.until(lambda: city.progress_of(name) > said_at, within_s=MENDED_WITHIN_S)
        again_at = city.progress_of(name)
        assert [at for at in city.switch.pings if stands_since + STILL < at < again_at] == []

        await city.until(lambda: bool(_of_press(city)), within_s=SOON_S)
        await city.until(lambda: bool(city.mails("admin", about=part)), within_s=SOON_S)
        await city.until(lambda: city.switch.pings[-1] > again_at, within_s=PROVED_WITHIN_S)
        await city.until(lambda: _is_judged(city, moved_at, pressed_at), within_s=SOON_S)
        assert said not in await city.top_of_page()
        assert len(_of_press(city)) == 1
        _report(part, frozen_at, found[1], again_at)


async def test_a_machine_that_slept_for_ten_minutes(tmp_path: Path) -> None:
    """C08: awake again it takes the step that fell due, and says that nobody watched meanwhile.

    No service is begun anew for it, and nobody's silence is made of it.
    """
    require("mosquitto", "a machine that slept")
    async with watched(tmp_path) as city:
        await city.moves()
        await city.presses()
        await city.until(lambda: len(_of_press(city)) == 1, within_s=SOON_S)

        asleep_at = await _sleep(city)
        awake_at = RealClock().now()
        await city.until(lambda: len(_of_press(city)) == 2, within_s=OVERDUE_WITHIN_S)
        stepped_at = RealClock().now()
        await city.until(lambda: len(city.findings(HOST)) == 2, within_s=OVERDUE_WITHIN_S)
        await city.until(lambda: bool(city.mails("admin", about=HOST)), within_s=SOON_S)
        await city.until(lambda: city.switch.pings[-1] > awake_at, within_s=PROVED_WITHIN_S)

        assert [phase for phase, _ in city.findings(HOST)] == ["begun", "recovered"]
        ((began_ms,),) = city.rows(
            "SELECT began_at FROM finding WHERE service = ? AND phase = 'begun'", HOST
        )
        assert abs(from_ms(began_ms) - asleep_at) <= BEAT
        of_home = "SELECT cause FROM finding JOIN home ON home.id = home_id WHERE code = ?"
        assert city.rows(of_home, CODE) == [("help",)]
        assert "SRV-00" not in city.process.said()
        print(  # noqa: T201
            f"awake: step taken after {stepped_at - awake_at}, gap found after"
            f" {city.findings(HOST)[0][1] - awake_at}, pinged after"
            f" {next(at for at in city.switch.pings if at > awake_at) - awake_at}"
        )


@pytest.mark.parametrize("step_s", [3_600, -3_600, 86_400])
async def test_the_clock_of_the_server_is_set(tmp_path: Path, step_s: int) -> None:
    """C01: told within two minutes; nobody's silence, nor a gateway's, and a press is told at once.

    A clock that is more than half an hour ahead makes the press a review of an old one.
    """
    require("mosquitto", "a server whose clock is set")
    offset = tmp_path / "offset"
    offset.write_text("+0\n")
    async with watched(tmp_path, under=faked(None, file=offset)) as city:
        await _live(city, for_s=20.0)

        offset.write_text(f"{step_s:+}\n")
        await city.until(lambda: bool(city.findings("clock")), within_s=SEEN_WITHIN_S)
        await _live(city, for_s=DARK_AFTER_S)
        await city.presses()
        await city.until(lambda: bool(_of_press(city)), within_s=SOON_S)
        await city.until(lambda: bool(city.mails("admin", about="clock")), within_s=SOON_S)

        of_home = (
            "SELECT cause, reason FROM finding JOIN home ON home.id = home_id"
            " WHERE code = ? AND cause <> 'service_failed'"
        )
        found = city.rows(of_home, CODE)
        assert found == [("help", "button_pressed" if step_s < 0 else "button_arrived_late")]
        assert "SRV-00" not in city.process.said()


async def _live(city: Watched, *, for_s: float) -> None:
    """Let somebody move about, as a gateway says it that is heard twice a minute."""
    clock = RealClock()
    end_s = clock.monotonic() + for_s
    while clock.monotonic() < end_s:
        await city.moves()
        await pause(EACH_S)


def _of_press(city: Watched) -> list[EmailMessage]:
    return city.mails("sato", about="help button")


async def _sleep(city: Watched) -> datetime:
    """Let all processes stand still for ten minutes; returns since when they did."""
    whole = psutil.Process(city.process.pid)
    asleep = [whole, *whole.children(recursive=True)]
    for each in asleep:
        each.suspend()
    asleep_at = RealClock().now()
    await pause(SLEEP_S)
    for each in asleep:
        each.resume()
    return asleep_at


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


async def _page_says(city: Watched, said: str, *, within_s: float) -> datetime:
    """Wait until the top of a page says something; returns since when it does."""
    clock = RealClock()
    end_s = clock.monotonic() + within_s
    while said not in await city.top_of_page():
        assert clock.monotonic() < end_s, city.process.said()[-4_000:]
        await pause(2.0)
    return clock.now()


def _is_judged(city: Watched, *told: datetime) -> bool:
    """Tell whether both signs of life are in the home's state, and its deadline follows them."""
    query = (
        "SELECT home_state.previous_activity_at, home_state.last_activity_at,"
        " deadline.last_activity_at FROM home"
        " JOIN home_state ON home_state.home_id = home.id"
        " JOIN deadline ON deadline.home_id = home.id WHERE home.code = ?"
    )
    moved, pressed = (to_ms(at) for at in told)
    # A deadline that moves by less than a minute is not stored again.
    return city.rows(query, CODE) in ([(moved, pressed, pressed)], [(moved, pressed, moved)])


def _report(part: str, frozen_at: datetime, found_at: datetime, again_at: datetime) -> None:
    seen, mended = found_at - frozen_at, again_at - frozen_at
    print(f"{part}: seen after {seen.total_seconds():.0f} s, mended after {mended}")  # noqa: T201
