"""One's own contact methods on the pages: proved by a code, limited, and nobody else's."""

import logging
import re

import httpx2
import pytest
from sqlalchemy import Connection, select

from alerting.contact_rules import choose
from alerting.own_contacts import MOST
from alerting.ports import Attempt, Outcome
from dashboard.web.code_limit import MOST as MOST_CODES
from dashboard.web.code_limit import PER
from domain.access import Role, service
from domain.channel import Channel
from storage.register import contact_methods, recipients, schema, users
from storage.register.contact_methods import Failing, Method, Quiet
from tests.integration.dashboard.conftest import NOW, Office
from tests.integration.dashboard.test_on_call import TOKYO, plan

OURS = service("test")
ADDRESS = "hanako.private@mail.example"
NEW = {"channel": "email", "address": ADDRESS, "after": "5"}
HOOK = {"channel": "webhook", "address": "https://hooks.example/secret"}


async def methods(office: Office, role: Role = Role.FAMILY) -> list[Method]:
    """Return the methods of the user of a role, in order."""
    user = office.town.users[role]
    found = await office.register.read(lambda c: contact_methods.of_people(c, OURS, [user]))
    return found.get(user, [])


async def told(client: httpx2.AsyncClient, path: str, **form: str) -> str:
    """Send a form and return the page that follows."""
    answer = await client.post(path, data=form)
    assert answer.status_code == 303, answer.text
    return (await client.get(answer.headers["location"])).text


def code_of(office: Office) -> str:
    """Return the newest code that was sent."""
    found = re.search(r"\d{8}", office.mail.sent[-1].body)
    assert found is not None
    return found[0]


async def test_a_new_address_is_used_once_its_code_came_back(office: Office) -> None:
    """It is listed, marked as not used, proved by what came over it, and used from then on."""
    async with office.signed_in(Role.FAMILY) as client:
        page = await told(client, "/contacts", **NEW)
        assert "A code is on its way" in page
        assert "Not used yet: the code is missing" in page
        added = (await methods(office))[-1]
        assert (added.address, added.verified_at) == (ADDRESS, None)
        assert office.mail.sent[-1].address == ADDRESS

        wrong = "0" * 8 if code_of(office) != "0" * 8 else "1" * 8
        path = f"/contacts/{added.id}/prove"
        assert "That is another code." in await told(client, path, code=wrong)
        page = await told(client, path, code=code_of(office))

    assert "It is proved and is used from now on." in page
    assert (await methods(office))[-1].verified_at == NOW


async def test_the_code_and_the_address_are_in_no_log(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in the log of the process nor in the audit log."""
    caplog.set_level(logging.DEBUG)
    async with office.signed_in(Role.FAMILY) as client:
        await told(client, "/contacts", **NEW)
    rows = await office.register.read(lambda c: c.execute(select(schema.audit)).all())

    written = caplog.text + str(rows)
    assert "contact.code" in written
    for secret in (ADDRESS, "hanako.private", code_of(office)):
        assert secret not in written


@pytest.mark.parametrize("action", ["code", "prove", "after", "disable", "enable", "remove"])
@pytest.mark.parametrize("role", [Role.FAMILY, Role.CASEWORKER, Role.ADMINISTRATOR])
async def test_another_persons_method_looks_missing(
    office: Office, role: Role, action: str
) -> None:
    """Whoever asks: nothing is shown, sent or changed."""
    (theirs,) = before = await methods(office, Role.TECHNICIAN)
    async with office.signed_in(role) as client:
        form = {"code": "1", "after": "5", "sure": "yes"}
        answer = await client.post(f"/contacts/{theirs.id}/{action}", data=form)
        page = (await client.get("/contacts")).text

    assert answer.status_code == 404
    assert theirs.address not in page
    assert office.mail.sent == []
    assert await methods(office, Role.TECHNICIAN) == before


async def test_codes_are_limited_in_an_hour(office: Office) -> None:
    """Else anybody signed in could fill a stranger's mailbox."""
    async with office.signed_in(Role.FAMILY) as client:
        await told(client, "/contacts", **NEW)
        path = f"/contacts/{(await methods(office))[-1].id}/code"
        for _ in range(MOST_CODES - 1):
            assert "A code is on its way" in await told(client, path)
        assert "Too many codes were sent." in await told(client, path)
        assert len(office.mail.sent) == MOST_CODES
        office.wall.push(office.wall.now() + PER)
    async with office.signed_in(Role.FAMILY) as client:
        assert "A code is on its way" in await told(client, path)


async def test_removing_and_adding_anew_gets_around_no_limit(office: Office) -> None:
    """The limit is of the person, not of the address."""
    async with office.signed_in(Role.FAMILY) as client:
        for number in range(MOST_CODES + 1):
            page = await told(client, "/contacts", channel="email", address=f"x{number}@a.example")
            added = (await methods(office))[-1]
            await told(client, f"/contacts/{added.id}/remove")

    assert "Too many codes were sent." in page
    assert len(office.mail.sent) == MOST_CODES


async def test_the_number_of_methods_is_limited(office: Office) -> None:
    """And an address is there once."""
    (own,) = await methods(office)
    async with office.signed_in(Role.FAMILY) as client:
        page = await told(client, "/contacts", channel="email", address=own.address)
        assert "You have this address already." in page
        for number in range(MOST):
            await told(client, "/contacts", channel="email", address=f"x{number}@a.example")

    assert len(await methods(office)) == MOST


async def test_the_last_one_is_removed_only_after_a_warning(office: Office) -> None:
    """Whoever is on call reads what that means; nothing is removed by the first click."""
    await office.register.write(lambda c: plan(c, office))
    (only,) = await methods(office, Role.CASEWORKER)
    path = f"/contacts/{only.id}/remove"
    async with office.signed_in(Role.CASEWORKER) as client:
        page = await told(client, path)
        assert "This is the only contact method of yours that is in use." in page
        assert "You are on call now or soon" in page
        assert await methods(office, Role.CASEWORKER) == [only]

        page = await told(client, path, sure="yes")

    assert "You are told nothing: no contact method of yours is in use." in page
    assert await methods(office, Role.CASEWORKER) == []


async def test_who_is_not_on_call_is_not_told_so(office: Office) -> None:
    """The warning itself stays."""
    (only,) = await methods(office)
    async with office.signed_in(Role.FAMILY) as client:
        page = await told(client, f"/contacts/{only.id}/remove")

    assert "This is the only contact method of yours that is in use." in page
    assert "You are on call" not in page


async def test_one_of_two_is_removed_at_once(office: Office) -> None:
    """One that was never proved does not count as a second."""
    (first,) = await methods(office)
    async with office.signed_in(Role.FAMILY) as client:
        await told(client, "/contacts", **NEW)
        second = (await methods(office))[-1]
        assert "It is not removed yet." in await told(client, f"/contacts/{first.id}/remove")
        await told(client, f"/contacts/{second.id}/prove", code=code_of(office))
        assert "It is removed." in await told(client, f"/contacts/{first.id}/remove")

    assert [one.id for one in await methods(office)] == [second.id]


async def test_one_that_is_off_is_shown_so_kept_and_switched_on_again(office: Office) -> None:
    """Off: no code and no rule is asked for. On again: its proof stands, it is used at once."""
    await office.register.write(lambda c: second_way(c, office, Role.CASEWORKER))
    first, _ = await methods(office, Role.CASEWORKER)
    async with office.signed_in(Role.CASEWORKER) as client:
        page = await told(client, f"/contacts/{first.id}/disable")
        assert "It is switched off and is not used until you switch it on again." in page
        assert "Off since 10:10: not used" in page
        assert f"/contacts/{first.id}/after" not in page
        assert f"/contacts/{first.id}/code" not in page
        assert (await methods(office, Role.CASEWORKER))[0].disabled_at == NOW

        page = await told(client, f"/contacts/{first.id}/enable")

    assert "It is switched on." in page
    assert "Off since" not in page
    assert (await methods(office, Role.CASEWORKER))[0] == first


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.FAMILY])
async def test_the_last_one_of_who_is_on_call_is_not_switched_off(
    office: Office, role: Role
) -> None:
    """Whatever is confirmed; also of a family that takes turns. Beside another one it goes off."""
    who = office.town.users[role]
    await office.register.write(lambda c: plan(c, office, first=who))
    (only,) = await methods(office, role)
    path = f"/contacts/{only.id}/disable"
    async with office.signed_in(role) as client:
        for form in ({}, {"sure": "yes"}):
            page = await told(client, path, **form)
            assert "It stays on: you are on call now or soon" in page
            assert await methods(office, role) == [only]

        await office.register.write(lambda c: second_way(c, office, role))
        assert "It is switched off" in await told(client, path)
        (_, second) = await methods(office, role)
        page = await told(client, f"/contacts/{second.id}/disable", sure="yes")

    assert "It stays on" in page


async def test_the_last_one_is_switched_off_only_after_a_warning(office: Office) -> None:
    """Of who is not on call: the first click asks, and what is confirmed is not the removal."""
    (only,) = await methods(office)
    path = f"/contacts/{only.id}/disable"
    async with office.signed_in(Role.FAMILY) as client:
        page = await told(client, path)
        assert "It is not switched off yet." in page
        assert "Switch it off all the same" in page
        assert "Remove it all the same" not in page
        assert await methods(office) == [only]

        page = await told(client, path, sure="yes")

    assert "You are told nothing: no contact method of yours is in use." in page
    assert [one.id for one in await methods(office)] == [only.id]


async def test_one_that_is_off_is_used_for_nothing(office: Office) -> None:
    """Not for people to be told of homes or roles, nor as their address; what waits has no way."""
    user = office.town.users[Role.CASEWORKER]
    (only,) = await methods(office, Role.CASEWORKER)

    def reachable(connection: Connection) -> set[str]:
        found = recipients.only(connection, OURS, user)
        known = contact_methods.reached(connection, OURS, [user])
        person = users.by_id(connection, OURS, user)
        chosen = choose([only_of(connection)], None, is_urgent=True, zone=TOKYO, now=NOW)
        return {
            *("recipient" for _ in found),
            *("reached" for _ in known),
            *("address" for _ in (person,) if person is not None and person.email),
            *("chosen" for _ in chosen),
        }

    def only_of(connection: Connection) -> Method:
        method = contact_methods.get(connection, OURS, only.id)
        assert method is not None
        return method

    everything = {"recipient", "reached", "address", "chosen"}
    assert await office.register.read(reachable) == everything
    await office.register.write(lambda c: contact_methods.disable(c, OURS, only.id, now=NOW))
    assert await office.register.read(reachable) == set()
    await office.register.write(lambda c: contact_methods.enable(c, OURS, only.id))
    assert await office.register.read(reachable) == everything


def second_way(connection: Connection, office: Office, role: Role) -> None:
    """Give the user of a role a second proved address."""
    contact_methods.add(
        connection,
        OURS,
        municipality=office.town.municipality,
        user=office.town.users[role],
        channel=Channel.EMAIL,
        address="second@mail.example",
        verified_at=NOW,
        now=NOW,
    )


async def test_a_linked_system_is_for_the_staff_and_its_path_is_not_shown(office: Office) -> None:
    """A family has no program of its own; a path may hold a secret."""
    async with office.signed_in(Role.FAMILY) as client:
        page = await told(client, "/contacts", **HOOK)
        assert "This way of telling people is not set up. Nothing was saved." in page
    async with office.signed_in(Role.TECHNICIAN) as client:
        page = await told(client, "/contacts", **HOOK)

    assert "https://hooks.example/…" in page
    assert "/secret" not in page


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ({"channel": "email", "address": "nobody"}, "This is no address that can be used."),
        ({"channel": "email", "address": "a@b.example\r\nBcc: c@d.example"}, "no address"),
        ({"channel": "apprise", "address": "json://10.0.0.1"}, "is not set up"),
        ({"channel": "pigeon", "address": "a@b.example"}, "is not set up"),
    ],
)
async def test_what_is_no_address_is_not_saved(
    office: Office, form: dict[str, str], answer: str
) -> None:
    """Nothing is sent either; the page says what is wrong."""
    async with office.signed_in(Role.CASEWORKER) as client:
        assert answer in await told(client, "/contacts", **form)

    assert len(await methods(office, Role.CASEWORKER)) == 1
    assert office.mail.sent == []


async def test_a_code_that_cannot_be_sent_is_said_without_the_providers_words(
    office: Office,
) -> None:
    """The method stands, and is not used."""
    refusal = Attempt(outcome=Outcome.REFUSED, error=f"550 <{ADDRESS}> unknown here")
    office.mail.answer(ADDRESS, refusal)
    async with office.signed_in(Role.FAMILY) as client:
        page = await told(client, "/contacts", **NEW)

    assert "The code could not be sent." in page
    assert "unknown here" not in page
    assert (await methods(office))[-1].verified_at is None


async def test_a_method_that_fails_is_marked_and_proved_anew(office: Office) -> None:
    """Its owner reads it first-hand, and takes the mark off."""
    (own,) = await methods(office)
    await office.register.write(
        lambda c: contact_methods.mark(c, OURS, own.id, Failing.BOUNCED, now=NOW)
    )
    async with office.signed_in(Role.FAMILY) as client:
        assert "Messages do not arrive since 10:10" in (await client.get("/contacts")).text
        await told(client, f"/contacts/{own.id}/code")
        await told(client, f"/contacts/{own.id}/prove", code=code_of(office))

    assert (await methods(office))[0].failing_since is None


async def test_quiet_hours_are_set_and_taken_away(office: Office) -> None:
    """Over midnight as well; two times that are the same are none."""
    user = office.town.users[Role.CASEWORKER]
    async with office.signed_in(Role.CASEWORKER) as client:
        page = await told(client, "/contacts/quiet", starts="22:00", ends="07:00")
        assert "It is saved." in page
        assert 'value="22:00"' in page
        found = await office.register.read(lambda c: contact_methods.quiet_of(c, OURS, [user]))
        assert found == {user: Quiet(starts_min=22 * 60, ends_min=7 * 60)}
        for form in ({"starts": "22:00", "ends": "22:00"}, {"starts": "22:00"}, {"ends": "25:00"}):
            page = await told(client, "/contacts/quiet", **form)
            assert "Give two different times of day." in page
        await told(client, "/contacts/quiet")

    assert await office.register.read(lambda c: contact_methods.quiet_of(c, OURS, [user])) == {}
