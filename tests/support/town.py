"""A small town for tests: two homes, those who look after them, and findings about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from domain.access import Access, Role, of_user, service
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import HomeId, MunicipalityId, ResidentId, UserId, new_id
from storage.register import gateways, users
from storage.register.schema import METADATA, residency, resident

NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
"""12:00 in Tokyo."""
LONG_AGO = NOON - timedelta(days=400)
SYSTEM = service("test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Who and what there is; the mail of user `x` goes to `x@city.example`."""

    id: MunicipalityId
    home: HomeId
    """K-07: assigned to the caseworker `sato`, and to nobody else."""
    other_home: HomeId
    """K-08: assigned to nobody."""
    resident: ResidentId
    people: dict[str, UserId]
    roles: dict[str, Role]

    def access(self, login: str) -> Access:
        """Return what a user may reach."""
        return of_user(self.people[login], self.roles[login], self.id)


PEOPLE = {
    "sato": Role.CASEWORKER,
    "ito": Role.CASEWORKER,
    "kato": Role.TECHNICIAN,
    "admin": Role.ADMINISTRATOR,
    "audit": Role.AUDITOR,
    "family": Role.FAMILY,
}


def build(connection: Connection, *, people: dict[str, Role] | None = None) -> Town:
    """Build the town."""
    roles = PEOPLE if people is None else people
    city = gateways.add_municipality(connection, SYSTEM, "Example City")
    homes = [
        gateways.add_home(
            connection,
            SYSTEM,
            municipality_id=city,
            code=code,
            time_zone="Asia/Tokyo",
            now=LONG_AGO,
        )
        for code in ("K-07", "K-08")
    ]
    ids = {login: add_user(connection, city, login, role) for login, role in roles.items()}
    if "sato" in ids:
        users.assign(
            connection, SYSTEM, user=ids["sato"], home=homes[0], municipality=city, now=LONG_AGO
        )
    lives_there = ResidentId(new_id())
    connection.execute(
        resident.insert().values(id=lives_there, municipality_id=city, created_at=LONG_AGO)
    )
    connection.execute(
        residency.insert().values(
            id=new_id(),
            municipality_id=city,
            resident_id=lives_there,
            home_id=homes[0],
            valid_from=LONG_AGO,
        )
    )
    return Town(
        id=city,
        home=homes[0],
        other_home=homes[1],
        resident=lives_there,
        people=ids,
        roles=roles,
    )


def add_user(
    connection: Connection,
    city: MunicipalityId,
    login: str,
    role: Role,
    *,
    language: str = "ja",
    now: datetime = LONG_AGO,
) -> UserId:
    """Add a user with a mailbox."""
    return users.add(
        connection,
        SYSTEM,
        municipality=city,
        login=login,
        display_name=login.title(),
        role=role,
        email=f"{login}@city.example",
        language=language,
        password_hash="-",
        now=now,
    )


def a_finding(
    home: HomeId | None,
    *,
    cause: Cause = Cause.INACTIVITY,
    phase: Phase = Phase.BEGUN,
    reason: Reason = Reason.SILENCE_PAST_DEADLINE,
    began_at: datetime = NOON,
    found_at: datetime | None = None,
    last_activity_at: datetime | None = None,
    blind_since: datetime | None = None,
    service_name: str | None = None,
) -> Finding:
    """Make a finding; without words for it, that of a long silence."""
    return Finding(
        home=home,
        cause=cause,
        phase=phase,
        reason=reason,
        began_at=began_at,
        found_at=found_at or began_at,
        last_activity_at=last_activity_at,
        blind_since=blind_since,
        service=service_name,
    )


def in_memory() -> Engine:
    """Make a register in memory; roll each test's transaction back to begin anew."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi_connection: object, record: object) -> None:
        del record
        dbapi_connection.isolation_level = None  # type: ignore[attr-defined]
        dbapi_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    METADATA.create_all(engine)
    return engine


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose work is undone at the end."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
