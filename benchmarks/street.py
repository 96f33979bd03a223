"""Real gateways, many in a process, with outboxes that were filled while the line was down."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from typing import Any

import msgspec
import psutil

from benchmarks.city import City
from benchmarks.homes import BUTTON, STEP, BenchHome
from benchmarks.local import password_of, raise_file_limit
from benchmarks.samples import MIB
from benchmarks.wire import Wire, publish_packet
from cli.broker import HOMES, PLAYER
from cli.mosquitto import Mosquitto
from domain.clock import RealClock, pause
from domain.moments import to_ms
from domain.quantity import Quantity
from gateway.config import GatewayConfig
from gateway.drivers.frame import Device
from gateway.outbox import Outbox
from gateway.service import Gateway
from messaging.client import BrokerSettings

AWAY = timedelta(hours=72)
"""How long the gateways were without a line."""
PROCESSES = 2
FILL_AT_ONCE = 2_000
"""Readings of one commit while an outbox is filled."""
READY_TIMEOUT_S = 300.0
ASK_EACH_S = 0.5
LOOK_EACH_S = 0.1
_LEFT, _HEARING = range(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The gateways of one process."""

    homes: Sequence[BenchHome]
    folder: Path
    city_port: int
    local_port: int
    backlog: int
    """Readings in each outbox."""


class Street:
    """The gateways of all homes of a city, and one broker that stands for those of the homes."""

    def __init__(self, city: City, *, backlog: int) -> None:
        """Fill every outbox with `backlog` readings of the last `AWAY`; no gateway runs yet."""
        now = RealClock().now()
        since = now - min(AWAY, STEP * (backlog + 1))
        since = since.replace(microsecond=0)
        city.homes = [replace(home, began_at=since, until=now) for home in city.homes]
        self.homes = city.homes
        self.local = Mosquitto(city.folder / "homes", HOMES)
        users = [*(home.gateway for home in self.homes), PLAYER]
        asyncio.run(self.local.start({user: password_of(user) for user in users}))
        self._wire = Wire(self.local.port, PLAYER, password_of(PLAYER))
        self._published = 0
        context = multiprocessing.get_context("spawn")
        self._members = []
        for number in range(PROCESSES):
            here, there = context.Pipe()
            counters = RawArray("d", 2)
            block = _Block(
                homes=self.homes[number::PROCESSES],
                folder=city.folder / "gateways",
                city_port=city.broker.port,
                local_port=self.local.port,
                backlog=backlog,
            )
            process = context.Process(target=_serve, args=(there, block, counters), daemon=True)
            process.start()
            self._members.append((process, here, counters))
        self._collect()

    def start(self) -> float:
        """Let all gateways come back at once; returns when."""
        for _, pipe, _ in self._members:
            pipe.send(None)
        return time.perf_counter()

    def until_hearing(self) -> None:
        """Wait until every gateway hears its home.

        Raises:
            TimeoutError: Some do not.
        """
        end_s = time.perf_counter() + READY_TIMEOUT_S
        while self._sum(_HEARING) < len(self.homes):
            if time.perf_counter() > end_s:
                raise TimeoutError("not every gateway hears its home")
            if not all(process.is_alive() for process, _, _ in self._members):
                raise RuntimeError("a process of gateways died; see its error above")
            for home in self.homes:  # says nothing, but is heard
                self.publish(home, "meter", {})
            time.sleep(ASK_EACH_S)

    def publish(self, home: BenchHome, device: str, state: dict[str, Any]) -> None:
        """Let a device speak in the dialect of Zigbee2MQTT."""
        self._published += 1
        topic = f"local/{home.gateway}/{device}"
        self._wire.send(publish_packet(topic, msgspec.json.encode(state), self._published))
        self._wire.hear(lambda _: None)

    @property
    def unreceipted(self) -> int:
        """Records in all outboxes that have no receipt, at most `LOOK_EACH_S` ago."""
        return self._sum(_LEFT)

    def memory_mib(self) -> float:
        """Return the resident memory of all gateways together."""
        pids = [process.pid or 0 for process, _, _ in self._members]
        return sum(psutil.Process(pid).memory_info().rss for pid in pids) / MIB

    def close(self) -> None:
        """End the gateways and their broker."""
        for process, _, _ in self._members:
            process.kill()
            process.join()
        self._wire.close()
        asyncio.run(self.local.stop())

    def _sum(self, place: int) -> int:
        return int(sum(counters[place] for _, _, counters in self._members))

    def _collect(self) -> None:
        for process, pipe, _ in self._members:
            while not pipe.poll(LOOK_EACH_S):
                if not process.is_alive():
                    raise RuntimeError("a process of gateways died; see its error above")
            pipe.recv()


def _serve(pipe: Connection, block: _Block, counters: Any) -> None:
    raise_file_limit()
    block.folder.mkdir(mode=0o700, exist_ok=True)
    for home in block.homes:
        _fill(home, block)
    os.sync()
    counters[_LEFT] = len(block.homes) * block.backlog
    pipe.send("filled")
    pipe.recv()
    asyncio.run(_run(block, counters))


def _fill(home: BenchHome, block: _Block) -> None:
    folder = block.folder / home.gateway
    folder.mkdir(mode=0o700)
    outbox = Outbox.open(folder / "outbox.db", now=home.began_at)
    try:
        for first in range(1, block.backlog + 1, FILL_AT_ONCE):
            last = min(first + FILL_AT_ONCE - 1, block.backlog)
            readings = [home.reading(seq) for seq in range(first, last + 1)]
            at = home.observed_at(last)
            outbox.append(readings, now=at, seen_until=at)
    finally:
        outbox.close()


async def _run(block: _Block, counters: Any) -> None:
    clock = RealClock()
    gateways = [Gateway(_config(home, block), clock) for home in block.homes]
    async with asyncio.TaskGroup() as tasks:
        for gateway in gateways:
            tasks.create_task(gateway.run())
        while True:
            await pause(LOOK_EACH_S)
            counters[_HEARING] = sum(gateway.heard > 0 for gateway in gateways)
            counters[_LEFT] = sum(_left(gateway, block.backlog) for gateway in gateways)


def _left(gateway: Gateway, backlog: int) -> int:
    try:
        return gateway.unreceipted()
    except RuntimeError:  # its outbox is not open yet
        return backlog


def _config(home: BenchHome, block: _Block) -> GatewayConfig:
    def reaches(port: int) -> BrokerSettings:
        user = home.gateway
        return BrokerSettings(port=port, username=user, password=password_of(user))

    return GatewayConfig(
        gateway=home.gateway,
        key=home.key,
        outbox=block.folder / home.gateway / "outbox.db",
        local=reaches(block.local_port),
        uplink=reaches(block.city_port),
        devices={
            name: Device(
                sensor=sensor,
                contact=Quantity.OPENING if name == "fridge" else Quantity.DOOR,
                is_help_button=name == BUTTON,
            )
            for name, sensor in home.sensors.items()
        },
        base_topic=f"local/{home.gateway}",
    )


def wall_ms() -> int:
    """Return the wall clock in milliseconds, as a device tells it."""
    return to_ms(RealClock().now())
