"""One empty register for each test process, made by the real migrations; new ones are its copies.

Running all migrations for each of some hundred tests would take minutes and prove nothing more. The
tests of the register itself open it as the program does.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from storage.register.database import Register

REAL_OPEN = Register.open


class Template:
    """The empty register, made on first use."""

    def __init__(self, folder: Path) -> None:
        """Make nothing yet."""
        self._path = folder / "register.db"

    def open(self, path: Path) -> Register:
        """Open a register as `Register.open` does; a new one is a copy of the template."""
        if not path.exists():
            if not self._path.exists():
                REAL_OPEN(self._path).close()
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            shutil.copyfile(self._path, path)
        return REAL_OPEN(path)
