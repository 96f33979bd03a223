"""Envelopes that a test makes itself, of a rig's homes."""

from domain.moments import to_ms
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading
from messaging.envelope import Header, encode
from messaging.keys import derive
from messaging.senml import encode_reading
from messaging.topics import up_lane
from tests.integration.ingest.city import Gateway
from tests.support.wire import MASTER


def publish(voice: Gateway, first: int, count: int) -> None:
    """Publish `count` movements from `first` on, without waiting for the broker."""
    voice.client.publish(up_lane(voice.id, Lane.NORMAL), envelope(voice, first, count), qos=1)


def flood(voice: Gateway, movements: int, each: int = 1) -> None:
    """Publish all movements as fast as it goes, `each` in one envelope."""
    for first in range(1, movements + 1, each):
        publish(voice, first, each)


def envelope(voice: Gateway, first: int, count: int) -> bytes:
    """Return a signed envelope with `count` movements from `first` on."""
    last = first + count - 1
    header = Header(
        gateway=voice.id,
        lane=Lane.NORMAL,
        epoch="epoch-one",
        first_seq=first,
        end_seq=last,
        as_of_ms=to_ms(voice.observed_at(last)),
        last_seq=last,
        clock=ClockQuality.SYNCED,
    )
    records = [
        encode_reading(
            Reading(
                sensor=voice.sensors["motion"],
                quantity=Quantity.MOTION,
                value=1.0,
                observed_at=voice.observed_at(seq),
            )
        )
        for seq in range(first, first + count)
    ]
    return encode(header, records, derive(MASTER, voice.id, 1))
