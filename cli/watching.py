"""Setting the check up: the synthetic home in the register, its gateway, mailbox and switch."""

from __future__ import annotations

from cli.broker import LOOPBACK
from cli.canary import ACCESS, Canary
from cli.imap import ImapInbox
from cli.installation import Installation
from cli.mosquitto_files import hash_password
from cli.secrets import first_line, random_password
from cli.settings import OperatorSettings
from cli.synthetic_gateway import SyntheticGateway
from cli.walk import Reach
from domain.clock import Clock
from messaging.client import BrokerSettings
from messaging.keys import derive
from storage.register import synthetic
from storage.stores import Stores


async def make_canary(
    installation: Installation, settings: OperatorSettings, stores: Stores, clock: Clock
) -> Canary:
    """Register the synthetic home with a new password; the broker's files are written after this.

    Raises:
        InputError: CFG-031, SEC-001, SEC-003.
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
