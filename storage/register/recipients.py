"""Who can be told about a home, and what a message may say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, select

from domain.access import Access, Role
from domain.ids import HomeId, MunicipalityId, ResidentId, SensorId, UserId
from storage.register.contact_tables import in_use
from storage.register.kinds import is_synthetic
from storage.register.schema import (
    assignment,
    consent,
    contact_method,
    home,
    residency,
    sensor_placement,
    user,
)
from storage.register.validity import valid_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody who can be reached; the address is looked up when the message leaves."""

    user: UserId
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeLabel:
    """What may be said of a home outside the system."""

    code: str
    """Such as "K-07"."""
    time_zone: str


def assigned(
    connection: Connection, access: Access, *, to: HomeId, role: Role, now: datetime
) -> list[Recipient]:
    """Return the reachable users of a role to whom a home is assigned at `now`.

    An assignment across municipalities reaches nobody: a home is the matter of its own alone.
    """
    at_home = select(home.c.municipality_id).where(home.c.id == to).scalar_subquery()
    holds = select(assignment.c.user_id).where(
        assignment.c.home_id == to, valid_at(assignment, now)
    )
    return _reachable(
        connection,
        access,
        user.c.id.in_(holds),
        user.c.role == role,
        user.c.municipality_id == at_home,
    )


def of_roles(
    connection: Connection, access: Access, *roles: Role, municipality: MunicipalityId | None
) -> list[Recipient]:
    """Return the reachable users of some roles; of all municipalities where it is None."""
    conditions: list[ColumnElement[bool]] = [user.c.role.in_(roles)]
    if municipality is None:  # a mailbox that nobody reads is nobody told
        conditions.append(~is_synthetic(user.c.municipality_id))
    else:
        conditions.append(user.c.municipality_id == municipality)
    return _reachable(connection, access, *conditions)


def only(connection: Connection, access: Access, person: UserId) -> list[Recipient]:
    """Return one user, or nobody when that user cannot be reached."""
    return _reachable(connection, access, user.c.id == person)


def agreed_to(
    connection: Connection, access: Access, resident: ResidentId, *, now: datetime
) -> list[Recipient]:
    """Return the reachable family to whom a resident agrees at `now`, in whatever scope."""
    agreed = select(consent.c.user_id).where(
        consent.c.resident_id == resident, valid_at(consent, now)
    )
    return _reachable(connection, access, user.c.id.in_(agreed), user.c.role == Role.FAMILY)


def home_label(connection: Connection, access: Access, of: HomeId) -> HomeLabel | None:
    """Return what may be said of a home, None when there is no such home within reach."""
    query = select(home.c.code, home.c.time_zone).where(home.c.id == of)
    if access.municipality is not None:
        query = query.where(home.c.municipality_id == access.municipality)
    row = connection.execute(query).one_or_none()
    return None if row is None else HomeLabel(code=row.code, time_zone=row.time_zone)


def resident_at(
    connection: Connection, access: Access, of: HomeId, at: datetime
) -> ResidentId | None:
    """Return who lived in a home at `at`; the last to move in where several did."""
    query = (
        select(residency.c.resident_id)
        .where(residency.c.home_id == of, valid_at(residency, at))
        .order_by(residency.c.valid_from.desc())
        .limit(1)
    )
    if access.municipality is not None:
        query = query.where(residency.c.municipality_id == access.municipality)
    found = connection.execute(query).scalar()
    return None if found is None else ResidentId(found)


def room_of(connection: Connection, access: Access, sensor: SensorId, at: datetime) -> str | None:
    """Return the room in which a sensor hung at `at`, None when it hung nowhere."""
    query = (
        select(sensor_placement.c.room)
        .where(sensor_placement.c.sensor_id == sensor, valid_at(sensor_placement, at))
        .order_by(sensor_placement.c.valid_from.desc())
        .limit(1)
    )
    if access.municipality is not None:
        query = query.where(sensor_placement.c.municipality_id == access.municipality)
    return connection.execute(query).scalar()


def _reachable(
    connection: Connection, access: Access, *conditions: ColumnElement[bool]
) -> list[Recipient]:
    """Return enabled users with a contact method in use, in a stable order."""
    has_way = exists().where(contact_method.c.user_id == user.c.id, in_use)
    query = select(user.c.id, user.c.language).where(
        user.c.disabled_at.is_(None), has_way, *conditions
    )
    if access.municipality is not None:
        query = query.where(user.c.municipality_id == access.municipality)
    return [
        Recipient(user=UserId(row.id), language=row.language)
        for row in connection.execute(query.order_by(user.c.login))
    ]
