"""What is kept aside and why: the rows of the quarantine."""

from __future__ import annotations

from domain.errors import Problem, shown
from domain.ids import SensorId
from ingest.opening import Arrived, Opened
from messaging.topics import up_lane
from storage.journal.entry import Entry
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


def placed(opened: Opened, problem: Problem, first: int, last: int) -> Quarantined:
    """Keep a signed envelope, once for each place and code."""
    return Quarantined(
        received_at=opened.arrived.received_at,
        topic=opened.arrived.topic,
        problem=problem,
        payload=opened.arrived.payload,
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


def of_entry(entry: Entry, problem: Problem, first: int, last: int, payload: bytes) -> Quarantined:
    """Keep records of a journal entry, once for each place and code."""
    return Quarantined(
        received_at=entry.received_at,
        topic=up_lane(entry.gateway, entry.lane),
        problem=problem,
        payload=payload,
        gateway=entry.gateway,
        lane=entry.lane,
        epoch=entry.epoch,
        first_seq=first,
        last_seq=last,
    )


def unknown_sensor(sensor: SensorId, where: str) -> Problem:
    """Return the problem of a reading of a sensor that is not this gateway's."""
    return Problem(
        code="MQT-018",
        where=where,
        found=f'sensor "{sensor}", which is not registered with this gateway',
        allowed="its own sensors",
        do="commission the sensor, or look whether it belongs to a neighbour",
    )
