"""Admission: which records are new, which came before, which contradict; durable, then answered.

Nothing else stands between a reading and its receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.errors import InputError, Problem
from domain.ids import GatewayId
from domain.quantity import Lane
from domain.reading import Reading
from ingest.booking import book
from ingest.opening import Arrived, Keyring, Opened, is_status, open_envelope, read_topic
from messaging.envelope import Record
from messaging.receipt import Command, CommandWord, Receipt
from messaging.senml import DIGEST_BYTES
from storage.journal.sqlite import Admission, Journal, Quarantined, Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a gateway said of itself."""

    gateway: GatewayId
    payload: bytes
    at: datetime


@dataclass(slots=True, kw_only=True)
class Answers:
    """What is to be said after the commit."""

    receipts: dict[tuple[GatewayId, Lane, str], Receipt] = field(default_factory=dict)
    commands: dict[GatewayId, Command] = field(default_factory=dict)
    statuses: dict[GatewayId, Status] = field(default_factory=dict)
    admitted: int = 0
    """Envelopes appended to the journal."""
    repeated: int = 0
    """Envelopes that held nothing new."""
    quarantined: int = 0
    """Messages and records kept aside."""


def admit(journal: Journal, keyring: Keyring, batch: Sequence[Arrived]) -> Answers:
    """Admit a batch in one transaction; when it returns, everything is durable.

    A message that cannot be used goes into quarantine with its reason and the rest goes on. Doing
    it again with the same batch changes nothing and gives the same receipts.
    """
    answers = Answers()
    with journal.admission() as transaction:
        for arrived in batch:
            _admit_one(transaction, keyring, arrived, answers)
    return answers


def _admit_one(
    transaction: Admission, keyring: Keyring, arrived: Arrived, answers: Answers
) -> None:
    try:
        topic = read_topic(arrived)
        if is_status(topic):
            answers.statuses[topic.gateway] = Status(
                gateway=topic.gateway, payload=arrived.payload, at=arrived.received_at
            )
            return
        opened = open_envelope(arrived, topic, keyring)
        stream = _stream(transaction, opened)
    except InputError as error:
        answers.quarantined += transaction.quarantine([_unplaced(arrived, error.problem)])
        return
    _admit_run(transaction, opened, stream, answers)
    header = opened.header
    answers.receipts[header.gateway, header.lane, header.epoch] = Receipt(
        gateway=header.gateway,
        lane=header.lane,
        epoch=header.epoch,
        seq=stream.coverage.contiguous,
    )


def _stream(transaction: Admission, opened: Opened) -> Stream:
    """Return the counters it belongs to, beginning a new epoch where it is new.

    Raises:
        InputError: MQT-022 when the epoch was closed by a newer one.
    """
    header = opened.header
    known = transaction.streams(header.gateway, header.lane).get(header.epoch)
    if known is None:
        return transaction.open_stream(
            header.gateway, header.lane, header.epoch, now=opened.arrived.received_at
        )
    if not known.is_open:
        raise InputError(
            Problem(
                code="MQT-022",
                where=f"gateway {header.gateway} lane {header.lane}",
                found=f"epoch {header.epoch}, which a newer one has closed",
                allowed="the newest epoch",
                do="if the gateway's memory card was restored, let it begin a new epoch",
            )
        )
    return known


def _admit_run(transaction: Admission, opened: Opened, stream: Stream, answers: Answers) -> None:
    header = opened.header
    if isinstance(opened.pack, Problem):
        transaction.cover(stream, header.first_seq, header.end_seq)
        answers.quarantined += transaction.quarantine(
            [_placed(opened, opened.pack, header.first_seq, header.end_seq)]
        )
        return
    if stream.coverage.touches(header.first_seq, header.end_seq):
        reused = _first_reused(transaction, stream, opened.pack)
        if reused is not None:
            answers.quarantined += transaction.quarantine([_reused(opened, reused)])
            answers.commands[header.gateway] = Command(
                gateway=header.gateway, word=CommandWord.NEW_EPOCH, epoch=header.epoch
            )
            return
    if not header.is_empty and stream.coverage.covers(header.first_seq, header.end_seq):
        answers.repeated += 1
        return
    transaction.append(
        stream,
        first=header.first_seq,
        end=header.end_seq,
        digests=_digests(opened.pack),
        body=opened.body,
        received_at=opened.arrived.received_at,
    )
    answers.admitted += 1
    answers.quarantined += transaction.quarantine(_bad_records(opened, opened.pack))


def _digests(records: Sequence[Record]) -> bytes:
    """Return one digest for each sequence number; a gap marker's counts for all it stands for."""
    return b"".join(record.digest * (record.last_seq - record.first_seq + 1) for record in records)


def _first_reused(transaction: Admission, stream: Stream, records: Sequence[Record]) -> int | None:
    """Return the first sequence number that is in the journal with other content."""
    first, last = records[0].first_seq, records[-1].last_seq
    known: dict[int, bytes] = {}
    for low, high, digests in transaction.digests(stream, first, last):
        for seq in range(max(low, first), min(high, last) + 1):
            start = (seq - low) * DIGEST_BYTES
            known[seq] = digests[start : start + DIGEST_BYTES]
    for record in records:
        for seq in range(record.first_seq, record.last_seq + 1):
            if known.get(seq, record.digest) != record.digest:
                return seq
    return None


def _bad_records(opened: Opened, records: Sequence[Record]) -> list[Quarantined]:
    return [
        _placed(opened, problem, record.first_seq, record.last_seq, payload=record.raw)
        for record in records
        if (problem := _problem_of(opened, record)) is not None
    ]


def _problem_of(opened: Opened, record: Record) -> Problem | None:
    if isinstance(record.content, Problem):
        return record.content
    if not isinstance(record.content, Reading):
        return None
    where = f"gateway {opened.gateway.id} record {record.first_seq}"
    if record.content.sensor not in opened.gateway.sensors:
        return Problem(
            code="MQT-018",
            where=where,
            found=f'sensor "{record.content.sensor}", which is not registered with this gateway',
            allowed="its own sensors",
            do="commission the sensor, or look whether it belongs to a neighbour",
        )
    return book(
        record.content,
        quality=opened.header.clock,
        received_at=opened.arrived.received_at,
        commissioned_at=opened.gateway.placements[0].valid_from,
        where=where,
    ).problem


def _unplaced(arrived: Arrived, problem: Problem) -> Quarantined:
    return Quarantined(
        received_at=arrived.received_at,
        topic=arrived.topic,
        problem=problem,
        payload=arrived.payload,
    )


def _placed(
    opened: Opened, problem: Problem, first: int, last: int, *, payload: bytes | None = None
) -> Quarantined:
    return Quarantined(
        received_at=opened.arrived.received_at,
        topic=opened.arrived.topic,
        problem=problem,
        payload=opened.arrived.payload if payload is None else payload,
        gateway=opened.header.gateway,
        lane=opened.header.lane,
        epoch=opened.header.epoch,
        first_seq=first,
        last_seq=last,
    )


def _reused(opened: Opened, seq: int) -> Quarantined:
    problem = Problem(
        code="SEQ_REUSED",
        where=f"gateway {opened.header.gateway} lane {opened.header.lane}",
        found=f"sequence number {seq} came again with other content",
        allowed="each number once in an epoch",
        do="nothing: the gateway is told to begin a new epoch (a restored memory card does this)",
    )
    return _placed(opened, problem, opened.header.first_seq, opened.header.end_seq)
