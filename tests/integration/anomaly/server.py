"""A server without broker and ingest: what they would store is stored by hand, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from anomaly.service import Detector
from domain.access import service
from domain.clock import VirtualClock, pause
from domain.finding import Cause, Finding, Phase
from domain.ids import GatewayId, HomeId, MunicipalityId, SensorId, new_id
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading, RecordId
from storage.readings.port import PlacedReading
from storage.register import findings, gateways, home_states, services
from storage.register.changes import Activity, HomeChange, LaneChange, SensorChange
from storage.register.gateways import NewSensor
from storage.register.schema import absence
from storage.signals import Log
from storage.stores import Stores

INGEST = service("ingest")
START = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BEAT = timedelta(minutes=30)
"""Heartbeats come each minute; here only one at each step, before anybody looks."""
FINE = timedelta(minutes=15)
"""So long after a home was last heard a minute matters."""
SENSORS = (
    NewSensor(name="hall", room="hall", is_entrance=False, heartbeat=50 * MINUTE, is_battery=True),
    NewSensor(name="door", room="hall", is_entrance=True, heartbeat=DAY, is_battery=True),
)


@dataclass(slots=True, kw_only=True)
class Home:
    """One home and its counters."""

    id: HomeId
    gateway: GatewayId
    sensors: dict[str, SensorId]
    municipality: MunicipalityId
    seq: int = 0


@dataclass(slots=True, kw_only=True)
class Server:
    """The stores with a clock, and the detector when it runs."""

    stores: Stores
    clock: VirtualClock
    position: int = 0
    detector: Detector | None = None
    homes: list[Home] = field(default_factory=list)

    def add_home(self, *, time_zone: str = "Asia/Tokyo") -> Home:
        """Register a home with a hall sensor and an entrance door."""
        register, now = self.stores.register, self.clock.now()
        owner = register.write_now(lambda c: gateways.add_municipality(c, INGEST, new_id()))
        home = register.write_now(
            lambda c: gateways.add_home(
                c,
                INGEST,
                municipality_id=owner,
                code=f"K-{len(self.homes)}",
                time_zone=time_zone,
                now=now,
            )
        )
        gateway, sensors = register.write_now(
            lambda c: gateways.add_gateway(c, INGEST, home_id=home, sensors=SENSORS, now=now)
        )
        self.homes.append(Home(id=home, gateway=gateway, sensors=sensors, municipality=owner))
        return self.homes[-1]

    def hear(
        self,
        home: Home,
        *,
        activity: Sequence[datetime] = (),
        watermark: datetime | None = None,
        sensor: str = "hall",
        sensor_speaks: bool = True,
    ) -> None:
        """Take in what one envelope says now; up to now, unless `watermark` says less."""
        now, name = self.clock.now(), home.sensors[sensor]
        self.position += 1
        lane = LaneChange(
            gateway=home.gateway,
            lane=Lane.NORMAL,
            epoch="e",
            heard_at=now,
            watermark=watermark or now,
        )
        last = max(activity, default=None)
        earlier = max((at for at in activity if at != last), default=None)
        heard = SensorChange(
            sensor=name, home=home.id, heard_at=last or watermark or now, activity_at=last
        )
        change = HomeChange(
            home=home.id,
            position=self.position,
            heard_at=now,
            last=None if last is None else Activity(at=last, sensor=name, arrived_at=now),
            previous_at=earlier,
        )
        self.stores.readings.write(_readings(home, name, activity, now))

        def work(connection: Connection) -> None:
            home_states.merge_lanes(connection, INGEST, [lane])
            home_states.merge_sensors(connection, INGEST, [heard] if sensor_speaks else [])
            home_states.merge_homes(connection, INGEST, [change])

        self.stores.register.write_now(work)
        self.stores.signals.notify(Log.HOME_STATE)

    def be_absent(self, home: Home, start: datetime, end: datetime) -> None:
        """Register an absence."""
        row = insert(absence).values(
            id=new_id(),
            municipality_id=home.municipality,
            home_id=home.id,
            starts_at=start,
            ends_at=end,
            owner="u",
            created_at=start,
        )
        self.stores.register.write_now(lambda c: c.execute(row))

    def found(self, *causes: Cause) -> list[Finding]:
        """Return all findings of some causes, oldest first."""
        stored = self.stores.register.read_now(lambda c: findings.after(c, INGEST, 0))
        return [one.finding for one in stored if one.finding.cause in causes]

    def begun(self, cause: Cause) -> list[Finding]:
        """Return the beginnings of a cause."""
        return [one for one in self.found(cause) if one.phase is Phase.BEGUN]

    async def settle(self) -> None:
        """Wait until the detector has nothing left to do at this instant."""
        async with asyncio.timeout(20):
            while self.detector is None or not await self.detector.settled():
                await pause(0.001)

    async def until(self, instant: datetime, *, heard: Sequence[Home] = ()) -> None:
        """Let time pass in steps of at most `BEAT`; `heard` homes send heartbeats."""
        await self.settle()
        began_at = self.clock.now()
        while self.clock.now() < instant:
            wake = self.clock.next_wake() or instant
            is_fine = not heard and self.clock.now() - began_at < FINE
            beat = self.clock.now() + (MINUTE if is_fine else BEAT)
            self.clock.push(min(max(wake, self.clock.now()), beat, instant))
            for home in heard:
                self.hear(home)
            await self.settle()


def open_server(path: Path, *, start: datetime = START) -> Server:
    """Open stores in `path`, with an ingest that began to hear at `start`."""
    server = Server(stores=Stores.open(path), clock=VirtualClock(start))
    server.stores.register.write_now(lambda c: services.started(c, INGEST, now=start))
    return server


@asynccontextmanager
async def detecting(server: Server) -> AsyncIterator[Detector]:
    """Run the detector, and end it as a kill would: at once."""
    detector = server.detector = Detector(server.stores, server.clock)
    task = asyncio.create_task(detector.run())
    try:
        yield detector
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        server.detector = None


def _readings(
    home: Home, sensor: SensorId, activity: Sequence[datetime], now: datetime
) -> list[PlacedReading]:
    found = []
    for at in activity:
        home.seq += 1
        found.append(
            PlacedReading.of(
                Reading(
                    sensor=sensor,
                    quantity=Quantity.DOOR if sensor == home.sensors["door"] else Quantity.MOTION,
                    value=1.0,
                    observed_at=at,
                ),
                identity=RecordId(gateway=home.gateway, lane=Lane.NORMAL, epoch="e", seq=home.seq),
                home=home.id,
                quality=ClockQuality.SYNCED,
                received_at=now,
            )
        )
    return found
