"""Alerting as a process that is killed often: `python -m tests.faults.campaign.alerting_child`.

    alerting_child REGISTER PORT LEASE_S

Imports everything once. Each line on standard input starts a life: a fork that opens the register
and runs alerting against the mail server at PORT. Its process id is printed, and `gone` when it has
been killed.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import alerting.delivery
from alerting import service
from alerting.config import AlertingConfig, MailConfig, SmtpSecurity
from alerting.notifiers.email import EmailNotifier
from domain.clock import RealClock
from storage.register.database import Register
from storage.register.notifications import Channel
from storage.signals import LocalSignals

DOMAIN = "city.example"


async def live(path: Path, port: int) -> None:
    """Run alerting until killed."""
    mail = MailConfig(
        host="127.0.0.1",
        port=port,
        sender=f"mimamori@{DOMAIN}",
        security=SmtpSecurity.NONE,
    )
    with Register.open(path) as register:
        await service.run(
            register,
            LocalSignals(),
            RealClock(),
            AlertingConfig(base_url="https://mimamori.example"),
            {Channel.EMAIL: EmailNotifier(mail)},
        )


def main(arguments: list[str]) -> None:
    """Begin a life for each line that comes."""
    path, port = Path(arguments[0]), int(arguments[1])
    alerting.delivery.LEASE_S = float(arguments[2])
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asyncio.run(live(path, port))
            os._exit(1)  # it never ends by itself
        print(pid, flush=True)  # noqa: T201 (what the campaign reads)
        os.waitpid(pid, 0)
        print("gone", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
