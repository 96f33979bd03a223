"""Each store of readings that there is; the suite runs on all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.readings.port import Readings
from storage.readings.sqlite import SqliteReadings
from tests.support.fake_readings import FakeReadings


@pytest.fixture(params=["sqlite", "fake"])
def readings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Readings]:
    """Return an empty store."""
    store: Readings = (
        SqliteReadings(tmp_path / "readings.db") if request.param == "sqlite" else FakeReadings()
    )
    yield store
    store.close()
