"""Ingest as a process of its own, to be killed: `python -m tests.integration.ingest.child`."""

import asyncio
import sys
from pathlib import Path

from domain.clock import RealClock
from ingest.service import run
from storage.stores import Stores
from tests.integration.ingest.city import config


def main() -> None:
    """Run ingest over the stores in a folder against a broker's port, until killed."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    with Stores.open(folder) as stores:
        asyncio.run(run(config(port), stores, RealClock()))


if __name__ == "__main__":
    main()
