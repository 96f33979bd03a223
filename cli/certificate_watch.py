"""Tells people in time that the certificate of the door for homes ends: then no home gets in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from cli import door
from cli.certificates import ends_of
from cli.installation import Installation
from cli.settings import BrokerSettings
from domain.access import service
from domain.clock import Clock, pause
from domain.errors import InputError
from domain.finding import Cause, Finding, Phase, Reason
from storage.register import findings
from storage.signals import Log
from storage.stores import Stores

log = logging.getLogger(__name__)

ACCESS = service("supervisor")
CERTIFICATE = "certificate"
"""What findings name; no service is called so."""
STAGES = (timedelta(days=30), timedelta(days=14), timedelta(days=3))
"""How long before its end people are told; each time anew. Ours is renewed long before."""
LOOK_EACH_S = 3600.0


def stage_begun(ends_at: datetime, *, now: datetime) -> datetime | None:
    """Return when the stage began that a certificate is in; None while it lasts long enough."""
    begun = [ends_at - stage for stage in STAGES if ends_at - stage <= now]
    return max(begun, default=None)


def news(ends_at: datetime, *, is_told: bool, now: datetime) -> Finding | None:
    """Return what people have to be told of a certificate, None when there is nothing.

    A stage is the same finding however often it is found: the log takes it once.
    """
    begun = stage_begun(ends_at, now=now)
    if begun is not None:
        return _finding(Phase.BEGUN, Reason.CERTIFICATE_ENDS, begun, now)
    if is_told:
        return _finding(Phase.RECOVERED, Reason.CERTIFICATE_RENEWED, now, now)
    return None


class CertificateWatch:
    """Looks every hour; `run` has no end but cancellation."""

    def __init__(
        self,
        installation: Installation,
        settings: BrokerSettings,
        stores: Stores,
        clock: Clock,
        *,
        wait: Callable[[float], Awaitable[None]] = pause,
    ) -> None:
        """Prepare. `wait` waits real seconds between looks."""
        self._path = door.files(installation, settings).certificate
        self._has_door = bool(settings.public_host)
        self._is_read_once = settings.certificate is not None
        self._ends_at: datetime | None = None
        self._stores, self._clock, self._wait = stores, clock, wait

    async def run(self) -> None:
        """Look until cancelled; without a door there is nothing to see."""
        while True:
            if self._has_door:
                await self.look_once()
            await self._wait(LOOK_EACH_S)

    async def look_once(self) -> None:
        """Tell what is new; a certificate that cannot be read is the broker's own failure.

        An operator's own is read once: the broker takes a renewed one over at a restart only.
        """
        try:
            if self._ends_at is None or not self._is_read_once:
                self._ends_at = await asyncio.to_thread(ends_of, self._path)
        except InputError as error:
            log.warning("cannot tell when the certificate ends: %s", error)
            return
        ends_at = self._ends_at
        last = await self._stores.register.read(
            lambda c: findings.newest_phase(c, ACCESS, Cause.SERVICE_FAILED, CERTIFICATE)
        )
        finding = news(ends_at, is_told=last is Phase.BEGUN, now=self._clock.now())
        if finding is None:
            return
        if await self._stores.register.write(lambda c: findings.append(c, ACCESS, finding)):
            log.warning("certificate of the door for homes: %s, %s", finding.reason, ends_at)
            self._stores.signals.notify(Log.FINDING)


def _finding(phase: Phase, reason: Reason, began_at: datetime, now: datetime) -> Finding:
    return Finding(
        home=None,
        cause=Cause.SERVICE_FAILED,
        phase=phase,
        reason=reason,
        began_at=began_at,
        found_at=now,
        service=CERTIFICATE,
    )
