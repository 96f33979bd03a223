"""What a journal does: append-only, whole batches, read from any place on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import PermanentError, Problem, TransientError
from domain.ids import GatewayId
from domain.moments import to_ms
from domain.quantity import Lane
from storage.journal.quarantine import Quarantined
from storage.journal.sqlite import Admission, Journal
from storage.sqlite import open_writer

T = datetime(2026, 3, 1, tzinfo=UTC)
GATEWAY = GatewayId("gateway-one")
PROBLEM = Problem(code="ABC-001", where="here", found="this", allowed="that", do="so")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Return an empty journal."""
    opened = Journal(tmp_path / "journal.db")
    yield opened
    opened.close()


def append(batch: Admission, first: int, end: int, epoch: str = "e-1") -> None:
    """Append an envelope, beginning the epoch where it is new."""
    stream = batch.streams(GATEWAY, Lane.NORMAL).get(epoch) or batch.open_stream(
        GATEWAY, Lane.NORMAL, epoch, now=T
    )
    batch.append(stream, first=first, end=end, body=b"%d" % first, received_at=T)


def kept(code: str = "ABC-001", first: int | None = None) -> Quarantined:
    """Return something for the quarantine."""
    return Quarantined(
        received_at=T,
        topic="topic",
        problem=Problem(code=code, where="here", found="this", allowed="that", do="so"),
        payload=b"payload",
        gateway=None if first is None else GATEWAY,
        lane=None if first is None else Lane.NORMAL,
        epoch=None if first is None else "e-1",
        first_seq=first,
        last_seq=first,
    )


def test_an_empty_journal_has_no_head(journal: Journal) -> None:
    """Positions begin at 1."""
    assert (journal.head(), journal.after(0), journal.quarantined()) == (0, [], [])


def test_entries_are_read_in_order_from_any_place_on(journal: Journal) -> None:
    """At most as many as asked for."""
    with journal.admission() as batch:
        for first in range(1, 8):
            append(batch, first, first)

    assert [entry.body for entry in journal.after(2, limit=3)] == [b"3", b"4", b"5"]
    assert journal.head() == journal.after(6)[0].position == 7


def test_a_batch_that_raises_was_never_there(journal: Journal) -> None:
    """Neither entries nor counters nor quarantine, nor in memory."""
    with pytest.raises(ZeroDivisionError), journal.admission() as batch:  # noqa: PT012 (the block is tested)
        append(batch, 1, 5)
        batch.quarantine([kept()])
        raise ZeroDivisionError
    with journal.admission() as batch:
        assert batch.streams(GATEWAY, Lane.NORMAL) == {}

    assert (journal.head(), journal.quarantine_counts()) == (0, {})


def test_a_reader_sees_a_batch_when_it_is_whole(journal: Journal) -> None:
    """Not a row before the commit."""
    with journal.admission() as batch:
        append(batch, 1, 5)
        assert journal.head() == 0
    assert journal.head() == 1


def test_a_new_epoch_closes_the_one_before_for_ever(journal: Journal, tmp_path: Path) -> None:
    """Also after a restart; what it had is kept."""
    with journal.admission() as batch:
        append(batch, 1, 5, "e-1")
        append(batch, 1, 1, "e-2")
    journal.close()

    again = Journal(tmp_path / "journal.db")
    with again.admission() as batch:
        streams = batch.streams(GATEWAY, Lane.NORMAL)
        assert [(epoch, each.is_open) for epoch, each in sorted(streams.items())] == [
            ("e-1", False),
            ("e-2", True),
        ]
        assert streams["e-1"].coverage.contiguous == 5
    again.close()


def test_a_watermark_is_written_with_the_entry_that_completes_it(journal: Journal) -> None:
    """Also when the mark came long before, and the journal was closed in between."""
    with journal.admission() as batch:
        stream = batch.open_stream(GATEWAY, Lane.NORMAL, "e-1", now=T)
        batch.mark(stream, (2, to_ms(T + timedelta(hours=1))))
        append(batch, 2, 2)
    with journal.admission() as batch:
        append(batch, 1, 1)

    assert [each.watermark for each in journal.after(0)] == [None, T + timedelta(hours=1)]


def test_signed_things_are_kept_once_for_each_code(journal: Journal) -> None:
    """A gateway that sends the same bad record for ever fills nothing."""
    with journal.admission() as batch:
        assert batch.quarantine([kept(first=1), kept(first=1), kept(first=2)]) == 2
        assert batch.quarantine([kept(first=1), kept("ABC-002", first=1)]) == 1

    assert journal.quarantine_counts() == {"ABC-001": 2, "ABC-002": 1}
    assert journal.quarantined(limit=1) == [kept("ABC-002", first=1)]


def test_unsigned_things_are_each_kept_and_counted(journal: Journal) -> None:
    """Nothing tells two of them apart for certain."""
    with journal.admission() as batch:
        assert batch.quarantine([kept(), kept()]) == 2
        batch.count("ABC-003")

    assert journal.quarantine_counts() == {"ABC-001": 2, "ABC-003": 1}


@pytest.mark.parametrize("text", ["a\0b", "\udc80", "見守り", "x" * 70_000])
def test_any_text_can_be_kept(journal: Journal, text: str) -> None:
    """NUL, lone surrogates, far too long: no error, and short."""
    item = Quarantined(received_at=T, topic=text, problem=PROBLEM, payload=b"")
    with journal.admission() as batch:
        batch.quarantine([item])

    (found,) = journal.quarantined()
    assert 0 < len(found.topic) <= 300


def test_it_is_read_from_many_threads(journal: Journal) -> None:
    """Each has a connection of its own."""
    with journal.admission() as batch:
        append(batch, 1, 5)
    with ThreadPoolExecutor(8) as pool:
        heads = list(pool.map(lambda _: journal.head(), range(100)))

    assert set(heads) == {1}


def test_a_locked_file_is_told_by_name_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program holds the lock: nothing is admitted, and it works when the lock is gone."""
    monkeypatch.setattr("storage.sqlite.BUSY_TIMEOUT_S", 0.01)
    impatient = Journal(tmp_path / "journal.db")
    other = open_writer(tmp_path / "journal.db", "")
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(TransientError, match="STO-001"), impatient.admission() as batch:
        append(batch, 1, 1)
    other.execute("ROLLBACK")
    other.close()
    with impatient.admission() as batch:
        append(batch, 1, 1)

    assert impatient.head() == 1
    impatient.close()


def test_a_damaged_file_is_told_by_name(tmp_path: Path) -> None:
    """Not taken for something that will pass."""
    path = tmp_path / "journal.db"
    journal = Journal(path)
    with journal.admission() as batch:
        append(batch, 1, 1)
    journal.close()
    size = path.stat().st_size
    journal = Journal(path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))

    with pytest.raises(PermanentError, match="STO-002"), journal.admission() as batch:
        append(batch, 2, 2)
    journal.close()
