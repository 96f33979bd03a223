"""An open register for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.register.database import Register


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    """Return an empty register."""
    with Register.open(tmp_path / "register.db") as opened:
        yield opened
