"""A small city of real processes for fault tests, and the proof that it lost and doubled nothing.

One Mosquitto for the city, one for the homes, ingest under its supervisor, and gateways, each a
process that a test may kill, freeze or cut off. What the homes say goes into a truth ledger first;
at the end `prove` compares it with the stores by the checker of `mimamori verify`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from cli.broker import CITY
from cli.installation import Installation
from cli.secrets import write
from cli.verification.figures import Verification
from cli.verification.readings import PLAYER
from cli.verify import verify_folder
from devices.simulators.ledger import Ledger, Position, Produced
from devices.simulators.link import BrokerAddress, Link
from devices.simulators.zigbee2mqtt import Publication
from domain.quantity import Quantity
from gateway.config import GatewayConfig, dump_config
from gateway.drivers.frame import Device
from messaging.client import BrokerSettings
from messaging.keys import derive
from storage.stores import Stores
from tests.integration.ingest.city import Gateway
from tests.support.mosquitto import Mosquitto
from tests.support.process import Process, until
from tests.support.rig_evidence import Evidence
from tests.support.rig_home import (
    BUTTON,
    DOOR,
    METER,
    MOTION,
    STEP,
    RigHome,
    enrol,
    publication,
)
from tests.support.wire import MASTER


class Rig(Evidence):
    """What a test holds. Nothing runs but the brokers until it is started."""

    def __init__(self, folder: Path, city: Mosquitto, home: Mosquitto) -> None:
        """Use `rig`."""
        super().__init__(Installation(folder))
        self.city, self.home = city, home
        self.homes: list[RigHome] = []
        self.server: Process | None = None
        self.produced = 0
        self.ledger = Ledger(self.installation.ledger)
        self.link = Link(BrokerAddress(host="127.0.0.1", port=home.port, username="player"))
        self._kills = 0

    # --- processes --------------------------------------------------------------------------------

    async def start_server(
        self,
        *,
        squeezed: Mapping[str, float | str] | None = None,
        under: Sequence[str] = (),
        waits: bool = True,
    ) -> Process:
        """Start ingest under its supervisor and wait until it hears the broker.

        Args:
            squeezed: Constants that are made shorter, see `child`.
            under: See `Process`.
            waits: Whether to wait until it has subscribed.
        """
        before = self.city.subscriptions_of("ingest")
        command = ["-m", "tests.support.child", *_sets(squeezed), "ingest"]
        self.server = Process(
            [*command, str(self.installation.folder), str(self.city.port)],
            log=self.installation.folder / "server.log",
            under=under,
        )
        if waits:
            await until(lambda: self.city.subscriptions_of("ingest") > before, self.server)
        return self.server

    async def start_gateway(
        self,
        home: RigHome,
        *,
        squeezed: Mapping[str, float | str] | None = None,
        under: Sequence[str] = (),
        uplink: BrokerSettings | None = None,
        local: BrokerSettings | None = None,
    ) -> Process:
        """Start the gateway of a home and wait until it hears its sensors.

        Args:
            home: Which.
            squeezed: Constants that are made shorter, see `child`.
            under: See `Process`.
            uplink: How it finds the city's broker; None: directly.
            local: How it finds its own broker; None: directly.
        """
        path = self.write_config(home, uplink=uplink, local=local)
        client = f"gateway-{home.gateway}"
        before = self.home.subscriptions_of(client)
        program = (
            ["-m", "tests.support.child", *_sets(squeezed), "gateway"]
            if squeezed
            else ["-m", "gateway"]
        )
        home.process = Process(
            [*program, str(path)], log=path.with_name("gateway.log"), under=under
        )
        await until(lambda: self.home.subscriptions_of(client) > before, home.process)
        return home.process

    async def start_all_gateways(
        self, *, squeezed: Mapping[str, float | str] | None = None
    ) -> Process:
        """Start the gateways of all homes in one process, and wait until each hears its sensors."""
        paths = [str(self.write_config(home)) for home in self.homes]
        street = Process(
            ["-m", "tests.support.child", *_sets(squeezed), "gateways", *paths],
            log=self.installation.gateways / "street.log",
        )
        self.homes[0].process = street
        await until(lambda: self.home.says("Sending SUBACK to gateway-") >= len(paths), street)
        return street

    def write_config(
        self,
        home: RigHome,
        *,
        uplink: BrokerSettings | None = None,
        local: BrokerSettings | None = None,
    ) -> Path:
        """Write the file that is carried to a home, and return its path."""
        folder = self.installation.gateways / home.gateway
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        config = GatewayConfig(
            gateway=home.gateway,
            key=derive(MASTER, home.gateway, 1),
            outbox=home.outbox or folder / "outbox.db",
            outbox_most_mb=home.outbox_most_mb,
            clock=home.clock,
            local=local or BrokerSettings(port=self.home.port),
            uplink=uplink or self.uplink(home),
            devices={name: Device(sensor=of) for name, of in home.sensors.items()},
            base_topic=home.topic,
        )
        path = folder / "gateway.json"
        write(path, dump_config(config))
        return path

    def uplink(self, home: RigHome, *, port: int | None = None) -> BrokerSettings:
        """Return how a gateway reaches the city's broker, or something else on loopback."""
        return BrokerSettings(
            port=port or self.city.port,
            username=home.gateway,
            password=self.installation.broker_password(home.gateway),
        )

    def kill_server(self) -> None:
        """Kill -9, as a power cut would."""
        assert self.server is not None
        self.server.kill()
        self._kills += 1

    # --- what happens in the homes ----------------------------------------------------------------

    async def live(self, home: RigHome, movements: int) -> None:
        """Let somebody move about: written as truth, then said to the homes' broker."""
        for instants in self._instants(home, movements):
            await self._say(
                home, [(MOTION, Quantity.MOTION, {"occupancy": True}, at) for at in instants]
            )

    async def measure(self, home: RigHome, energy: Sequence[float]) -> None:
        """Let the meter say its counter, once a minute."""
        for value in energy:
            at = home.next_at
            home.next_at += STEP
            self.record(home, [(METER, Quantity.ENERGY, at)], value=value)
            await self.link.send([publication(home, METER, {"energy": value}, at)])

    async def use_door(self, home: RigHome, times: int) -> None:
        """Let somebody open and close the door within a minute; the first word is no change."""
        await self.publish(home, DOOR, {"contact": True})
        for number in range(times):
            at = home.next_at + timedelta(seconds=2 * (number + 1))
            is_open = number % 2 == 0
            self.record(home, [(DOOR, Quantity.DOOR, at)], value=float(is_open))
            await self.link.send([publication(home, DOOR, {"contact": not is_open}, at)])
        home.next_at += STEP

    async def press(self, home: RigHome) -> datetime:
        """Let somebody press the help button; returns when."""
        at = home.next_at
        home.next_at += STEP
        await self._say(home, [(BUTTON, Quantity.HELP, {"action": "single"}, at)])
        return at

    async def publish(self, home: RigHome, device: str, payload: Mapping[str, object]) -> None:
        """Say something of a device to the homes' broker; no truth is written."""
        await self.link.send([self.says(home, device, payload)])

    def says(
        self,
        home: RigHome,
        device: str,
        payload: Mapping[str, object],
        *,
        at: datetime | None = None,
    ) -> Publication:
        """Return what a device says at an instant; None: when the next thing happens."""
        return publication(home, device, payload, at or home.next_at)

    def record(
        self, home: RigHome, said: Iterable[tuple[str, Quantity, datetime]], *, value: float = 1.0
    ) -> None:
        """Write readings as truth: each has to be stored exactly once."""
        truth = [
            Produced(
                home=home.code,
                device=device,
                quantity=quantity,
                observed_at=at,
                value=value,
                resident_made=True,
                required=True,
            )
            for device, quantity, at in said
        ]
        self.ledger.record(truth)
        self.produced += len(truth)

    def _instants(self, home: RigHome, movements: int) -> Iterable[list[datetime]]:
        while movements > 0:
            some = min(movements, 500)
            yield [home.next_at + STEP * number for number in range(some)]
            home.next_at += STEP * some
            movements -= some

    async def _say(
        self, home: RigHome, said: Sequence[tuple[str, Quantity, Mapping[str, object], datetime]]
    ) -> None:
        self.record(home, [(device, quantity, at) for device, quantity, _, at in said])
        await self.link.send(
            [publication(home, device, payload, at) for device, _, payload, at in said]
        )

    def voice(
        self, home: RigHome, first: int = 1, *, movements: int = 0, presses: int = 0
    ) -> Gateway:
        """Return a gateway whose envelopes the test makes itself: one record a second, by number.

        What it is going to say is written as truth: `movements` and `presses`, each from number
        `first` on.
        """
        voice = Gateway(id=home.gateway, sensors=home.sensors, began_at=home.next_at)
        last = first + max(movements, presses)
        self.record(
            home,
            [(MOTION, Quantity.MOTION, voice.observed_at(first + n)) for n in range(movements)]
            + [(BUTTON, Quantity.HELP, voice.observed_at(first + n)) for n in range(presses)],
        )
        home.next_at = max(home.next_at, voice.observed_at(last) + STEP)
        return voice

    # --- the proof --------------------------------------------------------------------------------

    async def all_stored(self) -> None:
        """Wait until as much is stored as was produced, and nothing waits in the journal."""
        await until(lambda: self.stored() >= self.produced and self.is_projected(), self.server)

    async def prove(self) -> Verification:
        """Wait until all is stored, stop everything and compare: nothing lost, doubled or made up.

        Returns:
            What the checker counted.
        """
        await self.all_stored()
        found = await self.compare()
        assert (found.lost, found.duplicated, found.unexpected) == (0, 0, 0), found.examples
        assert (found.waiting, found.in_flight, found.unprojected) == (0, 0, 0), found
        assert found.stored == found.produced == self.produced
        return found

    async def compare(self) -> Verification:
        """Stop everything and return what the checker of `mimamori verify` counts."""
        self.stop()
        end = max(home.next_at for home in self.homes) + timedelta(days=1)
        position = Position(started_at=end, settled_to=end, now=end, announced=True)
        self.ledger.settle(PLAYER, position)
        return verify_folder(self.installation.folder, kills=self._kills)

    def stop(self) -> None:
        """Stop gateways and server; the brokers go on."""
        for home in self.homes:
            if home.process is not None:
                home.process.stop()
        if self.server is not None:
            self.server.thaw()
            self.server.kill()


@asynccontextmanager
async def rig(
    folder: Path,
    *,
    homes: int = 1,
    settings: Mapping[str, str] | None = None,
    is_secure: bool = False,
    city: Callable[[Path], Mosquitto] | None = None,
) -> AsyncIterator[Rig]:
    """Register some homes and run both brokers inside the block.

    Args:
        folder: For everything.
        homes: How many.
        settings: Of the city's broker, see `Mosquitto`.
        is_secure: Whether the city's broker asks for passwords and keeps to the access list.
        city: Makes the city's broker otherwise; the other two do not count then.
    """
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    installation = Installation(data)
    write(data / "secrets" / "master.key", MASTER)
    with Stores.open(installation.stores) as stores:
        enrolled = stores.register.write_now(partial(enrol, count=homes))
    for one in enrolled:
        installation.broker_password(one.gateway)
    broker = (
        city(folder / "city")
        if city
        else Mosquitto(
            folder / "city",
            settings=settings,
            passwords=installation.broker_passwords() if is_secure else None,
            rules=CITY if is_secure else None,
        )
    )
    made = Rig(data, broker, Mosquitto(folder / "home"))
    made.homes = enrolled
    try:
        await made.city.start()
        await made.home.start()
        yield made
    finally:
        made.stop()
        await made.link.close()
        made.ledger.close()
        for each in (made.city, made.home):
            each.kill()


def _sets(squeezed: Mapping[str, float | str] | None) -> list[str]:
    return [f"--set={name}={value}" for name, value in (squeezed or {}).items()]
