"""V2: a record's identity stands for one record for ever, and projecting again has no effect."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from cli.verification.figures import Verification
from domain.access import service
from ingest.reprojection import all_readings
from storage.journal.coverage import Coverage, Interval, decode_intervals
from storage.journal.retention import pruned_numbers
from storage.readings.content import content_of
from storage.readings.sqlite import SqliteReadings
from storage.register import cursors, gateways
from storage.sqlite import open_reader
from storage.stores import Stores

PROJECTOR = service("projector")


def check_store(verification: Verification, readings: Path) -> None:
    """Look for an identity that stands in the store twice."""
    with closing(open_reader(readings)) as connection:
        rows = connection.execute(
            "SELECT w.text, r.seq, count(*) FROM reading r JOIN word w ON w.id = r.stream"
            " GROUP BY r.stream, r.seq HAVING count(*) > 1"
        )
        for stream, seq, count in rows:
            verification.reused_numbers += count - 1
            verification.example("stored twice", stream, seq)


def check_journal(verification: Verification, stores: Stores) -> None:
    """Account for each sequence number: fresh in one entry, pruned, or in quarantine."""
    for stream, wrong in stores.journal.read(unaccounted).items():
        verification.reused_numbers += wrong
        verification.example("numbers not fresh exactly once", stream, wrong)


def unaccounted(connection: sqlite3.Connection) -> dict[str, int]:
    """Return, for each stream in which something is wrong, how many numbers are.

    Wrong is a number that is fresh in two entries (but for what was given back from quarantine),
    that is fresh and not counted as arrived, or that is counted and nowhere to be found.
    """
    given_back = {
        row[0]
        for row in connection.execute("SELECT position FROM retry WHERE position IS NOT NULL")
    }
    found: dict[int, Coverage] = defaultdict(Coverage)
    wrong: dict[int, int] = defaultdict(int)
    rows = connection.execute("SELECT position, stream, fresh FROM envelope ORDER BY position")
    for position, stream, fresh in rows:
        for low, high in decode_intervals(fresh):
            if position not in given_back:
                wrong[stream] += high - low + 1 - _size(found[stream].missing(low, high))
            found[stream] = found[stream].add(low, high)
    _check_counters(connection, found, wrong)
    names = dict(
        connection.execute("SELECT id, gateway || '/' || lane || '/' || epoch FROM stream")
    )
    return {names[stream]: count for stream, count in wrong.items() if count}


def _check_counters(
    connection: sqlite3.Connection, found: dict[int, Coverage], wrong: dict[int, int]
) -> None:
    aside: dict[int, list[Interval]] = defaultdict(list)
    rows = connection.execute(
        "SELECT s.id, q.first_seq, q.last_seq FROM quarantine q JOIN stream s"
        " ON s.gateway = q.gateway AND s.lane = q.lane AND s.epoch = q.epoch"
        " WHERE q.first_seq IS NOT NULL"
    )
    for stream, first, last in rows:
        aside[stream].append((first, last))
    pruned = pruned_numbers(connection)
    for stream, contiguous, islands in connection.execute(
        "SELECT id, contiguous, islands FROM stream"
    ).fetchall():
        counted = Coverage.decode(contiguous, islands)
        for low, high in _intervals(found[stream]):
            wrong[stream] += _size(counted.missing(low, high))
        known = found[stream]
        for low, high in (*pruned.get(stream, ()), *aside[stream]):
            known = known.add(low, high)
        for low, high in _intervals(counted):
            wrong[stream] += _size(known.missing(low, high))


def check_replay(verification: Verification, stores: Stores, readings: Path) -> None:
    """Project the journal once more, into a copy; every reading is there already."""
    reached = stores.register.read_now(lambda c: cursors.position(c, PROJECTOR))
    known = stores.register.read_now(lambda c: gateways.directory(c, PROJECTOR))
    with tempfile.TemporaryDirectory(prefix="verify-", dir=readings.parent) as folder:
        copy = Path(folder) / "readings.db"
        with closing(open_reader(readings)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            before = content_of(target)
        with closing(SqliteReadings(copy)) as store:
            for _, batch in all_readings(stores.journal, known, up_to_position=reached):
                store.write(batch)
        with closing(open_reader(copy)) as target:
            after = content_of(target)
    if after != before:
        verification.replayed += max(after.count - before.count, 1)
        verification.example("projecting again adds", after.count - before.count)


def _intervals(coverage: Coverage) -> tuple[Interval, ...]:
    start = ((1, coverage.contiguous),) if coverage.contiguous else ()
    return (*start, *coverage.islands)


def _size(intervals: Iterable[Interval]) -> int:
    return sum(high - low + 1 for low, high in intervals)
