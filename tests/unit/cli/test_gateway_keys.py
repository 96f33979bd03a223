"""Credentials of gateways from the command line: carried in one file, revoked, rotated, adopted."""

import pytest

from cli.city_broker import adopt_passwords
from cli.installation import Installation
from cli.mosquitto_files import users_in
from cli.secrets import write
from domain.clock import RealClock
from gateway.config import GatewayConfig, load_config
from storage.register import schema
from tests.unit.cli.conftest import NOTHING_NEW, Office, counts, opens, passwords

DOOR = '[broker]\npublic_host = "broker.city.example"\npublic_port = 9883\n'


@pytest.fixture
def open_office(office: Office) -> Office:
    """An installation whose broker has a door for homes."""
    (office.folder / "mimamori.toml").write_text(DOOR)
    return office


def add_through_the_door(office: Office, code: str = "K-03") -> GatewayConfig:
    """Register a gateway with what the settings say; returns what is carried."""
    paths = ("--sensors", str(office.file("s.csv")), "--output", str(office.base / f"{code}.json"))
    office.did("gateway", "add", code, *paths)
    return load_config(office.base / f"{code}.json")


def test_one_file_is_all_that_is_carried(open_office: Office) -> None:
    """Name, port and the one authority that is believed are in it; no other file is needed."""
    uplink = add_through_the_door(open_office).uplink

    assert (uplink.host, uplink.port, uplink.ca_file) == ("broker.city.example", 9883, None)
    authority = open_office.folder / "secrets" / "tls" / "ca.pem"
    assert uplink.ca_pem == authority.read_text()
    assert add_through_the_door(open_office, "K-04").uplink.ca_pem == uplink.ca_pem


def test_without_a_door_there_is_no_way_in(office: Office) -> None:
    """Neither `--broker-host` nor a public name: the gateway would find nobody."""
    paths = ("--sensors", str(office.file("s.csv")), "--output", str(office.base / "out.json"))
    one = str(next(iter(passwords(office))))

    office.refused("GWY-005", "gateway", "add", "K-03", *paths)
    office.refused("GWY-005", "gateway", "rotate", one, "--output", str(office.base / "x.json"))
    assert counts(office) == NOTHING_NEW


def test_revoking_ends_placement_and_credential(office: Office) -> None:
    """At one instant, booked once; again is refused, for it is not there any more."""
    one, other = sorted(passwords(office))

    told = office.did("gateway", "revoke", one)

    assert f"gateway {one} is revoked" in told
    (revoked,) = {row.revoked_at for row in office.rows(schema.gateway) if row.id == one}
    assert revoked is not None
    (placed,) = [row for row in office.rows(schema.gateway_placement) if row.gateway_id == one]
    assert placed.valid_to == revoked
    assert passwords(office) == {other}
    assert office.booked()[-1] == "gateway.revoke"
    office.refused("GWY-006", "gateway", "revoke", one)
    office.refused("GWY-006", "gateway", "revoke", "K-01")


def test_rotating_writes_the_next_key(open_office: Office) -> None:
    """The file holds the next generation and its own user; both credentials are valid now."""
    first = add_through_the_door(open_office)
    output = open_office.base / "new.json"

    told = open_office.did("gateway", "rotate", first.gateway, "--output", str(output))

    new = load_config(output)
    assert str(output) in told
    assert output.stat().st_mode & 0o777 == 0o600
    assert (new.gateway, new.key.generation) == (first.gateway, 2)
    assert new.key.secret != first.key.secret
    assert new.uplink.username == f"{first.gateway}-g2"
    assert new.uplink.password != first.uplink.password
    assert {first.gateway, f"{first.gateway}-g2"} <= passwords(open_office)
    ends = {row.username: row.ends_at for row in open_office.rows(schema.gateway_credential)}
    assert ends[f"{first.gateway}-g2"] is None
    assert ends[first.gateway] is not None
    assert open_office.booked()[-1] == "gateway.rotate"
    listed = next(
        line for line in open_office.did("gateway", "list").splitlines() if first.gateway in line
    )
    assert "2 (1 until 2" in listed
    open_office.refused("GWY-003", "gateway", "rotate", first.gateway, "--output", str(output))


def test_a_rotation_without_its_file_changes_nothing(open_office: Office) -> None:
    """A path that cannot be written leaves the present credential alone valid, without an end."""
    first = add_through_the_door(open_office)
    below_a_file = str(open_office.file("file", "") / "new.json")
    before = open_office.rows(schema.gateway_credential)

    open_office.refused("GWY-004", "gateway", "rotate", first.gateway, "--output", below_a_file)

    assert open_office.rows(schema.gateway_credential) == before
    assert first.gateway in passwords(open_office)


def test_a_simulated_gateway_has_nothing_to_rotate(open_office: Office) -> None:
    """Without a credential there is no present one that could go on."""
    with open_office.register() as register:
        register.write_now(lambda c: c.execute(schema.gateway_credential.delete()))
    one = open_office.rows(schema.gateway)[0].id

    open_office.refused(
        "GWY-007", "gateway", "rotate", one, "--output", str(open_office.base / "x.json")
    )


def test_the_broker_s_files_are_written_for_others(open_office: Office) -> None:
    """Each valid gateway has its line, nobody else but ingest; all files are their owner's only."""
    target = open_office.base / "export"
    one, other = sorted(passwords(open_office))
    open_office.did("gateway", "revoke", one)

    told = open_office.did("broker", "export", str(target))

    assert str(target / "mosquitto.conf") in told
    assert users_in((target / "passwords").read_text()) == {"ingest", other}
    assert "listener 9883" in (target / "mosquitto.conf").read_text()
    assert [path for path in target.iterdir() if path.stat().st_mode & 0o077] == []
    open_office.refused("BRK-007", "broker", "export", str(open_office.file("f", "") / "x"))
    open_office.refused("BRK-008", "broker", "test")


async def test_passwords_of_the_first_release_are_adopted(office: Office) -> None:
    """They lay in files in clear: now their hash is in the register, and gateways go on."""
    one, other = sorted(passwords(office))
    folder = office.folder / "secrets" / "broker"
    for name in (one, "stranger"):
        write(folder / name, b"a password of before")
    with office.register() as register:
        await register.write(lambda c: c.execute(schema.gateway_credential.delete()))
        for _ in range(2):
            await adopt_passwords(Installation(office.folder), register, RealClock())

    (credential,) = office.rows(schema.gateway_credential)
    assert (credential.username, credential.generation) == (one, 1)
    assert opens("a password of before", credential.password_hash)
    assert other not in passwords(office)
    assert {path.name for path in folder.iterdir()} == {"ingest", "stranger"}
