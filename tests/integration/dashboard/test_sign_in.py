"""Signing in and out: one answer for all failures, growing waits, sessions that end."""

import asyncio
import re
from collections import Counter
from datetime import timedelta

import pytest

from dashboard.auth.rules import RULES
from dashboard.config import Settings
from dashboard.web.headers import POLICY
from domain.access import Role, service
from storage.register import audit, schema, sessions
from tests.integration.dashboard.conftest import Office
from tests.support.seed import PASSWORD, login_of

OURS = service("test")
LOOKED_AT = 4
"""Three free tries, and the first that begins the wait."""


async def test_the_cookie_is_hidden_from_scripts_and_other_sites(office: Office) -> None:
    """HttpOnly, SameSite=Lax, and the token's hash alone is stored."""
    async with office.client() as client:
        answer = await client.post(
            "/sign-in", data={"login": login_of(Role.CASEWORKER), "password": PASSWORD}
        )
        cookie = answer.headers["set-cookie"]
        token = client.cookies["mimamori"]

    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    stored = await office.register.read(
        lambda c: c.execute(schema.session.select()).one().token_hash
    )
    assert stored == sessions.hash_of(token)


async def test_wrong_password_and_unknown_person_get_one_answer(office: Office) -> None:
    """Nobody learns from the page who works here."""
    pages = []
    for login in (login_of(Role.CASEWORKER), "nobody"):
        async with office.client() as client:
            answer = await client.post("/sign-in", data={"login": login, "password": "wrong"})
            assert answer.status_code == 401
            pages.append(answer.text.replace(login, "LOGIN"))

    assert pages[0] == pages[1]


async def test_failures_make_the_next_try_wait(office: Office) -> None:
    """After some failures even the right password has to wait, and then works."""
    form = {"login": login_of(Role.CASEWORKER), "password": "wrong"}
    async with office.client() as client:
        for _ in range(5):
            answer = await client.post("/sign-in", data=form)
        assert answer.status_code in (401, 429)
        answer = await client.post("/sign-in", data=form | {"password": PASSWORD})
        assert answer.status_code == 429
        office.wall.push(office.wall.now() + timedelta(seconds=int(answer.headers["retry-after"])))
        answer = await client.post("/sign-in", data=form | {"password": PASSWORD})
        assert answer.status_code == 303


async def test_tries_side_by_side_are_counted_one_by_one(office: Office) -> None:
    """Fifty tries at once are no way around the wait: no more are looked at than one by one."""
    async with office.client() as client:
        form = {"login": login_of(Role.CASEWORKER), "password": "wrong"}
        async with asyncio.TaskGroup() as group:
            tries = [group.create_task(client.post("/sign-in", data=form)) for _ in range(50)]

    codes = Counter(one.result().status_code for one in tries)
    assert codes[429] == 50 - LOOKED_AT
    assert sum(codes.values()) == 50


async def test_a_new_session_at_each_sign_in(office: Office) -> None:
    """The session that a browser brought along is dead afterwards."""
    async with office.signed_in(Role.CASEWORKER) as client:
        old = client.cookies["mimamori"]
        form = {"login": login_of(Role.CASEWORKER), "password": PASSWORD}
        await client.post("/sign-in", data=form)
        assert client.cookies["mimamori"] != old
    async with office.client(cookie=f"mimamori={old}") as thief:
        assert (await thief.get("/")).status_code == 303


async def test_a_session_ends_when_idle_and_at_last(office: Office) -> None:
    """Thirty minutes without use end it; with use, twelve hours do."""
    async with office.signed_in(Role.CASEWORKER) as client:
        for _ in range(24):
            office.wall.push(office.wall.now() + timedelta(minutes=29))
            assert (await client.get("/cases")).status_code == 200
        office.wall.push(office.wall.now() + timedelta(minutes=29))
        assert (await client.get("/cases")).status_code == 303
    async with office.signed_in(Role.CASEWORKER) as client:
        office.wall.push(office.wall.now() + timedelta(minutes=31))
        assert (await client.get("/cases")).status_code == 303


async def test_signing_out_ends_the_session_itself(office: Office) -> None:
    """A copy of the cookie is worth nothing afterwards; everywhere means everywhere."""
    mine = office.signed_in
    async with mine(Role.CASEWORKER) as one, mine(Role.CASEWORKER) as other:
        copy = one.cookies["mimamori"]
        await one.post("/sign-out")
        async with office.client(cookie=f"mimamori={copy}") as thief:
            assert (await thief.get("/")).status_code == 303
        assert (await other.get("/")).status_code == 200
        async with mine(Role.CASEWORKER) as third:
            await third.post("/settings/sessions/end")
        assert (await other.get("/")).status_code == 303


async def test_one_comes_back_to_the_page_one_wanted(office: Office) -> None:
    """A link in a mail survives the sign-in; a session that ends before an action as well."""
    case = f"/cases/{office.town.alert}"
    async with office.client() as client:
        answer = await client.post(f"{case}/acknowledge")
        assert answer.headers["location"] == f"/sign-in?next={case}"
        form = {"login": login_of(Role.CASEWORKER), "password": PASSWORD, "next": case}
        assert (await client.post("/sign-in", data=form)).headers["location"] == case
        assert (await client.post("/sign-in", data=form | {"next": "//x.example"})).headers[
            "location"
        ] == "/"


async def test_signing_in_is_written_down(office: Office) -> None:
    """Success and failure stand in the audit log, which holds."""
    async with office.client() as client:
        await client.post("/sign-in", data={"login": "nobody", "password": "x"})
    async with office.signed_in(Role.CASEWORKER):
        pass

    rows = await office.register.read(
        lambda c: c.execute(schema.audit.select().order_by(schema.audit.c.position)).all()
    )
    begun = [(row.object, row.result) for row in rows if row.action == "session.begin"]
    user = f"user:{office.town.users[Role.CASEWORKER]}"
    assert begun == [("user:unknown", "refused"), (user, "done")]
    found = await office.register.read(lambda c: audit.verify(c, OURS))
    assert found.broken_at is None


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/sign-in", 200),
        ("GET", "/nothing", 404),
        ("GET", "/", 303),
        ("GET", "/live/homes", 401),
        ("DELETE", "/sign-in", 405),
        ("POST", "/sign-in", 422),
        ("GET", "/static/..%2fapp.py", 404),
        ("GET", "/static/app.css", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/?show=nonsense", 303),
        ("GET", "/healthz", 200),
    ],
)
async def test_headers_are_on_every_answer(
    office: Office, method: str, path: str, status: int
) -> None:
    """Policy, nosniff, no referrer, no store: on pages, errors and redirects alike."""
    async with office.client() as client:
        answer = await client.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "Traceback" not in answer.text


async def test_foreign_origins_do_nothing(office: Office) -> None:
    """Every unsafe route refuses a foreign site, signed in or not."""
    async with office.signed_in(Role.CASEWORKER) as client:
        for method, path in RULES:
            if method == "POST":
                keys = ("token", "reply", "absence_id", "pause_id", "contact_id")
                ids = dict.fromkeys(keys, "unknown")
                ids |= {"case_id": office.town.alert, "home_id": office.town.homes[0]}
                url = path.format(**ids)
                for kind in ("application/x-www-form-urlencoded", "text/plain"):
                    headers = {"sec-fetch-site": "cross-site", "content-type": kind}
                    answer = await client.post(url, content=b"outcome=well", headers=headers)
                    assert answer.status_code == 403
                    assert "HTP-009" in answer.text


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json",
    ],
)
async def test_a_large_body_is_refused_whatever_it_is(office: Office, kind: str) -> None:
    """64 KiB is the limit for every content type."""
    async with office.client() as client:
        answer = await client.post(
            "/sign-in", content=b"a=" + b"x" * 65_536, headers={"content-type": kind}
        )

    assert answer.status_code == 413
    assert "HTP-006" in answer.text


async def test_a_foreign_host_is_refused(office: Office) -> None:
    """The page names no other address."""
    async with office.client(host="evil.example") as client:
        answer = await client.get("/sign-in")

    assert answer.status_code == 400
    assert "evil" not in answer.text


async def test_over_https_the_cookie_is_bound_to_the_host(office: Office) -> None:
    """`__Host-` and Secure, and browsers are told to stay with https."""
    city = office.again(Settings(public_url="https://mimamori.example.jp"))
    async with city.client(host="mimamori.example.jp") as client:
        form = {"login": login_of(Role.CASEWORKER), "password": PASSWORD}
        answer = await client.post("/sign-in", data=form)

    assert answer.headers["set-cookie"].startswith("__Host-mimamori=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "Domain" not in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


async def test_the_sentences_about_sessions_stand_apart(office: Office) -> None:
    """Between the number of browsers and when a session ends there is a space."""
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get("/settings")).text

    assert re.search(r"In 1 browser\. A session ends", page)
