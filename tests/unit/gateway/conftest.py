"""What the driver's tests share."""

import pytest

from tests.support.zigbee_home import Home


@pytest.fixture
def home() -> Home:
    """Return a home whose driver has just been installed."""
    return Home()
