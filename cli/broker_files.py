"""The broker's files and its trial on the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cli.city_broker import CityBroker
from cli.desk import open_register, teller, wrong
from cli.installation import Installation
from cli.settings import read_settings
from domain.clock import RealClock
from storage.signals import LocalSignals


def export_files(folder: Path, output: Path | None) -> str:
    """Write configuration, access list and passwords; returns what to print.

    Args:
        folder: The data folder.
        output: Where; None: the broker's own folder in the data folder, where `mimamori up` keeps
            them in step with the register.

    Raises:
        InputError: BRK-004 a certificate that cannot be used, BRK-007 they cannot be written,
            CFG-…, SEC-….
    """
    installation = Installation(folder.absolute())
    target = output or installation.city_broker
    with open_register(folder) as register:
        broker = CityBroker(
            installation,
            read_settings(folder).broker,
            register,
            LocalSignals(),
            RealClock(),
            folder=target,
        )
        try:
            asyncio.run(broker.write())
        except OSError as error:
            found = error.strerror or type(error).__name__
            raise wrong("BRK-007", str(target), found, "a folder that you may write") from error
    return f"run it with: mosquitto -c {target.absolute() / 'mosquitto.conf'}"


def try_broker(folder: Path) -> str:
    """Say that the trial was passed; the running system has made it before this is printed.

    Raises:
        InputError: BRK-008 no system runs: a broker is tried out at each start by itself.
    """
    if teller(folder) is None:
        raise wrong("BRK-008", str(folder), "`mimamori up` does not run", "a running system")
    return "each gateway reaches its own topics only, and nobody comes in without a password"
