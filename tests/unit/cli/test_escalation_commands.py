"""On-call schedules and policies from the command line: nobody out of reach at any hour."""

from __future__ import annotations

import pytest

from storage.register import schema
from tests.unit.cli.conftest import Office

NIGHT = ("oncall", "set", "night", "--starts-on", "2026-04-01", "--hand-over", "17:15")


def test_schedule_is_set_and_shown(office: Office) -> None:
    """Who is on call now, by which rule, and who is next."""
    office.add_user("ito", "--email", "ito@city.example")
    told = office.did(*NIGHT, "--person", "sato", "--person", "ito", "--days", "1")

    assert told.startswith("night (Asia/Tokyo)\nnow ")
    assert "sato" in told
    assert "ito" in told
    assert office.did("oncall", "show", "night") == told
    assert "rotation" in office.did("oncall", "list")
    assert office.booked()[-1] == "oncall.set"


def test_override_takes_over(office: Office) -> None:
    """From its begin to its end, and the rotation goes on."""
    office.add_user("ito", "--email", "ito@city.example")
    office.did(*NIGHT, "--person", "sato")
    until = ("--from", "2026-01-01T00:00", "--until", "2099-01-01T00:00")

    told = office.did("oncall", "override", "night", "ito", *until)

    assert [line.split()[1] for line in told.splitlines()[1:2]] == ["ito"]
    assert "override" in told
    assert office.booked()[-1] == "oncall.override"


@pytest.mark.parametrize(
    "wrong",
    [
        ("oncall", "set", "Night!", "--starts-on", "2026-04-01", "--person", "sato"),
        (*NIGHT, "--person", "sato", "--days", "29"),
        (*NIGHT, "--person", "sato", "--zone", "Mars/Base"),
        (*NIGHT, "--person", "sato", "--hours", "someday=08:00-09:00"),
        (*NIGHT, "--person", "sato", "--hours", "mon=08:00-25:00"),
        ("oncall", "set", "night", "--starts-on", "tomorrow", "--person", "sato"),
    ],
)
def test_schedule_that_makes_no_sense_is_refused(office: Office, wrong: tuple[str, ...]) -> None:
    """Named, and nothing is saved."""
    office.refused("OCL-002", *wrong)
    assert office.rows(schema.on_call_schedule) == []


def test_override_that_is_over_is_refused(office: Office) -> None:
    """An end before now, or before its begin, puts nobody on call."""
    office.did(*NIGHT, "--person", "sato")
    past = ("--from", "2020-01-01T00:00", "--until", "2020-01-02T00:00")
    office.refused("OCL-002", "oncall", "override", "night", "sato", *past)
    office.refused("OCL-001", "oncall", "override", "day", "sato", *past)


def test_policy_is_set_and_shown(office: Office) -> None:
    """The steps in order, with those that nobody has set beside them."""
    office.did(*NIGHT, "--person", "sato")
    office.did(
        "policy", "set", "resident", "--step", "on_call:night=5m", "--step", "caseworkers=10m"
    )

    told = office.did("policy", "show")
    assert "resident   all homes            on_call:night=5m > caseworkers=10m" in told
    assert "technical  all homes (default)  technicians=60m > administrators=60m" in told
    assert office.booked()[-1] == "policy.set"


def test_policy_of_one_home(office: Office) -> None:
    """A home of its own, with the time its people need."""
    office.did("users", "assign", "sato", "K-01")
    told = office.did(
        *("policy", "set", "call", "--step", "assigned", "--home", "K-01", "--patience", "30m")
    )
    assert told.splitlines()[1].split() == ["call", "K-01", "assigned=10m", "30m"]


def test_step_without_anybody_is_refused(office: Office) -> None:
    """There is no technician: the step is named."""
    said = office.refused("POL-001", "policy", "set", "technical", "--step", "technicians=60m")
    assert said.startswith("POL-001 step 1 (technicians): it reaches nobody at any hour;")
    said = office.refused("POL-001", "policy", "set", "resident", "--step", "assigned=60m")
    assert "step 1 (assigned)" in said


def test_hour_without_anybody_is_refused(office: Office) -> None:
    """Only the office is on call, by day: the first hour of the night is named, and the step."""
    office.did(*NIGHT, "--person", "sato", "--hours", "mon-sun=08:00-18:00")
    said = office.refused("POL-002", "policy", "set", "resident", "--step", "on_call:night=10m")
    assert "step 1 (on_call:night): neither it nor a step before it reaches anybody on 20" in said
    assert office.rows(schema.escalation_policy) == []
    office.did("policy", "set", "resident", "--step", "on_call:night", "--step", "caseworkers")


def test_schedule_that_opens_a_gap_in_a_policy_is_refused(office: Office) -> None:
    """A schedule that a policy relies on cannot be closed at night."""
    office.did(*NIGHT, "--person", "sato")
    office.did("policy", "set", "resident", "--step", "on_call:night=10m")

    office.refused("POL-002", *NIGHT, "--person", "sato", "--hours", "mon-fri=08:30-17:15")
    office.add_user("nomail")
    office.refused("POL-002", *NIGHT, "--person", "sato", "--person", "nomail")
    until = ("--from", "2026-01-01T00:00", "--until", "2099-01-01T00:00")
    office.refused("POL-001", "oncall", "override", "night", "nomail", *until)


@pytest.mark.parametrize(
    "step", ["nobody=10m", "assigned=10s", "assigned=2d", "on_call=10m", "assigned:night=10m"]
)
def test_step_that_makes_no_sense_is_refused(office: Office, step: str) -> None:
    """A word, a wait or a schedule that cannot be."""
    office.refused("POL-003", "policy", "set", "resident", "--step", step)


def test_unknown_schedule_is_refused(office: Office) -> None:
    """A step for a schedule that is not there would call nobody."""
    office.refused("OCL-001", "policy", "set", "resident", "--step", "on_call:night=10m")
    office.refused("OCL-001", "oncall", "show", "night")
    office.refused("POL-003", "policy", "set", "call", "--step", "caseworkers", "--patience", "1m")


def test_asking_needs_a_way_to_ask(office: Office) -> None:
    """Minutes with a mailbox, or none at all."""
    ask = ("policy", "ask", "K-01", "--minutes")
    assert "for 10 min" in office.did(*ask, "10", "--contact", "sato")
    office.refused("POL-004", *ask, "10")
    office.refused("POL-004", *ask, "31", "--contact", "sato")
    office.refused("POL-004", *ask, "10", "--contact", "admin")
    assert "not asked" in office.did(*ask, "0")
    (row,) = office.rows(schema.asking)
    assert (row.minutes, row.contact) == (0, None)
