"""The doctor looks at the data folder and its settings, and says what to do."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

import cli.broker_checks
import cli.doctor
import cli.door
from cli.certificates import SERVER_LASTS, keep_own, own_files
from cli.check import Check, Health
from cli.disk import Room
from cli.doctor import examine
from cli.installation import Installation
from cli.settings import FILE
from domain.clock import RealClock
from tests.unit.cli.conftest import Office

MAIL = '[mail]\nhost = "smtp.city.example"\nsender = "mimamori@city.example"\n'


def check_of(folder: Path, name: str) -> Check:
    """Return the one check of this name."""
    (found,) = [check for check in examine(Installation(folder)) if check.name == name]
    return found


def settings(office: Office, text: str) -> None:
    """Write the settings."""
    (office.folder / FILE).write_text(text, "utf-8")


def test_the_disk_of_the_stores_is_looked_at(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may lie on a disk of their own; before the first start, the one where they will be."""
    looked: list[Path] = []

    def look(folder: Path) -> Room:
        looked.append(folder)
        return Room(total=100 << 30, free=9 << 30)

    monkeypatch.setattr(cli.doctor, "look", look)

    assert check_of(office.folder, "Disk").health is Health.BAD
    assert check_of(office.base / "not" / "yet", "Disk").health is Health.BAD
    assert looked == [office.folder / "stores", office.base]


def test_no_mail_is_a_warning(office: Office) -> None:
    """Without mail everything works, and nobody is told: that is said."""
    mail = check_of(office.folder, "Mail")

    assert mail.health is Health.WARNING
    assert "nobody is told" in mail.found
    assert check_of(office.folder, "Settings").health is Health.GOOD


def test_right_settings_are_good(office: Office) -> None:
    """Settings that the services will take are good, with the password in its file."""
    secret = office.folder / "secrets" / "mail"
    secret.write_text("a password\n")
    secret.chmod(0o600)
    settings(office, f'{MAIL}username = "mimamori"\npassword_file = "{secret}"\n')

    for name in ("Settings", "Mail", "Data folder", "Secrets"):
        assert check_of(office.folder, name).health is Health.GOOD


@pytest.mark.parametrize(
    ("code", "name", "text"),
    [
        ("CFG-010", "Settings", "[mail\n"),
        ("CFG-010", "Settings", '[mail]\nhost = "a"\n'),
        ("CFG-010", "Settings", "[pages]\nport = 1\n"),
        ("CFG-020", "Settings", '[page]\npublic_url = "http://city.example"\n'),
        ("CFG-020", "Settings", '[page]\nlanguage = "fr"\n'),
        ("CFG-022", "Settings", '[page]\npublic_url = "https://city.example/?a=b"\n'),
        ("CFG-023", "Mail", '[mail]\nhost = "a"\nsender = "[/nobody]"\n'),
        ("CFG-021", "Mail", MAIL + 'username = "x"\n'),
    ],
)
def test_a_wrong_setting_is_bad_with_its_error(
    office: Office, code: str, name: str, text: str
) -> None:
    """What `up` would refuse is found before, by its code; brackets are no markup."""
    settings(office, text)

    check = check_of(office.folder, name)
    result = office.run("doctor")

    assert check.health is Health.BAD
    assert check.found.startswith(f"{code} ")
    assert check.do
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert code in result.stdout


def test_settings_that_are_no_text(office: Office) -> None:
    """Other bytes than UTF-8 are a wrong file."""
    (office.folder / FILE).write_bytes(b"\xff\xfe")

    assert check_of(office.folder, "Settings").found.startswith("CFG-010 ")


def test_mail_password_file(office: Office) -> None:
    """Missing, empty, not text and readable by others: each is told before a mail is due."""
    secret = office.folder / "mail-password"
    settings(office, f'{MAIL}username = "mimamori"\npassword_file = "{secret}"\n')

    assert "No such file" in check_of(office.folder, "Mail").found
    secret.write_bytes(b"\n")
    secret.chmod(0o600)
    assert "no password" in check_of(office.folder, "Mail").found
    secret.write_bytes(b"\xff")
    assert "not UTF-8" in check_of(office.folder, "Mail").found
    secret.write_text("a password")
    secret.chmod(0o644)
    told = check_of(office.folder, "Mail")
    assert told.found.startswith("SEC-001 ")
    assert told.health is Health.BAD
    assert "a password" not in told.found


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701])
def test_a_folder_that_others_enter_is_bad(office: Office, mode: int) -> None:
    """Who lives alone stands in it: nobody else may look in."""
    office.folder.chmod(mode)

    check = check_of(office.folder, "Data folder")

    assert check.health is Health.BAD
    assert check.do == f"chmod 700 {office.folder}"
    assert office.run("doctor").exit_code == 1


def test_a_folder_of_somebody_else(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started as another user it says so, and looks no further."""

    def refuse(*_: object) -> bool:
        return False

    monkeypatch.setattr(os, "access", refuse)

    names = [check.name for check in examine(Installation(office.folder))]

    assert check_of(office.folder, "Data folder").health is Health.BAD
    assert "Settings" not in names


def test_a_folder_that_is_not_there_is_fine(new_office: Office) -> None:
    """Before the first start there is nothing to find, and nothing is made."""
    assert check_of(new_office.folder, "Data folder").health is Health.GOOD
    assert check_of(new_office.folder, "Settings").health is Health.GOOD
    assert not new_office.folder.exists()


def test_without_mosquitto_it_says_what_works_less(
    new_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demo and replay go on with a stand-in, `up` does not start."""
    monkeypatch.setattr(cli.broker_checks, "find_mosquitto", lambda: None)

    check = check_of(new_office.folder, "Mosquitto")

    assert check.health is Health.WARNING
    assert "up does not start" in check.found


def door(office: Office, more: str = "") -> Check:
    """Return what is found of the door for homes."""
    settings(office, f'[broker]\npublic_host = "broker.city.example"\n{more}')
    return check_of(office.folder, "Door for homes")


def own(office: Office, age: timedelta) -> str:
    """Make an operator's own certificate, as old as that; returns the settings that name it."""
    folder = office.folder / "secrets" / "own"
    keep_own(folder, "broker.city.example", now=RealClock().now() - age)
    files = own_files(folder)
    return (
        f'certificate = "{files.certificate}"\nkey = "{files.key}"\n'
        f'authority = "{files.authority}"\n'
    )


@pytest.mark.parametrize(
    ("left", "health"),
    [(31, Health.GOOD), (30, Health.WARNING), (14, Health.WARNING), (3, Health.BAD)],
)
def test_a_certificate_is_missed_before_homes_miss_it(
    office: Office, left: int, health: Health
) -> None:
    """From 30 days before its end it is a warning, from 3 days on it is bad."""
    found = door(office, own(office, SERVER_LASTS - timedelta(days=left)))

    assert found.health is health
    assert ("renew" in found.do) is (health is not Health.GOOD)


def test_a_certificate_that_is_over_is_bad(office: Office) -> None:
    """The error that the start would give is told, with what to do."""
    found = door(office, own(office, SERVER_LASTS + timedelta(days=1)))

    assert found.health is Health.BAD
    assert found.found.startswith("BRK-004 ")


def test_our_own_certificate_needs_nobody(office: Office) -> None:
    """It is made at the first start; without a public name there is no door."""
    assert check_of(office.folder, "Door for homes").found.startswith("none")
    assert door(office).health is Health.GOOD


def test_broker_files_that_others_may_read_are_bad(office: Office) -> None:
    """Queued messages and sessions lie there."""
    folder = office.folder / "broker"
    folder.mkdir(mode=0o700)
    assert check_of(office.folder, "Broker's files").health is Health.GOOD
    (folder / "mosquitto.db").touch(mode=0o644)

    assert check_of(office.folder, "Broker's files").health is Health.BAD


@pytest.mark.parametrize(
    ("version", "health"), [((2, 0, 9), Health.BAD), ((2, 0, 11), Health.GOOD), (None, Health.GOOD)]
)
def test_a_mosquitto_with_known_holes_is_bad(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    version: tuple[int, int, int] | None,
    health: Health,
) -> None:
    """Too old is told; a version that is not said is not."""
    monkeypatch.setattr(cli.broker_checks, "find_mosquitto", lambda: "/usr/sbin/mosquitto")
    monkeypatch.setattr(cli.door, "version", lambda: version)

    assert check_of(office.folder, "Mosquitto").health is health
