"""A file that holds room on the disk of the stores, and gives it when nothing else is left.

On a full disk SQLite can commit nothing, not even what deletes (FAULTS M10): room has to come from
outside of the database.
"""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cli.disk import Room, Step, reserve_size, reserve_step

NAME = "reserve"
_BLOCK = b"\0" * (1 << 20)

log = logging.getLogger(__name__)


def look(folder: Path) -> Room:
    """Return what the disk of a folder has.

    Raises:
        OSError: It cannot be looked at.
    """
    usage = shutil.disk_usage(folder)
    return Room(total=usage.used + usage.free, free=usage.free)


@dataclass(frozen=True, slots=True)
class Reserve:
    """The reserve in a folder that exists; takes part in nothing but the room of the disk."""

    folder: Path
    wanted: int
    """Bytes, on a small disk fewer; 0: none is kept."""

    def kept(self) -> int:
        """Return how many bytes are kept."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def keep(self) -> Room:
        """Give the reserve or make it again, as the room asks for; return the room after that.

        Raises:
            OSError: The folder cannot be looked at, or nothing be removed there.
        """
        room = look(self.folder)
        match reserve_step(room, wanted=self.wanted, kept=self.kept()):
            case Step.GIVE:
                self._give()
            case Step.MAKE:
                self._make(reserve_size(room, wanted=self.wanted))
            case Step.LEAVE:
                pass
        return look(self.folder)

    def _give(self) -> None:
        given = self.kept()
        self._path.unlink(missing_ok=True)
        _sync(self.folder)  # some file systems free the room with their own next commit only
        log.warning("the reserve of %d MiB was given to the stores", given >> 20)

    def _make(self, size: int) -> None:
        """Make it whole or not at all."""
        part = self._path.with_suffix(".part")
        try:
            with part.open("wb") as file:
                part.chmod(0o600)
                _fill(file, size)
            part.replace(self._path)
        except OSError:
            part.unlink(missing_ok=True)
            log.warning("no room for a reserve of %d MiB", size >> 20)

    @property
    def _path(self) -> Path:
        return self.folder / NAME


def _fill(file: BinaryIO, size: int) -> None:
    """Take the room for sure, also where the system can only be made to by writing."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
        return
    file.writelines(_BLOCK[: size - start] for start in range(0, size, len(_BLOCK)))
    file.flush()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
