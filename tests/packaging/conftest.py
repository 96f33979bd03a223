"""Fixtures for the tests of packaging."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import wheel as wheels


@pytest.fixture(scope="session")
def wheel() -> Iterator[Path]:
    """Return the wheel of the tree as it is now."""
    yield wheels.built()
    wheels.forget()
