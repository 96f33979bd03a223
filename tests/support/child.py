"""Our services as child processes of a test: `python -m tests.support.child KIND … [--set …]`.

    child server FOLDER PORT [--services ingest,anomaly] [--host ADDRESS]
    child gateway CONFIG

`server` runs services under the supervisor over an installation's data folder, as `mimamori up`
does, against a broker that the test owns. `--set module.NAME=number` squeezes a constant, such as
a watchdog's patience, so that a test need not wait for minutes; an unknown name is refused.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import sys
from pathlib import Path

import alerting.service
import anomaly.service
import ingest.service
from alerting.config import AlertingConfig
from cli.installation import Installation
from cli.lock import exclusive
from cli.supervisor import Service, supervise
from domain.clock import RealClock
from gateway.__main__ import main as gateway_main
from ingest.config import IngestConfig
from storage.stores import Stores

PROGRESS = {
    "ingest": ("ingest", "projector"),
    "anomaly": ("anomaly",),
    "alerting": ("alerting",),
}


def main(arguments: list[str]) -> int:
    """Run one kind until it is stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--set", action="append", default=[])
    kinds = parser.add_subparsers(dest="kind", required=True)
    server = kinds.add_parser("server")
    server.add_argument("folder", type=Path)
    server.add_argument("port", type=int)
    server.add_argument("--host", default="127.0.0.1")
    server.add_argument("--services", default="ingest")
    kinds.add_parser("gateway").add_argument("config")
    given = parser.parse_args(arguments)
    for assignment in given.set:
        _squeeze(assignment)
    if given.kind == "gateway":
        return gateway_main([given.config])
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(_serve(given.folder, given.host, given.port, given.services.split(",")))
    return 0


async def _serve(folder: Path, host: str, port: int, names: list[str]) -> None:
    installation, clock = Installation(folder), RealClock()
    with exclusive(folder), Stores.open(installation.stores) as stores:
        config = IngestConfig(
            host=host,
            port=port,
            password=installation.broker_password("ingest"),
            master_key=installation.master_key(),
        )
        runs = {
            "ingest": lambda: ingest.service.run(config, stores, clock),
            "anomaly": lambda: anomaly.service.run(stores, clock),
            "alerting": lambda: alerting.service.run(
                stores.register,
                stores.signals,
                clock,
                AlertingConfig(base_url="http://127.0.0.1:8080"),
                {},
            ),
        }
        services = [Service(name=name, progress=PROGRESS[name], run=runs[name]) for name in names]
        await supervise(services, stores, clock)


def _squeeze(assignment: str) -> None:
    """Set `module.NAME=number`.

    Raises:
        AttributeError: The module has no such constant (any more).
    """
    name, _, value = assignment.partition("=")
    module_name, _, constant = name.rpartition(".")
    module = importlib.import_module(module_name)
    kind = type(getattr(module, constant))
    setattr(module, constant, kind(float(value)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
