"""Where the recorded homes lie, when they are there; they are never part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

VARIABLE = "MIMAMORI_RECORDED_HOMES"


def recorded_home(name: str) -> Path:
    """Return the file of a recorded home, or skip the test with the reason."""
    return recorded_file(f"{name}.csv.gz")


def recorded_file(name: str) -> Path:
    """Return a file or folder of the recorded data, or skip the test with the reason."""
    folder = os.environ.get(VARIABLE)
    path = Path(folder or ".") / name
    if not folder or not path.exists():
        pytest.skip(f"needs {name} in the folder that {VARIABLE} names")
    return path
