"""`python -m gateway CONFIG`: run the gateway of this home until it is stopped."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from pathlib import Path

from domain.clock import RealClock
from domain.errors import InputError
from gateway.config import ClockSource, GatewayConfig, load_config
from gateway.home_clock import HomeClock
from gateway.notify import READY, STOPPING, WATCHDOG, notify
from gateway.service import Gateway

INPUT_ERROR = 2
"""Exit code when the settings are wrong, in all our programs."""


def main(arguments: list[str]) -> int:
    """Run the gateway; returns how the program ends."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m gateway CONFIG\n")
        return INPUT_ERROR
    try:
        config = load_config(Path(arguments[0]))
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return INPUT_ERROR
    asyncio.run(_until_stopped(config))
    return 0


async def _until_stopped(config: GatewayConfig) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    gateway = Gateway(
        config,
        HomeClock() if config.clock is ClockSource.NTP else RealClock(),
        on_ready=lambda: notify(READY),
        on_progress=lambda: notify(WATCHDOG),
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(gateway.run(), name="gateway")
        await stop.wait()
        notify(STOPPING)
        running.cancel()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
