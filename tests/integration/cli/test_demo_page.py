"""The pages of the demonstration, over a city that was made up: all mail goes into its mailbox."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

from cli.broker import free_port
from cli.demo import Stage, page_of
from cli.demo_city import make_city
from cli.installation import Installation
from cli.mailbox import mailbox_in
from cli.supervisor import in_background, supervise
from devices.simulators.ledger import Ledger
from domain.clock import RealClock, ScaledClock, pause
from storage.stores import Stores

START = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
LONGEST_S = 30.0
NEW = {"channel": "email", "address": "new@city.example", "after": "0"}


async def test_an_address_can_be_proved_in_the_demonstration(tmp_path: Path) -> None:
    """The page offers mail, the code comes into the mailbox, and typed in it proves the address."""
    installation, port = Installation(tmp_path), free_port()
    with (
        Stores.open(installation.stores) as stores,
        Ledger(installation.ledger) as ledger,
        mailbox_in(installation.mailbox) as mailbox,
    ):
        city = await make_city(
            stores, installation, count=2, start=START, history=timedelta(days=7)
        )
        stage = Stage(
            installation=installation,
            stores=stores,
            ledger=ledger,
            city=city,
            clock=ScaledClock(START, speed=1.0),
            mailbox=mailbox,
            url=f"http://127.0.0.1:{port}",
        )
        page = page_of(stage, port=port)
        async with (
            in_background(supervise([page], stores, stage.clock), name="page"),
            httpx2.AsyncClient(base_url=stage.url, headers={"origin": stage.url}) as client,
        ):
            await answers(client)
            client.cookies.set("mimamori_settings", "language-en")
            form = {"login": city.logins[0].login, "password": city.logins[0].password}
            assert (await client.post("/sign-in", data=form)).status_code == 303
            added = await client.post("/contacts", data=NEW)
            assert added.headers["location"] == "/contacts?told=code_sent"

            (mail,) = mailbox.mails()
            assert mail.to == NEW["address"]
            code = re.search(r"\d{8}", mail.body)
            assert code is not None
            shown = (await client.get("/contacts")).text
            method = re.search(r"/contacts/([a-z0-9]+)/prove", shown)
            assert method is not None
            path = f"/contacts/{method[1]}/prove"
            proved = await client.post(path, data={"code": code[0]})

    assert proved.headers["location"] == "/contacts?told=proved"


async def answers(client: httpx2.AsyncClient) -> None:
    """Wait until the pages are served."""
    clock = RealClock()
    end_s = clock.monotonic() + LONGEST_S
    while clock.monotonic() < end_s:
        try:
            await client.get("/healthz")
        except httpx2.TransportError:
            await pause(0.05)
        else:
            return
    message = "the pages are not served"
    raise AssertionError(message)
