"""Who is told in scenarios, and whose homes they look after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from domain.access import Access, Role, of_user
from domain.ids import HomeId, MunicipalityId, UserId
from storage.register import gateways, users
from tests.support.town import SYSTEM, add_user

STAFF = {
    "caseworker": Role.CASEWORKER,
    "colleague": Role.CASEWORKER,
    "technician": Role.TECHNICIAN,
    "administrator": Role.ADMINISTRATOR,
}
"""The homes are assigned to `caseworker` and `technician`."""


def settled_town(
    connection: Connection, roles: Mapping[str, Role], *, now: datetime
) -> tuple[MunicipalityId, dict[str, Access]]:
    """Found a town whose people have a proved mailbox each and are told in English."""
    town = gateways.add_municipality(connection, SYSTEM, "Example City")
    people = {}
    for login, role in roles.items():
        user = add_user(connection, town, login, role, language="en", now=now)
        people[login] = of_user(user, role, town)
    return town, people


def look_after(
    connection: Connection,
    people: Mapping[str, Access],
    home: HomeId,
    *,
    town: MunicipalityId,
    now: datetime,
) -> None:
    """Assign a home to `caseworker` and `technician`."""
    for login in ("caseworker", "technician"):
        user = UserId(people[login].actor)
        users.assign(connection, SYSTEM, user=user, home=home, municipality=town, now=now)
