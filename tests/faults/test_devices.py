"""Faults of sensors: what reaches the store of them, through gateway, broker and ingest."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.quantity import Quantity
from gateway.drivers.frame import CHANGES_PER_MINUTE
from tests.support.process import until
from tests.support.rig import rig
from tests.support.rig_home import BUTTON, DOOR, MOTION

pytestmark = pytest.mark.integration

FLAPS = 3_000


async def test_flapping_contact(tmp_path: Path) -> None:
    """D04: a contact that flaps 100 times a second is cut short and counted; others flow."""
    async with rig(tmp_path, homes=2) as city:
        mad, calm = city.homes
        await city.start_server()
        for home in city.homes:
            await city.start_gateway(home)
        words = [
            city.says(
                mad,
                DOOR,
                {"contact": number % 2 == 0},
                at=mad.next_at + timedelta(milliseconds=10 * number),
            )
            for number in range(FLAPS)
        ]
        await city.link.send(words)
        await city.live(mad, 20)
        await city.live(calm, 200)
        await city.press(calm)
        motion = Quantity.MOTION
        await until(lambda: city.stored_of(calm, motion) == 200)
        await until(lambda: city.stored_of(mad, motion) == 20)
        stored = city.stored_of(mad, Quantity.DOOR)
        assert 0 < stored <= 2 * (CHANGES_PER_MINUTE + 1)
        city.stop()
        counts = city.gateway_quarantine(mad)
        assert counts["MQT-045"] + stored >= FLAPS - 1, "what was left out is not counted"
        assert city.gateway_quarantine(calm) == {}


async def test_radio_repeats(tmp_path: Path) -> None:
    """D06: a frame that the radio brings three times is one reading."""
    async with rig(tmp_path) as city:
        home = city.homes[0]
        await city.start_server()
        await city.start_gateway(home)
        for _ in range(30):
            at = home.next_at
            await city.live(home, 1)
            again = city.says(home, MOTION, {"occupancy": True}, at=at)
            await city.link.send([again, again])
        pressed = await city.press(home)
        repeat = city.says(home, BUTTON, {"action": "single"}, at=pressed)
        await city.link.send([repeat, repeat])
        await city.live(home, 1)
        await city.prove()
        assert len(city.findings()) == 1


async def test_device_counter_restarts(tmp_path: Path) -> None:
    """D09: a meter whose counter begins anew is believed: nothing is dropped as old."""
    async with rig(tmp_path) as city:
        home = city.homes[0]
        await city.start_server()
        await city.start_gateway(home)
        await city.measure(home, [512.0, 514.0, 516.0])
        await city.measure(home, [0.0, 2.0, 4.0])
        await city.prove()
