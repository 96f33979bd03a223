"""The outbox behind a thread of its own, so that a slow card never holds up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from domain.quantity import Lane
from gateway.outbox import Outbox, Position

T = TypeVar("T")


class Keeper:
    """`async with Keeper(path, now=...) as keeper: await keeper.do(lambda outbox: ...)`."""

    def __init__(self, path: Path, *, now: datetime) -> None:
        """Remember where; the file is opened on entering."""
        self._path, self._now = path, now
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="outbox")
        self._outbox: Outbox | None = None

    async def __aenter__(self) -> Self:
        """Open the file.

        Raises:
            sqlite3.OperationalError: It cannot be made or is in use.
        """
        loop = asyncio.get_running_loop()
        self._outbox = await loop.run_in_executor(
            self._thread, lambda: Outbox.open(self._path, now=self._now)
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish what was begun, then close the file."""
        self._thread.submit(self._opened.close)
        self._thread.shutdown(wait=True)

    async def do(self, work: Callable[[Outbox], T]) -> T:
        """Run `work` on the outbox; works run one after the other in the order asked for.

        A cancelled caller does not stop a work that has begun.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, work, self._opened)

    def position(self, lane: Lane) -> Position:
        """Return how far a lane is, without waiting."""
        return self._opened.position(lane)

    def unreceipted(self) -> int:
        """Count the records that are not yet safe elsewhere, without waiting."""
        return self._opened.unreceipted()

    @property
    def epoch(self) -> str:
        """The present life of the counters."""
        return self._opened.epoch

    @property
    def _opened(self) -> Outbox:
        if self._outbox is None:
            msg = "the outbox is not open yet"
            raise RuntimeError(msg)
        return self._outbox
