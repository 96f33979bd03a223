"""Dying at a named place: the process that a test has started is changed, never the product.

Each point is a function of the product after which, or inside which, the process kills itself.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import gateway.uplink
from gateway.outbox import Outbox
from ingest.consumer import Consumer
from storage.journal.sqlite import Admission, Journal
from storage.readings.sqlite import SqliteReadings
from storage.register import cursors

INGEST_POINTS = (
    "admitted, not committed",
    "committed, not acknowledged",
    "acknowledged, no receipt sent",
    "first receipt sent",
    "readings stored, cursor not moved",
    "cursor moved, not committed",
)
GATEWAY_POINTS = (
    "committed, not acknowledged at home",
    "envelope sent",
    "receipt booked",
)


class Fuse:
    """Kills this process when it has been passed so often."""

    def __init__(self, passes: int) -> None:
        """Take how often it may be passed, the last time deadly; from 1 on."""
        self._left = passes

    @property
    def is_last(self) -> bool:
        """Whether the next passing is the deadly one."""
        return self._left <= 1

    def burn(self) -> None:
        """Pass once."""
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str, passes: int) -> None:
    """Change this process so that it dies at `point`, at the `passes`-th time it gets there."""
    fuse = Fuse(passes)
    match point:
        case "admitted, not committed":
            _around_admission(fuse, is_before=True)
        case "committed, not acknowledged":
            _around_admission(fuse, is_before=False)
        case "acknowledged, no receipt sent":
            _after_sent("acknowledge", fuse)
        case "first receipt sent":
            _after_sent("publish", fuse)
        case "readings stored, cursor not moved":
            _after(SqliteReadings, "write", fuse)
        case "cursor moved, not committed":
            _after(cursors, "advance", fuse)
        case "committed, not acknowledged at home":
            _after(Outbox, "append", fuse)
        case "envelope sent":
            _after_awaited(gateway.uplink, "publish", fuse)
        case "receipt booked":
            _after(Outbox, "receipt", fuse)
        case _:
            message = f"no such point: {point}"
            raise ValueError(message)


def _after(owner: Any, name: str, fuse: Fuse) -> None:
    real: Callable[..., object] = getattr(owner, name)

    @wraps(real)
    def changed(*args: object, **more: object) -> object:
        result = real(*args, **more)
        fuse.burn()
        return result

    setattr(owner, name, changed)


def _after_sent(name: str, fuse: Fuse) -> None:
    """Die when this much of the answers is on the line, and no more."""
    real: Callable[..., object] = getattr(Consumer, name)

    @wraps(real)
    def changed(consumer: Consumer, *args: object, **more: object) -> object:
        result = real(consumer, *args, **more)
        if fuse.is_last:
            consumer.flush()
        fuse.burn()
        return result

    setattr(Consumer, name, changed)


def _after_awaited(owner: Any, name: str, fuse: Fuse) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    @wraps(real)
    async def changed(*args: object, **more: object) -> object:
        result = await real(*args, **more)
        fuse.burn()
        return result

    setattr(owner, name, changed)


def _around_admission(fuse: Fuse, *, is_before: bool) -> None:
    real = Journal.admission

    @contextmanager
    def changed(journal: Journal) -> Iterator[Admission]:
        with real(journal) as admission:
            yield admission
            if is_before:
                fuse.burn()
        fuse.burn()

    Journal.admission = changed  # type: ignore[assignment,method-assign] # it dies of it
