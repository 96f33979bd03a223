"""Cursors, findings, services, guards: what services leave for each other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from domain.access import Role, of_user, service
from domain.errors import InputError
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import HomeId, MunicipalityId, UserId
from storage.register import cursors, findings, gateways, services
from storage.register.database import Register

T = datetime(2026, 3, 1, tzinfo=UTC)
TEST, OTHER = service("test"), service("other")
FINDING = Finding(
    home=None,
    cause=Cause.SERVICE_FAILED,
    phase=Phase.BEGUN,
    reason=Reason.SERVICE_STOPPED,
    began_at=T,
    found_at=T + timedelta(minutes=1),
    service="ingest",
)


def test_a_cursor_starts_at_zero_and_never_goes_back(register: Register) -> None:
    """Each consumer has its own."""

    def work(connection: Connection) -> list[int]:
        seen = [cursors.position(connection, TEST)]
        for to in (5, 3):
            cursors.advance(connection, TEST, to)
            seen.append(cursors.position(connection, TEST))
        return [*seen, cursors.position(connection, OTHER)]

    assert register.write_now(work) == [0, 5, 5, 0]


def test_a_finding_is_appended_once(register: Register) -> None:
    """The same by its key changes nothing, whatever else it says; positions grow."""

    def work(connection: Connection) -> list[bool]:
        again = replace(FINDING, found_at=T + timedelta(hours=1))
        other = replace(FINDING, service="anomaly")
        return [findings.append(connection, TEST, each) for each in (FINDING, again, other)]

    assert register.write_now(work) == [True, False, True]
    stored = register.read_now(lambda c: findings.after(c, TEST, 0))
    assert stored[0].finding == FINDING
    assert [each.finding.service for each in stored] == ["ingest", "anomaly"]
    assert register.read_now(lambda c: findings.head(c, TEST)) == stored[-1].position


def test_findings_are_read_from_a_place_on(register: Register) -> None:
    """At most as many as asked for, oldest first."""
    many = [replace(FINDING, began_at=T + timedelta(seconds=second)) for second in range(5)]
    register.write_now(lambda c: findings.append_all(c, TEST, many))

    stored = register.read_now(lambda c: findings.after(c, TEST, 1, limit=2))

    assert [each.position for each in stored] == [2, 3]


def test_a_finding_belongs_to_the_municipality_of_its_home(register: Register) -> None:
    """Somebody of another municipality does not see it."""

    def work(connection: Connection) -> tuple[MunicipalityId, HomeId]:
        town = gateways.add_municipality(connection, TEST, "A")
        home = gateways.add_home(
            connection, TEST, municipality_id=town, code="K", time_zone="Asia/Tokyo", now=T
        )
        findings.append(connection, TEST, replace(FINDING, home=home, cause=Cause.HELP))
        return town, home

    town, home = register.write_now(work)
    here = of_user(UserId("x"), Role.AUDITOR, town)
    there = of_user(UserId("y"), Role.AUDITOR, MunicipalityId("another"))
    (mine,) = register.read_now(lambda c: findings.after(c, here, 0))

    assert (mine.municipality, mine.finding.home) == (town, home)
    assert register.read_now(lambda c: findings.after(c, there, 0)) == []
    assert register.read_now(lambda c: findings.head(c, there)) == 0


def test_a_service_that_starts_again_is_counted(register: Register) -> None:
    """Since when, when it moved on last, how often it was started anew."""

    def work(connection: Connection) -> None:
        services.started(connection, TEST, now=T)
        services.progressed(connection, TEST, now=T + timedelta(minutes=1))
        services.started(connection, OTHER, now=T)
        services.started(connection, OTHER, now=T + timedelta(minutes=2))

    register.write_now(work)
    other, test = register.read_now(lambda c: services.states(c, TEST))

    assert (test.since, test.progress_at, test.restarts) == (T, T + timedelta(minutes=1), 0)
    assert (other.since, other.restarts) == (T + timedelta(minutes=2), 1)


@pytest.mark.parametrize(
    "work",
    [
        lambda c, a: cursors.advance(c, a, 1),
        lambda c, a: findings.append(c, a, FINDING),
        lambda c, a: services.started(c, a, now=T),
        lambda c, a: services.progressed(c, a, now=T),
        lambda c, a: gateways.add_municipality(c, a, "B"),
        lambda c, a: gateways.add_home(
            c, a, municipality_id=MunicipalityId("b"), code="K", time_zone="UTC", now=T
        ),
    ],
)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_people_cannot_write_what_only_services_write(
    register: Register, work: object, role: Role
) -> None:
    """Nor into another municipality: refused by name, nothing is written."""
    access = of_user(UserId("x"), role, MunicipalityId("a"))

    with pytest.raises(InputError, match="ACC-001"):
        register.write_now(lambda c: work(c, access))  # type: ignore[operator]
