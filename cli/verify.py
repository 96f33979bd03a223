"""The checker: joins the truth ledger with outbox, journal, store, cases and mailbox.

The system never sees the ledger; only this module sees both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table
from sqlalchemy import Connection

from cli.enrol import ACCESS, EnrolledHome, enrolled
from cli.installation import Installation
from cli.lock import exclusive
from cli.mailbox import read_mails
from cli.report import console
from devices.simulators.ledger import Ledger, Produced
from domain.access import service as access_of
from domain.errors import InputError, Problem
from domain.finding import Cause
from domain.ids import SensorId
from domain.moments import to_ms
from domain.quantity import Lane, Quantity
from domain.reading import Reading
from gateway.outbox import Outbox
from messaging.senml import decode_record
from storage.register import cursors, outcomes
from storage.register.outcomes import ToldCase
from storage.stores import Stores

PLAYER = "player"
ALL_TIME = (datetime(1971, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
RUN_RECORDS = 200
FIGURES = (
    "produced",
    "stored",
    "waiting",
    "in_flight",
    "emergencies",
    "lost",
    "duplicated",
    "unexpected",
    "missed",
    "repeated",
    "unmailed",
    "most_copies",
    "kills",
    "unprojected",
)

Point = tuple[SensorId, Quantity, int, float]
"""Sensor, quantity, milliseconds, value: what makes two readings the same to the truth."""


@dataclass(slots=True, kw_only=True)
class Verification:
    """What the checker counted. All figures but the first five have to be 0 (copies: see kills)."""

    produced: int = 0
    """Readings that must be stored exactly once."""
    stored: int = 0
    waiting: int = 0
    """Not stored yet, but safe in an outbox without a receipt."""
    in_flight: int = 0
    """Written into the ledger, not yet settled: the player sends them again."""
    emergencies: int = 0
    lost: int = 0
    """Receipted, settled or journalled, and not in the store."""
    duplicated: int = 0
    """Stored more than once."""
    unexpected: int = 0
    """Stored, but never produced; or a mail that no notification explains."""
    missed: int = 0
    """Emergencies without a resident case."""
    repeated: int = 0
    """Further resident cases of one emergency and cause."""
    unmailed: int = 0
    """Notifications that count as accepted, but no mail is there."""
    most_copies: int = 0
    """Copies of one mail beyond the first."""
    kills: int = 0
    """How often the process was killed: each may copy the mail in hand once."""
    unprojected: int = 0
    """Journal entries that the projector has not dealt with."""
    examples: list[str] = field(default_factory=list)
    """The first of what is wrong."""

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        wrong = (
            self.lost,
            self.duplicated,
            self.unexpected,
            self.missed,
            self.repeated,
            self.unmailed,
            self.unprojected,
        )
        return not any(wrong) and self.most_copies <= self.kills


def verify_folder(folder: Path, *, kills: int = 0) -> Verification:
    """Check a data folder in which a replay or demonstration ran; nothing may run in it now.

    Raises:
        InputError: CLI-012, there is no truth ledger to compare with.
    """
    installation = Installation(folder)
    if not installation.ledger.exists():
        raise InputError(_no_ledger(installation.ledger))
    with (
        exclusive(folder),
        Stores.open(installation.stores) as stores,
        Ledger(installation.ledger) as ledger,
    ):
        verification = Verification(kills=kills)
        homes = stores.register.read_now(enrolled)
        for home in homes:
            _check_readings(verification, installation, stores, ledger, home)
        stores.register.read_now(lambda c: _check_cases(verification, c, ledger, homes))
        stores.register.read_now(lambda c: _check_mails(verification, c, installation))
        head = stores.journal.head()
        verification.unprojected = head - stores.register.read_now(
            lambda c: cursors.position(c, access_of("projector"))
        )
        return verification


def print_verification(verification: Verification) -> None:
    """Print the figures, then examples of what is wrong."""
    table = Table(show_header=False, box=None, padding=(0, 1))
    for name in FIGURES:
        table.add_row(name.replace("_", " "), f"{getattr(verification, name):,}")
    console.print(table)
    for example in verification.examples:
        console.print(f"  {example}", style="red")
    console.print("everything holds" if verification.holds else "NOT everything holds")


def _check_readings(
    verification: Verification,
    installation: Installation,
    stores: Stores,
    ledger: Ledger,
    home: EnrolledHome,
) -> None:
    position = ledger.position(PLAYER)
    settled_to = None if position is None else position.settled_to
    produced = list(ledger.produced(home.code))
    known = {_point(home, one) for one in produced}
    required = {_point(home, one): one for one in produced if one.required}
    stored = Counter(
        _point_of(placed.reading) for placed in stores.readings.of_home(home.home, *ALL_TIME)
    )
    waiting = set(_waiting(installation, home))
    verification.produced += len(required)
    verification.stored += sum(stored.values())
    for point, one in required.items():
        if point in stored:
            continue
        if point in waiting:
            verification.waiting += 1
        elif settled_to is None or one.observed_at >= settled_to:
            verification.in_flight += 1
        else:
            verification.lost += 1
            _example(verification, "lost", one.home, one.device, one.quantity, one.observed_at)
    for point, count in stored.items():
        if count > 1:
            verification.duplicated += 1
            _example(verification, "duplicated", home.code, *point)
        if point not in known:
            verification.unexpected += 1
            _example(verification, "unexpected", home.code, *point)


def _waiting(installation: Installation, home: EnrolledHome) -> Iterable[Point]:
    """Yield what is in the home's outbox without a receipt."""
    path = installation.gateways / home.gateway / "outbox.db"
    if not path.exists():
        return
    outbox = Outbox.open(path, now=ALL_TIME[0])
    try:
        for lane in Lane:
            seq = outbox.position(lane).receipted_seq
            while (run := outbox.run_after(lane, seq, most=RUN_RECORDS)).records:
                for raw in run.records:
                    content = decode_record(raw, where="outbox")
                    if isinstance(content, Reading):
                        yield _point_of(content)
                seq = run.end_seq
    finally:
        outbox.close()


def _check_cases(
    verification: Verification,
    connection: Connection,
    ledger: Ledger,
    homes: list[EnrolledHome],
) -> None:
    cases = outcomes.resident_cases(connection, ACCESS)
    for home in homes:
        emergencies = ledger.emergencies(home.code)
        verification.emergencies += len(emergencies)
        for number, emergency in enumerate(emergencies, start=1):
            end = emergencies[number].at if number < len(emergencies) else ALL_TIME[1]
            told = [
                case
                for case in cases
                if case.home == home.home and emergency.at <= case.opened_at < end
            ]
            _check_emergency(verification, home, emergency.kind, told)


def _check_emergency(
    verification: Verification, home: EnrolledHome, kind: str, told: list[ToldCase]
) -> None:
    if not told:
        verification.missed += 1
        _example(verification, "missed", home.code, kind)
    for cause in Cause:
        extra = sum(case.cause is cause for case in told) - 1
        if extra > 0:
            verification.repeated += extra
            _example(verification, "repeated", home.code, cause, extra)


def _check_mails(
    verification: Verification, connection: Connection, installation: Installation
) -> None:
    sent = outcomes.notification_states(connection, ACCESS)
    copies = Counter(
        mail.message_id.strip("<>").partition("@")[0] for mail in read_mails(installation.mailbox)
    )
    verification.most_copies = max((count - 1 for count in copies.values()), default=0)
    for notification in copies.keys() - sent.keys():
        verification.unexpected += 1
        _example(verification, "unexpected mail", notification)
    for notification, is_accepted in sent.items():
        if is_accepted and notification not in copies:
            verification.unmailed += 1
            _example(verification, "no mail for", notification)


def _no_ledger(path: Path) -> Problem:
    return Problem(
        code="CLI-012",
        where=str(path),
        found="no truth ledger",
        allowed="the data folder of a replay or demonstration",
        do="give it with --data-dir; a real installation has no ledger",
    )


def _point(home: EnrolledHome, one: Produced) -> Point:
    return (home.sensors[one.device], one.quantity, to_ms(one.observed_at), one.value)


def _point_of(reading: Reading) -> Point:
    return (reading.sensor, reading.quantity, to_ms(reading.observed_at), reading.value)


def _example(verification: Verification, what: str, *where: object) -> None:
    if len(verification.examples) < _EXAMPLES:
        verification.examples.append(f"{what}: {' '.join(str(part) for part in where)}")


_EXAMPLES = 20
