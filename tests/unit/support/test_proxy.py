"""The proxy spoils a line exactly as told, and in no other way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from domain.clock import RealClock
from tests.support.proxy import (
    Bandwidth,
    Latency,
    LimitData,
    Proxy,
    ResetPeer,
    Slicer,
    Timeout,
    Way,
)

WORDS = bytes(range(256)) * 40
"""More than one chunk would be no better: 10,240 bytes, each place with its own value."""


@asynccontextmanager
async def echo() -> AsyncIterator[tuple[str, int]]:
    """Return the address of a server that says what it is told."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(4096):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[:2]
    finally:
        server.close()


async def exchange(port: int, data: bytes = WORDS) -> bytes:
    """Send and return what came back until all was there or the line broke."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    got = b""
    try:
        async with asyncio.timeout(20):
            writer.write(data)
            while len(got) < len(data) and (more := await reader.read(4096)):
                got += more
    except OSError:
        pass
    finally:
        writer.transport.abort()
    return got


async def test_clean_line_carries_all() -> None:
    """Without toxics every byte arrives, both ways are counted."""
    async with echo() as target, Proxy(target=target) as line:
        assert await exchange(line.port) == WORDS
        assert line.bytes == {Way.UP: len(WORDS), Way.DOWN: len(WORDS)}
        assert line.connections == 1


@pytest.mark.parametrize("way", list(Way))
async def test_slices_and_delays_keep_bytes_and_order(way: Way) -> None:
    """Jitter and slicing change when bytes arrive, never which or in what order."""
    async with echo() as target, Proxy(target=target, seed=3) as line:
        line.add(way, Latency(delay_s=0.02, jitter_s=0.02), Slicer(fewest=1, most=999))
        assert await exchange(line.port) == WORDS


@pytest.mark.parametrize("way", list(Way))
async def test_latency_and_bandwidth_take_at_least_their_time(way: Way) -> None:
    """Nothing arrives before its delay, nor faster than the line carries."""
    clock = RealClock()
    async with echo() as target, Proxy(target=target) as line:
        line.add(way, Latency(delay_s=0.1), Bandwidth(bytes_per_s=len(WORDS) / 0.2))
        began_s = clock.monotonic()
        assert await exchange(line.port) == WORDS
        assert clock.monotonic() - began_s >= 0.3


@pytest.mark.parametrize("way", list(Way))
async def test_limit_cuts_after_a_drawn_number_of_bytes(way: Way) -> None:
    """Exactly the drawn bytes pass; the same seed draws the same, another connection anew."""
    passed = []
    for _ in range(2):
        async with echo() as target, Proxy(target=target, seed=11) as line:
            line.add(way, LimitData(fewest=100, most=9_000))
            cuts = []
            for _connection in range(3):
                before = line.bytes[way]
                got = await exchange(line.port)
                assert WORDS.startswith(got)
                cuts.append(line.bytes[way] - before)
            passed.append(cuts)
    assert passed[0] == passed[1]
    assert len(set(passed[0])) == 3
    assert all(100 <= cut <= 9_000 for cut in passed[0])


@pytest.mark.parametrize("toxic", [ResetPeer(after_s=0.01), Timeout(after_s=0.01)])
async def test_reset_and_timeout_end_the_connection(toxic: ResetPeer | Timeout) -> None:
    """Nothing passes, and the ends are told."""
    async with echo() as target, Proxy(target=target) as line:
        line.add(Way.UP, toxic)
        assert await exchange(line.port) == b""


async def test_endless_timeout_is_a_half_open_line() -> None:
    """Bytes vanish, nobody is told, and what is sent after the repair arrives."""
    async with echo() as target, Proxy(target=target) as line:
        line.add(Way.UP, Timeout())
        reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
        writer.write(b"lost")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await reader.read(1)
        line.clear()
        writer.write(b"heard")
        async with asyncio.timeout(5):
            assert await reader.readexactly(5) == b"heard"
        writer.transport.abort()


async def test_down_resets_old_and_new_connections_until_up() -> None:
    """A line that is down refuses; up again it carries."""
    async with echo() as target, Proxy(target=target) as line:
        reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
        writer.write(b"x")
        assert await reader.readexactly(1) == b"x"
        line.down()
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
        writer.transport.abort()
        assert await exchange(line.port) == b""
        line.up()
        assert await exchange(line.port) == WORDS
