"""Scenarios: a city in virtual time, opened with `city_from` and told like a diary."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from alerting.escalation import DEFAULT_POLICIES
from alerting.plans import as_stored
from domain.access import Role
from domain.clock import VirtualClock
from domain.ids import MunicipalityId
from ingest.directory import Directory
from storage.register import gateways, policies, residents, services
from storage.register.residents import Person
from storage.register.vault import Vault
from storage.stores import Stores
from tests.support.scenario_city import EARS, SYSTEM, TOKYO, City
from tests.support.scenario_home import SENSORS, Home
from tests.support.scenario_mail import Mail
from tests.support.scenario_people import STAFF, look_after, settled_town

PEOPLE = STAFF | {"resident": Role.FAMILY}
"""Those who are told. `resident` is the mailbox of who lives there: nobody writes to it but
`City.ask_first`."""
WEEK = timedelta(days=7)


@asynccontextmanager
async def city_from(
    folder: Path,
    begins: str,
    *,
    known_days: int = 0,
    codes: Iterable[str] = ("K-07",),
    restart_each: int | None = None,
    patience: timedelta | None = WEEK,
) -> AsyncIterator[City]:
    """Open a city and run its services; at the end nobody was told what no line expected.

    Args:
        folder: For the stores.
        begins: Local date and time, such as `2026-03-10 06:00`.
        known_days: So many days before were lived by the same simple day and are in the stores.
        codes: Of the homes.
        restart_each: See `City`.
        patience: Time for the next word of whoever took a case on; None: as long as is usual. Most
            diaries are about something else, and their people are as good as their word.
    """
    start = datetime.fromisoformat(begins).replace(tzinfo=TOKYO).astimezone(UTC)
    long_ago = start - timedelta(days=known_days + 1)
    clock = VirtualClock(start)
    with Stores.open(folder) as stores:
        vault = Vault.open_or_create(folder / "vault.key")
        municipality, people = stores.register.write_now(
            lambda c: settled_town(c, PEOPLE, now=long_ago)
        )
        city = City(
            stores=stores,
            vault=vault,
            clock=clock,
            mail=Mail(clock),
            directory=Directory(stores.register, clock),
            municipality=municipality,
            people=people,
            restart_each=restart_each,
        )
        if patience is not None:
            stores.register.write_now(partial(_be_patient, city=municipality, patience=patience))
        for code in codes:
            home = stores.register.write_now(partial(_enrol, city=city, code=code, now=long_ago))
            city.homes.append(home)
            for at in _usual_days(start, known_days):
                home.feel("kitchen", at)
        for ear in EARS:
            stores.register.write_now(partial(services.started, access=ear, now=start))
        city.start()
        try:
            await city.deliver()
            await city.settle()
            yield city
        finally:
            await city.stop()
        city.expect_no_more_mail()


def _be_patient(connection: Connection, *, city: MunicipalityId, patience: timedelta) -> None:
    for ladder, steps in DEFAULT_POLICIES.items():
        policies.save(
            connection,
            SYSTEM,
            municipality=city,
            home=None,
            ladder=ladder,
            steps=as_stored(steps),
            patience=patience,
        )


def _usual_days(start: datetime, days: int) -> Iterable[datetime]:
    """Return the activity of some days before `start`: up at about 07:00, to bed at about 22:00."""
    chance = random.Random(7)  # noqa: S311 (a simulation)
    midnight = start.astimezone(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(-days, 1) if days else ():
        at = midnight + timedelta(days=day, minutes=chance.uniform(400, 440))
        bed = midnight + timedelta(days=day, minutes=chance.uniform(1_300, 1_340))
        while at < min(bed, start):
            yield at.astimezone(UTC).replace(microsecond=0)
            is_pause = chance.random() < 0.1
            gap = chance.uniform(30, 120) if is_pause else 1 + chance.expovariate(1 / 5)
            at += timedelta(minutes=gap)


def _enrol(connection: Connection, *, city: City, code: str, now: datetime) -> Home:
    home = gateways.add_home(
        connection,
        SYSTEM,
        municipality_id=city.municipality,
        code=code,
        time_zone="Asia/Tokyo",
        now=now,
    )
    residents.add(
        connection,
        SYSTEM,
        city.vault,
        municipality=city.municipality,
        home=home,
        person=Person(name="Yamada Hana"),
        now=now,
    )
    gateway, sensors = gateways.add_gateway(
        connection, SYSTEM, home_id=home, sensors=SENSORS, now=now
    )
    look_after(connection, city.people, home, town=city.municipality, now=now)
    return Home(id=home, code=code, gateway=gateway, sensors=sensors)
