"""The whole of it on this machine: registered homes, Mosquitto, and ingest in its own process."""

from __future__ import annotations

import asyncio
import io
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import msgspec
import psutil
from sqlalchemy import Connection

from benchmarks.homes import SENSORS, BenchHome
from benchmarks.ingest_process import Start
from benchmarks.local import password_of, raise_file_limit
from benchmarks.wire import Wire, publish_packet
from cli.broker import CITY, AccessRules
from cli.mosquitto import Mosquitto
from domain.access import service
from domain.clock import RealClock
from domain.quantity import Lane
from ingest.projector import ACCESS as PROJECTOR
from messaging.keys import MASTER_BYTES, derive
from messaging.topics import down_filter, up_lane
from storage.readings.port import PlacedReading
from storage.register import cursors, findings, gateways
from storage.register.gateways import NewSensor
from storage.stores import Stores

ACCESS = service("benchmark")
ROOT = Path(__file__).resolve().parents[1]
HISTORY = timedelta(days=60)
"""How far back the readings of a benchmark begin."""
START_TIMEOUT_S = 120.0
CONTROL_USER = "control"
"""Hears what ingest hears, for the bare drain that is the control."""
RULES = AccessRules(
    mosquitto=f"{CITY.mosquitto}\nuser {CONTROL_USER}\ntopic read mimamori/#\n",
    allows=lambda user, way, topic: user == CONTROL_USER or CITY.allows(user, way, topic),
)

ONE_TOWN = 1_000_000
"""More homes than any benchmark has."""


class City:
    """A folder of stores with registered homes, a broker, and ingest when it was started."""

    def __init__(self, folder: Path, homes: int, *, homes_a_town: int = ONE_TOWN) -> None:
        """Register `homes` homes and start the broker; ingest stays away until `start_ingest`."""
        raise_file_limit()
        self.folder = folder
        self._master = secrets.token_bytes(MASTER_BYTES)
        self.stores = Stores.open(folder / "stores")
        began = time.perf_counter()
        *self.homes, self._probe = self.stores.register.write_now(
            lambda c: register(c, homes + 1, self._master, RealClock().now(), homes_a_town)
        )
        self.registration_s = time.perf_counter() - began
        self.broker = Mosquitto(folder / "broker", RULES)
        self.broker_pid = self._start_broker()
        self._ingest: subprocess.Popen[bytes] | None = None
        self._probed = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *exc: object) -> None:
        """End everything."""
        self.stop_ingest()
        asyncio.run(self.broker.stop())
        self.stores.close()

    @property
    def ingest_pid(self) -> int:
        """The process of ingest."""
        return self._running().pid

    def start_ingest(self) -> float:
        """Start ingest; returns the seconds from its start to the first receipt it gives."""
        began = self.launch_ingest()
        self._first_receipt(began)
        return time.perf_counter() - began

    def start_services(self, *, smtp_port: int) -> float:
        """Start ingest with detector and alerting in one process; returns as `start_ingest`."""
        began = self.launch_ingest("benchmarks.services_process", smtp_port=smtp_port)
        self._first_receipt(began)
        return time.perf_counter() - began

    def launch_ingest(
        self, module: str = "benchmarks.ingest_process", *, smtp_port: int = 0
    ) -> float:
        """Start ingest and do not wait for it; returns the instant of its start."""
        with (self.folder / "ingest.log").open("ab") as log:
            began = time.perf_counter()
            self._ingest = subprocess.Popen(  # noqa: S603 (our own program)
                [*_die_with_us(), sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
            )
        start = Start(
            folder=str(self.folder / "stores"),
            port=self.broker.port,
            password=password_of("ingest"),
            master_key=self._master,
            smtp_port=smtp_port,
        )
        with self._ingest.stdin or io.BytesIO() as way_in:
            way_in.write(msgspec.json.encode(start) + b"\n")
        return began

    def stop_ingest(self) -> None:
        """Kill it, as a power cut would."""
        if self._ingest is not None:
            self._ingest.kill()
            self._ingest.wait()
            self._ingest = None

    def head(self) -> int:
        """Return the newest position of the journal."""
        return self.stores.journal.head()

    def cursor(self) -> int:
        """Return how far the projector is in the journal."""
        return self.stores.register.read_now(lambda c: cursors.position(c, PROJECTOR))

    def findings(self) -> int:
        """Return the position of the newest finding."""
        return self.stores.register.read_now(lambda c: findings.head(c, ACCESS))

    def quarantined(self) -> int:
        """Count what was put into quarantine; 0 when all is well."""
        return sum(self.stores.journal.quarantine_counts().values())

    def readings(self, home: BenchHome) -> list[PlacedReading]:
        """Return all that the store holds of a home; a home with 100,000 readings takes 1 s."""
        since, until = home.began_at - timedelta(days=1), RealClock().now() + timedelta(days=1)
        return list(self.stores.readings.of_home(home.home, since, until))

    def stored(self) -> tuple[int, int]:
        """Count the readings in the store, and how many of them are there twice.

        The probe's home is left out. Blocks for about 10 s per million readings.
        """
        found = doubled = 0
        for home in self.homes:
            ids = [placed.id for placed in self.readings(home)]
            found += len(ids)
            doubled += len(ids) - len(set(ids))
        return found, doubled

    def _running(self) -> subprocess.Popen[bytes]:
        if self._ingest is None:
            raise RuntimeError("ingest was not started")
        return self._ingest

    def _start_broker(self) -> int:
        users = [*(home.gateway for home in (*self.homes, self._probe)), "ingest", CONTROL_USER]
        before = set(psutil.Process().children())
        asyncio.run(self.broker.start({user: password_of(user) for user in users}))
        (child,) = set(psutil.Process().children()) - before
        return child.pid

    def _first_receipt(self, began: float) -> None:
        """Say one record again and again until it is receipted."""
        ingest = self._running()
        heard: list[bytes] = []
        user = self._probe.gateway
        wire = Wire(self.broker.port, user, password_of(user), down_filter(user))
        packet = publish_packet(up_lane(user, Lane.NORMAL), self._probe.envelope(1, 1), 1)
        while not heard:
            if time.perf_counter() - began > START_TIMEOUT_S or ingest.poll() is not None:
                text = (self.folder / "ingest.log").read_text("utf-8", "replace")
                raise RuntimeError(f"ingest does not come up: {text[-2000:]}")
            wire.send(packet)
            time.sleep(0.02)
            wire.hear(heard.append)
        wire.close()


def register(
    connection: Connection, count: int, master: bytes, now: datetime, homes_a_town: int
) -> list[BenchHome]:
    """Register a city of `count` homes, each with its gateway and sensors."""
    towns = [
        gateways.add_municipality(connection, ACCESS, f"Example City {number}")
        for number in range(-(-count // homes_a_town))
    ]
    since = (now - HISTORY).replace(microsecond=0)
    commissioned = since - timedelta(days=1)
    homes = []
    for number in range(count):
        home = gateways.add_home(
            connection,
            ACCESS,
            municipality_id=towns[number // homes_a_town],
            code=f"B-{number:05d}",
            time_zone="Asia/Tokyo",
            now=commissioned,
        )
        gateway, sensors = gateways.add_gateway(
            connection, ACCESS, home_id=home, sensors=_sensors(), now=commissioned
        )
        homes.append(
            BenchHome(
                town=towns[number // homes_a_town],
                home=home,
                gateway=gateway,
                key=derive(master, gateway, 1),
                sensors=sensors,
                began_at=since,
                until=now,
            )
        )
    return homes


def _die_with_us() -> list[str]:
    """Return a prefix that ends a child when we are killed; util-linux has it, macOS has not."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv is not None else []


def _sensors() -> Sequence[NewSensor]:
    return [
        NewSensor(
            name=name,
            room=name.partition(" ")[0],
            is_entrance=name == "front door",
            heartbeat=timedelta(hours=1),
            is_battery=name != "meter",
        )
        for name in SENSORS
    ]
