"""Mail that came back, from a folder (maildir) that the mail server writes to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import islice
from pathlib import Path

from alerting import bounces, service
from alerting.bounces import MAX_BYTES, Bounce, read
from domain.clock import Clock, pause
from storage.signals import Log
from storage.stores import Stores

log = logging.getLogger(__name__)

LOOK_EACH_S = 5.0
"""Real seconds; the next people are asked so much later than the mail came back."""
AT_ONCE = 100
"""Most mails of one look; the rest comes with the next."""


class BounceFolder:
    """Looks every few seconds; `run` has no end but cancellation."""

    def __init__(
        self,
        folder: Path,
        stores: Stores,
        clock: Clock,
        *,
        base_url: str,
        wait: Callable[[float], Awaitable[None]] = pause,
    ) -> None:
        """Prepare. `folder` is a maildir; `wait` waits real seconds between looks."""
        self._new, self._seen = folder / "new", folder / "cur"
        self._stores, self._clock, self._wait = stores, clock, wait
        self._base_url = base_url

    async def run(self) -> None:
        """Look until cancelled.

        Raises:
            OSError: The folder cannot be read or changed.
        """
        while True:
            await self.look_once()
            await self._wait(LOOK_EACH_S)

    async def look_once(self) -> int:
        """Take what has come; returns how many of our messages came back.

        A report is removed only after it was booked, so that a kill between the two books it again,
        which changes nothing. What is no report about a mail of ours is kept in `cur`.
        """
        count = 0
        for path in await asyncio.to_thread(self._waiting):
            bounce = read(await asyncio.to_thread(_content, path))
            if bounce is None:
                await asyncio.to_thread(path.rename, self._seen / f"{path.name}:2,")
                log.info("a mail in the folder of bounces is no report about a mail of ours")
                continue
            count += await self._book(bounce)
            await asyncio.to_thread(path.unlink)
        return count

    def _waiting(self) -> list[Path]:
        self._seen.mkdir(mode=0o700, exist_ok=True)
        found = (path for path in self._new.iterdir() if path.is_file())
        return sorted(islice(found, AT_ONCE))

    async def _book(self, bounce: Bounce) -> int:
        now = self._clock.now()
        booked = await self._stores.register.write(
            lambda c: bounces.take_in(c, service.ACCESS, bounce, base_url=self._base_url, now=now)
        )
        self._stores.signals.notify(Log.FINDING)
        return booked


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES)
