"""Who is on call: by name, until when, and who is next; for the staff."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from domain.access import Role
from domain.ids import UserId
from domain.on_call import Override, Rotation, Schedule
from storage.register import on_call
from tests.integration.dashboard.conftest import NOW, Office
from tests.integration.dashboard.test_cases import OURS

TOKYO = ZoneInfo("Asia/Tokyo")


def plan(connection: Connection, office: Office, *, first: UserId | None = None) -> None:
    """Let two take turns of a day at half past eight, and a third take over tonight.

    `first` is on call now; else the caseworker is.
    """
    town = office.town
    turns = Rotation(
        people=(first or town.users[Role.CASEWORKER], town.users[Role.ADMINISTRATOR]),
        starts_on=date(2026, 11, 22),
        hand_over=time(8, 30),
        days=1,
    )
    night = Schedule(name="夜間当番", zone=TOKYO, rotation=turns)
    empty = Schedule(name="休日当番", zone=TOKYO, rotation=None)
    for one in (night, empty):
        on_call.save(connection, OURS, town.municipality, one)
    takes_over = Override(
        person=town.users[Role.TECHNICIAN],
        starts_at=NOW + timedelta(hours=12),
        ends_at=NOW + timedelta(hours=20),
    )
    on_call.add_override(connection, OURS, town.municipality, "夜間当番", takes_over, now=NOW)


async def test_present_next_and_overrides_are_told(office: Office) -> None:
    """By name and in the schedule's own time; nobody on call is a warning."""
    await office.register.write(lambda c: plan(c, office))
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get("/on-call")).text

    night = page[page.index("夜間当番") :]
    empty = page[page.index("休日当番") : page.index("夜間当番")]
    assert "<strong>青木 恵</strong>" in night
    assert ">you<" in night
    assert "until 22:10" in night
    assert "22:10 to tomorrow 06:10" in night
    assert "森 健" in night
    assert "tomorrow 08:30" in night
    assert "管理 太郎" in night
    assert "Nobody is on call" in empty
    assert "Nobody is on call" not in night


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.ADMINISTRATOR, Role.AUDITOR])
async def test_the_staff_reads_it(office: Office, role: Role) -> None:
    """Also without a schedule: then it says whom cases go to."""
    async with office.signed_in(role) as client:
        answer = await client.get("/on-call")

    assert answer.status_code == 200
    assert "No schedule is set." in answer.text
