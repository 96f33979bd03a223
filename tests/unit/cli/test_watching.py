"""How far the check goes with which settings, and what `mimamori doctor` says of it."""

from pathlib import Path

import pytest

from cli.check import Health
from cli.settings import FILE, read_settings
from cli.walk import Leg, Reach, stopped_at
from cli.watching import check, inbox_of, reach_of
from domain.errors import InputError
from storage.register.synthetic import Trace

MAIL = '[mail]\nhost = "mail.example"\nsender = "m@city.example"\n'
ADDRESS = '[watching]\naddress = "check@city.example"\n'


def settings_of(folder: Path, text: str) -> Path:
    """Write the settings of a data folder."""
    (folder / FILE).write_text(text)
    return folder


def imap(folder: Path, mode: int = 0o600) -> str:
    """Return the lines that let the mailbox be looked into."""
    path = folder / "imap"
    path.write_text("word\n")
    path.chmod(mode)
    return f'imap_host = "imap.example"\nimap_password_file = "{path}"\n'


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("", Reach.CASE),
        (MAIL, Reach.CASE),
        (ADDRESS, Reach.CASE),
        (MAIL + ADDRESS, Reach.ACCEPTED),
    ],
)
def test_the_check_goes_as_far_as_it_can(tmp_path: Path, text: str, reach: Reach) -> None:
    """Doctor warns of what is not proved, and that nobody outside would notice."""
    settings = read_settings(settings_of(tmp_path, text))

    assert reach_of(settings) is reach
    assert inbox_of(settings) is None
    assert [one.health for one in check(settings)] == [Health.WARNING, Health.WARNING]


def test_with_mailbox_and_switch_nothing_is_missing(tmp_path: Path) -> None:
    """The mailbox is the address's own unless another name is set."""
    switch = 'switch_url = "https://hc-ping.com/secret-word"\n'
    settings = read_settings(settings_of(tmp_path, MAIL + ADDRESS + imap(tmp_path) + switch))
    inbox, found = inbox_of(settings), check(settings)

    assert reach_of(settings) is Reach.MAILBOX
    assert inbox is not None
    assert (inbox.username, inbox.domain) == ("check@city.example", "city.example")
    assert [one.health for one in found] == [Health.GOOD, Health.GOOD]
    assert "secret-word" not in str(found)
    assert "word" not in repr(inbox)


def test_a_password_that_others_may_read_is_bad(tmp_path: Path) -> None:
    """Doctor says so before the service does."""
    settings = read_settings(settings_of(tmp_path, MAIL + ADDRESS + imap(tmp_path, 0o644)))

    assert check(settings)[0].health is Health.BAD


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[watching]\naddress = "two@a.example, two@b.example"\n', "CFG-010"),
        (ADDRESS + 'imap_host = "imap.example"\n', "CFG-010"),
        ('[watching]\nswitch_url = "https://hc-ping.com/1"\n', "CFG-010"),
        (ADDRESS + "imap_port = 0\n", "CFG-010"),
        (ADDRESS + 'switch_method = "PUT"\n', "CFG-010"),
        (ADDRESS + 'switch_url = "http://hc-ping.com/1"\n', "CFG-034"),
    ],
)
def test_what_could_prove_nothing_is_refused(tmp_path: Path, text: str, code: str) -> None:
    """A switch without a mail that is proved, and a mailbox without a password, among others."""
    with pytest.raises(InputError, match=code):
        read_settings(settings_of(tmp_path, MAIL + text))


FOUND = Trace(is_found=True)
OPEN = Trace(is_found=True, is_case_open=True)


@pytest.mark.parametrize(
    ("lost", "trace", "leg"),
    [
        (Leg.BROKER, Trace(), Leg.BROKER),
        (Leg.INGEST, Trace(), Leg.INGEST),
        (None, Trace(), Leg.JOURNAL),
        (None, FOUND, Leg.ALERTING),
        (Leg.INGEST, FOUND, Leg.ALERTING),
        (None, OPEN, Leg.ALERTING),
    ],
)
def test_a_walk_is_where_its_last_trace_is(lost: Leg | None, trace: Trace, leg: Leg) -> None:
    """A receipt that was lost on its way back is no lost press."""
    assert stopped_at(lost, trace, Reach.ACCEPTED) is leg


def test_without_anybody_to_tell_the_case_is_the_end() -> None:
    """Then no message is missed."""
    assert stopped_at(None, OPEN, Reach.CASE) is None
