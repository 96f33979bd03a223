"""What ingest remembers of the register: gateways, their keys, places and sensors."""

from __future__ import annotations

from collections.abc import Mapping

from domain.access import service
from domain.clock import Clock
from domain.ids import GatewayId
from storage.register import gateways
from storage.register.database import Register
from storage.register.gateways import KnownGateway

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
        self._read_at: float | None = None

    async def gateways(self, wanted: set[GatewayId]) -> Mapping[GatewayId, KnownGateway]:
        """Return what is known; looks again when any of `wanted` is missing."""
        age = None if self._read_at is None else self._clock.monotonic() - self._read_at
        missing = not wanted <= self._known.keys()
        if age is None or age > FRESH_S or (missing and age > ASK_AGAIN_S):
            self._known = await self._register.read(lambda c: gateways.directory(c, ACCESS))
            self._read_at = self._clock.monotonic()
        return self._known

    def forget(self) -> None:
        """Look again next time: something was registered or revoked in this process."""
        self._read_at = None
