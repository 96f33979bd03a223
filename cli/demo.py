"""The demonstration: a dozen simulated homes, their past, and one resident who does not get up."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import dashboard.service
from cli.broker import require_free
from cli.demo_city import DemoCity, make_city
from cli.history import load_history
from cli.installation import Installation
from cli.lock import exclusive
from cli.mailbox import Mailbox, mailbox_in
from cli.report import console, progress
from cli.rig import Clocks, Rig, running, ways_to
from cli.supervisor import Service, in_background, supervise
from dashboard.config import Settings as DashboardSettings
from devices.simulators.homes import TOKYO
from devices.simulators.ledger import Emergency, Ledger
from devices.simulators.player import Player
from devices.simulators.timeline import Station
from domain.access import service as access_of
from domain.clock import RealClock, ScaledClock, pause
from storage.register import detection, outcomes, routines
from storage.register.outcomes import ToldCase
from storage.signals import Log
from storage.stores import Stores

T = TypeVar("T")

STARTS_AT_HOUR = 6.5
"""Local hour at which the live part begins: before most residents get up."""
FAST = 120.0
"""A morning of four hours takes two minutes."""
SLOW = 6.0
"""Once the case is open: ten minutes until the next person is told are under two of ours."""
TIME_NOTE = "時間は実際より速く進みます / time runs faster than life"
LOOK_EACH_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the parts of the demonstration share."""

    installation: Installation
    stores: Stores
    ledger: Ledger
    city: DemoCity
    clock: ScaledClock
    mailbox: Mailbox
    url: str


async def run_demo(*, homes: int, days: int, port: int, folder: Path | None) -> None:
    """Show the whole until Ctrl-C; data lies in a temporary folder unless one is given.

    Raises:
        InputError: SRV-003, the port is taken.
    """
    require_free(port)
    with _folder(folder) as place:
        installation = Installation(place)
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        logging.basicConfig(filename=place / "demo.log", level=logging.INFO)
        with (
            exclusive(place),
            Stores.open(installation.stores) as stores,
            Ledger(installation.ledger) as ledger,
            mailbox_in(installation.mailbox) as mailbox,
        ):
            start = _morning(RealClock().now())
            history = timedelta(days=days)
            city = await make_city(stores, installation, count=homes, start=start, history=history)
            stage = Stage(
                installation=installation,
                stores=stores,
                ledger=ledger,
                city=city,
                clock=ScaledClock(start, speed=1.0),
                mailbox=mailbox,
                url=f"http://127.0.0.1:{port}",
            )
            await _show(stage, port=port, start=start, history=history)


def page_of(stage: Stage, *, port: int) -> Service:
    """Return the pages of the demonstration; their codes go into its mailbox as all mail does."""
    return Service(
        name="dashboard",
        run=lambda: dashboard.service.run(
            stage.stores.register,
            stage.stores.readings,
            stage.stores.signals,
            stage.clock,
            DashboardSettings(port=port, default_language="ja", time_note=TIME_NOTE),
            stage.installation.vault(),
            notifiers=ways_to(stage.mailbox),
        ),
    )


async def _show(stage: Stage, *, port: int, start: datetime, history: timedelta) -> None:
    page = page_of(stage, port=port)
    clocks = Clocks(homes=stage.clock, judges=stage.clock)
    _say_where(stage)
    async with in_background(supervise([page], stage.stores, stage.clock), name="page"):
        with progress() as bar:
            await load_history(
                stage.installation,
                stage.ledger,
                stage.city.homes,
                start=start,
                history=history,
                bar=bar,
            )
        async with running(
            stage.installation,
            stage.stores,
            stage.city.homes,
            clocks,
            mailbox=stage.mailbox,
            page_url=stage.url,
        ) as rig:
            console.print(f"[bold]mailbox[/]  {rig.mailbox.url}")
            await _wait_for_history(stage, rig)
            await _live(stage, rig, start)


async def _live(stage: Stage, rig: Rig, start: datetime) -> None:
    story = stage.city.story
    stage.ledger.record_emergency(
        Emergency(home=story.enrolled.code, at=stage.city.happened_at, kind="not_getting_up")
    )
    stations = [
        Station(home=home.enrolled.code, base_topic=home.base_topic, source=home.source)
        for home in stage.city.homes
    ]
    player = Player(stations=stations, link=rig.link, ledger=stage.ledger, start=start)
    await _say_what_will_happen(stage)
    stage.clock.set_speed(FAST)
    async with in_background(player.run(stage.clock), name="player"):
        case = await _await_case(stage)
        stage.clock.set_speed(SLOW)
        console.print(
            f"{_at(case.opened_at)}  A case is open for home {story.enrolled.code}: it is on the"
            f" page, and the mail is in the mailbox. Time now runs at {SLOW:.0f} times life: take"
            " the case on (or wait, and the next person is told), then resolve it."
        )
        resolved = await _await_resolution(stage, case)
        console.print(
            f"{_at(resolved)}  Resolved. That was the story; homes go on living. Ctrl-C ends it."
        )
        await asyncio.Event().wait()


async def _await_case(stage: Stage) -> ToldCase:
    """Wait for the resident case of the story."""
    return await _await(stage, lambda cases: cases[0] if cases else None)


async def _await_resolution(stage: Stage, case: ToldCase) -> datetime:
    def resolved_at(cases: Sequence[ToldCase]) -> datetime | None:
        return next((one.resolved_at for one in cases if one.id == case.id), None)

    return await _await(stage, resolved_at)


async def _await(stage: Stage, find: Callable[[Sequence[ToldCase]], T | None]) -> T:
    nudge = stage.stores.signals.subscribe(Log.CASE)
    home = stage.city.story.enrolled.home
    try:
        while True:
            cases = await stage.stores.register.read(
                lambda c: outcomes.resident_cases(c, access_of("demo"))
            )
            found = find([case for case in cases if case.home == home])
            if found is not None:
                return found
            await nudge.wait(stage.clock, timeout_s=1.0)
    finally:
        stage.stores.signals.unsubscribe(nudge)


async def _wait_for_history(stage: Stage, rig: Rig) -> None:
    """Wait until every home's past is receipted, projected and learned from."""
    total = sum(box.unreceipted() for box in rig.gateways)
    with progress() as bar:
        task = bar.add_task("history through broker and ingest", total=total)
        while True:
            left = sum(box.unreceipted() for box in rig.gateways)
            total = max(total, left)
            bar.update(task, total=total, completed=total - left)
            if total and not left and await _is_learned(stage):
                return
            await pause(LOOK_EACH_S)


async def _is_learned(stage: Stage) -> bool:
    homes = [home.enrolled.home for home in stage.city.homes]
    models = await stage.stores.register.read(
        lambda c: routines.models(c, access_of("demo"), homes)
    )
    return len(models) == len(homes)


def _say_where(stage: Stage) -> None:
    console.print(f"[bold]page[/]     {stage.url}/")
    for login in stage.city.logins:
        console.print(
            f"         {login.login:<11} {login.password}   ({login.role})", highlight=False
        )
    console.print("日本語/English: 設定 / Settings on the page")


async def _say_what_will_happen(stage: Stage) -> None:
    story = stage.city.story.enrolled
    now = stage.clock.now()
    homes = await stage.stores.register.read(
        lambda c: detection.homes(c, access_of("demo"), [story.home], now=now)
    )
    due_at = next((home.deadline.due_at for home in homes if home.deadline), None)
    wait = f"in about {(due_at - now).total_seconds() / FAST:.0f} s" if due_at else "soon"
    console.print(
        f"{_at(now)}  It is morning, {FAST:.0f} times as fast as life. The resident of home"
        f" {story.code} does not get up: a case opens at {_at(due_at) if due_at else '?'}, {wait}."
    )


def _morning(now: datetime) -> datetime:
    """Return today's `STARTS_AT_HOUR` in Japan, whole seconds."""
    midnight = now.astimezone(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(hours=STARTS_AT_HOUR)).astimezone(UTC)


def _at(instant: datetime) -> str:
    return f"[bold]{instant.astimezone(TOKYO):%H:%M}[/]"


@contextmanager
def _folder(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="mimamori-demo-") as temporary:
        yield Path(temporary)
