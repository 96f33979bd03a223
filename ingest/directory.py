"""What ingest remembers of the register: gateways, their keys, places and sensors."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from domain.access import service
from domain.clock import Clock
from domain.gateway import KnownGateway
from domain.ids import GatewayId
from storage.register import gateways
from storage.register.database import Register

ACCESS = service("ingest")
FRESH_S = 30.0
"""How long the memory is trusted: a revoked gateway is out within a minute."""
ASK_AGAIN_S = 1.0
"""Shortest time between two looks because of an unknown gateway: strangers cannot make us busy."""


class Directory:
    """The known gateways, read again when old or when one is missing."""

    def __init__(self, register: Register, clock: Clock) -> None:
        """Read nothing yet."""
        self._register, self._clock = register, clock
        self._known: dict[GatewayId, KnownGateway] = {}
        self._read_at = 0.0
        self._forgotten, self._read_since = 1, 0
        """How often it was forgotten, and how often when what is known began to be read."""
        self._reading = asyncio.Lock()

    async def gateways(self, wanted: set[GatewayId]) -> Mapping[GatewayId, KnownGateway]:
        """Return what is known; looks again when any of `wanted` is missing.

        Who asks while it is read waits for the same reading: that of a city costs tens of MB.
        """
        if self._is_due(wanted):
            async with self._reading:
                if self._is_due(wanted):
                    await self._read()
        return self._known

    def forget(self) -> None:
        """Look again next time: something was registered or revoked in this process."""
        self._forgotten += 1

    def _is_due(self, wanted: set[GatewayId]) -> bool:
        if self._read_since < self._forgotten:
            return True
        age = self._clock.monotonic() - self._read_at
        return age > FRESH_S or (age > ASK_AGAIN_S and not wanted <= self._known.keys())

    async def _read(self) -> None:
        since = self._forgotten
        self._known = await self._register.read(lambda c: gateways.directory(c, ACCESS))
        self._read_since, self._read_at = since, self._clock.monotonic()
