"""Setting the check up: the synthetic home in the register, its gateway, mailbox and switch."""

from __future__ import annotations

from typing import assert_never

from cli.broker import LOOPBACK
from cli.canary import ACCESS, Canary
from cli.check import Check, Health, refused
from cli.imap import ImapInbox
from cli.installation import Installation
from cli.mosquitto_files import hash_password
from cli.secrets import first_line, random_password
from cli.settings import OperatorSettings
from cli.synthetic_gateway import SyntheticGateway
from cli.walk import Reach
from domain.clock import Clock
from domain.errors import InputError
from messaging.client import BrokerSettings
from messaging.keys import derive
from storage.register import synthetic
from storage.stores import Stores

PROGRESS = {
    "ingest": ("ingest", "projector", "urgent"),
    "anomaly": ("anomaly",),
    "alerting": ("alerting",),
    "digest": ("digest",),
    "dashboard": ("dashboard",),
}
"""Under which names each service books that it moves on."""
WATCHED = (*PROGRESS["ingest"], *PROGRESS["anomaly"], *PROGRESS["alerting"])
"""Those without which nobody watches."""


async def make_canary(
    installation: Installation, settings: OperatorSettings, stores: Stores, clock: Clock
) -> Canary:
    """Register the synthetic home with a new password; the broker's files are written after this.

    Raises:
        InputError: CFG-034, SEC-001, SEC-003.
    """
    password, watching = random_password(), settings.watching
    hashed, now = hash_password(password), clock.now()
    address = watching.address if settings.mail is not None and watching.address else None
    home = await stores.register.write(
        lambda c: synthetic.ensure(c, ACCESS, address=address, password_hash=hashed, now=now)
    )
    broker = BrokerSettings(
        host=LOOPBACK, port=settings.broker.port, username=home.gateway, password=password
    )
    key = derive(installation.master_key(), home.gateway, 1)
    inbox, switch = inbox_of(settings), watching.switch
    return Canary(
        home,
        SyntheticGateway(broker, home.gateway, home.button, key),
        stores,
        clock,
        reach=reach_of(settings),
        inbox=inbox,
        ping=None if switch is None else switch.ping,
        watched=WATCHED,
    )


def reach_of(settings: OperatorSettings) -> Reach:
    """Return how far the check is followed with these settings."""
    if settings.mail is None or not settings.watching.address:
        return Reach.CASE
    return Reach.MAILBOX if settings.watching.imap_host else Reach.ACCEPTED


def inbox_of(settings: OperatorSettings) -> ImapInbox | None:
    """Return the mailbox in which the check ends, None where it ends before.

    Raises:
        InputError: SEC-001, SEC-003.
    """
    mail, watching = settings.mail, settings.watching
    path = watching.imap_password_file
    if mail is None or path is None or reach_of(settings) is not Reach.MAILBOX:
        return None
    return ImapInbox(
        host=watching.imap_host,
        port=watching.imap_port,
        username=watching.imap_username or watching.address,
        password=first_line(path),
        domain=mail.sender.partition("@")[2],
    )


def check(settings: OperatorSettings) -> list[Check]:
    """Look at what proves that alerts get through, and who notices outside when all is dead."""
    return [_proof(settings), _switch(settings)]


def _proof(settings: OperatorSettings) -> Check:
    name, reach = "Self-check", reach_of(settings)
    try:
        inbox_of(settings)
    except InputError as error:
        return refused(name, error.problem)
    match reach:
        case Reach.MAILBOX:
            found = f"from a synthetic home into the mailbox at {settings.watching.imap_host}"
            return Check(name=name, health=Health.GOOD, found=found)
        case Reach.ACCEPTED:
            return Check(
                name=name,
                health=Health.WARNING,
                found="ends when the mail server takes the message: no mailbox is looked into",
                do="set watching.imap_host and watching.imap_password_file",
            )
        case Reach.CASE:
            return Check(
                name=name,
                health=Health.WARNING,
                found="ends at the case: nothing shows that mail gets out",
                do="set watching.address, a mailbox of its own, and the table 'mail'",
            )
        case _:
            assert_never(reach)


def _switch(settings: OperatorSettings) -> Check:
    name = "Switch outside"
    if settings.watching.switch is not None:
        return Check(name=name, health=Health.GOOD, found="pinged on each proof")
    return Check(
        name=name,
        health=Health.WARNING,
        found="none: when all of this machine is dead, nobody is told",
        do="set watching.switch_url; a check of healthchecks.io costs nothing",
    )
