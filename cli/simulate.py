"""Playing one home to a gateway through its own broker, for technicians who try an installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cli.report import console
from cli.secrets import check_mode
from devices.simulators.homes import SimulatedHome
from devices.simulators.incapacity import incapacitated
from devices.simulators.ledger import Emergency, Ledger
from devices.simulators.link import BrokerAddress, Link
from devices.simulators.player import Player
from devices.simulators.recorded import RecordedHome, load
from devices.simulators.source import Source
from devices.simulators.stories import EmergencyKind
from devices.simulators.timeline import Station
from domain.clock import Clock, RealClock, ScaledClock

HOME = "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What is to be played, and where."""

    file: Path | None
    seed: int
    host: str
    port: int
    username: str | None
    password_file: Path | None
    base_topic: str
    speed: float
    incapacitated_after: timedelta | None
    ledger: Path


async def run_simulation(simulation: Simulation) -> None:
    """Play until stopped."""
    clock, source = _source(simulation)
    start = clock.now()
    with Ledger(simulation.ledger) as ledger:
        if simulation.incapacitated_after is not None:
            since = start + simulation.incapacitated_after
            source = incapacitated(source, since)
            kind = EmergencyKind.INCAPACITATED
            ledger.record_emergency(Emergency(home=HOME, at=since, kind=kind))
        for device in source.devices:
            console.print(f"  {device.name}  ({device.kind}, {device.room or 'no room'})")
        console.print(
            f"playing from {start:%Y-%m-%d %H:%M:%S} UTC at {simulation.speed:g} times life;"
            " Ctrl-C ends it"
        )
        station = Station(home=HOME, base_topic=simulation.base_topic, source=source)
        async with Player(
            stations=[station], link=Link(_address(simulation)), ledger=ledger, start=start
        ) as player:
            await player.run(clock)


def _source(simulation: Simulation) -> tuple[Clock, Source]:
    """Return the source and a clock that stands at its beginning."""
    if simulation.file is None:
        now = RealClock().now()
        return ScaledClock(now, speed=simulation.speed), SimulatedHome(simulation.seed)
    recorded = RecordedHome(load(simulation.file))
    return ScaledClock(recorded.first_at, speed=simulation.speed), recorded


def _address(simulation: Simulation) -> BrokerAddress:
    password = None
    if simulation.password_file is not None:
        check_mode(simulation.password_file)
        password = simulation.password_file.read_text(encoding="utf-8").strip()
    return BrokerAddress(
        host=simulation.host,
        port=simulation.port,
        username=simulation.username,
        password=password,
    )
