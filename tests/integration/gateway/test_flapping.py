"""A contact that flaps a hundred times a second disturbs nobody, and its count is kept."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.quantity import Quantity
from gateway.drivers.frame import CHANGES_PER_MINUTE
from gateway.outbox import Outbox
from tests.integration.gateway.conftest import START, Street, until
from tests.integration.gateway.test_delivery import heard, running, settle

pytestmark = pytest.mark.integration
CHANGES = 3_000
"""Half a minute of a hundred changes a second."""


async def test_flapping_contact_is_coalesced_and_counted(street: Street) -> None:
    """Sixty changes are told, the others counted; a movement in their midst arrives."""
    async with running(street) as gateway:
        await heard(gateway)
        await street.publish(_flapping(range(CHANGES // 2)))
        await street.move([1])
        await street.publish(_flapping(range(CHANGES // 2, CHANGES)))
        await until(lambda: gateway.committed == CHANGES + 1)
        await settle(gateway, street)

    doors = [one for one in street.ingest.readings() if one.quantity is Quantity.DOOR]
    assert len(doors) == CHANGES_PER_MINUTE
    assert street.arrived() == [1]
    outbox = Outbox.open(street.config().outbox, now=START)
    assert outbox.quarantine_counts() == {"MQT-045": CHANGES - 1 - CHANGES_PER_MINUTE}
    assert len(outbox.quarantined()) < CHANGES // 2
    outbox.close()


def _flapping(numbers: range) -> Iterator[tuple[str, dict[str, object]]]:
    for number in numbers:
        seen = START + timedelta(milliseconds=10 * number)
        yield "front/door", {"contact": bool(number % 2), "last_seen": seen.isoformat()}
