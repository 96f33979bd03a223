"""A journal of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.journal.sqlite import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Return an empty journal."""
    opened = Journal(tmp_path / "journal.db")
    yield opened
    opened.close()
