"""What pages work with, made once at start and handed to every request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

from fastapi import Request
from sqlalchemy import Connection

from alerting.ports import Notifier
from dashboard.auth.passwords import Passwords
from dashboard.config import Settings
from dashboard.live.streams import Streams
from dashboard.web.code_limit import CodeLimit
from dashboard.web.templates import Templates
from domain.channel import Channel
from domain.clock import Clock
from storage.readings.port import Readings
from storage.register.database import Register
from storage.register.vault import Vault
from storage.signals import Signals

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The dashboard's parts."""

    register: Register
    readings: Readings
    signals: Signals
    clock: Clock
    """The system's time, which may be a demonstration's."""
    wall: Clock
    """Real time, for sessions and for waits between attempts to sign in."""
    settings: Settings
    vault: Vault
    passwords: Passwords
    templates: Templates
    streams: Streams
    notifiers: Mapping[Channel, Notifier]
    """The ways to tell people that are set up; here for the codes that prove an address."""
    code_limit: CodeLimit

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Read from the register."""
        return await self.register.read(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Write to the register."""
        return await self.register.write(work)


def parts_of(request: Request) -> Parts:
    """Return the parts that serve this request."""
    return cast("Parts", request.app.state.parts)
