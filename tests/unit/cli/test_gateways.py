"""Gateways from the command line: registered with their file or not at all, replaced, listed."""

import json
from pathlib import Path

import pytest

import cli.commission
from cli.sensor_list import COLUMNS
from devices.simulators.flat import BATTERY_HEARTBEAT, MAINS_HEARTBEAT
from domain.quantity import Quantity
from gateway.config import load_config
from storage.register import schema
from tests.unit.cli.conftest import (
    HEADER,
    LOOPBACK,
    NOTHING_NEW,
    SENSORS,
    Office,
    counts,
    opens,
    passwords,
)


def request(office: Office, code: str = "K-03", *more: str) -> tuple[str, ...]:
    """Return a right `gateway add`."""
    paths = ("--sensors", str(office.file("s.csv")), "--output", str(office.base / "out.json"))
    return ("gateway", "add", code, *paths, *LOOPBACK, *more)


def test_file_is_what_a_gateway_reads(office: Office) -> None:
    """The file loads, is its owner's only, and says of each sensor what is registered."""
    office.did(*request(office))

    path = office.base / "out.json"
    config = load_config(path)
    registered = {
        row.id: row for row in office.rows(schema.sensor) if row.gateway_id == config.gateway
    }
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(config.devices) == ["hall motion", "front door", "fridge", "meter"]
    for name, device in config.devices.items():
        assert registered[device.sensor].name == name
        assert registered[device.sensor].heartbeat == device.heartbeat
    assert config.devices["meter"].heartbeat == MAINS_HEARTBEAT
    assert config.devices["hall motion"].heartbeat == BATTERY_HEARTBEAT
    assert config.devices["fridge"].contact is Quantity.OPENING
    (credential,) = (
        row for row in office.rows(schema.gateway_credential) if row.gateway_id == config.gateway
    )
    assert config.uplink.username == credential.username == config.gateway
    assert opens(config.uplink.password, credential.password_hash)
    assert not opens("another", credential.password_hash)
    assert office.booked()[-1] == "gateway.add"


def test_elsewhere_needs_an_authority(office: Office) -> None:
    """Beyond this machine nothing goes in clear; with the authority's file it is taken."""
    far = ("--broker-host", "broker.city.example")

    for host in ("broker.city.example", "192.168.1.2", "0.0.0.0", "127.0.0.1.example", "::2"):  # noqa: S104 (refused)
        office.refused("GWY-002", *request(office, "K-03", "--broker-host", host))
    assert counts(office) == NOTHING_NEW

    office.did(*request(office, "K-03", *far, "--ca-file", "broker-ca.pem"))
    (office.base / "broker-ca.pem").write_text("an authority")
    config = load_config(office.base / "out.json")
    assert config.uplink.host == "broker.city.example"
    assert config.uplink.ca_file == office.base / "broker-ca.pem"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_needs_no_authority(office: Office, host: str) -> None:
    """The loopback is the one place where clear text does not travel."""
    office.did(*request(office, "K-03", "--broker-host", host))


def test_a_home_has_one_gateway(office: Office) -> None:
    """A second one is refused, and nothing is written."""
    office.refused("GWY-001", *request(office, "K-01"))

    assert counts(office) == NOTHING_NEW
    assert not (office.base / "out.json").exists()


def test_replacing_revokes_the_one_before(office: Office) -> None:
    """Its placement and its sensors' end at the instant the new one begins, and it is revoked."""
    old = next(row.gateway_id for row in office.rows(schema.gateway_placement))

    told = office.did(*request(office, "K-01", "--replace"))

    new = load_config(office.base / "out.json").gateway
    revoked = {row.id: row.revoked_at for row in office.rows(schema.gateway)}
    ends = {row.gateway_id: row for row in office.rows(schema.gateway_placement)}
    assert old in told
    assert revoked[old] == ends[old].valid_to == ends[new].valid_from
    assert revoked[new] is None
    assert ends[new].valid_to is None
    assert ends[new].home_id == ends[old].home_id
    owners = {row.id: row.gateway_id for row in office.rows(schema.sensor)}
    for row in office.rows(schema.sensor_placement):
        assert row.valid_to == (revoked[old] if owners[row.sensor_id] == old else None)
    assert old not in passwords(office)
    assert new in passwords(office)
    assert office.booked()[-2:] == ["gateway.revoke", "gateway.add"]
    office.refused("GWY-003", *request(office, "K-01", "--replace"))


def test_nothing_to_replace(office: Office) -> None:
    """A misspelt code makes no home when something was to be replaced."""
    office.refused("HOM-001", *request(office, "K-1", "--replace"))

    assert counts(office) == NOTHING_NEW


@pytest.mark.parametrize("code", ["山田", "K 01", "", "-", "K-01-", "x" * 17, "K/01"])
def test_a_code_is_no_name(office: Office, code: str) -> None:
    """The code is in mails: short, and too narrow for a name or an address."""
    office.refused("HOM-002", *request(office, code))

    assert counts(office) == NOTHING_NEW


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("CSV-001", ""),
        ("CSV-001", "\n \n"),
        ("CSV-002", HEADER),
        ("CSV-003", "name,room,kind\nx,hall,motion\n"),
        ("CSV-004", HEADER + "x,hall,motion\n"),
        ("CSV-004", HEADER + "x,hall,radar,no\n"),
        ("CSV-004", HEADER + "x,hall,motion,maybe\n"),
        ("CSV-004", HEADER + ",hall,motion,no\n"),
        ("CSV-004", HEADER + "x,,motion,no\n"),
        ("CSV-004", HEADER + "a/#,hall,motion,no\n"),
        ("CSV-004", HEADER + 'x,"hall,motion,no\n'),
        ("CSV-007", SENSORS + "hall motion,bedroom,motion,no\n"),
        ("CSV-010", HEADER + "x,hall,motion,no\n" * 20_000),
    ],
)
def test_a_wrong_list_registers_nothing(office: Office, code: str, text: str) -> None:
    """Each defect of the CSV has its error, and neither gateway nor file is made."""
    given = ("--sensors", str(office.file("wrong.csv", text)))

    told = office.refused(code, *request(office), *given)

    assert "wrong.csv" in told
    assert counts(office) == NOTHING_NEW
    assert not (office.base / "out.json").exists()


def test_a_list_that_is_not_there_or_not_utf8(office: Office) -> None:
    """A missing file, a folder, and a file as Excel saves it in Japan are named errors."""
    shift_jis = office.base / "excel.csv"
    shift_jis.write_bytes((HEADER + "居間,居間,motion,no\n").encode("cp932"))

    for code, path in (
        ("CSV-010", office.base / "missing.csv"),
        ("CSV-010", office.base),
        ("CSV-008", shift_jis),
    ):
        office.refused(code, *request(office), "--sensors", str(path))
    assert counts(office) == NOTHING_NEW


def test_a_byte_order_mark_is_no_error(office: Office) -> None:
    """UTF-8 as Excel saves it begins with a mark."""
    given = ("--sensors", str(office.file("bom.csv", "\ufeff" + SENSORS)))

    office.did(*request(office), *given)


def test_a_file_that_is_there_is_not_overwritten(office: Office) -> None:
    """It may be the only copy of another gateway's key."""
    output = office.file("out.json", "precious")

    office.refused("GWY-003", *request(office))

    assert output.read_text() == "precious"
    assert counts(office) == NOTHING_NEW


def test_without_the_file_nothing_is_registered(office: Office) -> None:
    """A path that cannot be written undoes the registration and the password."""
    before = passwords(office)
    below_a_file = str(office.file("file", "") / "out.json")

    office.refused("GWY-004", *request(office), "--output", below_a_file)

    assert counts(office) == NOTHING_NEW
    assert passwords(office) == before
    assert office.booked()[-1] == "contact.add"


def test_a_registration_that_fails_late_leaves_no_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk fails while the file is written, replaced gateway and file are as before."""
    before = passwords(office)

    def fail(path: Path, content: bytes) -> None:
        path.write_bytes(content)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cli.commission, "write", fail)

    told = office.refused("GWY-004", *request(office, "K-01", "--replace"))

    assert "No space left" in told
    assert not (office.base / "out.json").exists()
    assert passwords(office) == before
    assert [row.revoked_at for row in office.rows(schema.gateway)] == [None, None]
    assert counts(office) == NOTHING_NEW


def test_a_host_that_is_none(office: Office) -> None:
    """An empty or broken host would only show in the home."""
    authority = ("--ca-file", "ca.pem")

    for host in ("", "two words", "x\ny"):
        office.refused("GWY-005", *request(office, "K-03", "--broker-host", host, *authority))


def test_list_shows_who_stands_where(office: Office) -> None:
    """Standing and revoked gateways with their homes; secrets are not among it."""
    office.did(*request(office, "K-01", "--replace"))
    secret = json.loads((office.base / "out.json").read_text())

    told = office.did("gateway", "list")

    lines = [line.split() for line in told.splitlines()]
    assert [line[0] for line in lines] == ["home", "K-01", "K-01", "K-02"]
    assert ["(revoked)" in line for line in lines[1:]] == [True, False, False]
    assert secret["gateway"] in told
    assert secret["uplink"]["password"] not in told
    assert office.booked()[-1] == "gateway.list"


def test_guide_and_reader_agree_on_the_columns() -> None:
    """The header that tests write is the one that is read."""
    assert ",".join(COLUMNS) + "\n" == HEADER
