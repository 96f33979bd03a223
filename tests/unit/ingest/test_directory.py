"""What ingest remembers of the register, and when it looks again."""

import asyncio
from collections.abc import Callable
from typing import cast

import pytest
from sqlalchemy import Connection

from domain.clock import RealClock
from domain.gateway import KnownGateway
from domain.ids import GatewayId, MunicipalityId
from ingest.directory import ASK_AGAIN_S, FRESH_S, Directory
from storage.register.database import Register

GATEWAY, STRANGER = GatewayId("gateway-a"), GatewayId("stranger")
Known = dict[GatewayId, KnownGateway]


class PushedClock(RealClock):
    """A monotonic clock that is pushed by hand."""

    at_s = 0.0

    def monotonic(self) -> float:
        """Return where it was pushed to."""
        return self.at_s


class SlowRegister:
    """A register whose readings end when the test says so, each with a directory of its own."""

    def __init__(self) -> None:
        """Hold nothing back."""
        self.readings = 0
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.error: Exception | None = None

    async def read(self, work: Callable[[Connection], Known]) -> Known:
        """Answer with one known gateway."""
        del work
        self.readings += 1
        await self.may_end.wait()
        if self.error is not None:
            raise self.error
        known = KnownGateway(
            id=GATEWAY,
            municipality=MunicipalityId("town"),
            key_generations=(1,),
            is_revoked=False,
            placements=(),
            sensors={},
        )
        return {GATEWAY: known}


class Desk:
    """A directory, its clock and its register."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.clock, self.register = PushedClock(), SlowRegister()
        self.directory = Directory(cast("Register", self.register), self.clock)

    async def ask(self, gateway: GatewayId = GATEWAY) -> int:
        """Ask for a gateway; returns how often the register has been read by then."""
        await self.directory.gateways({gateway})
        return self.register.readings


async def test_what_is_fresh_is_not_read_again() -> None:
    """It is trusted for half a minute, and then read anew."""
    desk = Desk()

    assert await desk.ask() == 1
    desk.clock.at_s += FRESH_S
    assert await desk.ask() == 1
    desk.clock.at_s += 1
    assert await desk.ask() == 2


async def test_a_stranger_is_looked_for_once_a_second() -> None:
    """Who asks for unknown gateways again and again does not make us busy."""
    desk = Desk()

    assert await desk.ask(STRANGER) == 1
    desk.clock.at_s += ASK_AGAIN_S
    assert await desk.ask(STRANGER) == 1
    desk.clock.at_s += 0.1
    assert await desk.ask(STRANGER) == 2


async def test_all_who_ask_at_once_wait_for_one_reading() -> None:
    """A city's directory is never in memory more than twice: the old one and the new one."""
    desk = Desk()
    desk.register.may_end.clear()
    asking = [asyncio.ensure_future(desk.ask()) for _ in range(3)]
    await asyncio.sleep(0)  # noqa: TID251 (one turn of the loop)

    desk.register.may_end.set()

    assert await asyncio.gather(*asking) == [1, 1, 1]


async def test_what_is_forgotten_during_a_reading_is_read_again() -> None:
    """A gateway that is revoked at that instant would stay in otherwise."""
    desk = Desk()
    desk.register.may_end.clear()
    asking = asyncio.ensure_future(desk.ask())
    await asyncio.sleep(0)  # noqa: TID251 (one turn of the loop)

    desk.directory.forget()
    desk.register.may_end.set()

    assert await asking == 1
    assert await desk.ask() == 2


async def test_a_failed_reading_is_tried_again() -> None:
    """An error is the asker's, and nothing old is taken for fresh."""
    desk = Desk()
    desk.register.error = RuntimeError("away")
    with pytest.raises(RuntimeError, match="away"):
        await desk.ask()

    desk.register.error = None

    assert await desk.ask() == 2
