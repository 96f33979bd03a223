"""The files that the stores of one server are kept in."""

from __future__ import annotations

from pathlib import Path

REGISTER, JOURNAL, READINGS = "register.db", "journal.db", "readings.db"


def files(folder: Path) -> list[Path]:
    """Return the files of the stores in `folder`, whether they are there or not."""
    return [folder / name for name in (REGISTER, JOURNAL, READINGS)]
