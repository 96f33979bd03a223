"""A running broker of a city."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.broker.city import City, running
from tests.support.services import require


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    """Return a running broker with a door for homes."""
    require("mosquitto", "who may speak and hear at the city's broker")
    async with running(tmp_path) as found:
        yield found
