"""The test vectors of docs/reference/wire.md hold, both ways, read out of that very file."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import InputError, Problem
from domain.ids import GatewayId, SensorId
from domain.moments import from_ms
from domain.quantity import SPECS, Lane, Quantity
from domain.reading import ClockQuality, Reading
from messaging import topics
from messaging.envelope import (
    MAX_BYTES,
    MAX_RECORDS,
    Header,
    decode_header,
    decode_pack,
    encode,
    split_body,
)
from messaging.keys import GatewayKey, bad_signature, derive, sign, split_signature
from messaging.receipt import (
    Command,
    CommandWord,
    Receipt,
    decode_command,
    decode_receipt,
    encode_command,
    encode_receipt,
)
from messaging.senml import GapMarker, decode_record, encode_gap, encode_reading
from messaging.status import Health, Presence, decode_status, encode_status

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "wire.md"
TEXT = PAGE.read_text("utf-8")
VECTORS: Any = json.loads(TEXT.split("```json\n")[1].split("```")[0])
HEALTH = Health(
    at=from_ms(1_750_000_065_000),
    program="0.1.0",
    clock=ClockQuality.SYNCED,
    disk_free_mb=11_230,
    memory_mb=31,
    memory_free_mb=402,
    starts=1,
    boots=1,
    waiting=12,
    outbox_mb=4,
    is_room_short=False,
    quarantined={"MQT-041": 3},
    heard={SensorId("s-k7q2m4x9"): from_ms(1_749_999_525_000)},
)
GATEWAY = GatewayId(VECTORS["keys"][0]["gateway"])


def test_keys_are_hkdf_as_another_library_computes_it() -> None:
    """A gateway's key is RFC 5869 HKDF; the cryptography library is the independent witness."""
    master = bytes.fromhex(VECTORS["master"])
    for vector in VECTORS["keys"]:
        info = f"gateway/{vector['gateway']}/{vector['generation']}".encode()
        witness = HKDF(algorithm=SHA256(), length=32, salt=b"mimamori", info=info).derive(master)

        key = derive(master, GatewayId(vector["gateway"]), vector["generation"])

        assert key.secret == witness == bytes.fromhex(vector["secret"])


@pytest.mark.parametrize("vector", VECTORS["records"])
def test_record_has_exactly_these_bytes(vector: Any) -> None:
    """A reading is written as the page says, and read back as it was."""
    reading = Reading(
        sensor=SensorId(vector["sensor"]),
        quantity=Quantity(vector["quantity"]),
        value=vector["value"],
        observed_at=from_ms(vector["observed_ms"]),
    )
    raw = vector["bytes"].encode()

    assert encode_reading(reading) == raw
    assert decode_record(raw, where="test") == reading


@pytest.mark.parametrize("vector", VECTORS["gaps"])
def test_gap_marker_has_exactly_these_bytes(vector: Any) -> None:
    """A gap marker is written as the page says, and read back as it was."""
    gap = GapMarker(first_seq=vector["first"], last_seq=vector["last"])

    assert encode_gap(gap) == vector["bytes"].encode()
    assert decode_record(vector["bytes"].encode(), where="test") == gap


@pytest.mark.parametrize("vector", VECTORS["bad_records"])
def test_bad_record_is_refused_by_name(vector: Any) -> None:
    """What the page calls bad is refused with the code that the page gives."""
    with pytest.raises(InputError) as caught:
        decode_record(vector["bytes"].encode(), where="test")

    assert caught.value.problem.code == vector["code"]


@pytest.mark.parametrize("vector", VECTORS["envelopes"])
def test_envelope_has_exactly_these_bytes(vector: Any) -> None:
    """An envelope is written, signed and addressed as the page says, and read back as it was."""
    fields = vector["header"]
    header = Header(
        gateway=GATEWAY,
        lane=Lane(fields["lane"]),
        epoch=fields["epoch"],
        first_seq=fields["first"],
        end_seq=fields["end"],
        as_of_ms=fields["as_of"],
        last_seq=fields["last"],
        clock=ClockQuality(fields["clock"]),
    )
    records = [text.encode() for text in vector["records"]]
    payload = vector["payload"].encode()

    assert encode(header, records, _key(vector["generation"])) == payload
    assert topics.up_lane(GATEWAY, header.lane) == vector["topic"]
    read, contents = _open(payload)
    assert read == header
    assert [record.raw for record in contents] == records
    assert not any(isinstance(record.content, Problem) for record in contents)


@pytest.mark.parametrize("vector", VECTORS["bad_envelopes"], ids=lambda v: v["what"])
def test_bad_envelope_is_refused_by_name(vector: Any) -> None:
    """What the page calls bad is refused with the code that the page gives."""
    with pytest.raises(InputError) as caught:
        _open(vector["payload"].encode())

    assert caught.value.problem.code == vector["code"]


@pytest.mark.parametrize("vector", VECTORS["receipts"])
def test_receipt_has_exactly_these_bytes(vector: Any) -> None:
    """A receipt is written as the page says, and read back as it was."""
    receipt = Receipt(
        gateway=GATEWAY, lane=Lane(vector["lane"]), epoch=vector["epoch"], seq=vector["seq"]
    )
    payload = vector["payload"].encode()

    assert encode_receipt(receipt, _key(1)) == payload
    assert decode_receipt(payload, _key(1), GATEWAY) == receipt
    assert topics.down(GATEWAY, topics.Down.RECEIPT) == vector["topic"]


@pytest.mark.parametrize("vector", VECTORS["commands"])
def test_command_has_exactly_these_bytes(vector: Any) -> None:
    """A command is written as the page says, and read back as it was."""
    lane = vector.get("lane")
    command = Command(
        gateway=GATEWAY,
        word=CommandWord(vector["word"]),
        epoch=vector["epoch"],
        lane=None if lane is None else Lane(lane),
        first_seq=vector.get("first", 0),
    )
    payload = vector["payload"].encode()

    assert encode_command(command, _key(1)) == payload
    assert decode_command(payload, _key(1), GATEWAY) == command
    assert topics.down(GATEWAY, topics.Down.COMMAND) == vector["topic"]


@pytest.mark.parametrize("rest", ["", ',"lane":"normal"', ',"lane":"urgent","first":0'])
def test_resend_without_lane_or_number_is_refused(rest: str) -> None:
    """An order that cannot be obeyed is refused by name, also when it is signed."""
    head = f'{{"version":1,"gateway":"{GATEWAY}","command":"resend","epoch":"e-first-life"'
    payload = sign(f"{head}{rest}}}".encode(), _key(1))

    with pytest.raises(InputError) as caught:
        decode_command(payload, _key(1), GATEWAY)

    assert caught.value.problem.code == "MQT-010"


@pytest.mark.parametrize("vector", VECTORS["statuses"])
def test_status_has_exactly_these_bytes(vector: Any) -> None:
    """A status is written as the page says, and read back as it was."""
    payload = vector["payload"].encode()

    assert (
        encode_status(Presence(vector["state"]), HEALTH if "health" in vector else None) == payload
    )
    assert decode_status(payload, where="test") is Presence(vector["state"])
    assert topics.up(GATEWAY, topics.Up.STATUS) == vector["topic"]


def test_receipt_of_another_gateway_or_key_is_refused() -> None:
    """Nobody but the server that holds this gateway's key can tell it to forget."""
    payload = VECTORS["receipts"][0]["payload"].encode()

    for key, gateway in ((_key(2), GATEWAY), (_key(1), GatewayId("gw-another"))):
        with pytest.raises(InputError) as caught:
            decode_receipt(payload, key, gateway)
        assert caught.value.problem.code == "MQT-019"


def test_page_names_every_quantity_with_its_unit_and_range() -> None:
    """The page's table of quantities is the code's."""
    for quantity, spec in SPECS.items():
        (row,) = [line for line in TEXT.splitlines() if re.match(rf"\| .*`{quantity}`", line)]
        assert f"| {spec.lane} |" in row
        assert spec.is_state or f"`{spec.unit}`" in row
        assert spec.is_state or f"{spec.low:,.0f} to {spec.high:,.0f}" in row


def test_page_names_the_limits() -> None:
    """The page's limits are the code's."""
    assert f"({MAX_BYTES:,} bytes) and {MAX_RECORDS} records" in TEXT


def test_page_names_every_code_of_messaging_and_gateway() -> None:
    """Each MQT code that the gateway or the wire can raise has its line on the page."""
    root = PAGE.parents[2]
    used = {
        code
        for folder in ("messaging", "gateway", "ingest")
        for path in (root / folder).rglob("*.py")
        for code in re.findall(r'"(MQT-\d{3})"', path.read_text("utf-8"))
    }

    assert used - set(re.findall(r"\| (MQT-\d{3}) \|", TEXT)) == set()


def _key(generation: int) -> GatewayKey:
    return derive(bytes.fromhex(VECTORS["master"]), GATEWAY, generation)


def _open(payload: bytes) -> Any:
    signed = split_signature(payload, where="test")
    if not signed.is_by(_key(signed.generation)):
        raise bad_signature("test")
    head, pack = split_body(signed.body, where="test")
    header = decode_header(head, where="test")
    return header, decode_pack(header, pack, where="test")
