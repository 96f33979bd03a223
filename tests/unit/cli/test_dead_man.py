"""The switch outside: pinged over https with limits, and never told to anybody."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

import cli.dead_man
from cli.dead_man import Method, Switch, is_usable
from domain.errors import InputError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


class Outside:
    """A server on loopback that answers as it is told."""

    def __init__(self, answer: bytes) -> None:
        """Answer each request with these bytes."""
        self.answer, self.asked = answer, list[bytes]()
        self.port = 0
        self.gone = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, if there is an answer."""
        try:
            self.asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(self.answer)
            await writer.drain()
            await reader.read()  # until the client is gone: it has read what it wants
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()
            self.gone.set()

    def switch(self, method: Method = Method.GET) -> Switch:
        """Return the switch that this server is."""
        return Switch(f"http://127.0.0.1:{self.port}/ping/secret-word?x=1", method)


@asynccontextmanager
async def outside(answer: bytes) -> AsyncIterator[Outside]:
    """Serve on a free port."""
    made = Outside(answer)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
        if made.asked:
            await made.gone.wait()
    finally:
        server.close()


@pytest.mark.parametrize("method", Method)
async def test_it_is_asked_once_for_the_path_as_it_stands(method: Method) -> None:
    """One request, by the method that was set."""
    async with outside(OK) as server:
        assert await server.switch(method).ping()

    (asked,) = server.asked
    assert asked.startswith(f"{method} /ping/secret-word?x=1 HTTP/1.1\r\n".encode())
    assert f"Host: 127.0.0.1:{server.port}\r\n".encode() in asked


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 500 Oops\r\n\r\n",
        b"SSH-2.0-nonsense\r\n",
        b"\r\n",
        b"HTTP/1.1 abc\r\n",
        b"H" * 100_000,
    ],
)
async def test_whatever_is_no_yes_is_a_no(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A redirect is not followed, nonsense does no harm, and the address is in no log."""
    with caplog.at_level(logging.DEBUG):
        async with outside(answer) as server:
            assert not await server.switch().ping()

    assert len(server.asked) == 1
    assert "secret-word" not in caplog.text
    assert caplog.records


async def test_a_server_that_never_answers_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After the limit it is a no."""
    monkeypatch.setattr(cli.dead_man, "LIMIT_S", 0.05)
    async with outside(b"") as server:
        assert not await server.switch().ping()


async def test_nobody_there_is_a_no() -> None:
    """A refused connection is logged and raises nothing."""
    async with outside(OK) as server:
        switch = server.switch()

    assert not await switch.ping()


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("https://hc-ping.com/5f2c", True),
        ("https://hc.city.example:8443/ping/5f2c?create=1", True),
        ("http://127.0.0.1:8000/ping", True),
        ("http://hc-ping.com/5f2c", False),
        ("ftp://hc-ping.com/5f2c", False),
        ("https://user:word@hc-ping.com/", False),
        ("https://hc-ping.com/a b", False),
        ("https://hc-ping.com/a\r\nX-Evil: 1", False),
        ("https://hc-ping.com:no/", False),
        ("https://hc-ping.com/#part", False),
        ("https:///nowhere", False),
        ("https://hc-ping.com/" + "a" * 3_000, False),
    ],
)
def test_only_addresses_that_can_be_pinged_safely_are_taken(url: str, is_good: bool) -> None:  # noqa: FBT001 (a table's column)
    """In clear over a network, with a password, or with a line break: refused at the start."""
    assert is_usable(url) is is_good
    if not is_good:
        with pytest.raises(InputError, match="CFG-034"):
            Switch(url)


_: Callable[[], Awaitable[bool]] = Switch("https://hc-ping.com/5f2c").ping
