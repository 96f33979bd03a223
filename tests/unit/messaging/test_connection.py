"""A connection leaves nothing open behind, however it ends."""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiomqtt
import pytest

from domain.clock import pause
from messaging.connection import (
    PRIVATE,
    TidyClient,
    TidySocket,
    bare_line,
    heeding_cancellation,
)

LONGEST_S = 10.0
_ACCEPTED = b"\x20\x02\x00\x00"


class _Broker:
    """Takes connections, answers the first packet as told, and notices when they end."""

    def __init__(self, answer: bytes = b"") -> None:
        self.answer = answer
        self.hangs_up = asyncio.Event()
        self.port = 0
        self.heard = asyncio.Event()
        self.ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError):
                if await reader.read(1000):
                    self.heard.set()
                    writer.write(self.answer)
                    ends = [
                        asyncio.ensure_future(end) for end in (reader.read(), self.hangs_up.wait())
                    ]
                    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                    for end in ends:
                        end.cancel()
                    await asyncio.gather(*ends, return_exceptions=True)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            self.ended.set()


@asynccontextmanager
async def _serving(broker: _Broker) -> AsyncIterator[_Broker]:
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    async with server:
        broker.port = server.sockets[0].getsockname()[1]
        yield broker


@asynccontextmanager
async def _no_complaint() -> AsyncIterator[None]:
    """Fail on what asyncio would only log: untold errors, defects in callbacks."""
    told: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context))
    try:
        yield
    finally:
        loop.set_exception_handler(None)
    assert told == []


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, LONGEST_S)


async def _use(client: TidyClient) -> None:
    async with client:
        await asyncio.Event().wait()


async def test_private_members_of_aiomqtt_are_there() -> None:
    """What aiomqtt does not promise is still there; if this fails, look for its new way."""
    client = TidyClient("127.0.0.1", 1)
    for path in PRIVATE:
        found: object = client
        for name in path.split("."):
            found = getattr(found, name)
        assert found is not None, path


async def test_cancelled_while_it_waits_for_the_broker() -> None:
    """A broker that is silent keeps no socket of ours."""
    async with _no_complaint(), _serving(_Broker()) as broker:
        task = asyncio.create_task(_use(TidyClient("127.0.0.1", broker.port)))
        await asyncio.wait_for(broker.heard.wait(), LONGEST_S)

        await _cancel(task)

        await asyncio.wait_for(broker.ended.wait(), LONGEST_S)


async def test_cancelled_while_a_thread_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread cannot be stopped: what it opens is closed when it comes back."""
    begun, go_on = threading.Event(), threading.Event()
    connect = aiomqtt.Client._client_connect

    def slowly(client: aiomqtt.Client) -> None:
        begun.set()
        go_on.wait(LONGEST_S)
        connect(client)

    monkeypatch.setattr(aiomqtt.Client, "_client_connect", slowly)
    async with _no_complaint(), _serving(_Broker()) as broker:
        task = asyncio.create_task(_use(TidyClient("127.0.0.1", broker.port)))
        assert await asyncio.to_thread(begun.wait, LONGEST_S)

        await _cancel(task)
        go_on.set()

        await asyncio.wait_for(broker.ended.wait(), LONGEST_S)


async def test_refused_connection_is_closed() -> None:
    """A refusal ends it on our side too."""
    async with _no_complaint(), _serving(_Broker(b"\x20\x02\x00\x05")) as broker:
        with pytest.raises(aiomqtt.MqttError):
            await asyncio.wait_for(_use(TidyClient("127.0.0.1", broker.port)), LONGEST_S)

        await asyncio.wait_for(broker.ended.wait(), LONGEST_S)


async def test_failed_greeting_is_hung_up() -> None:
    """Who does not speak TLS loses the connection at once, not when memory is tidied."""
    async with _no_complaint(), _serving(_Broker(b"no TLS at all")) as broker:
        context = ssl.create_default_context()
        context.sslsocket_class = TidySocket
        with pytest.raises(aiomqtt.MqttError) as caught:
            await _use(TidyClient("127.0.0.1", broker.port, tls_context=context))

        await asyncio.wait_for(broker.ended.wait(), LONGEST_S)
        assert caught.tb is not None  # it still holds what the greeting held


async def test_lost_connection_does_not_hide_what_went_wrong() -> None:
    """An error of ours is told, not that the goodbye failed after it."""
    async with _no_complaint(), _serving(_Broker(_ACCEPTED)) as broker:

        async def fail() -> None:
            async with TidyClient("127.0.0.1", broker.port):
                broker.hangs_up.set()
                await asyncio.wait_for(broker.ended.wait(), LONGEST_S)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()


async def test_lost_connection_is_told_to_who_listens() -> None:
    """Who waits for messages waits for none from a broker that is gone."""
    async with _no_complaint(), _serving(_Broker(_ACCEPTED)) as broker:

        async def listen() -> None:
            async with TidyClient("127.0.0.1", broker.port) as client:
                broker.hangs_up.set()
                await asyncio.wait_for(anext(aiter(client.messages)), LONGEST_S)

        with pytest.raises(aiomqtt.MqttError):
            await listen()


async def test_broker_that_hangs_up_at_once_is_a_failure() -> None:
    """Accepted and thrown off in one breath is not connected, though aiomqtt says so."""
    async with _no_complaint(), _serving(_Broker(_ACCEPTED)) as broker:

        async def listen() -> None:
            async with TidyClient("127.0.0.1", broker.port) as client:
                await asyncio.wait_for(anext(aiter(client.messages)), LONGEST_S)

        broker.hangs_up.set()
        with pytest.raises(aiomqtt.MqttError):
            await listen()


async def test_cancellation_from_before_is_not_raised_again() -> None:
    """What is tidied up while a task is being cancelled may finish."""
    finished = asyncio.Event()

    async def tidy_up() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            with heeding_cancellation():
                await pause(0)
            finished.set()

    task = asyncio.create_task(tidy_up())
    await pause(0)
    await _cancel(task)

    assert finished.is_set()


async def test_bare_line_is_cut_off_when_cancelled() -> None:
    """A listener that never answers holds nobody."""

    async def ask(port: int) -> None:
        async with bare_line("127.0.0.1", port) as (reader, writer):
            writer.write(b"?")
            await reader.read(1)

    async with _no_complaint(), _serving(_Broker()) as broker:
        task = asyncio.create_task(ask(broker.port))
        await asyncio.wait_for(broker.heard.wait(), LONGEST_S)

        await _cancel(task)

        await asyncio.wait_for(broker.ended.wait(), LONGEST_S)
