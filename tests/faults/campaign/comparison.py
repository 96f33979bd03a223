"""The exact comparison of the truth with outboxes, journal and store, after a campaign of kills."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from domain.access import service
from domain.clock import RealClock
from domain.ids import GatewayId, SensorId
from domain.moments import to_ms
from domain.quantity import Lane, Quantity
from domain.reading import Reading
from gateway.outbox import Outbox
from ingest.directory import Directory
from ingest.projector import ACCESS as PROJECTOR
from ingest.projector import project_next
from messaging.envelope import decode_header, decode_pack, split_body
from messaging.senml import decode_record
from storage.journal.sqlite import Journal
from storage.register import cursors, findings
from storage.stores import Stores
from tests.faults.campaign.city import City, Home
from tests.faults.campaign.homes import Point
from tests.faults.campaign.player import PlayerPlan
from tests.faults.campaign.verdict import Verdict

ACCESS = service("campaign")
PAGE = 200
ENTRIES = 1_000
REMARKABLE_ONLY = frozenset({"MQT-004", "MQT-005"})
"""Counted by ingest, and used all the same."""
_ALL_TIME = (datetime(1971, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))


@dataclass(slots=True)
class Held:
    """What one outbox holds."""

    receipted: Counter[Point] = field(default_factory=Counter)
    waiting: Counter[Point] = field(default_factory=Counter)
    positions: dict[tuple[str, Lane], int] = field(default_factory=dict)
    """Up to where the receipts reach, by epoch and lane."""


@dataclass(slots=True)
class Journalled:
    """What the journal holds of all gateways."""

    points: dict[GatewayId, Counter[Point]] = field(default_factory=dict)
    numbers: Counter[tuple[GatewayId, Lane, str, int]] = field(default_factory=Counter)


async def catch_up(stores: Stores) -> None:
    """Let the projector go on to the journal's head, as its next start would."""
    clock = RealClock()
    directory = Directory(stores.register, clock)
    position = await stores.register.read(lambda c: cursors.position(c, PROJECTOR))
    while (reached := await project_next(stores, directory, clock, after=position)) != position:
        position = reached


def compare(city: City, stores: Stores, plan: PlayerPlan) -> tuple[Verdict, int]:
    """Compare all homes; returns the verdict and how many readings were produced."""
    verdict, produced = Verdict(), 0
    journalled = _journalled(stores.journal, city)
    twice = sum(count > 1 for count in journalled.numbers.values())
    verdict.count("duplicated", twice, "numbers that are in the journal twice")
    presses = 0
    for number, home in enumerate(city.homes):
        truth = {point for message in plan.of_home(number) for point in message.readings}
        produced += len(truth)
        presses += sum(quantity is Quantity.HELP for _, quantity, _, _ in truth)
        held = _held(home)
        _compare_home(verdict, home, truth, held, journalled, stores=stores)
        _compare_receipts(verdict, home, held, stores.journal)
    _compare_server(verdict, stores, presses)
    return verdict, produced


def _compare_home(
    verdict: Verdict,
    home: Home,
    truth: set[Point],
    held: Held,
    journalled: Journalled,
    *,
    stores: Stores,
) -> None:
    names = {sensor: name for name, sensor in home.sensors.items()}
    stored = Counter(
        _point(placed.reading, names) for placed in stores.readings.of_home(home.home, *_ALL_TIME)
    )
    journal = journalled.points.get(home.gateway, Counter())
    outbox = held.receipted + held.waiting
    where = f"{home.folder.name}"
    verdict.count("lost", len(held.receipted.keys() - stored.keys()), where)
    missing = truth - stored.keys() - held.waiting.keys()
    verdict.count("missing", len(missing), f"{where}: {sorted(missing)[:3]}")
    for name, found in (("outbox", outbox), ("journal", journal), ("store", stored)):
        twice = sum(count - 1 for count in found.values())
        verdict.count("duplicated", twice, f"{where}: in the {name}")
        unknown = sorted(found.keys() - truth)
        verdict.count("unexpected", len(unknown), f"{where}: in the {name}: {unknown[:3]}")
    verdict.count("missing", sum(held.waiting.values()), f"{where}: still without a receipt")


def _compare_receipts(verdict: Verdict, home: Home, held: Held, journal: Journal) -> None:
    """V1: a receipt never tells of more than is durable; and nobody had to count anew."""
    with journal.admission() as transaction:
        for (epoch, lane), seq in held.positions.items():
            streams = transaction.streams(home.gateway, lane)
            stream = streams.get(epoch)
            contiguous = 0 if stream is None else stream.coverage.contiguous
            where = f"{home.folder.name} {lane}"
            verdict.count("early", seq > contiguous, f"{where}: receipt {seq}, has {contiguous}")
            verdict.count("torn", len(streams) > 1, f"{where}: {len(streams)} epochs")


def _compare_server(verdict: Verdict, stores: Stores, presses: int) -> None:
    """The cursor is at the head, each press is one finding, nothing was put into quarantine."""
    position = stores.register.read_now(lambda c: cursors.position(c, PROJECTOR))
    head = stores.journal.head()
    verdict.count("early", position != head, f"cursor {position}, journal {head}")
    found = stores.register.read_now(lambda c: findings.after(c, ACCESS, 0, limit=10**6))
    verdict.count("lost", max(0, presses - len(found)), "findings of presses")
    verdict.count("duplicated", max(0, len(found) - presses), "findings of presses")
    for code, count in stores.journal.quarantine_counts().items():
        if code not in REMARKABLE_ONLY:
            verdict.count("unexpected", count, f"in quarantine with {code}")


def _held(home: Home) -> Held:
    """Read an outbox with the gateway's own code."""
    names = {sensor: name for name, sensor in home.sensors.items()}
    held = Held()
    outbox = Outbox.open(home.outbox, now=_ALL_TIME[0])
    try:
        for lane in Lane:
            receipted = outbox.position(lane).receipted_seq
            held.positions[outbox.epoch, lane] = receipted
            for seq, reading in _records(outbox, lane):
                part = held.receipted if seq <= receipted else held.waiting
                part[_point(reading, names)] += 1
    finally:
        outbox.close()
    return held


def _records(outbox: Outbox, lane: Lane) -> Iterator[tuple[int, Reading]]:
    seq = 0
    while (run := outbox.run_after(lane, seq, most=PAGE)).records:
        for number, raw in enumerate(run.records, start=run.first_seq):
            content = decode_record(raw, where="outbox")
            if isinstance(content, Reading):
                yield number, content
        seq = run.end_seq


def _journalled(journal: Journal, city: City) -> Journalled:
    result = Journalled()
    names = {sensor: name for home in city.homes for name, sensor in home.sensors.items()}
    position = 0
    while page := journal.after(position, limit=ENTRIES):
        for entry in page:
            head, pack = split_body(entry.body, where="journal")
            points = result.points.setdefault(entry.gateway, Counter())
            for record in decode_pack(decode_header(head, where="j"), pack, where="journal"):
                if entry.is_fresh(record.first_seq) and isinstance(record.content, Reading):
                    points[_point(record.content, names)] += 1
                    seq = record.first_seq
                    result.numbers[entry.gateway, entry.lane, entry.epoch, seq] += 1
        position = page[-1].position
    return result


def _point(reading: Reading, names: dict[SensorId, str]) -> Point:
    name = names.get(reading.sensor, "unknown")
    return (name, reading.quantity, to_ms(reading.observed_at), reading.value)
