"""The doctor looks at the data folder and its settings, and says what to do."""

import os
from pathlib import Path

import pytest

import cli.doctor
from cli.doctor import Check, Health, examine
from cli.installation import Installation
from cli.settings import FILE
from tests.unit.cli.conftest import Office

MAIL = '[mail]\nhost = "smtp.city.example"\nsender = "mimamori@city.example"\n'


def check_of(folder: Path, name: str) -> Check:
    """Return the one check of this name."""
    (found,) = [check for check in examine(Installation(folder)) if check.name == name]
    return found


def settings(office: Office, text: str) -> None:
    """Write the settings."""
    (office.folder / FILE).write_text(text, "utf-8")


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
    monkeypatch.setattr(cli.doctor, "find_mosquitto", lambda: None)

    check = check_of(new_office.folder, "Mosquitto")

    assert check.health is Health.WARNING
    assert "up does not start" in check.found
