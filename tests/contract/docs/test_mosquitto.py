"""deploy/mosquitto is what the program writes, and explains every line of it."""

from pathlib import Path, PurePosixPath

from cli.broker import CITY
from cli.mosquitto_files import Layout, TlsListener, access_list, configuration
from domain.ids import GatewayId
from storage.register.credentials import Credential
from tests.contract.docs.pages import ROOT, read

FOLDER = "deploy/mosquitto"
DATA = PurePosixPath("/var/lib/mimamori")
EXAMPLE = Layout(
    folder=DATA / "broker",
    state=DATA / "broker",
    port=1883,
    tls=TlsListener(
        port=8883,
        address="",
        certificate=DATA / "secrets" / "tls" / "server.pem",
        key=DATA / "secrets" / "tls" / "server.key",
    ),
    log="stderr",
)
PLAIN = {
    "acl_file",
    "certfile",
    "connection_messages",
    "keyfile",
    "listener",
    "log_dest",
    "log_type",
    "password_file",
    "persistence",
    "persistence_location",
    "set_tcp_nodelay",
    "use_username_as_clientid",
}
"""Settings that say themselves what they are, or are explained above the table."""


def test_the_configuration_is_what_the_program_writes() -> None:
    """Write it anew with the program when this fails."""
    assert read(f"{FOLDER}/mosquitto.conf") == configuration(EXAMPLE)


def test_the_access_list_is_what_the_program_writes() -> None:
    """With one rotated credential, which has a section of its own."""
    gateway = GatewayId("k7q2m4x9b3n5v8c1z6l0p2w4e7")
    rotated = Credential(
        username=f"{gateway}-g2", gateway=gateway, generation=2, password_hash="", ends_at=None
    )

    assert read(f"{FOLDER}/acl") == access_list(CITY, [rotated])


def test_each_number_has_its_reason() -> None:
    """Each line of the configuration that is not plain stands in the page with its value."""
    page = read(f"{FOLDER}/README.md")
    lines = {
        line
        for line in configuration(EXAMPLE).splitlines()
        if line and not line.startswith("#") and line.split()[0] not in PLAIN
    }

    assert len(lines) > 8
    assert [line for line in sorted(lines) if f"`{line}`" not in page] == []


def test_the_unit_leaves_room_for_the_connections() -> None:
    """Two listeners, each full, and some files of its own."""
    unit = read(f"{FOLDER}/mosquitto-mimamori.service")
    (limit,) = (line for line in unit.splitlines() if line.startswith("LimitNOFILE="))
    most = [
        int(line.split()[1])
        for line in configuration(EXAMPLE).splitlines()
        if line.startswith("max_connections")
    ]

    assert int(limit.partition("=")[2]) > sum(most)
    assert Path(ROOT / FOLDER / "compose.yml").exists()
