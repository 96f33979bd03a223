"""The dashboard on a free port, in a thread, over a seeded register."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dashboard import service
from dashboard.config import Settings
from domain.channel import Channel
from domain.clock import Clock, ScaledClock
from storage.register.database import Register
from storage.register.vault import Vault
from storage.signals import LocalSignals
from tests.support.fake_notifier import FakeNotifier
from tests.support.seed import Town, keep_alive, quick_passwords, seed
from tests.support.seeded_readings import SeededReadings

MORNING = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
"""Ten past ten in Tokyo, a Sunday."""
KEEP_ALIVE_EVERY_S = 5.0
LONGEST_START_S = 60.0


@dataclass(slots=True)
class Served:
    """A dashboard that runs until `stop`."""

    url: str
    register: Register
    signals: LocalSignals
    clock: Clock
    town: Town
    readings: SeededReadings
    mail: FakeNotifier
    """Takes every code that is sent, over mail and webhook."""
    stop: Callable[[], None]
    is_running: Callable[[], bool]


@contextmanager
def served(
    folder: Path, *, settings: Settings | None = None, at: datetime = MORNING
) -> Iterator[Served]:
    """Seed a register in `folder` and serve it as of `at`; services keep moving while it runs."""
    clock = ScaledClock(at, speed=1)
    vault = Vault.open_or_create(folder / "vault.key")
    signals, port = LocalSignals(), _free_port()
    chosen = settings or Settings(port=port)
    with Register.open(folder / "register.db") as register:
        town = register.write_now(lambda c: seed(c, vault, quick_passwords(), now=clock.now()))
        readings = SeededReadings(now=clock.now)
        mail = FakeNotifier()
        ways = {Channel.EMAIL: mail, Channel.WEBHOOK: mail}
        ready, stopping = threading.Event(), threading.Event()

        async def main() -> None:
            serving = asyncio.create_task(
                service.run(register, readings, signals, clock, chosen, vault, notifiers=ways)
            )
            while not stopping.is_set() and not serving.done():
                await register.write(lambda c: keep_alive(c, now=clock.now()))
                ready.set()
                await asyncio.to_thread(stopping.wait, KEEP_ALIVE_EVERY_S)
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

        thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
        thread.start()

        def stop() -> None:
            stopping.set()
            thread.join(15)

        try:
            assert ready.wait(LONGEST_START_S), "the dashboard did not start"
            _await_port(port)
            yield Served(
                url=f"http://127.0.0.1:{port}",
                register=register,
                signals=signals,
                clock=clock,
                town=town,
                readings=readings,
                mail=mail,
                stop=stop,
                is_running=thread.is_alive,
            )
        finally:
            stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_port(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            probe.settimeout(0.1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.05)
    msg = f"nothing listens on port {port}"
    raise AssertionError(msg)
