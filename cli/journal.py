"""The register and the journal of a data folder, opened together under its lock, or lent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cli.desk import lent_journal, open_register
from cli.installation import Installation
from storage.journal.sqlite import Journal
from storage.register.database import Register
from storage.sqlite import unusable


@contextmanager
def open_stores(folder: Path) -> Iterator[tuple[Register, Journal]]:
    """Hold a data folder and open its register and journal for the block, or use what is lent.

    Raises:
        InputError: CFG-030 in use, CFG-032 it cannot be used, CFG-033 nothing is installed there.
        TransientError: STO-001 locked by another program, or the disk is full.
        PermanentError: STO-002 damaged.
    """
    path = Installation(folder).stores / "journal.db"
    with ExitStack() as stack:
        register = stack.enter_context(open_register(folder))
        journal = lent_journal(folder)
        if journal is None:
            journal = _opened(path)
            stack.callback(journal.close)
        yield register, journal


def _opened(path: Path) -> Journal:
    try:
        return Journal(path)
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error
