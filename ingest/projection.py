"""What a batch of the journal means: readings, changes of state, urgent findings; no I/O."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import GatewayId, HomeId, SensorId
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading, RecordId
from ingest.booking import book
from messaging.envelope import Header, decode_header, decode_pack, split_body
from storage.journal.sqlite import Entry
from storage.readings.port import PlacedReading
from storage.register.changes import Activity, HomeChange, LaneChange, Level, SensorChange
from storage.register.gateways import KnownGateway

_log = logging.getLogger(__name__)

LATE_AFTER = timedelta(minutes=30)
"""A press that arrives later than this is looked into as a review, not as an emergency now."""


@dataclass(slots=True, kw_only=True)
class Projection:
    """The effects of a batch; merging them twice changes nothing."""

    readings: list[PlacedReading] = field(default_factory=list)
    lanes: dict[tuple[GatewayId, Lane], LaneChange] = field(default_factory=dict)
    sensors: dict[SensorId, SensorChange] = field(default_factory=dict)
    homes: dict[HomeId, HomeChange] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    position: int = 0
    """Position of the last entry."""


def project(
    entries: Sequence[Entry], gateways: Mapping[GatewayId, KnownGateway], *, after: int
) -> Projection:
    """Work out what journal entries mean.

    Entries of gateways that are not known any more, and records that admission put into quarantine,
    have no effect. `after` is the position before the first entry.
    """
    result = Projection(position=after)
    for entry in entries:
        gateway = gateways.get(entry.gateway)
        if gateway is not None and gateway.placements:
            try:
                _project_entry(entry, gateway, result)
            except Exception:  # noqa: BLE001 (one entry must not blind all other homes for ever)
                _log.exception("entry %d of the journal has no effect", entry.position)
        result.position = entry.position
    return result


def _project_entry(entry: Entry, gateway: KnownGateway, result: Projection) -> None:
    _merge_lane(entry, result)
    home = gateway.home_at(entry.received_at)
    if home is not None:
        _merge_home(result, home, entry, None, is_here=True)
    head, raw = split_body(entry.body, where="journal")
    header = decode_header(head, where="journal")
    for record in decode_pack(header, raw, where="journal"):
        if not entry.is_fresh(record.first_seq):
            continue  # it came before, with its own time of receipt
        if isinstance(record.content, Reading) and record.content.sensor in gateway.sensors:
            identity = RecordId(
                gateway=entry.gateway, lane=entry.lane, epoch=entry.epoch, seq=record.first_seq
            )
            _project_reading(entry, header, gateway, record=(identity, record.content), to=result)


def _project_reading(
    entry: Entry,
    header: Header,
    gateway: KnownGateway,
    *,
    record: tuple[RecordId, Reading],
    to: Projection,
) -> None:
    identity, reading = record
    booked = book(
        reading,
        quality=header.clock,
        received_at=entry.received_at,
        commissioned_at=gateway.placements[0].valid_from,
        where="journal",
    )
    home = gateway.home_at(booked.reading.observed_at)
    if home is None:
        return
    placed = PlacedReading(
        id=identity,
        home=home,
        reading=booked.reading,
        quality=booked.quality,
        received_at=entry.received_at,
    )
    to.readings.append(placed)
    _merge_sensor(to, placed)
    if placed.is_activity:
        activity = Activity(
            at=booked.reading.observed_at,
            sensor=booked.reading.sensor,
            arrived_at=entry.received_at,
        )
        _merge_home(to, home, entry, activity, is_here=home == gateway.home_at(entry.received_at))
    if reading.quantity is Quantity.HELP and reading.value == 1.0:
        to.findings.append(_help(placed, reading.observed_at))


def _merge_lane(entry: Entry, result: Projection) -> None:
    key = (entry.gateway, entry.lane)
    known = result.lanes.get(key)
    result.lanes[key] = LaneChange(
        gateway=entry.gateway,
        lane=entry.lane,
        epoch=entry.epoch,
        heard_at=_latest(known.heard_at if known else None, entry.received_at),
        watermark=_latest_or_none(known.watermark if known else None, entry.watermark),
    )


def _merge_sensor(result: Projection, placed: PlacedReading) -> None:
    reading = placed.reading
    known = result.sensors.get(reading.sensor)
    now = SensorChange(
        sensor=reading.sensor,
        home=placed.home,
        heard_at=reading.observed_at,
        activity_at=reading.observed_at if placed.is_activity else None,
        battery=_level(reading, Quantity.BATTERY),
        link=_level(reading, Quantity.LINK_QUALITY),
    )
    result.sensors[reading.sensor] = now if known is None else known.merged(now)


def _level(reading: Reading, quantity: Quantity) -> Level | None:
    if reading.quantity is not quantity:
        return None
    return Level(at=reading.observed_at, value=reading.value)


def _merge_home(
    result: Projection, home: HomeId, entry: Entry, activity: Activity | None, *, is_here: bool
) -> None:
    """Merge an entry; a backlog from where the gateway stood before is not heard from there now."""
    heard_at = entry.received_at if is_here or activity is None else activity.at
    now = HomeChange(home=home, position=entry.position, heard_at=heard_at, last=activity)
    known = result.homes.get(home)
    result.homes[home] = now if known is None else known.merged(now)


def _help(placed: PlacedReading, pressed_at: datetime) -> Finding:
    known_time = placed.quality is not ClockQuality.UNKNOWN
    began_at = pressed_at if known_time else placed.received_at
    is_late = known_time and placed.received_at - began_at > LATE_AFTER
    return Finding(
        home=placed.home,
        cause=Cause.HELP,
        phase=Phase.BEGUN,
        reason=Reason.BUTTON_ARRIVED_LATE if is_late else Reason.BUTTON_PRESSED,
        began_at=began_at,
        found_at=placed.received_at,
        sensor=placed.reading.sensor,
        last_activity_at=began_at,
    )


def _latest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


def _latest_or_none(one: datetime | None, other: datetime | None) -> datetime | None:
    return one if other is None else _latest(one, other)
