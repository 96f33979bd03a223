"""The computing half of the projector: reads the journal, writes the readings, tells what it means.

In a city it is a process of its own. Most of what a reading costs is computed here; in one process
with admission the two would wait for each other at the interpreter's lock. The register has one
writer in one process, so what it has to learn goes back there.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from domain.errors import Problem, TransientError
from domain.gateway import KnownGateway
from domain.ids import GatewayId
from ingest.projection import Projection, project
from storage.files import JOURNAL, READINGS
from storage.journal.entry import Entry, entries_after
from storage.readings.port import Readings
from storage.readings.sqlite import SqliteReadings
from storage.sqlite import open_reader

if TYPE_CHECKING:  # the process of its own is there in a third of the time without the register
    from storage.stores import Stores

BATCH = 2_000
"""Entries in one turn: what a home does is known a second later at most."""
BATCH_BYTES = 4_000_000
"""And bytes of their bodies: some 40,000 readings. With half of it a fifth of the time goes into
the turns themselves while receipts are given; more gains nothing, and takes memory."""
GARBAGE_EACH = 50_000
"""New objects between two looks for garbage. A batch holds that many light rows, and none of them
is part of a ring: with Python's 700 a fifth of the time goes into looking at them."""
ANSWER_S = 120.0
"""Longest wait for one turn; a batch takes half a second on a small machine."""
END_S = 10.0
NICE = 15
"""Receipts first: on a busy core others have thirty times its share, so in a rush a gateway has its
receipt sooner, and the readings still come in: what others leave is more than half a core."""
LOCK = "readings.lock"
"""Held by whoever writes the readings: a worker whose parent was killed may live for one turn."""

Gateways = Mapping[GatewayId, KnownGateway]


class Worker(Protocol):
    """Works out what the journal means."""

    async def step(self, after: int, gateways: Gateways) -> Projection:
        """Write the readings of the next entries behind `after`, durably; return all else.

        Its position is `after` when there is none. Doing it again changes nothing.

        Raises:
            MimamoriError: PRJ-001, STO-…; the same step may be taken again.
        """


class InlineWorker:
    """Works in threads of this process: for replays and small tools."""

    def __init__(self, stores: Stores, *, limit: int = BATCH) -> None:
        """Use open stores."""
        self._stores, self._limit = stores, limit

    async def step(self, after: int, gateways: Gateways) -> Projection:
        """See `Worker.step`."""
        return await asyncio.to_thread(self._step, after, gateways)

    def _step(self, after: int, gateways: Gateways) -> Projection:
        entries = self._stores.journal.after(after, limit=self._limit, most_bytes=BATCH_BYTES)
        return _work_out(entries, gateways, self._stores.readings, after=after)


class ProcessWorker:
    """Works in a process of its own, which ends with the block or with us, whatever ends us."""

    def __init__(self, folder: Path) -> None:
        """Prepare for the stores in `folder`, which exist; the first step starts the process."""
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._told: Gateways | None = None

    async def step(self, after: int, gateways: Gateways) -> Projection:
        """See `Worker.step`. A process that died or does not answer is started anew."""
        return await asyncio.to_thread(self._step, after, gateways)

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(self, *exc: object) -> None:
        """End the process: what it had begun is undone by the store, and done again some day."""
        await asyncio.to_thread(self._end)

    def _step(self, after: int, gateways: Gateways) -> Projection:
        try:
            pipe = self._pipe or self._start()
            pipe.send((after, None if gateways is self._told else gateways))
            self._told = gateways
            if not pipe.poll(ANSWER_S):
                raise TimeoutError(f"no answer within {ANSWER_S:.0f} s")
            answer = pipe.recv()
        except (OSError, EOFError) as error:  # a time-out is an OSError
            self._end()
            raise TransientError(_lost(str(error) or type(error).__name__)) from error
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(answer, Projection):
            raise TypeError(f"a worker answers {type(answer).__name__}")
        return answer

    def _start(self) -> Connection:
        ours, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                [sys.executable, "-m", "ingest.worker", self._folder, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._pipe, self._told = ours, None
        return ours

    def _end(self) -> None:
        process, pipe = self._process, self._pipe
        self._process = self._pipe = self._told = None
        if process is not None and pipe is not None:
            process.kill()
            process.wait(END_S)
            pipe.close()


def serve(folder: Path, pipe: Connection) -> None:
    """Do steps until the other end is gone: the process that `ProcessWorker` starts."""
    os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: our parent ends us
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    gc.set_threshold(GARBAGE_EACH, *gc.get_threshold()[1:])
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        journal, readings = open_reader(folder / JOURNAL), SqliteReadings(folder / READINGS)
        gateways: Gateways = {}
        while True:
            try:
                after, news = pipe.recv()
            except (EOFError, OSError):
                return
            gateways = gateways if news is None else news
            answer: Projection | Exception
            try:
                entries = entries_after(journal, after, limit=BATCH, most_bytes=BATCH_BYTES)
                answer = _work_out(entries, gateways, readings, after=after)
            except Exception as error:  # noqa: BLE001 (raised where it is dealt with)
                answer = error
            try:
                pipe.send(answer)
            except OSError:
                return


def _work_out(
    entries: list[Entry], gateways: Gateways, readings: Readings, *, after: int
) -> Projection:
    """Store the readings and return the rest: readings are many, and nobody needs them again."""
    projection = project(entries, gateways, after=after)
    readings.write(projection.readings)
    return replace(projection, readings=[])


def _lost(found: str) -> Problem:
    return Problem(
        code="PRJ-001",
        where="projector",
        found=f"its process is gone or stands still: {found}",
        allowed="one that answers",
        do="nothing, it is started anew; if this goes on, look at memory and disk",
    )


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Connection(int(sys.argv[2])))
