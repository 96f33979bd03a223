"""The town of a street: four people who work, and homes that are assigned to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.access import Access, Role, of_user
from domain.ids import HomeId, MunicipalityId, UserId
from storage.register import gateways, users
from tests.support.scenario_city import SYSTEM

PEOPLE = {
    "caseworker": Role.CASEWORKER,
    "colleague": Role.CASEWORKER,
    "technician": Role.TECHNICIAN,
    "administrator": Role.ADMINISTRATOR,
}


def settle_town(
    connection: Connection, *, homes: int, now: datetime
) -> tuple[MunicipalityId, dict[str, Access], dict[str, HomeId]]:
    """Make the town as it was a month before `now`."""
    since = now - timedelta(days=30)
    town = gateways.add_municipality(connection, SYSTEM, "Example City")
    people = {}
    for login, role in PEOPLE.items():
        user = users.add(
            connection,
            SYSTEM,
            municipality=town,
            login=login,
            display_name=login.title(),
            role=role,
            email=f"{login}@city.example",
            language="en",
            password_hash="-",
            now=since,
        )
        people[login] = of_user(user, role, town)
    codes = {}
    for number in range(1, homes + 1):
        code = f"K-{number:03}"
        codes[code] = gateways.add_home(
            connection,
            SYSTEM,
            municipality_id=town,
            code=code,
            time_zone="Asia/Tokyo",
            now=since,
        )
        for login in ("caseworker", "technician"):
            users.assign(
                connection,
                SYSTEM,
                user=UserId(people[login].actor),
                home=codes[code],
                municipality=town,
                now=since,
            )
    return town, people, codes
