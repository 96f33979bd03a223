"""The envelope: one contiguous run of records of one lane, signed; see docs/reference/wire.md.

Three lines joined by line feeds: header (JSON object), pack (SenML JSON array), signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import msgspec

from domain.errors import InputError, Problem, shown
from domain.ids import GatewayId, is_id
from domain.moments import LAST_MS, from_ms
from domain.quantity import Lane
from domain.reading import ClockQuality, Reading
from messaging.keys import GatewayKey, sign
from messaging.senml import MAX_SEQ, GapMarker, decode_record
from messaging.strictness import is_bad_text, require_strict, too_deep

VERSION = 1
"""The major version; an unknown one is refused by name."""
MAX_BYTES = 64 * 1024
"""Longest envelope that is sent and admitted."""
MAX_RECORDS = 500
"""Most records in one envelope."""


class Header(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    gc=False,
    rename={"first_seq": "first", "end_seq": "end", "as_of_ms": "as_of", "last_seq": "last"},
):
    """What an envelope says about itself, in the order and by the names of its header line."""

    version: int = VERSION
    gateway: GatewayId
    lane: Lane
    epoch: str
    first_seq: int
    end_seq: int
    """Last sequence number covered by the pack; `first_seq - 1` when the pack is empty."""
    as_of_ms: int
    """Up to this instant, in milliseconds since 1970 ..."""
    last_seq: int
    """... the gateway's newest record of this lane is this one (0: none in this epoch)."""
    clock: ClockQuality

    @property
    def as_of(self) -> datetime:
        """The instant of `as_of_ms`."""
        return from_ms(self.as_of_ms)

    @property
    def is_empty(self) -> bool:
        """Whether it carries no record: a heartbeat."""
        return self.end_seq < self.first_seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a pack, as far as it could be read."""

    first_seq: int
    """Its own sequence number; the first of the numbers it stands for when it is a gap marker."""
    last_seq: int
    content: Reading | GapMarker | Problem
    """A Problem when this one record is bad: it is quarantined and the others go on."""
    raw: bytes


class _Version(msgspec.Struct, frozen=True):
    version: int


def encode(header: Header, records: Sequence[bytes], key: GatewayKey) -> bytes:
    """Return the bytes to publish: `records` are SenML records made by `messaging.senml`.

    Raises:
        ValueError: More than `MAX_RECORDS` records, or more than `MAX_BYTES` bytes.
    """
    head = encode_header(header)
    payload = sign(b"%b\n[%b]" % (head, b",".join(records)), key)
    if len(records) > MAX_RECORDS or len(payload) > MAX_BYTES:
        msg = f"{len(records)} records, {len(payload)} bytes; at most {MAX_RECORDS}, {MAX_BYTES}"
        raise ValueError(msg)
    return payload


def encode_header(header: Header) -> bytes:
    """Return the header line of the present version."""
    return _encoder.encode(header)


def split_body(body: bytes, *, where: str) -> tuple[bytes, bytes]:
    """Take a verified body apart into header and pack bytes.

    Raises:
        InputError: MQT-010 when it is not two lines.
    """
    header, found, pack = body.partition(b"\n")
    if not found:
        raise _problem("MQT-010", where, "one line", "a header line and a pack line")
    return header, pack


def decode_header(raw: bytes, *, where: str) -> Header:
    """Read the header line.

    Raises:
        InputError: MQT-010 not a JSON object of the known form, MQT-011 a field twice, MQT-013
            nested too deeply, MQT-014 text that is not Unicode, MQT-016 impossible sequence
            numbers, MQT-017 impossible `as_of`, MQT-020 unknown major version.
    """
    try:
        head = _header_decoder.decode(raw)
    except (RecursionError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable_header(raw, error, where) from error
    if head.version != VERSION:
        raise _unknown_version(head.version, where)
    if _encoder.encode(head) != raw:
        _require_readable(raw, where)
    if not is_id(head.epoch):
        raise _problem("MQT-003", where, f"epoch {shown(head.epoch)}", "3 to 32 of a-z, 0-9, -")
    covered = head.end_seq - head.first_seq + 1
    is_run = 1 <= head.first_seq <= MAX_SEQ and covered >= 0
    if not (is_run and head.end_seq <= head.last_seq <= MAX_SEQ):
        found = f"first {head.first_seq}, end {head.end_seq}, last {head.last_seq}"
        raise _problem("MQT-016", where, found, "1 <= first <= end + 1, end <= last")
    if not 0 <= head.as_of_ms <= LAST_MS:
        raise _problem("MQT-017", where, f"as_of {head.as_of_ms}", "ms since 1970")
    return head


def decode_pack(header: Header, raw: bytes, *, where: str) -> list[Record]:
    """Read the pack line; one bad record does not spoil the others.

    Raises:
        InputError: MQT-012 not JSON (NaN is not), MQT-013 too many records or nested too deeply,
            MQT-014 text that is not Unicode, MQT-016 the records do not cover exactly `first_seq`
            to `end_seq`.
    """
    try:
        pack = _pack_decoder.decode(raw)
    except (RecursionError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise unreadable_pack(error, where) from error
    if len(pack) > MAX_RECORDS:
        raise too_many(len(pack), where)
    records, seq = [], header.first_seq
    for item in pack:
        record = _record(bytes(item), seq, where=f"{where} record {seq}")
        records.append(record)
        seq = record.last_seq + 1
    if seq != header.end_seq + 1:
        raise wrong_cover(header, seq - header.first_seq, where)
    return records


def unreadable_pack(error: Exception, where: str) -> InputError:
    """Return the error for a pack that a decoder has failed on."""
    if isinstance(error, RecursionError):
        return too_deep(where)
    code = "MQT-014" if is_bad_text(error) else "MQT-012"
    return _problem(code, where, str(error), "a JSON array of SenML records")


def too_many(count: int, where: str) -> InputError:
    """Return the error for a pack of more than `MAX_RECORDS` records."""
    return _problem("MQT-013", where, f"{count} records", f"at most {MAX_RECORDS}")


def wrong_cover(header: Header, covered: int, where: str) -> InputError:
    """Return the error for records that cover other numbers than the header says."""
    found = f"records up to {header.first_seq + covered - 1}"
    return _problem("MQT-016", where, found, f"{header.first_seq} to {header.end_seq}")


_version_decoder = msgspec.json.Decoder(_Version)
_header_decoder = msgspec.json.Decoder(Header)
_pack_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_encoder = msgspec.json.Encoder()


def _record(raw: bytes, seq: int, *, where: str) -> Record:
    content: Reading | GapMarker | Problem
    last_seq = seq
    try:
        content = decode_record(raw, where=where)
    except InputError as error:
        content = error.problem
    else:
        if isinstance(content, GapMarker):
            if content.first_seq == seq:
                last_seq = content.last_seq
            else:
                found = f"gap from {content.first_seq}"
                content = _problem("MQT-016", where, found, f"gap from {seq}").problem
    return Record(first_seq=seq, last_seq=last_seq, content=content, raw=raw)


def _require_readable(raw: bytes, where: str) -> None:
    """Check a header that another encoder wrote: nothing twice, and the version is said."""
    require_strict(raw, where=where)
    try:
        _version_decoder.decode(raw)
    except msgspec.DecodeError as error:
        raise _unreadable_header(raw, error, where) from error


def _unreadable_header(raw: bytes, error: Exception, where: str) -> InputError:
    """Return the error for a header: another version is named first, whatever else it holds."""
    if isinstance(error, RecursionError):
        return too_deep(where)
    with suppress(RecursionError, msgspec.DecodeError, UnicodeDecodeError):
        version = _version_decoder.decode(raw).version
        if version != VERSION:
            return _unknown_version(version, where)
    code = "MQT-014" if is_bad_text(error) else "MQT-010"
    return _problem(code, where, str(error), "a JSON object, see wire.md")


def _unknown_version(version: int, where: str) -> InputError:
    return _problem("MQT-020", where, f"version {version}", f"version {VERSION}")


def _problem(code: str, where: str, found: str, allowed: str) -> InputError:
    do = "send what docs/reference/wire.md describes; it is kept in quarantine"
    return InputError(Problem(code=code, where=where, found=found, allowed=allowed, do=do))
