"""Mail that came back, handed over by the mail server: `mimamori mail bounce` on standard input."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from alerting import bounces, service
from alerting.bounces import Bounce
from cli.desk import ACCESS, book, notify, open_register
from cli.settings import read_settings
from domain.clock import RealClock
from domain.ids import NotificationId


def take_bounce(folder: Path, message: str, status: str, *, is_permanent: bool) -> str:
    """Book that a message came back; returns what to print. Repeats are free.

    Raises:
        InputError: CFG-… the settings or the folder.
    """
    now, base_url = RealClock().now(), read_settings(folder).page.base_url
    bounce = Bounce(message=NotificationId(message), is_permanent=is_permanent, status=status)

    def work(connection: Connection) -> int:
        count = bounces.take_in(connection, service.ACCESS, bounce, base_url=base_url, now=now)
        if count:
            book(connection, ACCESS, "mail.bounce", f"notification:{message}", now=now)
        return count

    with open_register(folder) as register:
        count = register.write_now(work)
    notify(folder)
    return f"{count} messages came back" if count else "none of our messages, or booked before"
