"""One record of an envelope as a SenML record (RFC 8428): reading or gap marker, to and from JSON.

The forms::

    {"n":"<sensor>/motion","vb":true,"t":1750000000.123}
    {"n":"<sensor>/power","u":"W","v":412.5,"t":1750000000.123}
    {"n":"gap","vs":"120-140"}
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import msgspec

from domain.errors import InputError, Problem, shown
from domain.ids import SensorId, is_id
from domain.moments import from_ms, to_ms
from domain.quantity import SPECS, Quantity, is_believed
from domain.reading import Reading
from messaging.strictness import require_strict, too_deep

GAP_NAME = "gap"
MAX_SEQ = 2**63 - 1
NO_TIME_MS = 0
NO_TIME = from_ms(NO_TIME_MS)
"""Stands for a time that cannot be told; nobody believes it, see ingest/booking.py."""
_GAP = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")


class SenmlRecord(msgspec.Struct, omit_defaults=True, frozen=True):
    """The fields of RFC 8428 that we use; others are ignored."""

    n: str
    u: str = ""
    v: float | None = None
    vb: bool | None = None
    vs: str | None = None
    t: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapMarker:
    """A record that stands for records that will never come."""

    first_seq: int
    last_seq: int


def encode_reading(reading: Reading) -> bytes:
    """Return the JSON bytes of a reading, the same bytes each time."""
    spec = SPECS[reading.quantity]
    name = f"{reading.sensor}/{reading.quantity}"
    seconds = to_ms(reading.observed_at) / 1000
    if spec.is_state:
        record = SenmlRecord(n=name, vb=reading.value == 1.0, t=seconds)
    else:
        record = SenmlRecord(n=name, u=spec.unit, v=reading.value, t=seconds)
    return msgspec.json.encode(record)


def encode_gap(gap: GapMarker) -> bytes:
    """Return the JSON bytes of a gap marker."""
    return msgspec.json.encode(SenmlRecord(n=GAP_NAME, vs=f"{gap.first_seq}-{gap.last_seq}"))


def decode_record(raw: bytes | msgspec.Raw, *, where: str) -> Reading | GapMarker:
    """Read one record.

    The time is taken as it stands; whether it is believed is the receiver's matter.

    A time that no calendar has, or none at all, reads as `NO_TIME`: a press of the help button
    must not be lost because of it.

    Raises:
        InputError: MQT-011 a field twice, MQT-013 nested too deeply, MQT-014 text that is not
            Unicode or holds NUL, MQT-015 wrong type or a number out of range, MQT-016 impossible
            gap, MQT-018 unknown sensor form, quantity or unit, or a value that is not believed.
    """
    raw = bytes(raw)
    try:
        record = _decoder.decode(raw)
    except UnicodeDecodeError as error:
        raise _problem("MQT-014", where, str(error.reason), "text in UTF-8") from error
    except RecursionError as error:
        raise too_deep(where) from error
    except msgspec.DecodeError as error:
        raise _problem(
            "MQT-015", where, str(error), "the fields of docs/reference/wire.md"
        ) from error
    if msgspec.json.encode(record) != raw:
        require_strict(raw, where=where)
    if any("\0" in text for text in (record.n, record.u, record.vs or "")):
        raise _problem("MQT-014", where, f"NUL in {shown(record.n)}", "text without NUL")
    if record.n == GAP_NAME:
        return _gap(record, where)
    sensor, _, word = record.n.partition("/")
    if not is_id(sensor) or word not in _QUANTITIES:
        raise _problem("MQT-018", where, f"name {shown(record.n)}", "SENSOR/QUANTITY")
    quantity = Quantity(word)
    value = _value(record, quantity, where)
    return Reading(
        sensor=SensorId(sensor), quantity=quantity, value=value, observed_at=_time(record)
    )


_decoder = msgspec.json.Decoder(SenmlRecord)
_QUANTITIES = frozenset(quantity.value for quantity in Quantity)


def _gap(record: SenmlRecord, where: str) -> GapMarker:
    match = _GAP.fullmatch(record.vs or "")
    first, last = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= first <= last <= MAX_SEQ:
        raise _problem("MQT-016", where, f"gap {shown(record.vs or '')}", "FIRST-LAST")
    return GapMarker(first_seq=first, last_seq=last)


def _value(record: SenmlRecord, quantity: Quantity, where: str) -> float:
    spec = SPECS[quantity]
    if record.u != spec.unit:
        raise _problem("MQT-018", where, f"unit {shown(record.u)}", f"{spec.unit!r} for {quantity}")
    value = record.vb if spec.is_state else record.v
    if value is None:
        allowed = "vb true or false" if spec.is_state else "v with a number"
        raise _problem("MQT-015", where, f"no value for {quantity}", allowed)
    if not is_believed(quantity, float(value)):
        raise _problem("MQT-018", where, f"{quantity} {value}", f"{spec.low} to {spec.high}")
    return float(value) + 0.0  # and -0.0 becomes 0.0


def _time(record: SenmlRecord) -> datetime:
    if record.t is None:
        return NO_TIME
    try:
        return from_ms(round(record.t * 1000))
    except OverflowError:
        return NO_TIME


def _problem(code: str, where: str, found: str, allowed: str) -> InputError:
    do = "correct the gateway's driver; the record is kept in quarantine"
    return InputError(Problem(code=code, where=where, found=found, allowed=allowed, do=do))
