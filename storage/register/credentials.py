"""What gateways sign in with at the broker: one credential per generation of their key.

A rotation makes the next generation while the one before stays valid, so that the home is never
dark: until the new one is heard, or until `ends_at`. At most two are valid at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from domain.access import Access
from domain.ids import GatewayId
from storage.register.guard import require_municipality, require_system
from storage.register.schema import gateway, gateway_credential


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One user of the broker; valid now."""

    username: str
    """Also the client id. The gateway's id, from the second generation on with `-gN` behind it."""
    gateway: GatewayId
    generation: int
    password_hash: str
    ends_at: datetime | None
    """By when it ends at the latest; None: until further notice."""


def username_of(gateway_id: GatewayId, generation: int) -> str:
    """Return the user name at the broker; at most 32 characters below generation 10,000."""
    return gateway_id if generation == 1 else f"{gateway_id}-g{generation}"


def add(
    connection: Connection,
    access: Access,
    gateway_id: GatewayId,
    generation: int,
    password_hash: str,
    *,
    now: datetime,
) -> None:
    """Register the credential of one generation; the gateway is there.

    Raises:
        InputError: ACC-001 of another municipality.
    """
    owner = select(gateway.c.municipality_id).where(gateway.c.id == gateway_id)
    municipality = connection.execute(owner).scalar_one()
    require_municipality(access, municipality)
    connection.execute(
        gateway_credential.insert().values(
            username=username_of(gateway_id, generation),
            municipality_id=municipality,
            gateway_id=gateway_id,
            generation=generation,
            password_hash=password_hash,
            created_at=now,
        )
    )


def adopt(
    connection: Connection, access: Access, hashes: Mapping[str, str], *, now: datetime
) -> set[str]:
    """Register passwords that were kept in files before there was this table, by gateway id.

    Returns:
        The gateways that had none here and have one now.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    has_one = select(gateway_credential.c.gateway_id)
    without = select(gateway.c.id, gateway.c.key_generation).where(
        gateway.c.id.in_(hashes), gateway.c.revoked_at.is_(None), gateway.c.id.not_in(has_one)
    )
    rows = connection.execute(without).all()
    for row in rows:
        of, generation = GatewayId(row.id), int(row.key_generation)
        add(connection, access, of, generation, hashes[row.id], now=now)
    return {str(row.id) for row in rows}


def rotate(
    connection: Connection,
    access: Access,
    gateway_id: GatewayId,
    password_hash: str,
    *,
    until: datetime,
    now: datetime,
) -> int:
    """Begin the next generation; the one in use stays valid until the new one is heard or `until`.

    A generation that was begun before and never heard ends at once: its file was lost on the way.

    Returns:
        The new generation.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    last = select(gateway.c.key_generation).where(gateway.c.id == gateway_id)
    generation = int(connection.execute(last).scalar_one()) + 1
    *unheard, in_use = valid(connection, access, gateway_id)
    for lost in unheard:
        _update(connection, lost.username, ended_at=now)
    _update(connection, in_use.username, ends_at=until)
    connection.execute(
        gateway.update().where(gateway.c.id == gateway_id).values(key_generation=generation)
    )
    add(connection, access, gateway_id, generation, password_hash, now=now)
    return generation


def take_over(
    connection: Connection, access: Access, heard: Mapping[GatewayId, int], *, now: datetime
) -> None:
    """End what is older than the generation that was heard, of each gateway; repeats are free.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    for gateway_id, generation in heard.items():
        older = (
            gateway_credential.c.gateway_id == gateway_id,
            gateway_credential.c.generation < generation,
            gateway_credential.c.ended_at.is_(None),
        )
        connection.execute(gateway_credential.update().where(*older).values(ended_at=now))
        connection.execute(
            gateway_credential.update()
            .where(gateway_credential.c.gateway_id == gateway_id)
            .where(gateway_credential.c.generation == generation)
            .values(ends_at=None)
        )


def end_overdue(connection: Connection, access: Access, *, now: datetime) -> list[str]:
    """End the credentials whose time is over; returns their user names.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    is_over = (gateway_credential.c.ends_at <= now, gateway_credential.c.ended_at.is_(None))
    over = connection.execute(select(gateway_credential.c.username).where(*is_over)).scalars()
    names = [str(name) for name in over]
    for name in names:
        _update(connection, name, ended_at=now)
    return names


def valid(
    connection: Connection, access: Access, gateway_id: GatewayId | None = None
) -> list[Credential]:
    """Return what is valid, of one gateway or of all, by gateway and then the newest first.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    query = (
        select(gateway_credential)
        .join(gateway, gateway.c.id == gateway_credential.c.gateway_id)
        .where(gateway_credential.c.ended_at.is_(None), gateway.c.revoked_at.is_(None))
        .order_by(gateway_credential.c.gateway_id, gateway_credential.c.generation.desc())
    )
    if gateway_id is not None:
        query = query.where(gateway_credential.c.gateway_id == gateway_id)
    return [
        Credential(
            username=row.username,
            gateway=GatewayId(row.gateway_id),
            generation=row.generation,
            password_hash=row.password_hash,
            ends_at=row.ends_at,
        )
        for row in connection.execute(query)
    ]


def owners(
    connection: Connection, access: Access, usernames: Collection[str]
) -> dict[str, GatewayId]:
    """Return whose credential each user name is, ended ones included; unknown names are left out.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    query = select(gateway_credential.c.username, gateway_credential.c.gateway_id)
    rows = connection.execute(query.where(gateway_credential.c.username.in_(usernames)))
    return {row.username: GatewayId(row.gateway_id) for row in rows}


def _update(connection: Connection, username: str, **values: datetime) -> None:
    row = gateway_credential.update().where(gateway_credential.c.username == username)
    connection.execute(row.values(**values))
