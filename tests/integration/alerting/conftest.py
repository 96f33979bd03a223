"""A register on disk with the town in it, alerting over it, and a fake notifier."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerting import service
from alerting.config import AlertingConfig
from alerting.delivery import Worker
from domain.clock import VirtualClock
from domain.finding import Finding
from storage.register import episodes, findings
from storage.register.database import Register
from storage.register.notifications import Channel
from storage.signals import LocalSignals, Log
from tests.support import town as towns
from tests.support.fake_notifier import FakeNotifier
from tests.support.town import NOON, SYSTEM, Town

SETTINGS = AlertingConfig(base_url="https://mimamori.example")
SETTLE_LIMIT_S = 20.0
"""A test that waits longer has found a fault."""


@dataclass
class World:
    """All that a test of alerting holds."""

    register: Register
    town: Town
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOON))
    signals: LocalSignals = field(default_factory=LocalSignals)
    mail: FakeNotifier = field(default_factory=FakeNotifier)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run alerting, and end it as a stop of the machine would."""
        running = asyncio.create_task(
            service.run(
                self.register, self.signals, self.clock, SETTINGS, {Channel.EMAIL: self.mail}
            )
        )
        try:
            yield
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    def worker(self) -> Worker:
        """Make a sender of its own."""
        return Worker(
            self.register,
            self.signals,
            self.clock,
            {Channel.EMAIL: self.mail},
            access=service.ACCESS,
            base_url=SETTINGS.base_url,
        )

    async def find(self, *new: Finding) -> None:
        """Append findings, as a detector does."""
        for finding in new:
            await self.register.write(partial(_append, finding=finding))
        self.signals.notify(Log.FINDING)

    async def until(self, holds: Callable[[Connection], bool]) -> None:
        """Wait until something holds in the register; nudged by every change of a case."""
        nudge = self.signals.subscribe(Log.CASE)
        async with asyncio.timeout(SETTLE_LIMIT_S):
            while not await self.register.read(holds):
                await nudge.wait(self.clock, timeout_s=0.05)

    async def settle(self) -> None:
        """Wait until nothing is left to do at the clock's instant."""
        await self.until(lambda c: service.is_settled(c, now=self.clock.now()))

    async def push(self, minutes: float) -> None:
        """Let minutes pass, stopping and settling wherever a step falls due."""
        end = self.clock.now() + timedelta(minutes=minutes)
        while self.clock.now() < end:
            await self.settle()
            due = await self.register.read(lambda c: episodes.next_step_at(c, SYSTEM))
            self.clock.push(end if due is None else min(due, end))
        await self.settle()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The town on disk; at the end, nobody was told what nobody expected."""
    with Register.open(tmp_path / "register.db") as register:
        made = World(register=register, town=register.write_now(towns.build))
        yield made
        made.mail.close()


def _append(connection: Connection, *, finding: Finding) -> None:
    findings.append(connection, SYSTEM, finding)
