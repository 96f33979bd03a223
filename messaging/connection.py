"""One connection to a broker that leaves nothing behind, however it ends.

aiomqtt leaves the socket open when it is cancelled while it connects or when saying goodbye fails,
and forgets a cancellation that comes together with an answer. This mends both, and is the only
place that knows what is needed for it (`PRIVATE` names it).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from types import TracebackType
from typing import Self

import aiomqtt

PRIVATE = ("_client_connect", "_client._sock_close", "_loop", "_disconnected")
"""Members of aiomqtt.Client that are not promised; a test fails when one goes."""


class TidyClient(aiomqtt.Client):
    """A client whose socket is closed when its `async with` ends: rightly, broken or cancelled.

    Made for one connection; a new one needs a new client.
    """

    _is_connecting = False
    """Whether a thread is busy with it, which cannot be cancelled."""
    _is_given_up = False

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            aiomqtt.MqttError: The broker is away or refuses us.
        """
        self._is_connecting = True
        try:
            with heeding_cancellation():
                await self._enter()
        except BaseException:
            self._give_up()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Say goodbye and close.

        Raises:
            aiomqtt.MqttError: The goodbye failed, and nothing else had before.
        """
        try:
            with heeding_cancellation():
                await super().__aexit__(exc_type, exc, tb)
        except aiomqtt.MqttError:
            if exc is None:
                raise
        finally:
            self._give_up()

    async def _enter(self) -> None:
        """Connect; aiomqtt forgets that the broker hung up when it did so at once."""
        ended = self._disconnected
        await super().__aenter__()
        if ended.done():
            raise aiomqtt.MqttError("the broker hung up") from ended.exception()

    def _client_connect(self) -> None:
        """Connect, in a thread: who has given up meanwhile closes when the thread is back."""
        try:
            super()._client_connect()
        finally:
            self._loop.call_soon_threadsafe(self._came_back)

    def _came_back(self) -> None:
        self._is_connecting = False
        if self._is_given_up:
            self._give_up()

    def _give_up(self) -> None:
        """Close the socket and look at the last error, else asyncio logs "never retrieved"."""
        self._is_given_up = True
        if not self._is_connecting:
            self._client._sock_close()  # noqa: SLF001 # see PRIVATE
        if self._disconnected.done() and not self._disconnected.cancelled():
            self._disconnected.exception()


class TidySocket(ssl.SSLSocket):
    """Closed when the greeting fails; paho would leave that to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 # as ssl has it
        """Greet the other side.

        Raises:
            OSError: It is not believed (`ssl.SSLError`), or the line broke.
        """
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


@contextmanager
def heeding_cancellation() -> Iterator[None]:
    """Raise at the end a cancellation that came meanwhile and that aiomqtt has swallowed.

    It waits by `asyncio.wait_for`, which before Python 3.12 forgets a cancellation that comes
    together with the answer: a stopped service would go on for ever.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    yield
    if task is not None and task.cancelling() > before:
        raise asyncio.CancelledError


@asynccontextmanager
async def bare_line(
    host: str, port: int, *, tls: ssl.SSLContext | None = None, server_name: str | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a TCP connection for a few bytes; it is cut off at the end, whatever is on its way.

    Args:
        host: Where to.
        port: Where to.
        tls: None: in clear.
        server_name: Name that the certificate has to be for.

    Raises:
        OSError: Nobody takes it, or the certificate is not believed.
    """
    reader, writer = await asyncio.open_connection(host, port, ssl=tls, server_hostname=server_name)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()
