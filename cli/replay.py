"""Replaying a recorded home through everything, as fast as it goes, and counting the cases."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from rich.progress import Progress, TaskID
from rich.table import Table
from sqlalchemy import Connection

from cli.driver import Driver
from cli.enrol import ACCESS, enrol, enrolled
from cli.fixed_rules import FixedRuleResult, apply
from cli.installation import Installation
from cli.lock import exclusive
from cli.mailbox import mailbox_in
from cli.report import console, hours, progress
from cli.rig import Clocks, PlayedHome, running
from devices.simulators.incapacity import incapacitated
from devices.simulators.ledger import Emergency, Ledger
from devices.simulators.player import Player
from devices.simulators.recorded import RecordedHome, load
from devices.simulators.source import Source
from devices.simulators.stories import EmergencyKind
from devices.simulators.timeline import Station
from domain.access import Role
from domain.clock import VirtualClock
from domain.errors import InputError, Problem
from domain.quantity import is_activity
from storage.register import gateways, outcomes, users
from storage.register.outcomes import ToldCase
from storage.register.residents import Person
from storage.stores import Stores

RUNS_ON = timedelta(hours=48)
"""How long the clock runs on after the input ends: the protocol's horizon."""
FIXED_LIMITS = (timedelta(hours=8), timedelta(hours=12))
"""What services with one fixed limit use; the bar for the detector."""
HOME_CODE = "R-01"
QUIET_BEFORE = timedelta(minutes=1)
"""The home is commissioned this long before its first event."""
NO_SIGN_IN = "!"
"""A password hash that no password has: the scripted caseworker never signs in."""
PAGE_URL = "http://127.0.0.1:8080"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRequest:
    """What is to be replayed."""

    file: Path
    incapacitated_from: datetime | None = None
    resolve_after: timedelta = timedelta(minutes=30)
    entrances: tuple[str, ...] = ()
    folder: Path | None = None
    """Where the data lies; a killed replay goes on from it. None: a temporary folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayResult:
    """What a replay came to."""

    days: float
    """Length of the input that was judged."""
    false_cases: int
    """Resident cases before the incapacitation, or all without one."""
    told: tuple[ToldCase, ...]
    """Resident cases from the incapacitation on; exactly one is right."""
    delay: timedelta | None
    """From incapacitation to the first of them."""
    fixed: tuple[FixedRuleResult, ...]


async def run_replay(request: ReplayRequest) -> None:
    """Replay and print the figures."""
    recorded = _recorded(request)
    report = recorded.recording.report
    for problem in report.problems:
        console.print(str(problem), style="yellow")
    console.print(
        f"{report.rows:,} rows, {report.played:,} events, {report.repeated:,} repeated states,"
        f" {report.bad:,} bad rows, {sum(report.unplayable.values()):,} rows of other kinds"
    )
    with _folder(request) as folder:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        logging.basicConfig(filename=folder / "replay.log", level=logging.INFO)
        result = await replay(request, recorded, folder)
    print_result(result)


async def replay(request: ReplayRequest, recorded: RecordedHome, folder: Path) -> ReplayResult:
    """Replay in `folder`, going on where an earlier, killed replay stood."""
    installation = Installation(folder)
    since = request.incapacitated_from
    source: Source = recorded if since is None else incapacitated(recorded, since)
    input_ends_at = recorded.last_at if since is None else since
    ends_at = input_ends_at if since is None else input_ends_at + RUNS_ON
    with (
        exclusive(folder),
        Stores.open(installation.stores) as stores,
        Ledger(installation.ledger) as ledger,
        progress() as bar,
    ):
        home = _enrolled_home(stores, installation, source, recorded)
        if since is not None:
            kind = EmergencyKind.INCAPACITATED
            ledger.record_emergency(Emergency(home=HOME_CODE, at=since, kind=kind))
        await _play(request, installation, stores, ledger, home, ends_at=ends_at, bar=bar)
        cases = stores.register.read_now(lambda c: outcomes.resident_cases(c, ACCESS))
    return _result(recorded, cases, since=since, input_ends_at=input_ends_at)


def print_result(result: ReplayResult) -> None:
    """Print our two figures and those of the fixed rules, side by side."""
    table = Table(title=f"{result.days:.1f} days")
    table.add_column("rule")
    table.add_column("false cases", justify="right")
    table.add_column("time to the case", justify="right")
    table.add_row("learned routine", str(result.false_cases), hours(result.delay))
    for fixed in result.fixed:
        limit_h = fixed.limit.total_seconds() / 3600
        table.add_row(f"fixed {limit_h:.0f} h", str(fixed.false_cases), hours(fixed.delay))
    console.print(table)


async def _play(
    request: ReplayRequest,
    installation: Installation,
    stores: Stores,
    ledger: Ledger,
    home: PlayedHome,
    *,
    ends_at: datetime,
    bar: Progress,
) -> None:
    begins_at = (
        stores.register.read_now(lambda c: gateways.directory(c, ACCESS))[home.enrolled.gateway]
        .placements[0]
        .valid_from
    )
    position = ledger.position("player")
    start = begins_at if position is None else position.now
    clocks = Clocks(homes=VirtualClock(start), judges=VirtualClock(start))
    task = bar.add_task("replaying", total=_hours(ends_at - begins_at))
    async with AsyncExitStack() as stack:
        mailbox = stack.enter_context(mailbox_in(installation.mailbox))
        rig = await stack.enter_async_context(
            running(installation, stores, [home], clocks, mailbox=mailbox, page_url=PAGE_URL)
        )
        station = Station(home=HOME_CODE, base_topic=home.base_topic, source=home.source)
        player = Player(
            stations=[station], link=rig.link, ledger=ledger, start=begins_at, settles=False
        )
        driver = Driver(
            rig,
            clocks,
            player,
            resolve_after=request.resolve_after,
            true_from=request.incapacitated_from,
        )
        async for instant in driver.steps(ends_at):
            _advance(bar, task, instant - begins_at)


def _advance(bar: Progress, task: TaskID, elapsed: timedelta) -> None:
    bar.update(task, completed=_hours(elapsed))


def _recorded(request: ReplayRequest) -> RecordedHome:
    recorded = RecordedHome(load(request.file, entrances=request.entrances))
    since = request.incapacitated_from
    if since is not None and not recorded.first_at < since <= recorded.last_at:
        raise InputError(
            Problem(
                code="CLI-003",
                where="--incapacitated-from",
                found=since.isoformat(),
                allowed=f"{recorded.first_at.isoformat()} to {recorded.last_at.isoformat()}",
                do="choose an instant inside the recording",
            )
        )
    return recorded


@contextmanager
def _folder(request: ReplayRequest) -> Iterator[Path]:
    if request.folder is not None:
        yield request.folder
        return
    with tempfile.TemporaryDirectory(prefix="mimamori-replay-") as folder:
        yield Path(folder)


def _enrolled_home(
    stores: Stores, installation: Installation, source: Source, recorded: RecordedHome
) -> PlayedHome:
    """Register home, resident, gateway and the scripted caseworker, unless an earlier run did."""
    known = stores.register.read_now(enrolled)
    if not known:
        stores.register.write_now(lambda c: _register(c, installation, source, recorded))
        known = stores.register.read_now(enrolled)
    return PlayedHome(enrolled=known[0], source=source)


def _register(
    connection: Connection, installation: Installation, source: Source, recorded: RecordedHome
) -> None:
    now = recorded.first_at - QUIET_BEFORE
    municipality = gateways.add_municipality(connection, ACCESS, "Replay")
    home = enrol(
        connection,
        installation.vault(),
        source,
        municipality=municipality,
        code=HOME_CODE,
        person=Person(name="Recorded resident"),
        time_zone=str(recorded.zone),
        now=now,
    )
    caseworker = users.add(
        connection,
        ACCESS,
        municipality=municipality,
        login="scripted",
        display_name="Scripted caseworker",
        role=Role.CASEWORKER,
        email="caseworker@city.example",
        language="en",
        password_hash=NO_SIGN_IN,
        now=now,
    )
    users.assign(
        connection,
        ACCESS,
        user=caseworker,
        home=home.home,
        municipality=municipality,
        now=now,
    )


def _result(
    recorded: RecordedHome,
    cases: list[ToldCase],
    *,
    since: datetime | None,
    input_ends_at: datetime,
) -> ReplayResult:
    before = [case for case in cases if since is None or case.opened_at < since]
    told = tuple(case for case in cases if since is not None and case.opened_at >= since)
    activity = [
        event.at
        for event in recorded.recording.events
        if is_activity(event.quantity, event.value) and event.at <= input_ends_at
    ]
    fixed = tuple(
        apply(limit, activity, incapacitated_from=since, ends_at=input_ends_at)
        for limit in FIXED_LIMITS
    )
    return ReplayResult(
        days=(input_ends_at - recorded.first_at) / timedelta(days=1),
        false_cases=len(before),
        told=told,
        delay=told[0].opened_at - since if told and since is not None else None,
        fixed=fixed,
    )


def _hours(duration: timedelta) -> float:
    return duration / timedelta(hours=1)
