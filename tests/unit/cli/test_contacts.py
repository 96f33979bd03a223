"""Contact methods on the command line: nothing is used before it was proved by a code."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

import cli.contacts
from alerting.ports import Attempt, Message, Outcome
from cli.desk import ACCESS
from domain.channel import Channel
from storage.register import contact_methods, schema, users
from storage.register.contact_methods import Method, Quiet
from tests.support.fake_notifier import FakeNotifier
from tests.unit.cli.conftest import Office

HOOK = "https://hooks.example/sato"


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> FakeNotifier:
    """A mail server and a webhook that take everything."""
    fake = FakeNotifier()
    ways = {Channel.EMAIL: fake, Channel.WEBHOOK: fake}
    monkeypatch.setattr(cli.contacts, "notifiers_of", lambda _settings, _clock: ways)
    return fake


def methods(office: Office, login: str) -> list[Method]:
    """Return a person's methods."""
    with office.register() as register:
        user = register.read_now(lambda c: users.by_login(c, ACCESS, login))
        assert user is not None
        of = user.id
        return register.read_now(lambda c: contact_methods.of_people(c, ACCESS, [of])).get(of, [])


def code_in(message: Message) -> str:
    """Return the code that a message brings."""
    found = re.search(r"\d{8}", message.body)
    assert found is not None
    return found[0]


def test_a_new_address_is_used_only_after_its_code_came_back(
    office: Office, mail: FakeNotifier
) -> None:
    """`users add --email` sends a code; `contacts prove` takes it."""
    said = office.add_user("suzuki", "--email", "suzuki@city.example")
    (method,) = methods(office, "suzuki")
    (message,) = mail.sent
    assert method.verified_at is None
    assert message.address == "suzuki@city.example"
    assert f"contacts prove {method.id}" in said

    assert "is proved" in office.did("contacts", "prove", method.id, "--code", code_in(message))
    assert methods(office, "suzuki")[0].verified_at is not None
    assert office.booked()[-1] == "contact.prove"
    assert "suzuki@city.example" not in office.did("contacts", "list")


def test_five_wrong_codes_close_the_way(office: Office, mail: FakeNotifier) -> None:
    """After them the right one is refused too, until a new one is sent."""
    office.add_user("suzuki", "--email", "suzuki@city.example")
    (method,) = methods(office, "suzuki")
    right = code_in(mail.sent[-1])
    wrong = "0" * 8 if right != "0" * 8 else "1" * 8
    for _ in range(5):
        office.refused("CNT-004", "contacts", "prove", method.id, "--code", wrong)
    office.refused("CNT-005", "contacts", "prove", method.id, "--code", right)

    office.did("contacts", "code", method.id)
    office.did("contacts", "prove", method.id, "--code", code_in(mail.sent[-1]))
    assert methods(office, "suzuki")[0].verified_at is not None


def test_a_code_that_cannot_be_sent_is_said(office: Office, mail: FakeNotifier) -> None:
    """The operator hears at once that the address does not exist."""
    no = Attempt(outcome=Outcome.REFUSED, error="550 unknown")
    mail.answer("suzuki@city.example", no)
    assert "550 unknown" in office.add_user("suzuki", "--email", "suzuki@city.example")


def test_without_a_mail_server_the_address_is_kept_and_not_used(office: Office) -> None:
    """The code can be sent later."""
    assert "email is not set up" in office.add_user("suzuki", "--email", "suzuki@city.example")
    assert methods(office, "suzuki")[0].verified_at is None


def test_methods_have_an_order_and_a_wait(office: Office, mail: FakeNotifier) -> None:
    """A second one waits; the same one twice is refused; one can be removed."""
    add = ("contacts", "add", "sato", "--channel", "webhook", "--address", HOOK)
    office.did(*add, "--after", "5m")
    first, second = methods(office, "sato")
    assert (first.position, second.position) == (1, 2)
    assert second.after == timedelta(minutes=5)
    office.refused("CNT-002", *add)
    assert len(mail.sent) == 1

    office.did("contacts", "remove", second.id)
    assert [one.id for one in methods(office, "sato")] == [first.id]
    office.refused("CNT-003", "contacts", "remove", second.id)


def test_a_method_is_switched_off_and_on_again(office: Office, mail: FakeNotifier) -> None:
    """It is kept with its proof and its place; a repeat is harmless, and not booked."""
    (only,) = methods(office, "sato")
    for _ in range(2):
        told = office.did("contacts", "disable", only.id)
    assert "sato is told nothing any more" in told
    assert "off since" in office.did("contacts", "list")
    assert office.booked().count("contact.disable") == 1

    for _ in range(2):
        office.did("contacts", "enable", only.id)
    assert methods(office, "sato") == [only]
    assert office.booked().count("contact.enable") == 1
    office.refused("CNT-003", "contacts", "disable", "nosuch")
    assert mail.sent == []


def test_the_last_way_to_who_is_on_call_stays_on(office: Office, mail: FakeNotifier) -> None:
    """Beside another one that is in use it may go off; one that is not proved is none."""
    office.did("oncall", "set", "night", "--person", "sato", "--starts-on", "2026-04-01")
    (only,) = methods(office, "sato")
    office.refused("CNT-007", "contacts", "disable", only.id)

    office.did("contacts", "add", "sato", "--channel", "webhook", "--address", HOOK)
    office.refused("CNT-007", "contacts", "disable", only.id)
    second = methods(office, "sato")[1]
    office.did("contacts", "prove", second.id, "--code", code_in(mail.sent[-1]))
    told = office.did("contacts", "disable", only.id)

    assert "told nothing" not in told
    office.refused("CNT-007", "contacts", "disable", second.id)


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("CNT-001", ["contacts", "add", "sato", "--address", "nobody"]),
        ("CNT-001", ["contacts", "add", "sato", "--channel", "webhook", "--address", "a@b"]),
        ("CNT-001", ["contacts", "add", "sato", "--address", "a@b.example", "--after", "13h"]),
        ("USR-005", ["contacts", "add", "nobody", "--address", "a@b.example"]),
        ("CNT-003", ["contacts", "code", "nosuch"]),
        ("CNT-006", ["contacts", "quiet", "sato", "--from", "22:00"]),
        ("CNT-006", ["contacts", "quiet", "sato", "--from", "22:00", "--until", "25:00"]),
        ("CNT-006", ["contacts", "quiet", "sato", "--from", "7", "--until", "8"]),
    ],
)
def test_what_cannot_be_is_refused_by_name(office: Office, code: str, arguments: list[str]) -> None:
    """And nothing was changed."""
    before = office.rows(schema.contact_method)
    office.refused(code, *arguments)
    assert office.rows(schema.contact_method) == before


def test_quiet_hours_are_set_and_taken_away(office: Office) -> None:
    """Both times, or none."""

    def found() -> list[Quiet]:
        with office.register() as register:
            user = register.read_now(lambda c: users.by_login(c, ACCESS, "sato"))
            assert user is not None
            of = user.id
            return list(
                register.read_now(lambda c: contact_methods.quiet_of(c, ACCESS, [of])).values()
            )

    office.did("contacts", "quiet", "sato", "--from", "22:00", "--until", "07:00")
    assert found() == [Quiet(starts_min=22 * 60, ends_min=7 * 60)]
    office.did("contacts", "quiet", "sato")
    assert found() == []


def test_mail_that_is_no_report_changes_nothing(office: Office) -> None:
    """Anybody may write to the sender's address."""
    typed = "Subject: hello\n\nhow are you?"
    assert "nothing is to be done" in office.did("mail", "bounce", typed=typed)
