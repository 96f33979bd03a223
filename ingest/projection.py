"""What journal entries mean: readings, states of lanes, sensors and homes, urgent findings. Pure.

Merging is the same in any order: a backlog that arrives late ends in the same state.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.errors import Problem
from domain.finding import Cause, Finding, Phase, Reason
from domain.gateway import KnownGateway
from domain.ids import GatewayId, HomeId, SensorId
from domain.moments import from_ms, to_ms
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality
from ingest.booking import Booking
from ingest.kept import of_entry, unknown_sensor
from ingest.news import HomeNews, SensorNews
from messaging.envelope import Header, decode_header, decode_pack, split_body
from messaging.pack import Sample, read_pack
from storage.journal.entry import Entry
from storage.journal.quarantine import Quarantined
from storage.readings.port import PlacedReading, StreamId
from storage.register.changes import HomeChange, LaneChange, SensorChange

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
    bad: list[Quarantined] = field(default_factory=list)
    """Records that cannot be used, or not at their own time."""
    position: int = 0
    """Position of the last entry."""


def project(
    entries: Sequence[Entry], gateways: Mapping[GatewayId, KnownGateway], *, after: int
) -> Projection:
    """Work out what journal entries mean.

    Entries of gateways that are not known any more have no effect. `after` is the position before
    the first entry.
    """
    batch, position = _Batch(), after
    for entry in entries:
        gateway = gateways.get(entry.gateway)
        if gateway is not None and gateway.placements:
            try:
                batch.take(entry, gateway)
            except Exception:  # noqa: BLE001 (one entry must not blind all other homes for ever)
                _log.exception("entry %d of the journal has no effect", entry.position)
        position = entry.position
    return Projection(
        readings=batch.readings,
        lanes=batch.lanes,
        sensors={sensor: news.change(sensor) for sensor, news in batch.sensors.items()},
        homes={home: news.change(home) for home, news in batch.homes.items()},
        findings=batch.findings,
        bad=batch.bad,
        position=position,
    )


@dataclass(slots=True)
class _Origin:
    """Where the readings of one entry come from."""

    entry: Entry
    header: Header
    raw: bytes
    """The pack."""
    gateway: KnownGateway
    booking: Booking
    here: HomeId | None
    """Where the gateway stood when the entry came."""

    always: HomeId | None
    """Where it has stood ever since it was commissioned; None: it has moved."""

    def home_at(self, at_ms: int) -> HomeId | None:
        """Return where the gateway stood at an instant not before it was commissioned."""
        return self.always or self.gateway.home_at(from_ms(at_ms))

    def where(self, seq: int) -> str:
        """Name a record."""
        return f"gateway {self.entry.gateway} record {seq}"


@dataclass(slots=True)
class _Batch:
    """The effects while they are gathered."""

    readings: list[PlacedReading] = field(default_factory=list)
    lanes: dict[tuple[GatewayId, Lane], LaneChange] = field(default_factory=dict)
    sensors: dict[SensorId, SensorNews] = field(default_factory=dict)
    homes: dict[HomeId, HomeNews] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    bad: list[Quarantined] = field(default_factory=list)

    def take(self, entry: Entry, gateway: KnownGateway) -> None:
        """Add what an entry means."""
        self._take_lane(entry)
        received_ms = to_ms(entry.received_at)
        here = gateway.home_at(entry.received_at)
        if here is not None:
            self._home(here).hear(entry.position, received_ms)
        if not entry.fresh:
            return  # a heartbeat
        head, raw = split_body(entry.body, where="journal")
        header = decode_header(head, where="journal")
        commissioned_ms = to_ms(gateway.placements[0].valid_from)
        booking = Booking(commissioned_ms, received_ms, header.clock)
        origin = _Origin(entry, header, raw, gateway, booking, here, _only_home(gateway))
        pack = read_pack(header, raw, where=f"gateway {entry.gateway}")
        samples = pack.samples
        if entry.fresh[0] != (header.first_seq, header.end_seq):
            samples = [sample for sample in samples if entry.is_fresh(sample.seq)]
        problems = [(r.first_seq, r.content) for r in pack.bad if isinstance(r.content, Problem)]
        problems += self._take_samples(origin, samples)
        self._keep_aside(origin, problems)

    def _take_samples(
        self, origin: _Origin, samples: Sequence[Sample]
    ) -> list[tuple[int, Problem]]:
        """Add readings; returns what is wrong with some, by sequence number."""
        entry, booking, sensors = origin.entry, origin.booking, origin.gateway.sensors
        believed, received_ms, always = booking.believed, booking.received_ms, origin.always
        stream = StreamId(entry.gateway, entry.lane, entry.epoch)
        problems: list[tuple[int, Problem]] = []
        for sample in samples:
            seq, sensor, observed_ms = sample.seq, sample.sensor, sample.observed_ms
            if sensor not in sensors:
                problems.append((seq, unknown_sensor(sensor, origin.where(seq))))
                continue
            at_ms, quality, is_alive = observed_ms, booking.quality, sample.lives
            if observed_ms not in believed:
                at_ms, quality, is_alive = received_ms, ClockQuality.UNKNOWN, False
                problem = booking.impossible(observed_ms, where=origin.where(seq))
                problems += [] if problem is None else [(seq, problem)]
            home = always or origin.home_at(at_ms)
            if home is None:
                continue
            placed = PlacedReading(
                home,
                at_ms,
                sensor,
                sample.quantity,
                stream,
                seq,
                sample.value,
                is_alive,
                quality,
                received_ms,
            )
            self.readings.append(placed)
            news = self.sensors.get(sensor)
            if news is None:
                news = self.sensors[sensor] = SensorNews((at_ms, home))
            news.take(placed)
            if is_alive:
                self._take_activity(origin, placed)
            if sample.quantity is Quantity.HELP and sample.value == 1.0:
                self.findings.append(_help(placed, observed_ms))
        return problems

    def _take_activity(self, origin: _Origin, placed: PlacedReading) -> None:
        """Merge it; a backlog from where the gateway stood before is not heard from there now."""
        news = self._home(placed.home)
        if placed.home != origin.here:
            news.hear(origin.entry.position, placed.observed_ms)
        news.live(placed)

    def _take_lane(self, entry: Entry) -> None:
        key = (entry.gateway, entry.lane)
        known = self.lanes.get(key)
        self.lanes[key] = LaneChange(
            gateway=entry.gateway,
            lane=entry.lane,
            epoch=entry.epoch,
            heard_at=_latest(known.heard_at if known else None, entry.received_at),
            watermark=_latest_or_none(known.watermark if known else None, entry.watermark),
        )

    def _keep_aside(self, origin: _Origin, problems: Sequence[tuple[int, Problem]]) -> None:
        """Keep each record that cannot be used as it was said, if it came with this entry."""
        if not problems:
            return
        records = decode_pack(origin.header, origin.raw, where="journal")
        by_seq = {record.first_seq: record for record in records}
        for seq, problem in problems:
            if origin.entry.is_fresh(seq):
                record = by_seq[seq]
                self.bad.append(of_entry(origin.entry, problem, seq, record.last_seq, record.raw))

    def _home(self, home: HomeId) -> HomeNews:
        known = self.homes.get(home)
        if known is None:
            known = self.homes[home] = HomeNews()
        return known


def _only_home(gateway: KnownGateway) -> HomeId | None:
    first, *more = gateway.placements
    return first.home if not more and first.valid_to is None else None


def _help(placed: PlacedReading, pressed_ms: int) -> Finding:
    known_time = placed.quality is not ClockQuality.UNKNOWN
    began_at = from_ms(pressed_ms) if known_time else placed.received_at
    is_late = known_time and placed.received_at - began_at > LATE_AFTER
    return Finding(
        home=placed.home,
        cause=Cause.HELP,
        phase=Phase.BEGUN,
        reason=Reason.BUTTON_ARRIVED_LATE if is_late else Reason.BUTTON_PRESSED,
        began_at=began_at,
        found_at=placed.received_at,
        sensor=placed.sensor,
        last_activity_at=began_at,
    )


def _latest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


def _latest_or_none(one: datetime | None, other: datetime | None) -> datetime | None:
    return one if other is None else _latest(one, other)
