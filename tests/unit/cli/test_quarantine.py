"""`mimamori quarantine …`: counts, items, payloads, and trying again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cli.control import Request
from cli.desk import lend
from cli.installation import Installation
from cli.lock import exclusive
from cli.quarantine import ACCESS, hexdump
from cli.requests import perform
from domain.ids import GatewayId
from ingest.admission import admit
from ingest.opening import Keyring
from ingest.projection import project
from messaging.keys import derive, sign
from messaging.topics import Up, up
from storage.journal.sqlite import Journal
from storage.register import gateways, schema
from storage.stores import Stores
from tests.support.wire import NOON, arrived, head, motion
from tests.unit.cli.conftest import Office

AT = NOON + timedelta(days=900)
"""After the gateways of the office were commissioned."""


def gateway_of(office: Office) -> GatewayId:
    """Return one gateway of the office."""
    return GatewayId(office.rows(schema.gateway)[0].id)


def arrive(office: Office, *payloads: bytes, topic: str | None = None) -> None:
    """Let messages arrive as from that gateway, signed as it does."""
    installation, sender = Installation(office.folder), gateway_of(office)
    with office.register() as register:
        known = register.read_now(lambda c: gateways.directory(c, ACCESS))
    journal = Journal(installation.stores / "journal.db")
    lane = up(sender, Up.NORMAL) if topic is None else topic
    keyring = Keyring(installation.master_key(), known)
    admit(journal, keyring, [arrived(each, topic=lane, at=AT) for each in payloads])
    journal.keep_aside(project(journal.after(0), known, after=0).bad)
    journal.close()


def strange(office: Office) -> bytes:
    """Return an envelope with a record of a sensor that nobody registered."""
    sender = gateway_of(office)
    line = head(gateway=f'"{sender}"')
    key = derive(Installation(office.folder).master_key(), sender, 1)
    return sign(b"%b\n[%b]" % (line, motion(AT)), key)


def test_an_empty_quarantine_says_so(office: Office) -> None:
    """Not an empty page."""
    assert office.did("quarantine", "list") == "nothing so far\n"


def test_counts_and_newest_items_are_listed(office: Office) -> None:
    """By code, ever and now; newest first; by code or gateway if asked."""
    arrive(office, strange(office), b"garbage")

    listed = office.did("quarantine", "list")
    assert "MQT-010  1     1" in listed
    assert listed.index("\n2 ") < listed.index("\n1 ")
    only = office.did("quarantine", "list", "--code", "MQT-018")
    assert "\n2 " in only
    assert "\n1 " not in only
    of_gateway = office.did("quarantine", "list", "--gateway", gateway_of(office))
    assert "\n2 " in of_gateway
    assert "\n1 " in of_gateway
    assert "\n1 " not in office.did("quarantine", "list", "--gateway", "another", "--limit", "5")


def test_programs_get_json(office: Office) -> None:
    """Counts and items, no payload."""
    arrive(office, strange(office))

    tree = json.loads(office.did("quarantine", "list", "--json"))

    assert tree["codes"] == {"MQT-018": {"ever": 1, "now": 1}}
    (item,) = tree["items"]
    assert (item["code"], item["first_seq"], item["is_whole"]) == ("MQT-018", 1, True)


def test_an_item_is_shown_whole_and_cannot_speak_to_the_terminal(office: Office) -> None:
    """Escape sequences are made visible."""
    arrive(office, b"\x1b[2Jbad\x07\xff", topic="mimamori/v2/\x1b]0;x/up/normal")

    shown = office.did("quarantine", "show", "1")

    assert "MQT-001" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "1b 5b 32 4a 62 61 64 07 ff" in shown


def test_an_item_that_is_not_there_is_refused(office: Office) -> None:
    """By name."""
    office.refused("QUA-001", "quarantine", "show", "5")


def test_a_damaged_journal_is_told_by_name(office: Office) -> None:
    """One line, no traceback; it is ours to mend, not the operator's input."""
    (office.folder / "stores" / "journal.db").write_bytes(b"x" * 10_000)

    result = office.run("quarantine", "list")

    assert result.exit_code == 1
    assert result.stderr.startswith("STO-002 ")


def test_a_retry_of_nothing_is_refused(office: Office) -> None:
    """Or a slip would try everything."""
    office.refused("QUA-002", "quarantine", "retry")


def test_a_retry_tells_of_each_item_and_is_booked(office: Office) -> None:
    """What stays stays; what is not there is said so; the audit log has both."""
    arrive(office, strange(office))

    said = office.did("quarantine", "retry", "1", "9")

    assert said == "1  still bad: MQT-018\n9  unknown\n1 still bad, 1 unknown\n"
    assert office.booked()[-2:] == ["quarantine.retry"] * 2
    assert "1  still bad" in office.did("quarantine", "retry", "--code", "MQT-018")
    assert office.did("quarantine", "retry", "--code", "MQT-012") == "nothing to try\n"


def test_the_running_system_does_the_same(office: Office) -> None:
    """It holds the folder and has the stores open: the commands work on these."""
    arrive(office, strange(office), b"garbage")
    ids = {"numbers": [1], "wanted": {"code": None, "gateway": None, "limit": 20}}
    of_code = {"numbers": [], "wanted": {"code": "MQT-010", "gateway": None, "limit": 20}}

    with (
        exclusive(office.folder),
        Stores.open(Installation(office.folder).stores) as stores,
        lend(office.folder, stores, print),
    ):

        def asked(command: str, **arguments: object) -> str:
            request = Request(f"quarantine.{command}", arguments)
            return perform(office.folder, request, lambda: None)

        listed = asked("list", wanted=ids["wanted"], as_json=True)
        assert [item["id"] for item in json.loads(listed)["items"]] == [2, 1]
        assert "garbage" in asked("show", number=json_id(listed, "MQT-010"))
        said = asked("retry", **ids), asked("retry", **of_code)

    assert "still bad" in said[0]
    assert "still bad: MQT-010" in said[1]
    assert office.booked()[-2:] == ["quarantine.retry"] * 2


def json_id(listed: str, code: str) -> int:
    """Return the number of the one item of a code."""
    (found,) = [item["id"] for item in json.loads(listed)["items"] if item["code"] == code]
    return int(found)


@pytest.mark.parametrize("size", [0, 1, 16, 17])
def test_a_hexdump_shows_every_byte(size: int) -> None:
    """Whatever the length."""
    lines = hexdump(b"A" * size).splitlines()

    assert sum(line.count("41") for line in lines) == size
    assert len(lines) == (size + 15) // 16
