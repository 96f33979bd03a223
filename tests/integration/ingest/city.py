"""A real broker, real stores with one commissioned home, and a gateway that speaks over paho."""

import queue
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Connection

from domain.access import service
from domain.clock import RealClock, pause
from domain.ids import GatewayId, HomeId, SensorId
from domain.moments import to_ms
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading
from ingest.config import IngestConfig
from messaging.envelope import Header, encode
from messaging.keys import derive
from messaging.receipt import Receipt, decode_receipt
from messaging.senml import encode_reading
from messaging.topics import Down, down, down_filter, up_lane
from storage.register import gateways
from storage.register.gateways import NewSensor
from storage.stores import Stores
from tests.support.services import require
from tests.support.wire import MASTER

ACCESS = service("test")
PATIENCE_S = 60.0
"""Real time after which a test gives up; nothing is measured by it."""
_CONFIG = """
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_inflight_messages 4000
max_queued_messages 100000
log_dest stderr
log_type all
user root
"""


class Broker:
    """Mosquitto on a free port; it can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        """Prepare; `start` runs it."""
        self._binary = require("mosquitto", "ingest against a real broker")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._config, self._log = folder / "mosquitto.conf", folder / "mosquitto.log"
        self._config.write_text(_CONFIG.format(port=self.port))
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Run it and wait until it takes connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603, ASYNC220 (our own program; it returns at once)
                [self._binary, "-c", str(self._config)], stderr=log
            )
        await until(self._answers)

    def stop(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def connections_of(self, client: str) -> int:
        """Return how often a client connected, by the broker's own log."""
        text = self._log.read_text("utf-8", "replace")
        return text.count(f" as {client} (")

    def subscriptions_of(self, client: str) -> int:
        """Return how often a client subscribed, by the broker's own log."""
        return self._log.read_text("utf-8", "replace").count(f"Sending SUBACK to {client}")

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, at most `PATIENCE_S`."""
    clock = RealClock()
    end = clock.monotonic() + PATIENCE_S
    while not condition():
        assert clock.monotonic() < end, "what was waited for did not come"
        await pause(0.02)


@dataclass(slots=True, kw_only=True)
class Gateway:
    """One gateway with a connection of its own."""

    id: GatewayId
    sensors: dict[str, SensorId]
    began_at: datetime
    """When it observed its first record; one a second from then on."""
    receipts: queue.Queue[Receipt] = field(default_factory=queue.Queue)
    client: paho.Client = field(init=False)

    @contextmanager
    def connected(self, port: int) -> Iterator[None]:
        """Keep a connection inside the block."""
        ready = threading.Event()
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id=self.id)
        self.client.max_queued_messages_set(0)
        self.client.on_connect = lambda c, *_: c.subscribe(down_filter(self.id), qos=1)
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        try:
            assert ready.wait(PATIENCE_S)
            yield
        finally:
            self.client.disconnect()
            self.client.loop_stop()

    def send(
        self,
        first: int,
        count: int,
        *,
        lane: Lane = Lane.NORMAL,
        qos: int = 1,
        retain: bool = False,
    ) -> None:
        """Publish `count` records from `first` on; the same numbers are the same records."""
        self.publish(
            up_lane(self.id, lane), self.envelope(first, count, lane), qos=qos, retain=retain
        )

    def envelope(self, first: int, count: int, lane: Lane = Lane.NORMAL) -> bytes:
        """Return the signed bytes of `count` records from `first` on."""
        records = [self.record(seq, lane) for seq in range(first, first + count)]
        header = Header(
            gateway=self.id,
            lane=lane,
            epoch="epoch-one",
            first_seq=first,
            end_seq=first + count - 1,
            as_of_ms=to_ms(self.observed_at(first + count - 1)),
            last_seq=first + count - 1,
            clock=ClockQuality.SYNCED,
        )
        return encode(header, records, derive(MASTER, self.id, 1))

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Publish any bytes and wait until the broker has them."""
        self.client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(PATIENCE_S)

    def record(self, seq: int, lane: Lane) -> bytes:
        """Return the record of a number: a movement, or on the urgent lane a press."""
        is_press = lane is Lane.URGENT
        return encode_reading(
            Reading(
                sensor=self.sensors["button" if is_press else "motion"],
                quantity=Quantity.HELP if is_press else Quantity.MOTION,
                value=1.0,
                observed_at=self.observed_at(seq),
            )
        )

    def observed_at(self, seq: int) -> datetime:
        """Return when the record of a number was observed."""
        return self.began_at + timedelta(seconds=seq)

    async def receipted(self, seq: int, lane: Lane = Lane.NORMAL) -> None:
        """Wait for a signed receipt of `seq`."""

        def has_come() -> bool:
            while True:
                try:
                    receipt = self.receipts.get_nowait()
                except queue.Empty:
                    return False
                if (receipt.lane, receipt.seq) == (lane, seq):
                    return True

        await until(has_come)

    def _on_message(self, client: paho.Client, userdata: object, message: paho.MQTTMessage) -> None:
        del client, userdata
        if message.topic == down(self.id, Down.RECEIPT):
            key = derive(MASTER, self.id, 1)
            self.receipts.put(decode_receipt(bytes(message.payload), key, self.id))


def commission(stores: Stores) -> tuple[HomeId, Gateway]:
    """Register a home with a gateway that has a motion sensor and a help button."""
    began_at = (datetime.now(UTC) - timedelta(hours=3)).replace(microsecond=0)  # noqa: TID251 (a gateway's own clock)

    def work(connection: Connection) -> tuple[HomeId, Gateway]:
        town = gateways.add_municipality(connection, ACCESS, "Example City")
        home = gateways.add_home(
            connection,
            ACCESS,
            municipality_id=town,
            code="K-07",
            time_zone="Asia/Tokyo",
            now=began_at - timedelta(days=1),
        )
        sensors = [
            NewSensor(
                name=name,
                room="bedroom",
                is_entrance=False,
                heartbeat=timedelta(hours=1),
                is_battery=True,
            )
            for name in ("motion", "button")
        ]
        gateway, ids = gateways.add_gateway(
            connection,
            ACCESS,
            home_id=home,
            sensors=sensors,
            now=began_at - timedelta(days=1),
        )
        return home, Gateway(id=gateway, sensors=ids, began_at=began_at)

    return stores.register.write_now(work)


def config(port: int) -> IngestConfig:
    """Return ingest's settings for a broker on loopback."""
    return IngestConfig(
        host="127.0.0.1",
        port=port,
        password="ingest",
        master_key=MASTER,
        has_worker_process=False,  # tests reach into it; tests/faults has the other kind
    )
