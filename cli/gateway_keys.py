"""Taking a gateway's credentials away, or giving it new ones without a moment of darkness."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from cli.commission import carried_files, remove, require_new, uplink_of, write_carried
from cli.desk import ACCESS, access_to, book, open_register, wrong
from cli.installation import Installation
from cli.mosquitto_files import hash_password
from cli.secrets import random_password
from domain.clock import RealClock
from domain.errors import shown
from domain.ids import GatewayId
from gateway.config import GatewayConfig
from messaging.client import BrokerSettings
from messaging.keys import derive
from storage.register import credentials, placements
from storage.register.credentials import username_of
from storage.register.placements import PlacedGateway

OVERLAP = timedelta(days=14)
"""Within which somebody has to come by with the new file; as long as an absence may last."""


def revoke_gateway(folder: Path, gateway: str) -> str:
    """Take a gateway out of its home and end its key and password; returns what to print.

    Raises:
        InputError: GWY-006 no such gateway, or it is revoked already.
    """
    now = RealClock().now()

    def work(connection: Connection) -> PlacedGateway:
        placed = standing(connection, gateway)
        access = access_to(placed.home.municipality)
        placements.take_out(connection, access, placed.id, now=now)
        of = f"gateway:{placed.id} home:{placed.home.id}"
        book(connection, access, "gateway.revoke", of, now=now)
        return placed

    with open_register(folder) as register:
        gone = register.write_now(work)
    lost = "what it has not sent is lost"
    return f"gateway {gone.id} is revoked: {lost}, and home {gone.home.code} is not seen any more"


def rotate_gateway(folder: Path, gateway: str, output: Path) -> str:
    """Give a gateway the next key and password, and write what is carried to the home.

    The present ones stay valid until the new ones are heard, or for `OVERLAP`.

    Returns:
        What to print.

    Raises:
        InputError: GWY-003 the file is there, GWY-004 it cannot be written, GWY-005 the settings
            name no public host, GWY-006 no such gateway, or it is revoked, GWY-007 it has no
            credential here; BRK-004, SEC-….
    """
    require_new(output)
    installation, now = Installation(folder), RealClock().now()
    uplink = uplink_of(installation, now)
    until = now + OVERLAP

    with open_register(folder) as register, ExitStack() as undo:

        def work(connection: Connection) -> PlacedGateway:
            placed = standing(connection, gateway)
            access, password = access_to(placed.home.municipality), random_password()
            if not credentials.valid(connection, access, placed.id):
                raise wrong("GWY-007", "gateway", placed.id, "one that `gateway add` registered")
            hashed = hash_password(password)
            generation = credentials.rotate(
                connection, access, placed.id, hashed, until=until, now=now
            )
            book(connection, access, "gateway.rotate", f"gateway:{placed.id}", now=now)
            for path in carried_files(output):
                undo.callback(remove, path)
            write_carried(_renewal(installation, placed.id, generation, uplink, password), output)
            return placed

        rotated = register.write_now(work)
        undo.pop_all()
    renew = f"python -m gateway.renew HOME.json {output.name}"
    return (
        f"gateway {rotated.id} of home {rotated.home.code}: carry {output} there by "
        f"{until:%Y-%m-%d}, take it over with `{renew}`, then restart the gateway"
    )


def _renewal(
    installation: Installation,
    gateway: GatewayId,
    generation: int,
    uplink: BrokerSettings,
    password: str,
) -> GatewayConfig:
    """Return what changes in a gateway's file; its devices and local broker are known there."""
    return GatewayConfig(
        gateway=gateway,
        key=derive(installation.master_key(), gateway, generation),
        outbox=Path("outbox.db"),
        local=BrokerSettings(),
        uplink=replace(uplink, username=username_of(gateway, generation), password=password),
    )


def standing(connection: Connection, gateway: str) -> PlacedGateway:
    """Return the gateway of this id where it stands.

    Raises:
        InputError: GWY-006 there is none, or it is revoked.
    """
    for placed in placements.placed_gateways(connection, ACCESS):
        if placed.id == gateway and placed.revoked_at is None:
            return placed
    allowed = "the id of one that stands in a home: see `mimamori gateway list`"
    raise wrong("GWY-006", "gateway", shown(gateway), allowed)
