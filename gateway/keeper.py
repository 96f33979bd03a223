"""The outbox behind a thread of its own, so that a slow card never holds up the event loop."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from domain.quantity import Lane
from domain.reading import ClockQuality
from gateway.opening import suspect
from gateway.outbox import MOST_BYTES, Outbox
from gateway.outbox_file import is_damage
from gateway.receipts import Position

T = TypeVar("T")


class Keeper:
    """`async with Keeper(path, now=...) as keeper: await keeper.do(lambda outbox: ...)`."""

    def __init__(
        self,
        path: Path,
        *,
        now: datetime,
        clock: ClockQuality = ClockQuality.SYNCED,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Remember where; the file is opened on entering.

        Args:
            path: The outbox.
            now: Up to when a new outbox claims to know its home.
            clock: How far `now` can be trusted.
            most_bytes: What can be spared is dropped beyond this.
        """
        self._path, self._now = path, now
        self._clock, self._most_bytes = clock, most_bytes
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="outbox")
        self._outbox: Outbox | None = None

    async def __aenter__(self) -> Self:
        """Open the file.

        Raises:
            sqlite3.OperationalError: It cannot be made or is in use, or the disk is full.
        """
        loop = asyncio.get_running_loop()
        self._outbox = await loop.run_in_executor(self._thread, self._open)
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

        Raises:
            sqlite3.DatabaseError: The file is damaged; the next opening saves what it can.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._guarded, work)

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

    def _open(self) -> Outbox:
        return Outbox.open(
            self._path, now=self._now, most_bytes=self._most_bytes, clock=self._clock
        )

    def _guarded(self, work: Callable[[Outbox], T]) -> T:
        try:
            return work(self._opened)
        except sqlite3.DatabaseError as error:
            # Constraint errors are defects of ours, not of the card.
            if is_damage(error) and not isinstance(error, sqlite3.IntegrityError):
                suspect(self._path)
            raise

    @property
    def _opened(self) -> Outbox:
        if self._outbox is None:
            msg = "the outbox is not open yet"
            raise RuntimeError(msg)
        return self._outbox
