"""A home in a scenario: sensors that speak, and a gateway that keeps what it cannot send."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.ids import GatewayId, HomeId, SensorId
from domain.moments import to_ms
from domain.quantity import SPECS, Lane, Quantity
from domain.reading import ClockQuality, Reading
from ingest.opening import Arrived
from messaging.envelope import Header, encode
from messaging.keys import derive
from messaging.senml import encode_reading
from messaging.topics import up_lane
from storage.register.gateways import NewSensor
from tests.support.wire import MASTER

RECORDS = 200
"""Records in one envelope of a backlog, as a gateway sends them."""
HEARTBEAT = timedelta(hours=2)
SENSORS = tuple(
    NewSensor(
        name=name,
        room=room,
        is_entrance=name == "door",
        heartbeat=HEARTBEAT,
        is_battery=True,
    )
    for name, room in (
        ("kitchen", "kitchen"),
        ("bedroom", "bedroom"),
        ("door", "entrance"),
        ("button", "living room"),
    )
)


@dataclass(slots=True)
class _LaneBox:
    """What a gateway holds of one lane; record 1 is the first."""

    records: list[bytes] = field(default_factory=list)
    sent: int = 0


@dataclass(slots=True, kw_only=True)
class Home:
    """One home with its gateway."""

    id: HomeId
    code: str
    gateway: GatewayId
    sensors: dict[str, SensorId]
    is_connected: bool = True
    dark_since: datetime | None = None
    dead: set[str] = field(default_factory=set)
    """Sensors that do not speak any more."""
    envelopes_at_once: int = 1_000
    """How many envelopes of a backlog go out at one instant."""
    last_word: dict[str, datetime] = field(default_factory=dict)
    lanes: dict[Lane, _LaneBox] = field(default_factory=lambda: {lane: _LaneBox() for lane in Lane})

    def feel(self, name: str, at: datetime, quantity: Quantity = Quantity.MOTION) -> None:
        """Let a sensor report something at an instant."""
        value = 80.0 if quantity is Quantity.LINK_QUALITY else 1.0
        reading = Reading(sensor=self.sensors[name], quantity=quantity, value=value, observed_at=at)
        self.lanes[SPECS[quantity].lane].records.append(encode_reading(reading))
        self.last_word[name] = at

    def live(self, now: datetime) -> None:
        """Let every sensor that has long said nothing say that it is there."""
        for name in self.sensors.keys() - self.dead:
            if name not in self.last_word or now - self.last_word[name] >= HEARTBEAT:
                self.feel(name, now, Quantity.LINK_QUALITY)

    def envelopes(self, now: datetime) -> list[Arrived]:
        """Take off what the gateway sends now: what waits, and a heartbeat; nothing in the dark."""
        if not self.is_connected:
            return []
        urgent = self.lanes[Lane.URGENT]
        lanes = [Lane.URGENT] if urgent.sent < len(urgent.records) else []
        return [one for lane in (*lanes, Lane.NORMAL) for one in self._of_lane(lane, now)]

    def repeated(self, lane: Lane, first: int, now: datetime) -> Arrived:
        """Return an envelope that was sent before, as when its receipt was lost."""
        box = self.lanes[lane]
        return self._envelope(lane, first, box.records[first - 1 :][:RECORDS], now)

    def _of_lane(self, lane: Lane, now: datetime) -> list[Arrived]:
        box, found = self.lanes[lane], []
        for _ in range(self.envelopes_at_once):
            run = box.records[box.sent : box.sent + RECORDS]
            found.append(self._envelope(lane, box.sent + 1, run, now))
            box.sent += len(run)
            if box.sent == len(box.records):
                break
        return found

    def _envelope(self, lane: Lane, first: int, run: list[bytes], now: datetime) -> Arrived:
        header = Header(
            gateway=self.gateway,
            lane=lane,
            epoch="epoch-one",
            first_seq=first,
            end_seq=first + len(run) - 1,
            as_of_ms=to_ms(now),
            last_seq=len(self.lanes[lane].records),
            clock=ClockQuality.SYNCED,
        )
        return Arrived(
            topic=up_lane(self.gateway, lane),
            payload=encode(header, run, derive(MASTER, self.gateway, 1)),
            received_at=now,
        )
