"""The truth ledger outlives the process that writes it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from devices.simulators.ledger import Emergency, Fault, Ledger, Position, Produced
from domain.quantity import Quantity

AT = datetime(2026, 4, 5, 6, 7, 8, 90_000, tzinfo=UTC)
DOOR = Produced(
    home="h1",
    device="door",
    quantity=Quantity.DOOR,
    observed_at=AT,
    value=1.0,
    resident_made=True,
    required=True,
)


def test_all_is_there_after_reopening(tmp_path: Path) -> None:
    """What was recorded is read back unchanged by the next process."""
    path = tmp_path / "ledger.db"
    position = Position(started_at=AT, settled_to=AT, now=AT + timedelta(hours=1), announced=True)
    emergency = Emergency(home="h1", at=AT, kind="incapacitated")
    with Ledger(path) as ledger:
        ledger.record([DOOR, replace(DOOR, home="h2")])
        ledger.record_emergency(emergency)
        ledger.settle("replay", position)

    with Ledger(path) as ledger:
        assert list(ledger.produced("h1")) == [DOOR]
        assert ledger.homes() == ["h1", "h2"]
        assert ledger.emergencies() == ledger.emergencies("h1") == [emergency]
        assert ledger.emergencies("h2") == []
        assert ledger.position("replay") == position
        assert ledger.position("other") is None


def test_recording_again_changes_nothing(tmp_path: Path) -> None:
    """A batch that is sent again after a crash stands in the ledger once; required stays so."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.record([DOOR])
        ledger.record([replace(DOOR, required=False, resident_made=False), DOOR])

        assert list(ledger.produced("h1")) == [DOOR]


def test_required_only_leaves_out_what_came_along(tmp_path: Path) -> None:
    """A checker can ask for what must be stored, apart from what may be."""
    battery = replace(DOOR, quantity=Quantity.BATTERY, value=80.0, required=False)
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.record([DOOR, battery])

        assert list(ledger.produced("h1", required_only=True)) == [DOOR]
        assert set(ledger.produced("h1")) == {DOOR, battery}


def test_fault_gets_its_end(tmp_path: Path) -> None:
    """A fault is written when it begins and again when it ends."""
    fault = Fault(home="h1", kind="gateway_dark", begin=AT, end=None)
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.record_fault(fault)
        assert ledger.faults("h1") == [fault]
        ended = replace(fault, end=AT + timedelta(hours=1))
        ledger.record_fault(ended)

        assert ledger.faults() == [ended]


def test_ledger_is_written_through(tmp_path: Path) -> None:
    """Every commit is on the disk before anything is published."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert ledger._db.execute("PRAGMA synchronous").fetchone() == (2,)
