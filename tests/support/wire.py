"""Envelopes as gateways send them, and a gateway that the city knows; for tests of ingest."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from domain.gateway import KnownGateway, Placement
from domain.ids import GatewayId, HomeId, MunicipalityId, SensorId
from domain.moments import to_ms
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading
from ingest.opening import Arrived, Keyring
from messaging.envelope import Header, encode
from messaging.keys import derive, sign
from messaging.senml import GapMarker, encode_gap, encode_reading
from messaging.topics import up_lane

MASTER = b"m" * 32
COMMISSIONED = datetime(2026, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 3, tzinfo=UTC)
"""Noon in Tokyo."""
GATEWAY = GatewayId("gateway-one")
HOME = HomeId("home-one")
MOTION, DOOR, BUTTON, METER = (
    SensorId("motion-one"),
    SensorId("door-one"),
    SensorId("button-one"),
    SensorId("meter-one"),
)


def gateway(
    gateway_id: GatewayId = GATEWAY,
    *,
    placements: tuple[Placement, ...] | None = None,
    is_revoked: bool = False,
) -> KnownGateway:
    """Return a gateway with four sensors that stands in `HOME` since `COMMISSIONED`."""
    here = Placement(home=HOME, valid_from=COMMISSIONED, valid_to=None)
    return KnownGateway(
        id=gateway_id,
        municipality=MunicipalityId("town"),
        key_generations=(1,),
        is_revoked=is_revoked,
        placements=(here,) if placements is None else placements,
        sensors={MOTION: False, DOOR: True, BUTTON: False, METER: False},
    )


def keyring(*gateways: KnownGateway) -> Keyring:
    """Return who may speak: the given gateways, or the one of `gateway()`."""
    return Keyring(MASTER, {known.id: known for known in gateways or (gateway(),)})


def motion(at: datetime, sensor: SensorId = MOTION) -> bytes:
    """Return a record of a movement."""
    return state(Quantity.MOTION, at, sensor)


def press(at: datetime) -> bytes:
    """Return a record of a press of the help button."""
    return state(Quantity.HELP, at, BUTTON)


def state(quantity: Quantity, at: datetime, sensor: SensorId) -> bytes:
    """Return a record of a state that is 1."""
    return encode_reading(Reading(sensor=sensor, quantity=quantity, value=1.0, observed_at=at))


def power(at: datetime, watts: float) -> bytes:
    """Return a record of the power meter."""
    return encode_reading(
        Reading(sensor=METER, quantity=Quantity.POWER, value=watts, observed_at=at)
    )


def gap(first: int, last: int) -> bytes:
    """Return a record that stands for records that will never come."""
    return encode_gap(GapMarker(first_seq=first, last_seq=last))


def envelope(
    records: Sequence[bytes] = (),
    *,
    first: int = 1,
    end: int | None = None,
    last: int | None = None,
    epoch: str = "epoch-one",
    lane: Lane = Lane.NORMAL,
    as_of: datetime = NOON,
    clock: ClockQuality = ClockQuality.SYNCED,
    sender: GatewayId = GATEWAY,
) -> bytes:
    """Return a signed envelope; `end` and `last` follow from the number of records if not given."""
    end = first + len(records) - 1 if end is None else end
    header = Header(
        gateway=sender,
        lane=lane,
        epoch=epoch,
        first_seq=first,
        end_seq=end,
        as_of_ms=to_ms(as_of),
        last_seq=end if last is None else last,
        clock=clock,
    )
    return encode(header, records, derive(MASTER, sender, 1))


def signed(head: bytes, pack: bytes, sender: GatewayId = GATEWAY) -> bytes:
    """Return any two lines with a good signature: what a broken gateway could send."""
    return sign(b"%b\n%b" % (head, pack), derive(MASTER, sender, 1))


def head(*, first: int = 1, end: int = 1, last: int | None = None, **other: str) -> bytes:
    """Return a header line made by hand; `other` replaces fields by JSON text."""
    fields = {
        "version": "1",
        "gateway": f'"{GATEWAY}"',
        "lane": '"normal"',
        "epoch": '"epoch-one"',
        "first": str(first),
        "end": str(end),
        "as_of": str(int(NOON.timestamp() * 1000)),
        "last": str(end if last is None else last),
        "clock": '"synced"',
        **other,
    }
    return ("{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}").encode()


def arrived(
    payload: bytes,
    *,
    lane: Lane = Lane.NORMAL,
    topic: str | None = None,
    at: datetime = NOON + timedelta(seconds=1),
    sender: GatewayId = GATEWAY,
    is_retained: bool = False,
    qos: int = 1,
) -> Arrived:
    """Return a message as the broker delivers it."""
    return Arrived(
        topic=up_lane(sender, lane) if topic is None else topic,
        payload=payload,
        received_at=at,
        is_retained=is_retained,
        qos=qos,
    )
