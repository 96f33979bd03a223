"""What pages say when alerts may be late, and what the operator should set up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.access import Role, service
from storage.register import schema, services
from storage.register.notifications import NotificationState
from tests.integration.dashboard.conftest import NOW, Office

CANARY = service("canary")
LATE = timedelta(minutes=3)
PATHS = ("/", "/cases")


async def pages(office: Office, role: Role = Role.CASEWORKER) -> list[str]:
    """Return pages as a person of a role sees them."""
    async with office.signed_in(role) as client:
        paths = [*PATHS, f"/homes/{office.town.homes[0]}"]
        return [(await client.get(path)).text for path in paths]


async def test_messages_that_wait_are_said_on_every_page(office: Office) -> None:
    """O12: with the instant since when, and with what to do; the page does not turn grey by it."""
    table = schema.notification
    waiting = table.update().values(state=NotificationState.PENDING, due_at=NOW - LATE)
    await office.register.write(lambda c: c.execute(waiting))

    for page in await pages(office):
        assert "Messages have been waiting to go out since 10:07: alerts may be late." in page
        assert "call whom you worry about" in page
        assert "banner stale" not in page


async def test_a_check_that_does_not_arrive_is_said_on_every_page(office: Office) -> None:
    """Eleven minutes without a proof; with a new one nothing is said."""
    said = "Whether alerts get through is not proved since 09:59"
    at = NOW - timedelta(minutes=11)
    await office.register.write(lambda c: services.started(c, CANARY, now=at))
    assert all(said in page for page in await pages(office))

    await office.register.write(lambda c: services.progressed(c, CANARY, now=NOW))
    assert not any(said in page for page in await pages(office))


@pytest.mark.parametrize(
    ("role", "is_told"),
    [(Role.ADMINISTRATOR, True), (Role.TECHNICIAN, True), (Role.CASEWORKER, False)],
)
async def test_a_switch_that_is_missing_is_said_to_those_who_can_set_one(
    office: Office,
    role: Role,
    is_told: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """Caseworkers have nothing to do about it."""
    parts = office.app.state.parts
    office.app.state.parts = replace(parts, settings=replace(parts.settings, has_switch=False))

    for page in await pages(office, role):
        assert ("No switch outside is set" in page) is is_told
