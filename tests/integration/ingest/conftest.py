"""A running broker and open stores."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.stores import Stores
from tests.integration.ingest.city import Broker


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    """Return a running broker."""
    running = Broker(tmp_path)
    await running.start()
    yield running
    running.stop()


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Return open stores."""
    with Stores.open(tmp_path / "stores") as opened:
        yield opened
