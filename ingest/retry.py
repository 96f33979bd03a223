"""Trying a quarantined item again after its cause was mended: back into the journal, or why not.

A record keeps its identity and the time at which it came, so its reading is the one that it would
have been, and projecting the journal again gives it too. Doing it twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from domain.errors import InputError, Problem
from domain.ids import GatewayId
from domain.quantity import Lane
from ingest.admission import admit
from ingest.opening import Arrived, Keyring, open_envelope
from ingest.reprojection import readings_in
from messaging.envelope import (
    Header,
    decode_header,
    encode_header,
    split_body,
)
from messaging.keys import split_signature
from messaging.pack import check_pack
from messaging.senml import decode_record
from messaging.topics import Up, parse_up
from storage.journal import quarantine, retries
from storage.journal.entry import Entry
from storage.journal.quarantine import Kept
from storage.journal.retries import Original
from storage.journal.sqlite import Journal

SENT_ANEW = frozenset({"SEQ_REUSED", "MQT-022"})
"""The gateway was told to begin a new epoch and sends these records there: giving them back as well
would double them."""
TIME = "MQT-017"
_WHERE = "quarantine"


class Outcome(StrEnum):
    """What came of a retry."""

    ADMITTED = "admitted"
    """It is in the journal now, and gone from the quarantine."""
    IN_BEFORE = "in before"
    """All of it had found its way into the journal or the store without a retry, or by one."""
    STILL_BAD = "still bad"
    """It stays, with the code that keeps it."""
    CUT = "cut"
    """Only its beginning was kept, for nobody known had signed it; the gateway sends it again."""
    TOO_OLD = "too old"
    """The envelope that it came in is not in the journal any more."""
    UNKNOWN = "unknown"
    """There is no item of this number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """The result for one item."""

    id: int
    outcome: Outcome
    code: str | None = None
    """Why it stays, where it does."""


def retry(journal: Journal, keyring: Keyring, number: int, *, now: datetime) -> Retried:
    """Try one item again, durably; what stays is marked as tried.

    Raises:
        MimamoriError: STO-001 or STO-002, the journal cannot be written; nothing was changed.
    """
    kept = journal.read(lambda c: quarantine.item(c, number))
    if kept is None:
        before = journal.read(lambda c: retries.went_in(c, number))
        return Retried(id=number, outcome=Outcome.IN_BEFORE if before else Outcome.UNKNOWN)
    try:
        outcome = _tried(journal, keyring, kept, now)
    except InputError as error:
        outcome, code = Outcome.STILL_BAD, error.problem.code
    else:
        code = kept.item.problem.code
    if outcome in (Outcome.ADMITTED, Outcome.IN_BEFORE):
        return Retried(id=number, outcome=outcome)
    journal.write(lambda c: retries.note(c, kept, now=now, code=code))
    return Retried(id=number, outcome=outcome, code=code)


def _tried(journal: Journal, keyring: Keyring, kept: Kept, now: datetime) -> Outcome:
    item = kept.item
    if item.problem.code in SENT_ANEW:
        return Outcome.STILL_BAD
    if not item.is_whole:
        return Outcome.CUT
    if item.first_seq is None:
        return _message(journal, keyring, kept, now)
    try:
        signed = split_signature(item.payload, where=_WHERE)
    except InputError:
        return _record(journal, keyring, kept, now)
    return _pack(journal, kept, signed.body, now)


def _message(journal: Journal, keyring: Keyring, kept: Kept, now: datetime) -> Outcome:
    """Admit a message that nobody known had signed, as if it came now but with its own time."""
    item = kept.item
    arrived = Arrived(topic=item.topic, payload=item.payload, received_at=item.received_at)
    topic = parse_up(arrived.topic)
    if topic.up is Up.STATUS:
        return Outcome.STILL_BAD  # a status is for display, and this one is old
    opened = open_envelope(arrived, topic, keyring)
    if opened.problem is not None:
        raise InputError(opened.problem)
    header = opened.header
    lane_is_open = journal.read(
        lambda c: retries.is_open(c, header.gateway, header.lane, header.epoch)
    )
    if not lane_is_open:
        raise _ended(header)
    answers = admit(journal, keyring, [arrived])
    is_in = (header.gateway, header.lane, header.epoch) in answers.receipts
    if not is_in:
        return Outcome.STILL_BAD
    journal.write(lambda c: retries.settle(c, kept, now=now))
    return Outcome.ADMITTED if answers.admitted else Outcome.IN_BEFORE


def _record(journal: Journal, keyring: Keyring, kept: Kept, now: datetime) -> Outcome:
    """Give one record of an admitted envelope back, with that envelope's clock and time."""
    item, seq = kept.item, kept.item.first_seq or 0
    decode_record(item.payload, where=_WHERE)  # raises with the code of today
    if item.problem.code == TIME:
        return Outcome.STILL_BAD  # it is in the store, booked at its receipt
    original = journal.read(lambda c: retries.original(c, kept, seq))
    if original is None:
        return Outcome.TOO_OLD
    head, _ = split_body(original.body, where=_WHERE)
    alone = Original(
        body=_alone(decode_header(head, where=_WHERE), item.payload, seq),
        received_at=original.received_at,
    )
    if not _would_be_stored(keyring, kept, alone):
        return Outcome.STILL_BAD
    journal.write(
        lambda c: retries.give_back(c, kept, fresh=((seq, seq),), original=alone, now=now)
    )
    return Outcome.ADMITTED


def _pack(journal: Journal, kept: Kept, body: bytes, now: datetime) -> Outcome:
    """Give a whole pack back that was signed and could not be read; the projector judges it."""
    item = kept.item
    first, last = item.first_seq or 0, item.last_seq or 0
    head, raw = split_body(body, where=_WHERE)
    check_pack(decode_header(head, where=_WHERE), raw, where=_WHERE)
    fresh = journal.read(lambda c: retries.in_journal(c, kept, first, last)).missing(first, last)
    if not fresh:
        journal.write(lambda c: retries.settle(c, kept, now=now))
        return Outcome.IN_BEFORE
    original = Original(body=body, received_at=item.received_at)
    journal.write(lambda c: retries.give_back(c, kept, fresh=fresh, original=original, now=now))
    return Outcome.ADMITTED


def _alone(header: Header, raw: bytes, seq: int) -> bytes:
    """Return the body of an envelope that holds one record of another."""
    own = msgspec.structs.replace(header, first_seq=seq, end_seq=seq)
    return b"%b\n[%b]" % (encode_header(own), raw)


def _would_be_stored(keyring: Keyring, kept: Kept, alone: Original) -> bool:
    item = kept.item
    gateway = GatewayId(item.gateway or "")
    known = keyring.gateway(gateway)
    if known is None:
        return False
    seq = item.first_seq or 0
    trial = Entry(
        position=1,
        gateway=gateway,
        lane=Lane(item.lane or Lane.NORMAL),
        epoch=item.epoch or "",
        fresh=((seq, seq),),
        watermark=None,
        received_at=alone.received_at,
        body=alone.body,
    )
    return bool(readings_in([trial], {gateway: known}))


def _ended(header: Header) -> InputError:
    return InputError(
        Problem(
            code="MQT-022",
            where=f"gateway {header.gateway} lane {header.lane}",
            found=f"epoch {header.epoch}, after which another has begun",
            allowed="the newest epoch",
            do="nothing: the gateway sent these records again in the new epoch",
        )
    )
