"""The checker finds nothing in a sound folder, and each kind of damage by its own figure."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import storage.sqlite
from cli.installation import Installation
from cli.verification.figures import HAVE_TO_BE_0
from cli.verification.judgement import is_founded
from cli.verify import Verification, verify_folder
from devices.simulators.ledger import Ledger, Position, Produced
from domain.access import service
from domain.clock import RealClock
from domain.errors import InputError
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import HomeId
from domain.moments import to_ms
from domain.quantity import Lane, Quantity
from domain.reading import Reading
from gateway.outbox import Outbox
from ingest.admission import admit
from ingest.directory import Directory
from ingest.opening import Keyring
from ingest.projector import project_next
from messaging.envelope import Header, encode
from messaging.keys import derive
from messaging.senml import GapMarker, encode_gap
from storage.register import findings, gateways, residents
from storage.register.residents import Person
from storage.stores import Stores
from tests.integration.ingest.city import commission
from tests.support.wire import MASTER, NOON, arrived

ACCESS = service("test")
RECORDS = 6


class Village:
    """One home whose ten first readings went all the way."""

    def __init__(self, folder: Path) -> None:
        """Commission the home; nothing has happened."""
        self.installation = Installation(folder)
        self.stores = Stores.open(self.installation.stores)
        self.home, self.gateway = commission(self.stores)
        place = self.installation.gateways / self.gateway.id
        place.mkdir(parents=True)
        self.outbox = Outbox.open(place / "outbox.db", now=self.gateway.began_at)
        self.ledger = Ledger(self.installation.ledger)
        self.directory = Directory(self.stores.register, RealClock())

    def happen(self, first: int, last: int, *, heard: bool = True) -> None:
        """Let movements happen, and the gateway hear them."""
        instants = [self.gateway.observed_at(number) for number in range(first, last + 1)]
        self.ledger.record(
            Produced(
                home="K-07",
                device="motion",
                quantity=Quantity.MOTION,
                observed_at=at,
                value=1.0,
                resident_made=True,
                required=True,
            )
            for at in instants
        )
        self.ledger.settle(
            "player",
            Position(
                started_at=self.gateway.began_at,
                settled_to=instants[-1] + timedelta(seconds=1),
                now=instants[-1],
                announced=True,
            ),
        )
        if heard:
            self.outbox.append([self.reading(at) for at in instants], now=instants[-1])

    def reading(self, at: datetime) -> Reading:
        """Return a movement."""
        return Reading(
            sensor=self.gateway.sensors["motion"],
            quantity=Quantity.MOTION,
            value=1.0,
            observed_at=at,
        )

    def deliver(self) -> None:
        """Send what is not receipted, and book the receipt."""
        position = self.outbox.position(Lane.NORMAL)
        run = self.outbox.run_after(Lane.NORMAL, position.receipted_seq, most=100)
        self.admit(run.records, first=run.first_seq, end=run.end_seq)
        self.outbox.receipt(Lane.NORMAL, self.outbox.epoch, run.end_seq, now=self.gateway.began_at)

    def admit(self, records: tuple[bytes, ...], *, first: int, end: int) -> None:
        """Let an envelope arrive."""
        header = Header(
            gateway=self.gateway.id,
            lane=Lane.NORMAL,
            epoch=self.outbox.epoch,
            first_seq=first,
            end_seq=end,
            as_of_ms=to_ms(self.gateway.observed_at(100)),
            last_seq=end,
            clock=self.outbox.run_after(Lane.NORMAL, 0, most=0).clock,
        )
        payload = encode(header, records, derive(MASTER, self.gateway.id, 1))
        known = self.stores.register.read_now(lambda c: gateways.directory(c, ACCESS))
        message = arrived(
            payload, sender=self.gateway.id, at=self.gateway.began_at + timedelta(hours=1)
        )
        admit(self.stores.journal, Keyring(MASTER, known), [message])

    async def project(self) -> None:
        """Let the projector do all there is to do."""
        position = 0
        while (
            reached := await project_next(self.stores, self.directory, RealClock(), after=position)
        ) != position:
            position = reached

    def change(self, name: str, sql: str) -> None:
        """Do damage to a store of the server."""
        with closing(sqlite3.connect(self.installation.stores / name)) as connection, connection:
            assert connection.execute(sql).rowcount >= 1

    def change_outbox(self, sql: str) -> None:
        """Do damage to the outbox."""
        path = self.installation.gateways / self.gateway.id / "outbox.db"
        with closing(sqlite3.connect(path)) as connection, connection:
            assert connection.execute(sql).rowcount >= 1

    def verify(self) -> Verification:
        """Close all and check."""
        self.stores.close()
        self.outbox.close()
        self.ledger.close()
        return verify_folder(self.installation.folder)


@pytest.fixture
async def village(tmp_path: Path) -> Village:
    """A village in which all is well."""
    built = Village(tmp_path / "data")
    built.happen(1, RECORDS)
    built.deliver()
    await built.project()
    return built


def wrong(verification: Verification) -> dict[str, int]:
    """Return the figures that are not 0 and should be."""
    assert verification.holds is not any(getattr(verification, name) for name in HAVE_TO_BE_0)
    return {name: value for name in HAVE_TO_BE_0 if (value := getattr(verification, name)) != 0}


def test_a_sound_folder_holds(village: Village) -> None:
    """All figures are 0, and what was counted is what happened."""
    village.happen(RECORDS + 1, RECORDS + 2)

    verification = village.verify()

    assert wrong(verification) == {}
    assert (verification.produced, verification.stored) == (RECORDS + 2, RECORDS)
    assert verification.waiting == 2


def test_a_folder_without_ledger_is_refused(village: Village) -> None:
    """There is nothing to compare with."""
    village.ledger.close()
    village.installation.ledger.unlink()

    with pytest.raises(InputError, match="CLI-012"):
        village.verify()


def test_a_receipted_reading_that_is_not_stored_is_lost(village: Village) -> None:
    """The gateway could still send it again; projecting again would bring it back."""
    village.change("readings.db", "DELETE FROM reading WHERE seq = 2")

    assert wrong(village.verify()) == {"lost": 1, "replayed": 1}


def test_a_reading_that_is_nowhere_is_missing(village: Village) -> None:
    """Not in the store, not in the outbox, no gap marker."""
    village.happen(RECORDS + 1, RECORDS + 3, heard=False)

    assert wrong(village.verify()) == {"missing": 3}


async def test_a_gap_marker_stands_for_what_was_dropped(village: Village) -> None:
    """Honest loss: it is counted, and nothing is wrong."""
    village.happen(RECORDS + 1, RECORDS + 3, heard=False)
    marker = encode_gap(GapMarker(first_seq=RECORDS + 1, last_seq=RECORDS + 3))
    village.admit((marker,), first=RECORDS + 1, end=RECORDS + 3)
    village.admit((marker,), first=RECORDS + 1, end=RECORDS + 3)
    await village.project()

    verification = village.verify()

    assert wrong(verification) == {}
    assert verification.gapped == 3


async def test_a_gap_marker_for_nothing_is_found(village: Village) -> None:
    """Staff would be told of a gap that is none."""
    marker = encode_gap(GapMarker(first_seq=RECORDS + 1, last_seq=RECORDS + 3))
    village.admit((marker,), first=RECORDS + 1, end=RECORDS + 3)
    await village.project()

    assert wrong(village.verify()) == {"gaps_unshown": 3}


def test_a_reading_that_never_happened_is_unexpected(village: Village) -> None:
    """And its number is one that is stored already."""
    village.change(
        "readings.db",
        "INSERT INTO reading SELECT home, observed_ms + 1, sensor, quantity, stream, seq, value,"
        " is_activity, quality, received_ms FROM reading WHERE seq = 1",
    )

    assert wrong(village.verify()) == {"unexpected": 1, "reused_numbers": 1}


def test_a_reading_that_is_stored_twice_is_found(village: Village) -> None:
    """Under another number."""
    village.change(
        "readings.db",
        "INSERT INTO reading SELECT home, observed_ms, sensor, quantity, stream, 99, value,"
        " is_activity, quality, received_ms FROM reading WHERE seq = 1",
    )

    assert wrong(village.verify()) == {"duplicated": 1}


def test_a_receipt_without_a_journal_is_found(village: Village) -> None:
    """The outbox believes that it may forget what nobody has."""
    village.happen(RECORDS + 1, RECORDS + 2)
    village.outbox.receipt(
        Lane.NORMAL, village.outbox.epoch, RECORDS + 2, now=village.gateway.began_at
    )

    assert wrong(village.verify()) == {"unsafe_receipts": 2, "lost": 2}


def test_an_envelope_that_went_away_is_found(village: Village) -> None:
    """Its numbers count as arrived, and are nowhere."""
    village.change("journal.db", "DELETE FROM envelope")

    assert wrong(village.verify())["reused_numbers"] == RECORDS


def test_numbers_that_are_fresh_twice_are_found(village: Village) -> None:
    """Two entries claim them."""
    village.change(
        "journal.db",
        "INSERT INTO envelope (stream, first_seq, end_seq, fresh, watermark_ms, received_ms, body)"
        " SELECT stream, first_seq, end_seq, fresh, watermark_ms, received_ms, body FROM envelope",
    )

    assert wrong(village.verify()) == {"reused_numbers": RECORDS, "unprojected": 1}


def test_a_store_that_does_not_wait_for_the_disk_is_found(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As our own code opens it."""

    def careless(path: Path, schema: str) -> sqlite3.Connection:
        connection = storage.sqlite.open_writer(path, schema)
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    monkeypatch.setattr("cli.verification.safety.open_writer", careless)

    assert wrong(village.verify()) == {"unsynced_files": 1}


def test_a_judgement_about_what_had_not_arrived_is_found(village: Village) -> None:
    """A deadline beyond the watermark."""
    due = village.gateway.observed_at(100) + timedelta(minutes=1)
    found = inactivity(
        village.home, last=village.gateway.began_at, due=due, found=due + timedelta(hours=3)
    )
    village.stores.register.write_now(lambda c: findings.append(c, ACCESS, found))

    assert wrong(village.verify()) == {"judged_unseen": 1}


@pytest.mark.parametrize("name", ["demo.log", "broker/mosquitto.log"])
def test_a_name_in_a_log_is_found(village: Village, name: str) -> None:
    """Also across the pieces in which a large file is read."""
    person = Person(name="佐藤 花子", phone="03-1234-5678")
    vault = village.installation.vault()
    village.stores.register.write_now(
        lambda c: residents.add(
            c,
            ACCESS,
            vault,
            municipality=gateways.municipalities(c, ACCESS)[0][0],
            home=village.home,
            person=person,
            now=village.gateway.began_at,
        )
    )
    path = village.installation.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x" * 1_048_570 + "佐藤花子" + "x" * 99 + "0312345678", "utf-8")

    assert wrong(village.verify()) == {"personal": 2}


def inactivity(
    home: HomeId | None,
    *,
    last: datetime,
    due: datetime,
    found: datetime,
    reason: Reason = Reason.SILENCE_PAST_DEADLINE,
    blind: datetime | None = None,
) -> Finding:
    """Return a finding of inactivity."""
    return Finding(
        home=home,
        cause=Cause.INACTIVITY,
        phase=Phase.BEGUN,
        reason=reason,
        began_at=due,
        found_at=found,
        last_activity_at=last,
        due_at=due,
        blind_since=blind,
    )


@pytest.mark.parametrize(
    ("reason", "blind_h", "watermark_h", "founded"),
    [
        (Reason.SILENCE_PAST_DEADLINE, None, 8, True),
        (Reason.SILENCE_PAST_CAP, None, 7, False),
        (Reason.SILENCE_PAST_DEADLINE, None, None, False),
        (Reason.BLIND_PAST_HALF_WAY, 4, 4, True),
        (Reason.BLIND_PAST_HALF_WAY, 3, 3, False),
        (Reason.BLIND_PAST_HALF_WAY, None, 3, False),
    ],
)
def test_a_finding_is_founded_on_what_had_arrived(
    reason: Reason, blind_h: int | None, watermark_h: int | None, *, founded: bool
) -> None:
    """Seen up to the deadline, or half of the way to it and then dark; never before it is due."""

    def at(hours: int | None) -> datetime | None:
        return None if hours is None else NOON + timedelta(hours=hours)

    due = NOON + timedelta(hours=8)
    found = inactivity(None, last=NOON, due=due, found=due, reason=reason, blind=at(blind_h))

    assert is_founded(found, at(watermark_h)) is founded
    assert not is_founded(replace(found, found_at=due - timedelta(minutes=1)), at(9))
