"""A live stream: the server knows what it sent on this connection and sends what differs.

There is no log of events to replay. A client that comes back with the id of the last state it has
gets everything that differs from it, however long it was away.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, aclosing
from datetime import UTC, datetime, timedelta
from functools import partial

from fastapi import Request
from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.types import Receive, Scope, Send

from dashboard.auth.admission import session_of
from dashboard.live.regions import Region, changes, digest, partials
from dashboard.live.streams import Stream
from dashboard.parts import Parts, parts_of
from dashboard.web.errors import Code, PageError
from domain.access import service
from domain.clock import pause
from storage.register import sessions
from storage.signals import Log

PING_S = 10.0
"""A page that hears nothing for 25 s says so: two pings may be late, not three."""
RENDER_AT_MOST_EVERY_S = 1.0
SEND_WITHIN_S = 30.0
"""A client that takes nothing for so long is dropped."""
RECHECK_SESSION_S = 60.0

Load = Callable[[], Awaitable[Sequence[Region] | None]]
"""Renders the page's regions as they are now; None when the page is no longer within reach."""
Events = Callable[[Stream], AsyncGenerator[bytes]]


class LiveResponse(EventSourceResponse):
    """An event stream that ends at once when its reader goes, and drops one that is too slow."""

    def __init__(self, opened: AbstractContextManager[Stream], events: Events) -> None:
        """Take what opens the stream, and what yields its events once it is open."""
        super().__init__(content=(), headers={"x-accel-buffering": "no"})
        self._opened, self._events = opened, events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the stream ends, or the reader goes or takes nothing."""
        del scope
        with self._opened as stream:
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(_watch(receive, stream))
                async with aclosing(self._events(stream)) as chunks:
                    await self._send(chunks, send)
                watching.cancel()

    async def _send(self, chunks: AsyncIterator[bytes], send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        async for chunk in chunks:
            try:
                async with asyncio.timeout(SEND_WITHIN_S):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except TimeoutError:
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def live(request: Request, load: Load, *logs: Log) -> LiveResponse:
    """Answer with a live stream of a page's regions, woken when one of `logs` grows.

    Raises:
        PageError: TOO_MANY, the user has too many streams open.
    """
    parts, session = parts_of(request), session_of(request)
    if not parts.streams.has_room(session.user.id):
        raise PageError(Code.TOO_MANY)
    last = request.headers.get("last-event-id", "")
    return LiveResponse(
        parts.streams.open(session.user.id, session.token_hash, *logs),
        lambda stream: _events(parts, session, stream, load, last),
    )


async def _events(
    parts: Parts, session: sessions.Session, stream: Stream, load: Load, last_event_id: str
) -> AsyncGenerator[bytes]:
    sent: Sequence[Region] | None = None
    checked = parts.clock.monotonic()
    while not stream.is_ended:
        regions = await load()
        if regions is None:
            return
        state = digest(regions)
        is_known = sent is None and state == last_event_id
        pairs = [] if is_known else changes(sent, regions)
        if pairs:
            yield format_sse_event(data_str=partials(pairs), id=state)
        sent = regions
        yield format_sse_event(event="ping", data_str=state)
        await _next_turn(parts, stream)
        if parts.clock.monotonic() - checked >= RECHECK_SESSION_S:
            checked = parts.clock.monotonic()
            if not await _is_in_force(parts, session):
                return


async def _watch(receive: Receive, stream: Stream) -> None:
    """End the stream when its reader goes: its place is free for the next page."""
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


async def _next_turn(parts: Parts, stream: Stream) -> None:
    """Wait for news, for the next minute of the clock (ages change) or for the next ping."""
    await pause(RENDER_AT_MOST_EVERY_S)
    if stream.is_ended:
        return
    until = _next_minute(parts.clock.now())
    await stream.nudge.wait(parts.clock, until=until, lazy=True, timeout_s=PING_S)


def _next_minute(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)


async def _is_in_force(parts: Parts, session: sessions.Session) -> bool:
    """Look whether the session still holds; a page that is open uses it."""
    ours, now = service("dashboard"), parts.wall.now()
    find = partial(sessions.find, access=ours, token_hash=session.token_hash, now=now)
    found = await parts.read(find)
    if found is None:
        return False
    if found.needs_touch(now=now):
        await parts.write(
            partial(sessions.touch, access=ours, token_hash=session.token_hash, now=now)
        )
    return True
