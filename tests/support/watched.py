"""A running `mimamori up` with real mail and a real switch outside, whose parts a test lets stand.

One home, a caseworker, an administrator; a gateway whose envelopes the test makes itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import psutil
from sqlalchemy import Connection

from cli.broker import free_port
from cli.installation import Installation
from domain.access import Role, service
from domain.clock import RealClock, pause
from domain.moments import from_ms, to_ms
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading
from gateway.config import GatewayConfig, load_config
from messaging.client import make_client, publish
from messaging.envelope import Header, encode
from messaging.senml import encode_reading
from messaging.topics import up_lane
from storage.files import REGISTER
from storage.register import gateways, placements, users
from storage.stores import Stores
from tests.support.process import Process
from tests.support.seed import PASSWORD, quick_passwords
from tests.support.smtp import SmtpServer, serving

SYSTEM = service("test")
PUBLIC_HOST = "localhost"
SENSORS = "name,room,kind,entrance\nhall motion,hallway,motion,no\nhelp button,bedroom,button,no\n"
MOTION, BUTTON = "hall motion", "help button"
CODE = "K-07"
STARTS_WITHIN_S = 180.0
CANARY_EACH_S = 61.0
"""Real seconds between two walks: each proves and pings. More than ten in ten minutes would be told
as a list, as to any other person."""


class Switch:
    """The switch outside: says yes, and remembers when it was pinged."""

    def __init__(self) -> None:
        """Wait for the first ping."""
        self.pings: list[datetime] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Say yes."""
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()
        self.pings.append(RealClock().now())


@dataclass(slots=True, kw_only=True)
class Watched:
    """The running system and what came out of it."""

    folder: Path
    page: str
    process: Process
    mail: SmtpServer
    switch: Switch
    home: GatewayConfig
    frozen: int = 0
    """Process id of the worker that was frozen last."""
    _said: dict[Lane, int] = field(default_factory=dict)

    # --- letting it stand ---------------------------------------------------------------------

    def hang(self, part: str, *, lives: int = 1) -> datetime:
        """Let `alerting` or `anomaly` never end its next turn, in so many lives; returns when."""
        flag = self.folder / f"hang-{part}"
        flag.write_text(str(lives))
        return RealClock().now()

    def worker(self) -> psutil.Process | None:
        """Return the process that works readings out."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        workers = [one for one in found if "ingest.worker" in " ".join(one.cmdline())]
        return workers[0] if workers else None

    # --- what happens at home -----------------------------------------------------------------

    async def moves(self) -> datetime:
        """Let somebody move now; returns when. There is no receipt for it here."""
        return await self._says(MOTION, Quantity.MOTION, Lane.NORMAL)

    async def presses(self) -> datetime:
        """Let somebody press the help button now; returns when."""
        return await self._says(BUTTON, Quantity.HELP, Lane.URGENT)

    async def _says(self, device: str, quantity: Quantity, lane: Lane) -> datetime:
        now = from_ms(to_ms(RealClock().now()))
        seq = self._said[lane] = self._said.get(lane, 0) + 1
        reading = Reading(
            sensor=self.home.devices[device].sensor, quantity=quantity, value=1.0, observed_at=now
        )
        header = Header(
            gateway=self.home.gateway,
            lane=lane,
            epoch="epoch-one",
            first_seq=seq,
            end_seq=seq,
            as_of_ms=to_ms(now),
            last_seq=seq,
            clock=ClockQuality.SYNCED,
        )
        payload = encode(header, [encode_reading(reading)], self.home.key)
        async with make_client(self.home.uplink, name="gateway") as client:
            await publish(client, up_lane(self.home.gateway, lane), payload)
        return now

    # --- what is seen -------------------------------------------------------------------------

    def mails(self, to: str, *, about: str) -> list[EmailMessage]:
        """Return the mails to somebody whose subject or text says something."""
        mine = [one for one in self.mail.mails if one["To"] == address_of(to)]
        return [one for one in mine if about in f"{one['Subject']} {one.get_content()}"]

    def findings(self, name: str) -> list[tuple[str, datetime]]:
        """Return what was found about a service: phase, and when it was found."""
        query = "SELECT phase, found_at FROM finding WHERE service = ? ORDER BY position"
        return [(phase, from_ms(at)) for phase, at in self.rows(query, name)]

    def progress_of(self, name: str) -> datetime:
        """Return when a service moved on last."""
        ((at,),) = self.rows("SELECT progress_at FROM service_state WHERE name = ?", name)
        return from_ms(at)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the register beside the running system; nothing is written."""
        path = Installation(self.folder).stores / REGISTER
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    async def top_of_page(self, login: str = "sato") -> str:
        """Return the list of homes as somebody sees it now, in English."""
        headers = {"accept-language": "en", "sec-fetch-site": "same-origin", "origin": self.page}
        async with httpx2.AsyncClient(base_url=self.page, headers=headers) as client:
            client.cookies.set("mimamori_settings", "language-en")
            form = {"login": login, "password": PASSWORD}
            answer = await client.post("/sign-in", data=form)
            assert answer.status_code == 303, answer.text
            return (await client.get("/")).text

    async def until(self, condition: Callable[[], bool], *, within_s: float) -> None:
        """Wait until a condition holds; fail when it does not in time, or the system ended."""
        clock = RealClock()
        end_s = clock.monotonic() + within_s
        while not condition():
            assert self.process.is_running, self.process.said()[-4_000:]
            assert clock.monotonic() < end_s, self.process.said()[-4_000:]
            await pause(0.2)


@asynccontextmanager
async def watched(folder: Path, *, under: Sequence[str] = ()) -> AsyncIterator[Watched]:
    """Set one home up and run everything inside the block, `under` another program."""
    data, switch = folder / "data", Switch()
    data.mkdir(mode=0o700)
    outside = await asyncio.start_server(switch.serve, "127.0.0.1", 0)
    async with outside, serving(SmtpServer()) as mail:
        port = free_port()
        switch_port = outside.sockets[0].getsockname()[1]
        (data / "mimamori.toml").write_text(_settings(port, mail.port, switch_port))
        home = await asyncio.to_thread(_commission, folder, data)
        each = f"--set=cli.canary.EACH={CANARY_EACH_S}"
        process = Process(
            ["-m", "tests.support.child", each, "up", str(data)],
            log=folder / "up.log",
            under=under,
        )
        made = Watched(
            folder=data,
            page=f"http://127.0.0.1:{port}",
            process=process,
            mail=mail,
            switch=switch,
            home=home,
        )
        try:
            await made.until(lambda: len(switch.pings) > 0, within_s=STARTS_WITHIN_S)
            yield made
        finally:
            process.thaw()
            if process.is_running:
                os.kill(process.pid, signal.SIGINT)  # in order: the broker is its child
                await process.ended()


def address_of(login: str) -> str:
    """Return the mail address of somebody who works here."""
    return f"{login}@city.example"


def _settings(page: int, mail: int, switch: int) -> str:
    return (
        f"[page]\nport = {page}\n[broker]\nport = {free_port()}\n"
        f'public_host = "{PUBLIC_HOST}"\npublic_port = {free_port()}\n'
        f'[mail]\nhost = "127.0.0.1"\nport = {mail}\nsecurity = "none"\n'
        f'sender = "mimamori@city.example"\n[watching]\naddress = "{address_of("check")}"\n'
        f'switch_url = "http://127.0.0.1:{switch}/ping"\n'
    )


def _commission(folder: Path, data: Path) -> GatewayConfig:
    """Write people and the home into the register; returns what is carried to the home."""
    now, stores = RealClock().now(), Installation(data).stores

    def people(connection: Connection) -> None:
        town = gateways.add_municipality(connection, SYSTEM, "Test")
        for login, role in (("sato", Role.CASEWORKER), ("admin", Role.ADMINISTRATOR)):
            users.add(
                connection,
                SYSTEM,
                municipality=town,
                login=login,
                display_name=login.title(),
                role=role,
                email=address_of(login),
                language="en",
                password_hash=quick_passwords().hash(PASSWORD),
                now=now,
            )

    def assign(connection: Connection) -> None:
        home = placements.named_home(connection, SYSTEM, CODE)
        sato = users.by_login(connection, SYSTEM, "sato")
        assert home is not None
        assert sato is not None
        users.assign(
            connection, SYSTEM, user=sato.id, home=home.id, municipality=sato.municipality, now=now
        )

    with Stores.open(stores) as opened:
        opened.register.write_now(people)
    (folder / "sensors.csv").write_text(SENSORS)
    add = ("gateway", "add", CODE, "--sensors", "sensors.csv", "--output", "home.json")
    subprocess.run(  # noqa: S603 (the program under test)
        [sys.executable, "-c", "from cli.main import main; main()", *add, "--data-dir", str(data)],
        check=True,
        capture_output=True,
        cwd=folder,
        timeout=STARTS_WITHIN_S,
    )
    with Stores.open(stores) as opened:
        opened.register.write_now(assign)
    return load_config(folder / "home.json")
