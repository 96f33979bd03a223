"""Every reading that was produced: stored once, waiting, in flight, gapped, or wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cli.enrol import EnrolledHome
from cli.installation import Installation
from cli.verification.figures import Verification
from devices.simulators.ledger import Ledger, Produced
from domain.ids import SensorId
from domain.moments import to_ms
from domain.quantity import Lane, Quantity
from domain.reading import Reading
from gateway.outbox import Outbox
from messaging.senml import GapMarker, decode_record
from storage.stores import Stores

PLAYER = "player"
ALL_TIME = (datetime(1971, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
RUN_RECORDS = 200

Point = tuple[SensorId, Quantity, int, float]
"""Sensor, quantity, milliseconds, value: what makes two readings the same to the truth."""


@dataclass(slots=True)
class Held:
    """What a home's outbox holds."""

    waiting: set[Point] = field(default_factory=set)
    """Without a receipt."""
    receipted: set[Point] = field(default_factory=set)
    """With one: kept for a week, should a restored server ask again."""
    gaps: int = 0
    """Sequence numbers for which gap markers without a receipt stand."""


def check_home(
    verification: Verification,
    installation: Installation,
    stores: Stores,
    ledger: Ledger,
    home: EnrolledHome,
    *,
    gaps: int,
) -> None:
    """Join a home's ledger with its outbox and the store.

    Args:
        verification: Where the figures go.
        installation: Where the outbox lies.
        stores: Where readings are.
        ledger: The truth.
        home: Which home.
        gaps: Sequence numbers for which gap markers in the journal stand.
    """
    produced = list(ledger.produced(home.code))
    known = {_point(home, one) for one in produced}
    required = {_point(home, one): one for one in produced if one.required}
    stored: Counter[Point] = Counter(
        (placed.sensor, placed.quantity, placed.observed_ms, placed.value)
        for placed in stores.readings.of_home(home.home, *ALL_TIME)
    )
    held = held_by(installation, home)
    verification.produced += len(required)
    verification.stored += sum(stored.values())
    _check_stored(verification, home, stored, known)
    absent = _absent(verification, ledger, required, stored, held)
    _check_absent(verification, absent, gaps=gaps + held.gaps)
    spare = gaps + held.gaps - len(known - stored.keys() - held.waiting)
    if spare > 0:
        verification.gaps_unshown += spare
        verification.example("gaps without anything absent", home.code, spare)


def held_by(installation: Installation, home: EnrolledHome) -> Held:
    """Read what is in the home's outbox in its present epoch."""
    held = Held()
    path = installation.gateways / home.gateway / "outbox.db"
    if not path.exists():
        return held
    outbox = Outbox.open(path, now=ALL_TIME[0])
    try:
        for lane in Lane:
            receipted = outbox.position(lane).receipted_seq
            _read_lane(outbox, lane, receipted, held)
    finally:
        outbox.close()
    return held


def _read_lane(outbox: Outbox, lane: Lane, receipted: int, held: Held) -> None:
    """Read a lane from its first number on; what was forgotten long ago stands as one marker."""
    seq = 0
    while (run := outbox.run_after(lane, seq, most=RUN_RECORDS)).records:
        at = run.first_seq
        for raw in run.records:
            content = decode_record(raw, where="outbox")
            if isinstance(content, GapMarker):
                unsent = content.last_seq - max(content.first_seq, receipted + 1) + 1
                held.gaps += max(unsent, 0)
                at = content.last_seq + 1
                continue
            (held.receipted if at <= receipted else held.waiting).add(point_of(content))
            at += 1
        seq = run.end_seq


def _check_stored(
    verification: Verification, home: EnrolledHome, stored: Counter[Point], known: set[Point]
) -> None:
    for point, count in stored.items():
        if count > 1:
            verification.duplicated += 1
            verification.example("duplicated", home.code, *point)
        if point not in known:
            verification.unexpected += 1
            verification.example("unexpected", home.code, *point)


def _absent(
    verification: Verification,
    ledger: Ledger,
    required: dict[Point, Produced],
    stored: Counter[Point],
    held: Held,
) -> list[Produced]:
    """Return what has to be in the store, is not, and is not on its way either."""
    position = ledger.position(PLAYER)
    settled_to = None if position is None else position.settled_to
    absent = []
    for point, one in required.items():
        if point in stored:
            continue
        if point in held.waiting:
            verification.waiting += 1
        elif point in held.receipted:
            verification.lost += 1
            verification.example("lost", one.home, one.device, one.quantity, one.observed_at)
        elif settled_to is None or one.observed_at >= settled_to:
            verification.in_flight += 1
        else:
            absent.append(one)
    return absent


def _check_absent(verification: Verification, absent: list[Produced], *, gaps: int) -> None:
    """Let gap markers stand for what is absent; they do not say for which, so they are counted."""
    verification.gapped += min(gaps, len(absent))
    missing = absent[gaps:]
    verification.missing += len(missing)
    for one in missing:
        verification.example("missing", one.home, one.device, one.quantity, one.observed_at)


def _point(home: EnrolledHome, one: Produced) -> Point:
    return (home.sensors[one.device], one.quantity, to_ms(one.observed_at), one.value)


def point_of(reading: Reading) -> Point:
    """Return what makes a reading the same as another."""
    return (reading.sensor, reading.quantity, to_ms(reading.observed_at), reading.value)
