"""What a home of the benchmarks says: a life-like mix of sensors, the same for the same number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.ids import GatewayId, HomeId, MunicipalityId, SensorId
from domain.moments import to_ms
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading
from messaging.envelope import Header, encode
from messaging.keys import GatewayKey
from messaging.senml import encode_reading

READINGS_A_DAY = 2_000
"""Of one home; about 500 are activity, the rest meters, climate and motion that ends."""
STEP = timedelta(days=1) / READINGS_A_DAY
EPOCH = "epoch-one"
BUTTON = "button"
LIVE = ("toilet motion", "bath motion", "study motion", "stairs motion")
"""Sensors that speak only while something else is measured, so that they are told apart."""
_MOTION = ("bedroom motion", "living motion", "kitchen motion", "hall motion")
SENSORS = (*_MOTION, "front door", "fridge", "meter", "climate", *LIVE, BUTTON)
"""The devices of each home, by friendly name."""
_PATTERN: tuple[tuple[str, Quantity], ...] = (
    *((name, Quantity.MOTION) for name in _MOTION for _ in range(3)),
    ("front door", Quantity.DOOR),
    ("fridge", Quantity.OPENING),
    ("meter", Quantity.POWER),
    ("meter", Quantity.ENERGY),
    ("climate", Quantity.TEMPERATURE),
    ("climate", Quantity.HUMIDITY),
    ("bedroom motion", Quantity.ILLUMINANCE),
    ("hall motion", Quantity.LINK_QUALITY),
)
_STATES = frozenset({Quantity.MOTION, Quantity.DOOR, Quantity.OPENING})


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchHome:
    """One registered home with its gateway."""

    town: MunicipalityId
    home: HomeId
    gateway: GatewayId
    key: GatewayKey
    sensors: dict[str, SensorId]
    began_at: datetime
    """When record 0 would have been observed; each next one `STEP` later."""
    until: datetime
    """When the benchmark was prepared: nothing is observed later."""

    def observed_at(self, seq: int) -> datetime:
        """Return when record `seq` was observed, in whole milliseconds."""
        return self.began_at + timedelta(milliseconds=round(seq * STEP.total_seconds() * 1000))

    def reading(self, seq: int) -> Reading:
        """Return record `seq` of the normal lane; the same each time."""
        name, quantity = _PATTERN[seq * 7 % len(_PATTERN)]
        turn = seq // len(_PATTERN)
        value = float(turn % 2) if quantity in _STATES else float(turn * 7919 % 397) / 10
        return Reading(
            sensor=self.sensors[name],
            quantity=quantity,
            value=value,
            observed_at=self.observed_at(seq),
        )

    def envelope(self, first: int, count: int) -> bytes:
        """Return the signed envelope of `count` records from `first` on; 0: a heartbeat."""
        end = first + count - 1
        if self.observed_at(end) > self.until:
            raise ValueError("the homes' history is used up: more homes or fewer readings")
        header = Header(
            gateway=self.gateway,
            lane=Lane.NORMAL,
            epoch=EPOCH,
            first_seq=first,
            end_seq=end,
            as_of_ms=to_ms(self.observed_at(end)),
            last_seq=end,
            clock=ClockQuality.SYNCED,
        )
        records = [encode_reading(self.reading(seq)) for seq in range(first, end + 1)]
        return encode(header, records, self.key)
