"""Dying at a named place: the process that a test has started is changed, never the product.

Each point is a function of the product after which, or inside which, the process kills itself.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any

import gateway.uplink
from gateway.outbox import Outbox
from ingest.consumer import Consumer
from ingest.worker import ProcessWorker
from storage.journal.sqlite import Admission, Journal
from storage.register import cursors

INTO_ITS_TURN_S = 0.005
"""A turn takes some hundredths of a second here."""


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
    """Change this process so that it dies at `point`, at the `passes`-th time it gets there.

    Raises:
        KeyError: There is no such point.
    """
    (_INGEST | _GATEWAY)[point](Fuse(passes))


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


def _while_the_worker_works(fuse: Fuse) -> None:
    """Kill the projector's worker a few milliseconds into its turn, and then this process.

    With the other points the worker outlives us for the rest of its turn, as in a city.
    """
    real = ProcessWorker._step

    @wraps(real)
    def changed(worker: ProcessWorker, *args: Any) -> Any:
        process = worker._process
        if process is not None and not fuse.is_last:
            fuse.burn()
        elif process is not None:
            threading.Timer(INTO_ITS_TURN_S, _burn_both, (process, fuse)).start()
        return real(worker, *args)

    ProcessWorker._step = changed  # type: ignore[assignment,method-assign] # it dies of it


def _burn_both(worker: subprocess.Popen[bytes], fuse: Fuse) -> None:
    worker.kill()
    fuse.burn()


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


_INGEST: dict[str, Callable[[Fuse], None]] = {
    "admitted, not committed": partial(_around_admission, is_before=True),
    "committed, not acknowledged": partial(_around_admission, is_before=False),
    "acknowledged, no receipt sent": partial(_after_sent, "acknowledge"),
    "first receipt sent": partial(_after_sent, "publish"),
    "readings being stored": _while_the_worker_works,
    "readings stored, cursor not moved": partial(_after, ProcessWorker, "_step"),
    "cursor moved, not committed": partial(_after, cursors, "advance"),
}
_GATEWAY: dict[str, Callable[[Fuse], None]] = {
    "committed, not acknowledged at home": partial(_after, Outbox, "append"),
    "envelope sent": partial(_after_awaited, gateway.uplink, "publish"),
    "receipt booked": partial(_after, Outbox, "receipt"),
}
INGEST_POINTS, GATEWAY_POINTS = tuple(_INGEST), tuple(_GATEWAY)
