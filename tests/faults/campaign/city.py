"""The city of the kill campaign: two real brokers, registered homes, and their files on a disk."""

import asyncio
import json
import secrets
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from cli.broker import CITY, HOMES, INGEST, LOOPBACK, PLAYER, AccessRules
from cli.mosquitto import Mosquitto
from domain.access import service
from domain.ids import GatewayId, HomeId, SensorId
from domain.quantity import Quantity
from gateway.config import GatewayConfig, dump_config
from gateway.drivers.frame import Device
from ingest.config import IngestConfig
from messaging.client import BrokerSettings, make_client, subscribe
from messaging.keys import derive
from storage.register import gateways
from storage.register.gateways import NewSensor
from storage.stores import Stores
from tests.faults.campaign.homes import DEVICES

ACCESS = service("campaign")
MASTER = bytes(range(32))


class KilledBroker:
    """Mosquitto as we configure it; killed, it comes back on the same port."""

    def __init__(self, folder: Path, rules: AccessRules, passwords: dict[str, str]) -> None:
        """Prepare; `start` runs it."""
        self._passwords = passwords
        self._broker = Mosquitto(folder, rules)
        # Linux ends a child that asked to die with its parent when the thread that made it ends.
        self._thread = ThreadPoolExecutor(1)
        self.port = self._broker.port

    def start(self) -> None:
        """Run it and wait until it takes connections."""
        self._thread.submit(self._start).result()

    def _start(self) -> None:
        asyncio.run(self._broker.start(self._passwords))

    def kill(self) -> None:
        """Kill it: what it holds in memory is gone."""
        process: subprocess.Popen[bytes] | None = self._broker._process
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A registered home, and what carries it."""

    home: HomeId
    gateway: GatewayId
    sensors: dict[str, SensorId]
    folder: Path

    @property
    def config(self) -> Path:
        """The file of its gateway."""
        return self.folder / "gateway.json"

    @property
    def outbox(self) -> Path:
        """The outbox of its gateway."""
        return self.folder / "outbox.db"


@dataclass(slots=True, kw_only=True)
class City:
    """Everything but the processes that are killed."""

    folder: Path
    homes: list[Home]
    home_broker: KilledBroker
    city_broker: KilledBroker
    passwords: dict[str, str] = field(repr=False)

    @property
    def stores(self) -> Path:
        """The folder of the server's stores."""
        return self.folder / "server"

    def ingest(self) -> IngestConfig:
        """Return ingest's settings."""
        return IngestConfig(
            host=LOOPBACK,
            port=self.city_broker.port,
            username=INGEST,
            password=self.passwords[INGEST],
            master_key=MASTER,
        )

    def log(self, name: str) -> Path:
        """Return the file that a process writes its errors to."""
        return self.folder / f"{name}.log"


def build(folder: Path, *, homes: int, since: datetime) -> City:
    """Register homes with their gateways, start both brokers, write the gateways' files."""
    with Stores.open(folder / "server") as stores:
        registered = stores.register.write_now(lambda c: _register(c, folder, homes, since))
    names = [INGEST, PLAYER, *(home.gateway for home in registered)]
    passwords = {name: secrets.token_urlsafe(24) for name in names}
    city = City(
        folder=folder,
        homes=registered,
        home_broker=KilledBroker(folder / "home-broker", HOMES, passwords),
        city_broker=KilledBroker(folder / "city-broker", CITY, passwords),
        passwords=passwords,
    )
    for home in registered:
        home.folder.mkdir(parents=True)
        home.config.touch(mode=0o600)
        home.config.write_bytes(_trusting(dump_config(_config(city, home))))
    city.home_broker.start()
    city.city_broker.start()
    asyncio.run(_hear_once([_config(city, home) for home in registered]))
    return city


def _trusting(config: bytes) -> bytes:
    """Let a gateway that asks who keeps the clock trust this machine's, with or without NTP."""
    form: dict[str, object] = json.loads(config)
    if "clock" in form:
        form["clock"] = "trusted"
    return json.dumps(form).encode()


async def _hear_once(configs: list[GatewayConfig]) -> None:
    """Have the homes' broker know each gateway, as after its installation.

    What a sensor says before a gateway has ever subscribed is kept for nobody.
    """
    for config in configs:
        async with make_client(config.local, name="unused", persistent=True) as client:
            await subscribe(client, f"{config.base_topic}/#")


def _register(connection: Connection, folder: Path, homes: int, since: datetime) -> list[Home]:
    town = gateways.add_municipality(connection, ACCESS, "Example City")
    registered = []
    for number in range(homes):
        home = gateways.add_home(
            connection,
            ACCESS,
            municipality_id=town,
            code=f"K-{number:02}",
            time_zone="Asia/Tokyo",
            now=since,
        )
        sensors = [_sensor(name) for name in DEVICES]
        gateway, ids = gateways.add_gateway(
            connection, ACCESS, home_id=home, sensors=sensors, now=since
        )
        place = folder / f"home-{number}"
        registered.append(Home(home=home, gateway=gateway, sensors=ids, folder=place))
    return registered


def _sensor(name: str) -> NewSensor:
    return NewSensor(
        name=name,
        room="hall",
        is_entrance=name == "front door",
        heartbeat=timedelta(hours=1),
        is_battery=False,
    )


def _config(city: City, home: Home) -> GatewayConfig:
    password = city.passwords[home.gateway]
    local, uplink = (
        BrokerSettings(host=LOOPBACK, port=port, username=home.gateway, password=password)
        for port in (city.home_broker.port, city.city_broker.port)
    )
    return GatewayConfig(
        gateway=home.gateway,
        key=derive(MASTER, home.gateway, 1),
        outbox=home.outbox,
        local=local,
        uplink=uplink,
        devices={
            name: Device(sensor=sensor, contact=Quantity.DOOR)
            for name, sensor in home.sensors.items()
        },
        base_topic=f"local/{home.gateway}/zigbee2mqtt",
    )
