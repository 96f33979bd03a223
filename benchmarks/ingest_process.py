"""Ingest as it is shipped, in a process of its own: settings as JSON on standard input."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import msgspec

from domain.clock import RealClock
from ingest.config import IngestConfig
from ingest.service import run
from storage.stores import Stores


class Start(msgspec.Struct):
    """What the process must know."""

    folder: str
    port: int
    password: str
    master_key: bytes
    smtp_port: int = 0
    """Of the mail server, for those who tell people."""


def main() -> None:
    """Run until killed."""
    logging.basicConfig(level=logging.WARNING)
    start = msgspec.json.decode(sys.stdin.buffer.readline(), type=Start)
    config = IngestConfig(
        host="127.0.0.1", port=start.port, password=start.password, master_key=start.master_key
    )
    with Stores.open(Path(start.folder)) as stores:
        asyncio.run(run(config, stores, RealClock()))


if __name__ == "__main__":
    main()
