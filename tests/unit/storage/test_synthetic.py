"""The synthetic home: registered once, followed press by press, and in nobody's way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from alerting import morning
from alerting.intake import follow
from alerting.morning import MorningConfig
from domain.access import Role, of_user, service
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import HomeId
from storage.register import (
    cases,
    detection,
    digests,
    findings,
    gateways,
    homes,
    notifications,
    outbox_lists,
    placements,
    recipients,
    services,
    synthetic,
    users,
)
from storage.register.case_pages import cases as listed_cases
from storage.register.cases import StoredCase
from storage.register.database import Register
from storage.register.schema import case as case_table
from storage.register.schema import case_event, daily_record, episode, finding, notification
from storage.register.schema import home as home_table
from storage.register.synthetic import SyntheticHome, Trace
from storage.register.vault import Vault

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ME = service("canary")
ALERTING = service("alerting")


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    """Return a register."""
    with Register.open(tmp_path / "register.db") as opened:
        yield opened


@pytest.fixture
def synthetic_home(register: Register) -> SyntheticHome:
    """Return the registered synthetic home, whose mail goes to an address."""
    return register.write_now(
        lambda c: synthetic.ensure(c, ME, address="check@city.example", password_hash="-", now=NOW)
    )


def registered(register: Register, *, address: str | None, now: datetime = NOW) -> SyntheticHome:
    """Register it, or find it."""
    return register.write_now(
        lambda c: synthetic.ensure(c, ME, address=address, password_hash="-", now=now)
    )


def press(register: Register, home: HomeId, at: datetime) -> None:
    """Write the finding of a press, and let alerting follow it."""
    found = Finding(
        home=home,
        cause=Cause.HELP,
        phase=Phase.BEGUN,
        reason=Reason.BUTTON_PRESSED,
        began_at=at,
        found_at=at,
    )
    register.write_now(lambda c: findings.append(c, ME, found))
    register.write_now(lambda c: follow(c, ALERTING, base_url="https://m.example", now=at))


def traced(register: Register, of: SyntheticHome, at: datetime) -> Trace:
    """Return how far the press of an instant has come."""
    return register.read_now(lambda c: synthetic.trace(c, ME, of, pressed_at=at))


def only_case(register: Register, of: HomeId) -> StoredCase:
    """Return the one open press of a home."""
    found = register.read_now(lambda c: cases.open_of_matter(c, ALERTING, f"{of}|help"))
    assert found is not None
    return found


def test_it_is_registered_once(register: Register, synthetic_home: SyntheticHome) -> None:
    """A second start finds the same home, and only its address changes."""
    again = register.write_now(
        lambda c: synthetic.ensure(c, ME, address=None, password_hash="-", now=NOW + MINUTE)
    )

    assert again == synthetic_home


def test_a_press_is_followed_to_its_message(
    register: Register, synthetic_home: SyntheticHome
) -> None:
    """Before it is found nothing is known of it; then a case and one message are."""
    assert traced(register, synthetic_home, NOW) == Trace()

    press(register, synthetic_home.home, NOW)

    found = traced(register, synthetic_home, NOW)
    assert found.is_found
    assert found.is_case_open
    assert found.message is not None
    assert not found.is_accepted


def test_without_an_address_the_case_is_as_far_as_it_goes(register: Register) -> None:
    """Nobody can be told, and no other person is told instead."""
    city = register.write_now(lambda c: gateways.add_municipality(c, ME, "City"))
    for role in (Role.CASEWORKER, Role.TECHNICIAN, Role.ADMINISTRATOR):
        register.write_now(
            lambda c, role=role: users.add(  # type: ignore[misc]  # bound at once
                c,
                ME,
                municipality=city,
                login=role,
                display_name=role,
                role=role,
                email=f"{role}@city.example",
                language="en",
                password_hash="-",
                now=NOW,
            )
        )
    home = register.write_now(
        lambda c: synthetic.ensure(c, ME, address=None, password_hash="-", now=NOW)
    )

    press(register, home.home, NOW)

    found = traced(register, home, NOW)
    assert found.is_case_open
    assert found.message is None


def test_its_mailbox_gets_no_late_list(register: Register, synthetic_home: SyntheticHome) -> None:
    """Each check is looked for by its own Message-ID, also when several waited for hours."""
    for minutes in (0, 5, 10):
        press(register, synthetic_home.home, NOW + minutes * MINUTE)
    later = NOW + timedelta(hours=2)

    waiting = register.read_now(lambda c: notifications.unfinished(c, ALERTING, due_by=later))
    late = register.read_now(
        lambda c: outbox_lists.candidates(c, ALERTING, late_before=later, now=later)
    )
    assert (waiting, late) == (3, [])


def test_its_cases_end_by_themselves_and_leave_nothing(
    register: Register, synthetic_home: SyntheticHome
) -> None:
    """They are closed at the next press, and an hour later nothing is left of them."""
    press(register, synthetic_home.home, NOW)
    register.write_now(lambda c: synthetic.tidy(c, ME, synthetic_home, now=NOW + MINUTE))
    later = NOW + MINUTE + synthetic.KEPT
    press(register, synthetic_home.home, later)
    assert traced(register, synthetic_home, NOW).message is not None

    register.write_now(lambda c: synthetic.tidy(c, ME, synthetic_home, now=later + MINUTE))

    assert traced(register, synthetic_home, NOW) == Trace()
    assert traced(register, synthetic_home, later).message is not None
    tables = (case_table, episode, case_event, notification, finding)
    counts = register.read_now(lambda c: [len(c.execute(table.select()).all()) for table in tables])
    assert counts[:2] == [1, 1]
    assert counts[3:] == [1, 1]


def test_its_cases_take_no_number_from_people(
    register: Register, synthetic_home: SyntheticHome
) -> None:
    """Theirs count downwards; the first case of a real home is number 1."""
    city = register.write_now(lambda c: gateways.add_municipality(c, ME, "City"))
    real = register.write_now(
        lambda c: gateways.add_home(
            c, ME, municipality_id=city, code="K-01", time_zone="Asia/Tokyo", now=NOW
        )
    )

    press(register, synthetic_home.home, NOW)
    press(register, real, NOW)

    assert only_case(register, synthetic_home.home).number == -1
    assert only_case(register, real).number == 1


def test_it_is_in_no_list(
    register: Register, synthetic_home: SyntheticHome, tmp_path: Path
) -> None:
    """Neither people's lists nor those of our own services show it, and the detector passes by."""
    city = register.write_now(lambda c: gateways.add_municipality(c, ME, "City"))
    vault = Vault.open_or_create(tmp_path / "vault.key")
    admin = register.write_now(
        lambda c: users.add(
            c,
            ME,
            municipality=city,
            login="admin",
            display_name="A",
            role=Role.ADMINISTRATOR,
            email=None,
            language="en",
            password_hash="-",
            now=NOW,
        )
    )
    press(register, synthetic_home.home, NOW)
    seen_by = (ME, of_user(admin, Role.ADMINISTRATOR, city))

    assert register.read_now(lambda c: gateways.municipalities(c, ME)) == [(city, "City")]
    assert register.read_now(lambda c: gateways.fitted(c, ME)) == []
    assert register.read_now(lambda c: placements.named_homes(c, ME)) == []
    assert register.read_now(lambda c: placements.placed_gateways(c, ME)) == []
    assert [one.id for one in register.read_now(lambda c: users.everyone(c, ME))] == [admin]
    assert register.read_now(lambda c: users.count(c, ME)) == 1
    told = register.read_now(
        lambda c: recipients.of_roles(c, ME, Role.CASEWORKER, municipality=None)
    )
    assert told == []
    ids = [synthetic_home.home]
    assert register.read_now(lambda c: detection.homes(c, ME, ids, now=NOW)) == []
    for access in seen_by:
        assert register.read_now(lambda c, a=access: homes.summaries(c, a, vault, now=NOW)) == []  # type: ignore[misc]  # bound at once
    assert (
        register.read_now(lambda c: listed_cases(c, seen_by[1], vault, resolved_since=NOW, now=NOW))
        == []
    )


def test_services_neither_list_nor_count_it_in_the_morning(
    register: Register, synthetic_home: SyntheticHome, tmp_path: Path
) -> None:
    """Its open case is in no list of a service, and it is in no line or record of a digest."""
    vault = Vault.open_or_create(tmp_path / "vault.key")
    press(register, synthetic_home.home, NOW)
    assert only_case(register, synthetic_home.home) is not None
    late = NOW + timedelta(days=1, hours=12)

    register.write_now(
        lambda c: morning.work(c, MorningConfig(base_url="https://m.example"), now=late)
    )

    assert (
        register.read_now(lambda c: listed_cases(c, ALERTING, vault, resolved_since=NOW, now=NOW))
        == []
    )
    assert register.read_now(lambda c: morning.lines(c, ALERTING, now=late)) == []
    assert register.read_now(lambda c: digests.zones(c, ALERTING)) == []
    kept = select(func.count()).select_from(daily_record)
    assert register.read_now(lambda c: c.execute(kept).scalar_one()) == 0


def test_no_day_waits_for_its_record(register: Register, synthetic_home: SyntheticHome) -> None:
    """Beside a home in the same zone, whose record is taken, the morning's work is done."""
    assert synthetic_home.home
    city = register.write_now(lambda c: gateways.add_municipality(c, ME, "City"))
    (zone,) = register.read_now(lambda c: c.execute(select(home_table.c.time_zone)).scalars())
    register.write_now(
        lambda c: gateways.add_home(
            c, ME, municipality_id=city, code="K-01", time_zone=zone, now=NOW
        )
    )
    settings, late = MorningConfig(base_url="https://m.example"), NOW + timedelta(days=1)
    register.write_now(lambda c: morning.work(c, settings, now=late))

    assert register.read_now(lambda c: morning.is_settled(c, settings, now=late))


def test_its_messages_are_no_messages_that_wait(
    register: Register, synthetic_home: SyntheticHome
) -> None:
    """The outbox counts as standing still since its oldest message, but not for a check's."""
    city = register.write_now(lambda c: gateways.add_municipality(c, ME, "City"))
    register.write_now(
        lambda c: users.add(
            c,
            ME,
            municipality=city,
            login="worker",
            display_name="W",
            role=Role.CASEWORKER,
            email="worker@city.example",
            language="en",
            password_hash="-",
            now=NOW,
        )
    )
    real = register.write_now(
        lambda c: gateways.add_home(
            c, ME, municipality_id=city, code="K-01", time_zone="Asia/Tokyo", now=NOW
        )
    )

    press(register, synthetic_home.home, NOW)
    assert register.read_now(lambda c: services.states(c, ME)) == []
    press(register, real, NOW + MINUTE)

    (outbox,) = register.read_now(lambda c: services.states(c, ME))
    assert (outbox.name, outbox.progress_at) == (services.OUTBOX, NOW + MINUTE)
