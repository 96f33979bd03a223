"""Ingest, detector and alerting as `mimamori up` runs them: in one process, over one store."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import msgspec

import alerting.service
import anomaly.service
import ingest.service
from alerting.config import AlertingConfig, MailConfig, SmtpSecurity
from alerting.notifiers.email import EmailNotifier
from benchmarks.ingest_process import Start
from domain.clock import RealClock
from ingest.config import IngestConfig
from storage.register.notifications import Channel
from storage.stores import Stores


async def run(start: Start) -> None:
    """Run until killed."""
    clock = RealClock()
    config = IngestConfig(
        host="127.0.0.1", port=start.port, password=start.password, master_key=start.master_key
    )
    mail = MailConfig(
        host="127.0.0.1",
        port=start.smtp_port,
        sender="mimamori@bench.example",
        security=SmtpSecurity.NONE,
    )
    told = AlertingConfig(base_url="https://mimamori.example")
    with Stores.open(Path(start.folder)) as stores:
        async with asyncio.TaskGroup() as group:
            group.create_task(ingest.service.run(config, stores, clock))
            group.create_task(anomaly.service.run(stores, clock))
            group.create_task(
                alerting.service.run(
                    stores.register,
                    stores.signals,
                    clock,
                    told,
                    {Channel.EMAIL: EmailNotifier(mail)},
                )
            )


def main() -> None:
    """Run until killed: settings as JSON on standard input."""
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(run(msgspec.json.decode(sys.stdin.buffer.readline(), type=Start)))


if __name__ == "__main__":
    main()
