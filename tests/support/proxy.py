"""A bad line on demand: a TCP proxy on loopback with Toxiproxy's verbs, each way by itself, seeded.

    async with Proxy(target=("127.0.0.1", 1883), seed=7) as line:
        line.add(Way.UP, Latency(delay_s=2, jitter_s=1), LimitData(fewest=10, most=5_000))
        ... connect to ("127.0.0.1", line.port) ...
        line.down()

Bytes never change and never overtake each other; they are delayed, cut into pieces, lost together
with everything behind them, or all delivered. What a toxic draws by chance follows from the seed
and the number of the connection.
"""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from struct import pack
from typing import Self

from domain.clock import RealClock, pause

CHUNK_BYTES = 16_384
MOST_CHUNKS = 64
"""Chunks under way in one direction; beyond them the sender is not read."""
CONNECT_TIMEOUT_S = 5.0
_RESET_ON_CLOSE = pack("ii", 1, 0)


class Way(StrEnum):
    """Which way bytes go."""

    UP = "up"
    """From who connects to the target."""
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Each byte arrives `delay_s` later, give or take up to `jitter_s`."""

    delay_s: float
    jitter_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bandwidth:
    """At most so many bytes each second."""

    bytes_per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Slicer:
    """Each write is cut into pieces of `fewest` to `most` bytes, `delay_s` apart."""

    fewest: int = 1
    most: int = 64
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitData:
    """The connection is reset when `fewest` to `most` bytes have passed; drawn per connection."""

    fewest: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPeer:
    """Both ends are reset so long after the first byte."""

    after_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """Nothing passes; the connection is closed so long after the first byte, or never (None)."""

    after_s: float | None = None


Toxic = Latency | Bandwidth | Slicer | LimitData | ResetPeer | Timeout


@dataclass(slots=True)
class _Pipe:
    """One way of one connection."""

    source: asyncio.StreamReader
    sink: asyncio.StreamWriter
    chance: random.Random
    limits: dict[LimitData, int] = field(default_factory=dict)
    passed: int = 0
    free_at_s: float = 0.0
    """When the line has carried what was put on it."""


class Proxy:
    """One line. Toxics may be added and cleared while connections are open."""

    def __init__(
        self, *, target: tuple[str, int], seed: int = 0, listener: socket.socket | None = None
    ) -> None:
        """Prepare; entering the block listens.

        Args:
            target: Host and port to connect to.
            seed: Decides what chance decides.
            listener: A bound TCP socket to listen on, such as one of another network namespace;
                None: a free port of loopback.
        """
        self._target, self._seed = target, seed
        self._socket = listener or socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.connections = 0
        """Connections taken so far."""
        self.bytes = dict.fromkeys(Way, 0)
        """Bytes delivered so far."""
        self._toxics: dict[Way, tuple[Toxic, ...]] = dict.fromkeys(Way, ())
        self._is_up = True
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._clock = RealClock()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, sock=self._socket)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cut everything and listen no more."""
        assert self._server is not None
        self._server.close()
        self._is_up = False
        await self._cut()

    def add(self, way: Way, *toxics: Toxic) -> None:
        """Spoil one way, also of open connections; toxics work in the order they were added."""
        self._toxics[way] += toxics

    def clear(self) -> None:
        """Take all toxics off; bytes that a `Timeout` swallowed stay lost."""
        self._toxics = dict.fromkeys(Way, ())

    def down(self) -> None:
        """Reset all connections, and each new one, until `up`."""
        self._is_up = False
        self.sever()

    def up(self) -> None:
        """Take connections again."""
        self._is_up = True

    def sever(self) -> None:
        """Reset all open connections."""
        for task in tuple(self._open):
            task.cancel()

    async def _cut(self) -> None:
        self.sever()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections += 1
        number = self.connections
        self._open.add(task)
        try:
            if self._is_up:
                await self._carry(reader, writer, number)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # a line that breaks is what a proxy is for
        finally:
            self._open.discard(task)
            _reset(writer)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        pipes = {
            Way.UP: _Pipe(reader, far_writer, random.Random(f"{self._seed}/{number}/up")),  # noqa: S311 (a simulation)
            Way.DOWN: _Pipe(far_reader, writer, random.Random(f"{self._seed}/{number}/down")),  # noqa: S311
        }
        tasks = [
            asyncio.ensure_future(work)
            for way, pipe in pipes.items()
            for work in self._works(way, pipe)
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            _reset(far_writer)

    def _works(self, way: Way, pipe: _Pipe) -> Sequence[asyncio.Future[None]]:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(MOST_CHUNKS)
        return (
            asyncio.ensure_future(self._read(way, pipe, queue)),
            asyncio.ensure_future(self._write(way, pipe, queue)),
        )

    async def _read(self, way: Way, pipe: _Pipe, queue: asyncio.Queue[tuple[float, bytes]]) -> None:
        """Take bytes off one end, with the instant at which they may leave."""
        while data := await pipe.source.read(CHUNK_BYTES):
            for piece, wait_s in _pieces(data, self._toxics[way], pipe.chance):
                now_s = self._clock.monotonic()
                due_s = max(now_s + _delay(self._toxics[way], pipe.chance), pipe.free_at_s) + wait_s
                for toxic in self._toxics[way]:
                    if isinstance(toxic, Bandwidth):
                        due_s += len(piece) / toxic.bytes_per_s
                pipe.free_at_s = due_s
                await queue.put((due_s, piece))
        await queue.put((pipe.free_at_s, b""))

    async def _write(
        self, way: Way, pipe: _Pipe, queue: asyncio.Queue[tuple[float, bytes]]
    ) -> None:
        while True:
            due_s, piece = await queue.get()
            if (wait_s := due_s - self._clock.monotonic()) > 0:
                await pause(wait_s)
            if not piece:
                with suppress(OSError):
                    pipe.sink.write_eof()
                return
            await self._deliver(way, pipe, piece)

    async def _deliver(self, way: Way, pipe: _Pipe, piece: bytes) -> None:
        left: int | None = None
        for toxic in self._toxics[way]:
            match toxic:
                case LimitData(fewest=fewest, most=most):
                    limit = pipe.limits.setdefault(toxic, pipe.chance.randint(fewest, most))
                    left = min(limit - pipe.passed, len(piece) if left is None else left)
                case ResetPeer(after_s=after_s):
                    await pause(after_s)
                    raise ConnectionResetError
                case Timeout(after_s=None):
                    return
                case Timeout(after_s=float() | int() as after_s):
                    await pause(after_s)
                    raise ConnectionAbortedError
                case _:
                    continue
        part = piece if left is None else piece[: max(0, left)]
        pipe.sink.write(part)
        await pipe.sink.drain()
        pipe.passed += len(part)
        self.bytes[way] += len(part)
        if len(part) < len(piece):
            raise ConnectionResetError


def _pieces(
    data: bytes, toxics: Sequence[Toxic], chance: random.Random
) -> Sequence[tuple[bytes, float]]:
    slicer = next((toxic for toxic in toxics if isinstance(toxic, Slicer)), None)
    if slicer is None:
        return [(data, 0.0)]
    found, at = [], 0
    while at < len(data):
        size = chance.randint(slicer.fewest, slicer.most)
        found.append((data[at : at + size], slicer.delay_s if at else 0.0))
        at += size
    return found


def _delay(toxics: Sequence[Toxic], chance: random.Random) -> float:
    return sum(
        max(0.0, toxic.delay_s + chance.uniform(-toxic.jitter_s, toxic.jitter_s))
        for toxic in toxics
        if isinstance(toxic, Latency)
    )


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, so that the other end notices at once and nothing more is delivered."""
    with suppress(OSError):
        end: socket.socket = writer.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()
