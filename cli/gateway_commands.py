"""Telling a gateway something from the command line; only a running system can."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from cli.desk import access_to, book, open_register, teller, wrong
from cli.gateway_keys import standing
from cli.installation import Installation
from domain.clock import RealClock
from domain.errors import shown
from domain.ids import is_id
from domain.quantity import Lane
from messaging.keys import derive
from messaging.receipt import Command, CommandWord, encode_command
from messaging.topics import Down, down
from storage.journal.epochs import newest_epoch
from storage.register import credentials
from storage.register.placements import PlacedGateway

MOST_SEQ = (1 << 63) - 1


def resend_gateway(
    folder: Path, gateway: str, lane: Lane, first_seq: int, epoch: str | None
) -> str:
    """Ask a gateway to send again what it keeps of a lane, from a number on; returns what to print.

    Args:
        folder: The data folder.
        gateway: Its id.
        lane: Which lane.
        first_seq: From this sequence number on, 1 to 2^63 - 1.
        epoch: Of which epoch; None: the one that began last.

    Raises:
        InputError: BRK-008 no system runs, GWY-006 no such gateway, GWY-008 nothing of this
            lane or epoch has ever arrived, or not a number.
        TransientError: BRK-006 the broker does not take it.
    """
    tell = teller(folder)
    if tell is None:
        raise wrong("BRK-008", str(folder), "`mimamori up` does not run", "a running system")
    if not 1 <= first_seq <= MOST_SEQ:
        raise wrong("GWY-008", "--from", str(first_seq), "1 or more")
    installation, now = Installation(folder), RealClock().now()

    def work(connection: Connection) -> tuple[PlacedGateway, list[int]]:
        placed = standing(connection, gateway)
        access = access_to(placed.home.municipality)
        book(connection, access, "gateway.resend", f"gateway:{placed.id}", now=now)
        valid = credentials.valid(connection, access, placed.id)
        return placed, [one.generation for one in valid] or [1]

    with open_register(folder) as register:
        placed, generations = register.write_now(work)
    about = epoch or newest_epoch(installation.stores / "journal.db", placed.id, lane)
    if about is None or not is_id(about):
        found = "nothing has arrived of it" if about is None else shown(about)
        raise wrong("GWY-008", f"lane {lane}", found, "a lane and epoch of this gateway")
    command = Command(
        gateway=placed.id, word=CommandWord.RESEND, epoch=about, lane=lane, first_seq=first_seq
    )
    # During a rotation the gateway knows one of two keys, and passes over what it cannot verify.
    for generation in generations:
        key = derive(installation.master_key(), placed.id, generation)
        tell(down(placed.id, Down.COMMAND), encode_command(command, key))
    asked = f"gateway {placed.id} is asked for {lane} of epoch {about} from {first_seq} on"
    return f"{asked}; ask again if it is not connected now"
