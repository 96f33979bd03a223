"""Reading packs in bulk: the shape first, for admission; then the plain readings, for the store.

What our own encoder wrote is read at once; anything else goes record by record through
`messaging.envelope.decode_pack`, which knows the name of everything that can be wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from domain.errors import Problem
from domain.ids import SensorId, is_id
from domain.moments import LAST_MS, to_ms
from domain.quantity import SPECS, Quantity, is_activity
from domain.reading import Reading
from messaging.envelope import (
    MAX_RECORDS,
    Header,
    Record,
    decode_pack,
    too_many,
    unreadable_pack,
    wrong_cover,
)
from messaging.senml import SenmlRecord


class Sample(msgspec.Struct, frozen=True, gc=False):
    """A reading of a pack, as light as it can be: there are a hundred thousand in a second."""

    seq: int
    sensor: SensorId
    quantity: Quantity
    value: float
    observed_ms: int
    """Milliseconds since 1970, as the gateway says; whether that is believed is not said."""
    lives: bool
    """Whether only a living person makes this happen."""


@dataclass(frozen=True, slots=True)
class Pack:
    """What a pack holds; gap markers stand for records that will never come and hold nothing."""

    samples: list[Sample]
    bad: list[Record]
    """Records that cannot be used; their content is the Problem."""


def check_pack(header: Header, raw: bytes, *, where: str) -> None:
    """Check that a pack is an array of records that cover exactly `first_seq` to `end_seq`.

    Whether each record is a good one is not looked at.

    Raises:
        InputError: as `decode_pack`.
    """
    # A record may stand for many numbers only if it says "gap", in letters or as an escape.
    if b"gap" in raw or b"\\" in raw:
        decode_pack(header, raw, where=where)
        return
    try:
        count = len(_shape_decoder.decode(raw))
    except (RecursionError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise unreadable_pack(error, where) from error
    if count > MAX_RECORDS:
        raise too_many(count, where)
    if count != header.end_seq - header.first_seq + 1:
        raise wrong_cover(header, count, where)


def read_pack(header: Header, raw: bytes, *, where: str) -> Pack:
    """Read all records of a pack; bad ones do not spoil the others.

    Raises:
        InputError: as `decode_pack`.
    """
    samples = _plain(header, raw)
    if samples is not None:
        return Pack(samples, [])
    samples, bad = [], []
    for record in decode_pack(header, raw, where=where):
        match record.content:
            case Problem():
                bad.append(record)
            case Reading() as reading:
                samples.append(
                    Sample(
                        record.first_seq,
                        reading.sensor,
                        reading.quantity,
                        reading.value,
                        to_ms(reading.observed_at),
                        reading.is_activity,
                    )
                )
    return Pack(samples, bad)


_shape_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_plain_decoder = msgspec.json.Decoder(list[SenmlRecord])
_encoder = msgspec.json.Encoder()


def _plain(header: Header, raw: bytes) -> list[Sample] | None:
    """Read a pack that holds readings only, as our encoder writes them; None: it is another one."""
    try:
        records = _plain_decoder.decode(raw)
    except (RecursionError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    first = header.first_seq
    if len(records) != header.end_seq - first + 1 or _encoder.encode(records) != raw:
        return None
    samples: list[Sample] = []
    for seq, record in enumerate(records, start=first):
        sensor, _, word = record.n.partition("/")
        kind, t = _KINDS.get(word), record.t
        # Names are not remembered: a city has hundreds of thousands, and each costs 400 bytes.
        if kind is None or not is_id(sensor) or t is None or record.vs is not None:
            return None
        quantity, unit, is_state, low, high, living = kind
        value = record.vb if is_state else record.v
        ms = t * 1000.0
        if value is None or record.u != unit or not (low <= value <= high and 0.0 <= ms <= LAST_MS):
            return None
        # Adding 0.0 makes a number of a state, and of -0.0 a plain zero.
        samples.append(
            Sample(seq, SensorId(sensor), quantity, value + 0.0, round(ms), value in living)
        )
    return samples


class _Kind(NamedTuple):
    """What the word behind a record's sensor says of its readings."""

    quantity: Quantity
    unit: str
    is_state: bool
    low: float
    high: float
    living: tuple[float, ...]
    """The values that only a living person makes."""


_KINDS = {
    quantity.value: _Kind(
        quantity,
        spec.unit,
        spec.is_state,
        spec.low,
        spec.high,
        tuple(value for value in (0.0, 1.0) if is_activity(quantity, value)),
    )
    for quantity, spec in SPECS.items()
}
