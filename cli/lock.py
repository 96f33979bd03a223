"""One process at a time works on a data folder: SQLite has one writer, and so has the outbox."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import InputError, Problem


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the folder for the block; a killed process lets go by itself.

    Raises:
        InputError: CFG-030 when another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                Problem(
                    code="CFG-030",
                    where=str(folder),
                    found=f"in use by process {path.read_text().strip() or 'unknown'}",
                    allowed="one process over SQLite stores",
                    do="stop the other one, or use another --data-dir",
                )
            ) from error
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)
