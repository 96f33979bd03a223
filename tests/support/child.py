"""Our services as child processes of a test: `python -m tests.support.child KIND … [--set …]`.

    child ingest FOLDER PORT
    child gateway CONFIG
    child gateways CONFIG…    (many homes in one process)
    child up FOLDER           (everything; a file `hang-alerting` or `hang-anomaly` in it lets that
                               service never end its next turn, in as many lives as it says)

`ingest` runs under the supervisor over an installation's data folder, as in `mimamori up`, against
a broker that the test owns. `--set module.NAME=value` squeezes a constant, such as
a watchdog's patience, so that a test need not wait for minutes; an unknown name is refused.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import sys
from datetime import timedelta
from pathlib import Path

import alerting.service
import anomaly.service
import gateway.service
import ingest.service
from cli.installation import Installation
from cli.lock import exclusive
from cli.supervisor import Service, supervise
from cli.up import run_up
from domain.clock import RealClock
from gateway.__main__ import main as gateway_main
from gateway.config import load_config
from ingest.config import IngestConfig
from storage.stores import Stores


def main(arguments: list[str]) -> int:
    """Run one kind until it is stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--set", action="append", default=[])
    kinds = parser.add_subparsers(dest="kind", required=True)
    server = kinds.add_parser("ingest")
    server.add_argument("folder", type=Path)
    server.add_argument("port", type=int)
    kinds.add_parser("gateway").add_argument("config")
    kinds.add_parser("up").add_argument("folder", type=Path)
    kinds.add_parser("gateways").add_argument("configs", type=Path, nargs="+")
    given = parser.parse_args(arguments)
    for assignment in given.set:
        _squeeze(assignment)
    if given.kind == "gateway":
        return gateway_main([given.config])
    if given.kind == "up":
        _hangs_on_demand(alerting.service._Alerting, given.folder / "hang-alerting")
        _hangs_on_demand(anomaly.service.Detector, given.folder / "hang-anomaly")
        asyncio.run(run_up(given.folder))
        return 0
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if given.kind == "gateways":
        asyncio.run(_street(given.configs))
        return 0
    asyncio.run(_serve(given.folder, given.port))
    return 0


async def _street(configs: list[Path]) -> None:
    clock = RealClock()
    async with asyncio.TaskGroup() as group:
        for path in configs:
            group.create_task(gateway.service.run(load_config(path), clock), name=path.parent.name)


async def _serve(folder: Path, port: int) -> None:
    installation, clock = Installation(folder), RealClock()
    with exclusive(folder), Stores.open(installation.stores) as stores:
        config = IngestConfig(
            host="127.0.0.1",
            port=port,
            password=installation.broker_password("ingest"),
            master_key=installation.master_key(),
        )
        service = Service(
            name="ingest",
            run=lambda: ingest.service.run(config, stores, clock),
            progress=("ingest", "projector"),
        )
        await supervise([service], stores, clock)


def _hangs_on_demand(service: type, flag: Path) -> None:
    """Let the turns of a service hang while a file asks for it, once in each life."""
    usual = service.turn  # type: ignore[attr-defined] # both have one

    async def turn(self: object, *given: object) -> object:
        if _takes_one_from(flag):
            await asyncio.Event().wait()
        return await usual(self, *given)

    service.turn = turn  # type: ignore[attr-defined]


def _takes_one_from(flag: Path) -> bool:
    lives = int(flag.read_text()) if flag.exists() else 0
    if lives > 0:
        flag.write_text(str(lives - 1))
    return lives > 0


def _squeeze(assignment: str) -> None:
    """Set `module.NAME=value`: a number, seconds of a duration, or a path.

    Raises:
        AttributeError: The module has no such constant (any more).
    """
    name, _, value = assignment.partition("=")
    module_name, _, constant = name.rpartition(".")
    module = importlib.import_module(module_name)
    present: object = getattr(module, constant)
    match present:
        case int() | float():
            setattr(module, constant, type(present)(float(value)))
        case timedelta():
            setattr(module, constant, timedelta(seconds=float(value)))
        case Path():
            setattr(module, constant, Path(value))
        case _:
            raise TypeError(f"{name} is a {type(present).__name__}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
