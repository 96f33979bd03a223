"""A real HTTP server on loopback whose answers are scripted, and that keeps what was posted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from domain.clock import pause


@dataclass
class Posted:
    """One request."""

    path: str
    headers: dict[str, str]
    """By name in lower case."""
    body: bytes


@dataclass
class HookServer:
    """Takes everything, unless told otherwise for a path."""

    port: int = 0
    posted: list[Posted] = field(default_factory=list)
    """All requests, oldest first."""
    taken: dict[str, Posted] = field(default_factory=dict)
    """Taken over, by `Idempotency-Key`."""
    answers: dict[str, list[int]] = field(default_factory=dict)
    """By path: the next statuses; the last one stays."""
    hanging: set[str] = field(default_factory=set)
    """Paths at which no answer comes."""
    location: str = ""
    drip_s: float = 0.0
    """Real seconds between the bytes of an answer's body; 0: no body."""
    flood_bytes: int = 0
    """Length of an answer's body."""
    flooded: int = 0
    """How many bytes of it went out."""
    running: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, as scripted."""
        task = asyncio.current_task()
        assert task is not None
        self.running.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._answer(await _read(reader), writer)
        except asyncio.CancelledError:
            pass  # the end of the test; asyncio would report it as an error otherwise
        finally:
            writer.close()
            self.running.discard(task)

    async def _answer(self, posted: Posted, writer: asyncio.StreamWriter) -> None:
        self.posted.append(posted)
        if posted.path in self.hanging:
            await asyncio.Event().wait()
        waiting = self.answers.get(posted.path, [200])
        status = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        key = posted.headers["idempotency-key"]
        if status == 200 and key in self.taken:
            status = 409
        if status == 200:
            self.taken[key] = posted
        length = 100 if self.drip_s else self.flood_bytes
        head = f"HTTP/1.1 {status} Scripted\r\nContent-Length: {length}\r\nX-Request-Id: r-1\r\n"
        if self.location:
            head += f"Location: {self.location}\r\n"
        writer.write(f"{head}\r\n".encode())
        await writer.drain()
        sent = 0
        while sent < length:
            part = 1 if self.drip_s else min(65_536, length - sent)
            writer.write(b"x" * part)
            await writer.drain()
            sent, self.flooded = sent + part, self.flooded + part
            await pause(self.drip_s)


async def _read(reader: asyncio.StreamReader) -> Posted:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Posted(path=head[0].split(" ")[1], headers=headers, body=body)


@asynccontextmanager
async def hooks(server: HookServer) -> AsyncIterator[HookServer]:
    """Serve on a free port of loopback."""
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        running = list(server.running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await pause(0)  # what was closed is taken down in the loop's next turn
