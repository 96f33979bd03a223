"""Where the recorded homes lie, when they are there; they are never part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

VARIABLE = "MIMAMORI_RECORDED_HOMES"
BESIDE_THE_CHECKOUT = Path(__file__).parents[3] / "shared" / "data"


def recorded_home(name: str) -> Path:
    """Return the file of a recorded home, or skip the test with the reason."""
    folder = Path(os.environ.get(VARIABLE, BESIDE_THE_CHECKOUT))
    path = folder / f"{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"needs the recorded home {name} in {folder} (set {VARIABLE})")
    return path
