"""Building the store of readings anew from the journal: the same content, or said how it differs.

Built into a file beside and swapped in at the end, so it may be killed at any line. Readings that
are older than the journal are taken over. Home states, findings and cases are not touched.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rich.progress import Progress

from cli.desk import ACCESS, book
from cli.installation import Installation
from cli.journal import open_stores
from domain.access import service
from domain.clock import RealClock
from domain.errors import PermanentError, Problem
from ingest.reprojection import all_readings
from storage.journal.coverage import Coverage
from storage.journal.span import span
from storage.journal.sqlite import Journal
from storage.readings.content import Content, Row, content_of, placed, rows_of
from storage.readings.sqlite import SqliteReadings
from storage.register import cursors, gateways
from storage.register.database import Register
from storage.sqlite import set_aside, settle_file, swap_in

PROJECTOR = service("projector")
DAMAGED = "readings.db.damaged"
"""Where a store that cannot be read is kept: it may hold readings older than the journal."""
COPIED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprojection:
    """What came of it."""

    built: Content
    """What the journal gave."""
    before: Content | None
    """What was there of the same records; None: no store was there, or it could not be read."""
    older: int
    """Readings older than the journal that were taken over."""

    @property
    def is_identical(self) -> bool:
        """Whether the journal gives what was there."""
        return self.before == self.built


class _UnreadableError(Exception):
    """The store that is there cannot be read."""


def reproject_folder(folder: Path, *, replace: bool, bar: Progress) -> Reprojection:
    """Build the readings of a data folder anew; nothing may run in it now.

    Args:
        folder: The data folder.
        replace: Whether to swap the new store in also where it differs from the one there, as it
            should after the register was corrected, or where the one there cannot be read.
        bar: Shows how far it is.

    Raises:
        InputError: CFG-030 in use, CFG-032, CFG-033.
        PermanentError: STO-003 the content differs, or STO-002 the store cannot be read, and it
            may not be replaced; nothing was changed.
    """
    stores = Installation(folder).stores
    now = RealClock().now()
    with open_stores(folder) as (register, journal):
        result = build(register, journal, stores / "readings.db", replace=replace, bar=bar)
        register.write_now(
            lambda c: book(c, ACCESS, "readings.reproject", "store:readings", now=now)
        )
        return result


def build(
    register: Register, journal: Journal, old: Path, *, replace: bool, bar: Progress
) -> Reprojection:
    """Build the store beside `old`, compare, and swap it in; see `reproject_folder`."""
    new = old.with_name(f"{old.name}.new")
    _remove(new)
    reached = register.read_now(lambda c: cursors.position(c, PROJECTOR))
    known = journal.read(lambda c: span(c, up_to_position=reached))
    task = bar.add_task("projecting", total=reached)
    store = SqliteReadings(new)
    try:
        directory = register.read_now(lambda c: gateways.directory(c, PROJECTOR))
        for position, readings in all_readings(journal, directory, up_to_position=reached):
            store.write(readings)
            bar.update(task, completed=position)
        with closing(_reader(new)) as connection:
            built = content_of(connection)
        before, older = _take_over(store, old, _is_in(known), replace=replace)
    finally:
        store.close()
    result = Reprojection(built=built, before=before, older=older)
    if before is not None and not result.is_identical and not replace:
        _remove(new)
        raise _differs(old, before, built)
    _finish(new, old, is_readable=before is not None)
    return result


def _take_over(
    store: SqliteReadings, old: Path, is_in: Callable[[Row], bool], *, replace: bool
) -> tuple[Content | None, int]:
    """Write what is older than the journal into the new store; what the old one had of the rest."""
    if not old.exists():
        return None, 0
    older = 0
    try:
        before = Content().plus(filter(is_in, _rows(old)))
        for batch in _batches(row for row in _rows(old) if not is_in(row)):
            store.write([placed(row) for row in batch])
            older += len(batch)
    except _UnreadableError as error:
        if replace:
            return None, older
        raise _unreadable(old, error) from error
    return before, older


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, COPIED_AT_ONCE)):
        yield batch


def _rows(old: Path) -> Iterator[Row]:
    """Yield the rows of the old store; only its own errors are told as `_UnreadableError`."""
    try:
        with closing(_reader(old)) as connection:
            yield from rows_of(connection)
    except sqlite3.DatabaseError as error:
        raise _UnreadableError(str(error)) from error


def _finish(new: Path, old: Path, *, is_readable: bool) -> None:
    settle_file(new)
    if old.exists() and is_readable:
        settle_file(old)
    elif old.exists():
        set_aside(old, DAMAGED)
    swap_in(new, old)


def _is_in(known: dict[str, Coverage]) -> Callable[[Row], bool]:
    def is_in(row: Row) -> bool:
        covered = known.get(row[4])
        return covered is not None and covered.covers(row[5], row[5])

    return is_in


def _reader(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def told(result: Reprojection) -> str:
    """Return what came of it, in one line."""
    same = "identical to what was there" if result.is_identical else "in place of what was there"
    if result.before is None:
        same = "no readable store was there"
    return (
        f"{result.built.count:,} readings from the journal ({result.built.digest[:8]}), "
        f"{result.older:,} older ones taken over; {same}"
    )


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _differs(old: Path, before: Content, built: Content) -> PermanentError:
    return PermanentError(
        Problem(
            code="STO-003",
            where=str(old),
            found=f"{before.count:,} readings ({before.digest[:8]}); "
            f"the journal gives {built.count:,} ({built.digest[:8]})",
            allowed="the same content",
            do="with --replace if homes, gateways or sensors were corrected since; "
            "else look for damage. Nothing was changed",
        )
    )


def _unreadable(old: Path, error: _UnreadableError) -> PermanentError:
    return PermanentError(
        Problem(
            code="STO-002",
            where=str(old),
            found=str(error),
            allowed="an undamaged database",
            do=f"with --replace it is kept as {DAMAGED} and made anew from the journal",
        )
    )
