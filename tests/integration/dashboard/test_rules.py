"""Who may see what: every route, every role, own, foreign and missing."""

import pytest
from starlette.routing import Route

from dashboard.auth.rules import RULES
from domain.access import Role
from tests.integration.dashboard.conftest import Office

MISSING = "zzzzzzzzzzzzzzzzzzzzzzzzzz"
PEOPLE = [role for role in Role if role is not Role.SYSTEM]
SIGNED = {rule for rule in RULES if not RULES[rule].is_public}
PAGES = {rule for rule in SIGNED if not RULES[rule].is_stream} - {
    ("POST", "/settings/sessions/end")
}
"""Streams do not end in-process: test_live asks them."""
RESIDENT_MATTERS = {Role.CASEWORKER, Role.AUDITOR}
CLOSING = {
    "episode": "1",
    "outcome": "well",
    "cause": "asleep",
    "note": "",
    "kind": "call",
    "result": "no_answer",
    "source": "newspaper",
    "sighting": "piled_up",
    "seen": "2026-11-22T07:00",
    "at": "10:00",
}
PAUSING = {
    "starts": "2026-11-22T10:00",
    "ends": "2026-11-23T10:00",
    "code": "K-03",
    "mode": "test",
    "minutes": "10",
}


def routes_of(office: Office) -> set[tuple[str, str]]:
    """Return every method and path that the application answers."""
    found = set()
    waiting = list(office.app.router.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, Route):
            found |= {(method, route.path) for method in route.methods or ()}
        else:
            inner = getattr(route, "original_router", None)
            assert inner is not None, f"{route} is of a kind that no rule covers"
            waiting += inner.routes
    return {entry for entry in found if entry[0] != "HEAD"}


def test_every_route_has_a_rule_and_every_rule_a_route(office: Office) -> None:
    """A route without a declared rule fails here, and would be answered to nobody."""
    assert routes_of(office) == set(RULES)


@pytest.mark.parametrize(("method", "path"), sorted(SIGNED))
async def test_without_signing_in_nothing_is_told(office: Office, method: str, path: str) -> None:
    """Pages lead to the sign-in, streams say 401; own and missing look the same."""
    answers = []
    for ident in (office.town.homes[0], office.town.alert, MISSING):
        async with office.client() as client:
            url = path.format(
                home_id=ident, case_id=ident, absence_id=MISSING, pause_id=MISSING, contact_id=ident
            )
            answers.append(await client.request(method, url, data=form_of(method)))

    rule = RULES[method, path]
    expected = 401 if rule.is_stream or rule.is_api else 303
    assert {answer.status_code for answer in answers} == {expected}
    assert all("山田" not in answer.text for answer in answers)


@pytest.mark.parametrize("role", PEOPLE)
@pytest.mark.parametrize(("method", "path"), sorted(PAGES))
async def test_the_matrix(office: Office, role: Role, method: str, path: str) -> None:
    """Each role gets its own, a foreign one looks like a missing one, and the rest is refused."""
    town = office.town
    kinds = {
        "own": town.homes[2] if "home_id" in path else town.alert,
        "technical": town.technical,
        "foreign": town.foreign_home if "home_id" in path else town.foreign_case,
        "missing": MISSING,
    }
    async with office.signed_in(role) as client:
        for kind, ident in kinds.items():
            url = path.format(
                home_id=ident, case_id=ident, absence_id=MISSING, pause_id=MISSING, contact_id=ident
            )
            answer = await client.request(method, url, data=form_of(method))
            assert answer.status_code == expected(role, method, path, kind), (kind, url)
            if role not in (Role.CASEWORKER, Role.FAMILY):
                assert "佐藤 キヨ" not in answer.text
            assert "余所" not in answer.text


def expected(role: Role, method: str, path: str, kind: str) -> int:
    """Say what the table of roles promises."""
    if role not in RULES[method, path].roles:
        return 403
    if "{" not in path:
        is_led_on = role is Role.FAMILY and path == "/"  # to their own page
        return 200 if method == "GET" and not is_led_on else 303
    if "home_id" in path:
        own = 422 if path.endswith("/extend") else 200 if method == "GET" else 303
        return own if kind == "own" and role is not Role.FAMILY else 404
    is_contact = "contact_id" in path  # none of these is one's own: test_contacts has such
    if (
        is_contact
        or kind in ("foreign", "missing")
        or (kind == "own" and role not in RESIDENT_MATTERS | TOLD)
    ):
        return 404
    if method == "GET":
        return 200
    is_allowed = role is Role.CASEWORKER or kind == "technical"
    return 303 if is_allowed else 403


TOLD = {Role.ADMINISTRATOR}
"""Whom the seeded resident case was told to: they may read it, not decide it."""


def form_of(method: str) -> dict[str, str] | None:
    """Return what is sent with a method."""
    return CLOSING | PAUSING if method == "POST" else None


async def test_names_are_for_those_who_look_after_people(office: Office) -> None:
    """A caseworker reads names and addresses, a technician codes."""
    home = f"/homes/{office.town.homes[2]}"
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get(home)).text
        assert "佐藤 キヨ" in page
        assert "本町" in page
        assert 'id="picture"' in page
    async with office.signed_in(Role.TECHNICIAN) as client:
        page = (await client.get(home)).text
        assert "K-03" in page
        assert "本町" not in page
        assert 'id="picture"' not in page


async def test_a_home_that_is_no_longer_assigned_is_gone(office: Office) -> None:
    """Assignment ends access at once."""
    home = office.town.homes[0]
    async with office.signed_in(Role.TECHNICIAN) as client:
        assert (await client.get(f"/homes/{home}")).status_code == 200
        await office.register.write(
            lambda c: c.exec_driver_sql(
                "UPDATE assignment SET valid_to = 0 WHERE home_id = ?", (home,)
            )
        )
        assert (await client.get(f"/homes/{home}")).status_code == 404


async def test_refusals_are_no_oracle(office: Office) -> None:
    """The page for a foreign home is byte for byte that of a missing one."""
    async with office.signed_in(Role.CASEWORKER) as client:
        foreign = await client.get(f"/homes/{office.town.foreign_home}")
        missing = await client.get(f"/homes/{MISSING}")

    assert foreign.text == missing.text
