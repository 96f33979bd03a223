"""Homes played through a real broker: all of it, in order, and again after a broken-off run."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.simulators.homes import fleet
from devices.simulators.ledger import Ledger
from devices.simulators.link import BrokerAddress, Link
from devices.simulators.player import Player
from devices.simulators.timeline import Station
from devices.simulators.zigbee2mqtt import Publication
from domain.clock import VirtualClock, pause
from domain.errors import PermanentError, TransientError
from messaging.connection import TidyClient
from tests.support.services import require

BEGIN = datetime(2026, 4, 5, tzinfo=UTC)
END = BEGIN + timedelta(hours=9)
pytestmark = pytest.mark.integration

Heard = dict[str, list[dict[str, object]]]


@dataclass
class CutLink(Link):
    """A link that breaks after a number of batches, as a killed process would."""

    address: BrokerAddress
    batches: int
    sent: list[Publication] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Be a link."""
        super().__init__(self.address)

    async def send(self, messages: Sequence[Publication]) -> None:
        """Send, or break before sending."""
        if self.batches == 0:
            raise asyncio.CancelledError
        self.batches -= 1
        await super().send(messages)


@asynccontextmanager
async def broker(
    folder: Path, port: int, *, anonymous: bool = True
) -> AsyncIterator[BrokerAddress]:
    """Run Mosquitto on a port of the loopback."""
    binary = require("mosquitto", "playing homes to a broker is not tested")
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous {str(anonymous).lower()}\n"
        "max_inflight_messages 0\n"
        "max_queued_messages 0\nuser root\n"
    )
    process = await asyncio.create_subprocess_exec(
        binary, "-c", str(config), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            await pause(0.05)
        yield BrokerAddress(host="127.0.0.1", port=port)
    finally:
        process.terminate()
        await process.wait()


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def stations() -> list[Station]:
    """Return three homes, each with a base topic of its own."""
    return [
        Station(home=f"h{number}", base_topic=f"home{number}/z2m", source=home)
        for number, home in enumerate(fleet(3))
    ]


@asynccontextmanager
async def hearing(address: BrokerAddress, heard: Heard) -> AsyncIterator[asyncio.Event]:
    """Collect what comes on all topics; the event is set by a message on `end`."""
    ended, subscribed = asyncio.Event(), asyncio.Event()

    async def listen() -> None:
        async with TidyClient(address.host, address.port) as client:
            await client.subscribe("#", qos=1)
            subscribed.set()
            async for message in client.messages:
                topic = str(message.topic)
                if topic == "end":
                    ended.set()
                else:
                    assert isinstance(message.payload, bytes)
                    heard.setdefault(topic, []).append(json.loads(message.payload))

    task = asyncio.create_task(listen())
    async with asyncio.timeout(10):
        await subscribed.wait()
    try:
        yield ended
    finally:
        task.cancel()


async def say_end(address: BrokerAddress, ended: asyncio.Event) -> None:
    """Let the listener know that all was sent, and wait until it heard so."""
    async with TidyClient(address.host, address.port) as client:
        await client.publish("end", b"", qos=1)
    async with asyncio.timeout(20):
        await ended.wait()


def count_of(heard: Heard) -> int:
    """Return the number of messages."""
    return sum(len(messages) for messages in heard.values())


async def test_everything_is_published_in_order(tmp_path: Path) -> None:
    """The broker gets what every home says, once, per device in order of time."""
    heard: Heard = {}
    async with broker(tmp_path, free_port()) as address, hearing(address, heard) as ended:
        with Ledger(tmp_path / "ledger.db") as ledger:
            player = Player(stations=stations(), link=Link(address), ledger=ledger, start=BEGIN)
            async with player:
                sent = await player.play_until(END)
            required = [
                one for home in ledger.homes() for one in ledger.produced(home, required_only=True)
            ]
        await say_end(address, ended)

    assert count_of(heard) == sent
    for messages in heard.values():
        instants = [str(message["last_seen"]) for message in messages]
        assert instants == sorted(instants)
    produced = sum(
        event.quantity != "link_quality"
        for station in stations()
        for event in station.source.events(BEGIN, END + timedelta(milliseconds=1))
    )
    assert len(required) == produced > 100


async def test_broken_off_run_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not settled comes again, unchanged; together nothing is missing."""
    monkeypatch.setattr("devices.simulators.player.BATCH", 300)
    heard: Heard = {}
    async with broker(tmp_path, free_port()) as address, hearing(address, heard) as ended:
        with Ledger(tmp_path / "ledger.db") as ledger:
            link = CutLink(address, batches=2)
            async with Player(stations=stations(), link=link, ledger=ledger, start=BEGIN) as player:
                with pytest.raises(asyncio.CancelledError):
                    await player.play_until(END)
        with Ledger(tmp_path / "ledger.db") as ledger:
            async with Player(
                stations=stations(), link=Link(address), ledger=ledger, start=END
            ) as player:
                assert BEGIN < player.position.settled_to < END
                await player.play_until(END)
        await say_end(address, ended)
    whole = await _heard_in_one_go(tmp_path)

    assert heard == whole


async def test_caller_settles(tmp_path: Path) -> None:
    """While the caller does not settle, a restart sends everything again."""
    async with broker(tmp_path, free_port()) as address:
        counts = []
        for _ in range(2):
            with Ledger(tmp_path / "ledger.db") as ledger:
                async with Player(
                    stations=stations(),
                    link=Link(address),
                    ledger=ledger,
                    start=BEGIN,
                    settles=False,
                ) as player:
                    counts.append(await player.play_until(END))
        with Ledger(tmp_path / "ledger.db") as ledger:
            async with Player(
                stations=stations(), link=Link(address), ledger=ledger, start=BEGIN, settles=False
            ) as player:
                await player.play_until(END)
                await player.settle(END)
            position = ledger.position("player")

    assert counts[0] == counts[1] > 0
    assert position is not None
    assert position.now == END
    assert position.settled_to == END + timedelta(milliseconds=1)


async def test_broker_that_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the broker is away nothing is lost: the same batch goes when it is back."""
    monkeypatch.setattr("devices.simulators.link.ATTEMPTS", 2)
    heard: Heard = {}
    port = free_port()
    with Ledger(tmp_path / "ledger.db") as ledger:
        link = Link(BrokerAddress(host="127.0.0.1", port=port))
        async with Player(stations=stations(), link=link, ledger=ledger, start=BEGIN) as player:
            with pytest.raises(TransientError, match="SIM-010"):
                await player.play_until(END)
            async with broker(tmp_path, port) as address, hearing(address, heard) as ended:
                await player.play_until(END)
                await say_end(address, ended)

    assert heard == await _heard_in_one_go(tmp_path)


async def test_refused_user_is_told_at_once(tmp_path: Path) -> None:
    """A broker that refuses the user is not asked again and again."""
    async with broker(tmp_path, free_port(), anonymous=False) as address:
        with Ledger(tmp_path / "ledger.db") as ledger:
            async with Player(
                stations=stations(), link=Link(address), ledger=ledger, start=BEGIN
            ) as player:
                with pytest.raises(PermanentError, match="SIM-011"):
                    await player.play_until(END)


async def test_run_keeps_the_pace_of_the_clock(tmp_path: Path) -> None:
    """Nothing is said before its time has come."""
    heard: Heard = {}
    clock = VirtualClock(BEGIN)
    async with broker(tmp_path, free_port()) as address, hearing(address, heard):
        with Ledger(tmp_path / "ledger.db") as ledger:
            async with Player(
                stations=stations(), link=Link(address), ledger=ledger, start=BEGIN
            ) as player:
                task = asyncio.create_task(player.run(clock))
                for hours in (1, 2):
                    until = BEGIN + timedelta(hours=hours)
                    async with asyncio.timeout(20):
                        while player.position.settled_to <= until - timedelta(minutes=30):
                            wake = clock.next_wake()
                            if wake is not None and wake <= until:
                                clock.push(wake)
                            await pause(0.001)
                    latest = max(
                        str(message["last_seen"])
                        for messages in list(heard.values())
                        for message in messages
                    )
                    assert datetime.fromisoformat(latest) <= clock.now()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task


async def _heard_in_one_go(folder: Path) -> Heard:
    heard: Heard = {}
    async with broker(folder, free_port()) as address, hearing(address, heard) as ended:
        with Ledger(folder / "whole.db") as ledger:
            async with Player(
                stations=stations(), link=Link(address), ledger=ledger, start=BEGIN
            ) as player:
                await player.play_until(END)
        await say_end(address, ended)
    return heard
