"""What is kept aside and why: the rows of the quarantine."""

from __future__ import annotations

from domain.errors import Problem, shown
from domain.reading import Reading
from ingest.booking import book
from ingest.opening import Arrived, Opened
from messaging.envelope import Record
from storage.journal.quarantine import Quarantined


def unplaced(arrived: Arrived, problem: Problem) -> Quarantined:
    """Keep a message that has no place in a sequence, for nobody known signed it."""
    return Quarantined(
        received_at=arrived.received_at,
        topic=arrived.topic,
        problem=problem,
        payload=arrived.payload,
    )


def unforeseen(arrived: Arrived, error: Exception) -> Quarantined:
    """Keep a message that broke our own code."""
    problem = Problem(
        code="MQT-029",
        where=f"topic {shown(arrived.topic)}",
        found=f"our own code fails on it: {type(error).__name__}",
        allowed="any message at all",
        do="report it as a defect with the payload; the gateway sends its records again",
    )
    return unplaced(arrived, problem)


def placed(
    opened: Opened, problem: Problem, first: int, last: int, *, payload: bytes | None = None
) -> Quarantined:
    """Keep signed records, once for each place and code."""
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


def reused(opened: Opened, seq: int) -> Quarantined:
    """Keep an envelope that contradicts the journal at `seq`."""
    problem = Problem(
        code="SEQ_REUSED",
        where=f"gateway {opened.header.gateway} lane {opened.header.lane}",
        found=f"sequence number {seq} came again with other content",
        allowed="each number once in an epoch",
        do="nothing: the gateway is told to begin a new epoch (a restored memory card does this)",
    )
    return placed(opened, problem, opened.header.first_seq, opened.header.end_seq)


def closed_epoch(opened: Opened) -> Quarantined:
    """Keep an envelope of an epoch that has ended."""
    header = opened.header
    problem = Problem(
        code="MQT-022",
        where=f"gateway {header.gateway} lane {header.lane}",
        found=f"epoch {header.epoch}, which has ended",
        allowed="the newest epoch",
        do="nothing: the gateway is told to begin a new one; if it goes on, look for a second "
        "gateway with the same memory card",
    )
    if header.is_empty:
        return unplaced(opened.arrived, problem)
    return placed(opened, problem, header.first_seq, header.end_seq)


def bad_records(opened: Opened) -> list[Quarantined]:
    """Keep each record of a readable pack that cannot be used, or not as it came."""
    if isinstance(opened.pack, Problem):
        return []
    return [
        placed(opened, problem, record.first_seq, record.last_seq, payload=record.raw)
        for record in opened.pack
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
