"""V1: what was receipted is committed, and every store waits for the disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from cli.enrol import EnrolledHome
from cli.installation import Installation
from cli.verification.figures import Verification
from cli.verification.readings import ALL_TIME
from domain.quantity import Lane
from gateway.outbox import Outbox
from storage.sqlite import open_writer
from storage.stores import Stores

FULL = 2
"""What `PRAGMA synchronous` answers."""


def check_receipts(
    verification: Verification,
    installation: Installation,
    stores: Stores,
    homes: Iterable[EnrolledHome],
) -> None:
    """Compare how far each outbox was receipted with how far the journal has arrived."""
    arrived: dict[tuple[str, str, str], int] = {
        (gateway, lane, epoch): contiguous
        for gateway, lane, epoch, contiguous in stores.journal.read(
            lambda c: c.execute("SELECT gateway, lane, epoch, contiguous FROM stream").fetchall()
        )
    }
    for home in homes:
        path = installation.gateways / home.gateway / "outbox.db"
        if not path.exists():
            continue
        with closing(Outbox.open(path, now=ALL_TIME[0])) as outbox:
            for lane in Lane:
                receipted = outbox.position(lane).receipted_seq
                has = arrived.get((home.gateway, lane, outbox.epoch), 0)
                if receipted > has:
                    verification.unsafe_receipts += receipted - has
                    verification.example("receipted", home.code, lane, receipted, "has", has)


def check_durability(
    verification: Verification,
    installation: Installation,
    stores: Stores,
    homes: Iterable[EnrolledHome],
) -> None:
    """Ask each store, opened as our services open it, whether a commit waits for the disk."""
    modes = {
        "journal.db": stores.journal.write(_synchronous),
        "register.db": stores.register.write_now(
            lambda c: int(c.exec_driver_sql("PRAGMA synchronous").scalar_one())
        ),
        "readings.db": _of_file(installation.stores / "readings.db"),
    }
    for home in homes:
        path = installation.gateways / home.gateway / "outbox.db"
        if path.exists():
            with closing(Outbox.open(path, now=ALL_TIME[0])) as outbox:
                # Only the connection that the gateway itself made can tell.
                modes[f"outbox of {home.code}"] = _synchronous(outbox._connection)  # noqa: SLF001
    for name, mode in modes.items():
        if mode < FULL:
            verification.unsynced_files += 1
            verification.example("not synchronous=FULL", name, mode)


def _of_file(path: Path) -> int:
    with closing(open_writer(path, "")) as connection:
        return _synchronous(connection)


def _synchronous(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA synchronous").fetchone()[0])
