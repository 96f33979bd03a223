"""A disk of a few megabytes, to be filled and made read-only; needs root."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

_BLOCK = b"\0" * 4096


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """One small disk at a folder."""

    folder: Path

    def fill(self) -> None:
        """Take up all the room that is left."""
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(_BLOCK)

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink()

    def forbid_writing(self) -> None:
        """Let nothing be written, as a disk does that has seen errors."""
        _run("mount", "-o", "remount,ro", str(self.folder))

    def allow_writing(self) -> None:
        """Let it be written again."""
        _run("mount", "-o", "remount,rw", str(self.folder))

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[SmallDisk]:
    """Mount a disk of `size`, such as `2m`, at a folder inside the block; skip without root."""
    if os.geteuid() != 0:
        pytest.skip("needs root: a small disk is mounted")
    folder.mkdir(mode=0o700)
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={size}", "mimamori-test", str(folder))
    except subprocess.CalledProcessError as error:
        pytest.skip(f"needs root that may mount: {error.stderr}")
    try:
        yield SmallDisk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=20)  # noqa: S603
