"""The check in a running installation: from a real broker to a real mail server and the switch."""

import asyncio
import re
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import psutil
import pytest

from cli.broker import free_port
from domain.clock import pause
from domain.ids import is_id
from tests.integration.cli.test_up import LONGEST_S, MIMAMORI, PASSWORD
from tests.support.services import require
from tests.support.smtp import SmtpServer, serving

SENDER, ADDRESS, ADMIN = "mimamori@city.example", "check@city.example", "admin@city.example"
FROZEN_S = 70.0
"""Longer than what counts as a gap, and than a service may be without a word."""
CODE = re.compile(r"[0-9]{8}")
ID_CHARACTERS = 26
WITHIN_S = 60.0


class Switch:
    """The switch outside, as a server that says yes."""

    def __init__(self) -> None:
        """Wait for the first ping."""
        self.pinged = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Say yes."""
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()
        self.pinged.set()


def settings_of(mail: SmtpServer, switch_port: int) -> str:
    """Return the settings of an installation that can prove all but the mailbox."""
    return (
        f"[page]\nport = {free_port()}\n[broker]\nport = {free_port()}\n"
        f'[mail]\nhost = "127.0.0.1"\nport = {mail.port}\nsecurity = "none"\n'
        f'sender = "{SENDER}"\n'
        f'[watching]\naddress = "{ADDRESS}"\n'
        f'switch_url = "http://127.0.0.1:{switch_port}/ping"\n'
    )


@asynccontextmanager
async def running(folder: Path, settings: str) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Run `mimamori up` over a data folder with an administrator."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    (data / "mimamori.toml").write_text(settings)
    add = ("users", "add", "admin", "--role", "administrator", "--name", "A", "--email", ADMIN)
    await asyncio.to_thread(
        subprocess.run,
        [*MIMAMORI, *add, "--municipality", "Test", "--data-dir", str(data)],
        input=f"{PASSWORD}\n{PASSWORD}\n",
        text=True,
        check=True,
        capture_output=True,
        timeout=LONGEST_S,
    )
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: ASYNC220, S603 (starts at once; the program under test)
            [*MIMAMORI, "up", "--data-dir", str(data)], stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.to_thread(process.wait, LONGEST_S)


async def test_a_press_of_the_synthetic_home_reaches_mail_server_and_switch(
    tmp_path: Path,
) -> None:
    """It arrives soon after the start, says nothing of anybody, and is in no list."""
    require("mosquitto", "the check through a real broker")
    switch = Switch()
    outside = await asyncio.start_server(switch.serve, "127.0.0.1", 0)
    port = outside.sockets[0].getsockname()[1]
    async with outside, serving(SmtpServer()) as mail:
        settings = settings_of(mail, port)
        async with running(tmp_path, settings):
            async with asyncio.timeout(LONGEST_S):
                await switch.pinged.wait()
            # The other one is the code that proves the administrator's address.
            (sent,) = [n for n, one in enumerate(mail.mails) if "CHECK" in str(one["Subject"])]
            assert mail.recipients[sent] == [ADDRESS]
            for command in (("users", "list"), ("gateway", "list")):
                listed = await asyncio.to_thread(run, tmp_path / "data", *command)
                assert "CHECK" not in listed
                assert "synthetic" not in listed


def run(data: Path, *args: str) -> str:
    """Run a command to its end."""
    return subprocess.run(  # noqa: S603 (the program under test)
        [*MIMAMORI, *args, "--data-dir", str(data)],
        capture_output=True,
        check=True,
        text=True,
        timeout=LONGEST_S,
    ).stdout


def mails_to_admin(mail: SmtpServer) -> list[EmailMessage]:
    """Return what the administrator got."""
    return [one for one in mail.mails if one["To"] == ADMIN]


async def prove_the_administrators_address(data: Path, mail: SmtpServer) -> None:
    """Give the code that was mailed back to the system, as a person does."""
    async with asyncio.timeout(LONGEST_S):
        while not mails_to_admin(mail):
            await pause(0.1)
    found = CODE.search(mails_to_admin(mail)[0].get_content())
    assert found is not None
    listed = await asyncio.to_thread(run, data, "contacts", "list")
    (contact,) = [word for word in listed.split() if is_id(word) and len(word) == ID_CHARACTERS]
    await asyncio.to_thread(run, data, "contacts", "prove", contact, "--code", found.group())


@pytest.mark.long
async def test_a_machine_that_slept_says_so_and_goes_on(tmp_path: Path) -> None:
    """C08: all processes stand still; awake again people hear of the gap and nothing restarts."""
    require("mosquitto", "the check through a real broker")
    switch = Switch()
    outside = await asyncio.start_server(switch.serve, "127.0.0.1", 0)
    port = outside.sockets[0].getsockname()[1]
    async with (
        serving(SmtpServer()) as mail,
        running(tmp_path, settings_of(mail, port)) as process,
    ):
        async with asyncio.timeout(LONGEST_S):
            await switch.pinged.wait()
        await prove_the_administrators_address(tmp_path / "data", mail)
        whole = psutil.Process(process.pid)
        asleep = [whole, *whole.children(recursive=True)]
        for each in asleep:
            each.suspend()
        await pause(FROZEN_S)
        for each in asleep:
            each.resume()

        async with asyncio.timeout(WITHIN_S):
            while len(mails_to_admin(mail)) < len((CODE, "the gap")):
                await pause(0.1)
        assert "host" in mails_to_admin(mail)[-1].get_content()
        assert process.poll() is None
        assert "SRV-00" not in (tmp_path / "up.log").read_text()
    outside.close()
