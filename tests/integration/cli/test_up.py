"""`mimamori up` as a process of its own, administered while it runs."""

import asyncio
import contextlib
import json
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from cli.broker import free_port
from cli.control import SOCKET
from cli.reserve import NAME
from cli.settings import DiskSettings
from domain.clock import RealClock, pause
from domain.ids import GatewayId
from domain.quantity import Lane
from gateway.config import load_config
from messaging.client import BrokerSettings, make_client
from messaging.receipt import Command, CommandWord, decode_command
from messaging.topics import Down, Up, down, up
from tests.support.services import require

LONGEST_S = 60.0
PUBLIC_HOST = "localhost"
SENSORS = "name,room,kind,entrance\nhall motion,hallway,motion,no\n"
PASSWORD = "four words and a half"


class Installation:
    """A data folder, and `mimamori` as an operator runs it."""

    def __init__(self, base: Path) -> None:
        """Write settings with a door for homes."""
        self.base, self.folder = base, base / "data"
        self.folder.mkdir(mode=0o700)
        (base / "sensors.csv").write_text(SENSORS)
        (self.folder / "mimamori.toml").write_text(
            f"[page]\nport = {free_port()}\n[broker]\nport = {free_port()}\n"
            f'public_host = "{PUBLIC_HOST}"\npublic_port = {free_port()}\n'
        )

    def run(self, *args: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(  # noqa: S603 (the program under test)
            [*MIMAMORI, *args, "--data-dir", str(self.folder)],
            input=typed,
            capture_output=True,
            check=False,
            cwd=self.base,
            text=True,
            timeout=LONGEST_S,
        )

    def did(self, *args: str, typed: str = "") -> str:
        """Run a command that has to work."""
        result = self.run(*args, typed=typed)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def add_gateway(self, code: str) -> BrokerSettings:
        """Register a gateway; returns how it reaches the broker, by the file that is carried."""
        output = f"{code}.json"  # relative: beside the person, not beside the server
        self.did("gateway", "add", code, "--sensors", "sensors.csv", "--output", output)
        return load_config(self.base / output).uplink


MIMAMORI = (sys.executable, "-c", "from cli.main import main; main()")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running installation with an administrator; each test has homes of its own."""
    tmp_path = tmp_path_factory.mktemp("up")
    require("mosquitto", "commands given to a running system")
    made = Installation(tmp_path)
    made.did(
        *("users", "add", "admin", "--role", "administrator", "--name", "A"),
        *("--municipality", "Test"),
        typed=f"{PASSWORD}\n{PASSWORD}\n",
    )
    with (tmp_path / "up.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 (the program under test)
            [*MIMAMORI, "up", "--data-dir", str(made.folder)], stdout=log, stderr=log
        )
    try:
        wait_for_socket(made.folder / SOCKET, process)
        yield made
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(LONGEST_S)


def wait_for_socket(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the running system can be asked."""
    clock = RealClock()
    end_s = clock.monotonic() + LONGEST_S
    while clock.monotonic() < end_s and process.poll() is None:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
            return
        asyncio.run(pause(0.1))
    raise AssertionError((path.parent.parent / "up.log").read_text())


def test_a_gateway_comes_and_goes_while_up_runs(installation: Installation) -> None:
    """What is carried opens the door at once; revoked, it is out before the command ends."""
    uplink = installation.add_gateway("K-01")
    gateway = uplink.username or ""
    assert uplink.host == PUBLIC_HOST
    assert uplink.ca_pem is not None

    asyncio.run(speaks(uplink))
    told = asyncio.run(revoked_under_way(installation, uplink))

    assert f"gateway {gateway} is revoked" in told
    assert "not taken this over" not in told
    with pytest.raises(aiomqtt.MqttError):
        asyncio.run(speaks(uplink))
    assert "(revoked)" in installation.did("gateway", "list")


async def speaks(uplink: BrokerSettings) -> None:
    """Sign in and publish as the gateway does."""
    async with make_client(uplink, name="gateway") as client:
        topic = up(GatewayId((uplink.username or "").partition("-g")[0]), Up.STATUS)
        await client.publish(topic, b'{"version":1,"state":"online"}', qos=1, retain=True)


async def revoked_under_way(installation: Installation, uplink: BrokerSettings) -> str:
    """Revoke a gateway that goes on publishing, and see its connection end."""
    gateway = uplink.username or ""
    async with make_client(uplink, name="gateway") as client:
        told = await asyncio.to_thread(installation.did, "gateway", "revoke", gateway)
        with pytest.raises(aiomqtt.MqttError):
            await publish_on(client, up(GatewayId(gateway), Up.NORMAL))
    return told


async def publish_on(client: aiomqtt.Client, topic: str) -> None:
    """Publish until the connection ends."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            await client.publish(topic, b"too late", qos=1)


def test_a_rotated_gateway_has_two_ways_in(installation: Installation) -> None:
    """The carried file holds the next key and a user of its own; the present one goes on."""
    uplink = installation.add_gateway("K-02")

    told = installation.did("gateway", "rotate", uplink.username or "", "--output", "new.json")

    new = load_config(installation.base / "new.json")
    assert "carry" in told
    assert new.key.generation == 2
    assert new.uplink.username == f"{uplink.username}-g2"
    asyncio.run(speaks(uplink))
    asyncio.run(speaks(new.uplink))


def test_a_gateway_is_asked_to_send_again(installation: Installation) -> None:
    """The command arrives where the gateway listens, signed with its key; it may name an epoch."""
    uplink = installation.add_gateway("K-04")
    gateway = uplink.username or ""
    key = load_config(installation.base / "K-04.json").key

    payload = asyncio.run(asked(installation, uplink))

    assert decode_command(payload, key, GatewayId(gateway)) == Command(
        gateway=GatewayId(gateway),
        word=CommandWord.RESEND,
        epoch="epoch-one",
        lane=Lane.URGENT,
        first_seq=5,
    )
    nothing = installation.run("gateway", "resend", gateway)
    assert (nothing.returncode, nothing.stderr[:8]) == (2, "GWY-008 ")


def test_what_could_not_be_used_is_browsed_and_tried_again(installation: Installation) -> None:
    """The quarantine is listed, shown and given back while messages come; the audit log has it."""
    uplink = installation.add_gateway("K-05")
    gateway = uplink.username or ""
    asyncio.run(says(uplink, up(GatewayId(gateway), Up.NORMAL), b"no envelope"))

    (item,) = wait_for_quarantined(installation, gateway)
    number = str(item["id"])
    shown = installation.did("quarantine", "show", number)
    told = installation.did("quarantine", "retry", number)
    nothing = installation.run("quarantine", "retry")

    assert "no envelope" in shown
    assert f"{number}  still bad: {item['code']}" in told
    (tried,) = wait_for_quarantined(installation, gateway)
    assert tried["retried_code"] == item["code"]
    assert (nothing.returncode, nothing.stderr[:8]) == (2, "QUA-002 ")


async def says(uplink: BrokerSettings, topic: str, payload: bytes) -> None:
    """Publish one message as the gateway."""
    async with make_client(uplink, name="gateway") as client:
        await client.publish(topic, payload, qos=1)


def wait_for_quarantined(installation: Installation, gateway: str) -> list[dict[str, Any]]:
    """Return what a gateway has in quarantine, as soon as there is something."""
    clock = RealClock()
    end_s = clock.monotonic() + LONGEST_S
    while clock.monotonic() < end_s:
        listed = installation.did("quarantine", "list", "--gateway", gateway, "--json")
        items: list[dict[str, Any]] = json.loads(listed)["items"]
        if items:
            return items
    raise AssertionError(installation.did("quarantine", "list"))


async def asked(installation: Installation, uplink: BrokerSettings) -> bytes:
    """Ask a gateway that listens, and return what it hears."""
    gateway = uplink.username or ""
    what = ("--lane", "urgent", "--from", "5", "--epoch", "epoch-one")
    async with make_client(uplink, name="gateway") as client, asyncio.timeout(LONGEST_S):
        await client.subscribe(down(GatewayId(gateway), Down.COMMAND), qos=1)
        await asyncio.to_thread(installation.did, "gateway", "resend", gateway, *what)
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            return message.payload
    raise AssertionError("the connection ended")


def test_room_is_kept_for_a_full_disk(installation: Installation) -> None:
    """A reserve lies beside the stores from the start on."""
    path = installation.folder / "stores" / NAME
    clock = RealClock()
    end_s = clock.monotonic() + LONGEST_S
    while not path.exists() and clock.monotonic() < end_s:
        asyncio.run(pause(0.1))

    assert path.stat().st_size == DiskSettings().reserve_bytes
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_commands_that_ask_ask_here(installation: Installation) -> None:
    """A password is typed where the person is; what is wrong is told as without `up`."""
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    installation.did("users", "add", "sato", "--name", "S", typed=typed)
    assert "sato" in installation.did("users", "list")

    refused = installation.run("users", "password", "nobody", typed=typed)

    assert refused.returncode == 2
    assert refused.stderr.startswith("USR-005 ")
    gone = installation.run("gateway", "revoke", "nobody")
    assert (gone.returncode, gone.stderr[:8]) == (2, "GWY-006 ")


def test_the_socket_is_its_owner_s_only(installation: Installation) -> None:
    """Mode 0600 in a folder of 0700; what is no request is refused or passed over."""
    path = installation.folder / SOCKET
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    for raw, code in (
        (b"nonsense\n", "CTL-002"),
        (b'{"command":"os.system","arguments":{}}\n', "CTL-002"),
        (b'{"command":"users.list","arguments":{"folder":"/"}}\n', "CTL-002"),
        (b'{"command":"users.disable","arguments":{"login":5}}\n', "CTL-002"),
    ):
        assert json.loads(say(path, raw))["error"]["code"] == code
    assert say(path, b"x" * (2 << 20) + b"\n") == b""
    assert "admin" in installation.did("users", "list")


def say(path: Path, raw: bytes) -> bytes:
    """Send bytes to the socket and return the answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(LONGEST_S)
        connection.connect(str(path))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(raw)
            return connection.makefile("rb").readline()
    return b""


def test_the_broker_s_files_are_its_owner_s_only(installation: Installation) -> None:
    """Nothing in the broker's folder, its sessions and log included, can be read by others."""
    uplink = installation.add_gateway("K-03")
    asyncio.run(speaks(uplink))

    files = [path for path in (installation.folder / "broker").rglob("*") if path.is_file()]

    assert {path.name for path in files} >= {"mosquitto.conf", "acl", "passwords", "mosquitto.log"}
    assert [path for path in files if path.stat().st_mode & 0o077] == []
    assert stat.S_IMODE((installation.folder / "broker").stat().st_mode) == 0o700
