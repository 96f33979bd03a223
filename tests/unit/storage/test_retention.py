"""What is old and read by all leaves the journal in small steps; never because of a wrong clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import Problem
from domain.ids import GatewayId
from domain.quantity import Lane
from storage.journal import retention
from storage.journal.quarantine import Quarantined
from storage.journal.retention import Pruned, prune, pruned_numbers
from storage.journal.sqlite import Journal

NOW = datetime(2026, 6, 1, tzinfo=UTC)
GATEWAY = GatewayId("gateway-one")
PROBLEM = Problem(code="ABC-001", where="here", found="this", allowed="that", do="so")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Return a journal with one envelope of two records for each of the last 40 days."""
    opened = Journal(tmp_path / "journal.db")
    for age in range(40, 0, -1):
        first = 2 * (40 - age) + 1
        append(opened, first, NOW - timedelta(days=age, hours=-1))
    yield opened
    opened.close()


def append(journal: Journal, first: int, at: datetime) -> None:
    """Append an envelope of two records."""
    with journal.admission() as batch:
        stream = batch.streams(GATEWAY, Lane.NORMAL).get("e-1") or batch.open_stream(
            GATEWAY, Lane.NORMAL, "e-1", now=at
        )
        batch.append(stream, first=first, end=first + 1, body=b"x", received_at=at)


def step(
    journal: Journal, *, now: datetime = NOW, up_to: int = 1_000, approved: bool = False
) -> Pruned:
    """Do one step."""
    return journal.write(lambda c: prune(c, now=now, up_to_position=up_to, approved=approved))


def contiguous(journal: Journal) -> int:
    """Return up to where the stream has arrived, as a new writer reads it."""
    row = journal.read(lambda c: c.execute("SELECT contiguous FROM stream").fetchone())
    return int(row[0])


def test_what_is_older_than_thirty_days_goes(journal: Journal) -> None:
    """The rest stays, and so do the counters: what comes again is still known."""
    assert step(journal) == Pruned(entries=10)
    assert step(journal).is_done

    assert journal.after(0)[0].position == 11
    assert contiguous(journal) == 80
    assert journal.read(pruned_numbers) == {1: ((1, 20),)}
    append(journal, 1, NOW)
    assert journal.after(40)[0].fresh == ()


def test_what_somebody_has_not_read_stays(journal: Journal) -> None:
    """However old."""
    assert step(journal, up_to=4) == Pruned(entries=4)
    assert step(journal, up_to=4).is_done


def test_steps_are_bounded(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Admission waits for a step, so it is short."""
    monkeypatch.setattr(retention, "STEP", 4)

    assert [step(journal).entries for _ in range(4)] == [4, 4, 2, 0]


def test_an_old_entry_behind_a_young_one_waits(journal: Journal) -> None:
    """A retried record keeps its time; nothing is taken from the middle."""
    append(journal, 81, NOW - timedelta(days=35))

    assert step(journal).entries == 10
    assert journal.head() == 41


def test_a_clock_that_jumps_ahead_deletes_nothing(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything would look old: neither at once, nor when the new time has been written too."""
    refused = step(journal, now=NOW + timedelta(days=365))
    assert refused.refused is not None
    assert "clock" in refused.refused

    monkeypatch.setattr(retention, "FEW", 5)
    append(journal, 81, NOW + timedelta(days=365))
    refused = step(journal, now=NOW + timedelta(days=365))
    assert refused.refused is not None
    assert journal.after(0)[0].position == 1


def test_a_person_may_approve_a_large_deletion(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as after the time to keep was shortened."""
    monkeypatch.setattr(retention, "FEW", 5)

    assert step(journal, now=NOW + timedelta(days=20), approved=True).entries == 30


def test_a_clock_that_goes_back_deletes_nothing(journal: Journal) -> None:
    """Nothing is old then."""
    assert step(journal, now=NOW - timedelta(days=365)) == Pruned()


def test_an_empty_journal_has_nothing_to_go(tmp_path: Path) -> None:
    """No error either."""
    empty = Journal(tmp_path / "empty.db")

    assert step(empty) == Pruned()
    empty.close()


def test_signed_records_in_quarantine_go_with_their_envelopes(journal: Journal) -> None:
    """They could not go back any more; what they covered stays covered, counts stay exact."""
    old = [kept(seq, NOW - timedelta(days=38)) for seq in (101, 102)]
    young = kept(103, NOW - timedelta(days=1))
    with journal.admission() as batch:
        batch.quarantine([*old, young])

    assert step(journal) == Pruned(entries=10)
    assert step(journal) == Pruned(quarantined=2)

    assert [item.first_seq for item in journal.quarantined()] == [103]
    assert journal.quarantine_counts() == {"ABC-001": 3}
    assert journal.read(pruned_numbers) == {1: ((1, 20), (101, 102))}


def test_freed_pages_are_used_again(tmp_path: Path) -> None:
    """A journal in balance does not grow."""
    journal = Journal(tmp_path / "journal.db")

    def pages() -> int:
        return int(journal.read(lambda c: c.execute("PRAGMA page_count").fetchone())[0])

    sizes = []
    for day in range(60):
        with journal.admission() as batch:
            stream = batch.streams(GATEWAY, Lane.NORMAL).get("e-1") or batch.open_stream(
                GATEWAY, Lane.NORMAL, "e-1", now=NOW
            )
            at = NOW + timedelta(days=day)
            batch.append(stream, first=day + 1, end=day + 1, body=b"x" * 9_000, received_at=at)
        journal.write(
            lambda c, at=at: prune(c, now=at, up_to_position=10_000)  # type: ignore[misc]
        )
        sizes.append(pages())

    assert sizes[-1] <= sizes[35] + 3  # one envelope
    journal.close()


def kept(seq: int, at: datetime) -> Quarantined:
    """Return a signed record for the quarantine."""
    return Quarantined(
        received_at=at,
        topic="topic",
        problem=PROBLEM,
        payload=b"payload",
        gateway=GATEWAY,
        lane=Lane.NORMAL,
        epoch="e-1",
        first_seq=seq,
        last_seq=seq,
    )
