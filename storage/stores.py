"""All stores of one server, opened and closed together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from storage.files import JOURNAL, READINGS, REGISTER, files
from storage.integrity import AT_START_BYTES, require_whole
from storage.journal.sqlite import Journal
from storage.readings.port import Readings
from storage.readings.sqlite import SqliteReadings
from storage.register.database import Register
from storage.signals import LocalSignals, Signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where the server keeps everything, and how services nudge each other about it."""

    folder: Path
    register: Register
    journal: Journal
    readings: Readings
    signals: Signals

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open or make the embedded stores in `folder`, which only its owner may enter.

        Raises:
            PermanentError: STO-002 a file is damaged; large ones are looked at while they are used.
            TransientError: STO-001 a file cannot be read now.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in files(folder):
            require_whole(path, most_bytes=AT_START_BYTES)
        return cls(
            folder=folder,
            register=Register.open(folder / REGISTER),
            journal=Journal(folder / JOURNAL),
            readings=SqliteReadings(folder / READINGS),
            signals=LocalSignals(),
        )

    def close(self) -> None:
        """Finish what was begun and close all files."""
        self.register.close()
        self.journal.close()
        self.readings.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close."""
        self.close()
