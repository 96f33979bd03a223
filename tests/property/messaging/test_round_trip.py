"""Whatever a gateway can say is heard as it was said; whatever else comes is refused by name."""

import string
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InputError
from domain.ids import GatewayId, SensorId
from domain.moments import from_ms, to_ms
from domain.quantity import SPECS, Lane, Quantity
from domain.reading import ClockQuality, Reading
from messaging.envelope import Header, decode_header, decode_pack, encode, split_body
from messaging.keys import GatewayKey, split_signature
from messaging.receipt import Receipt, decode_receipt, encode_receipt
from messaging.senml import GapMarker, decode_record, encode_gap, encode_reading

KEY = GatewayKey(generation=3, secret=bytes(range(32)))
LATEST_MS = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp() * 1000)
ids = st.text(string.ascii_lowercase + string.digits + "-", min_size=3, max_size=32)
instants = st.integers(0, LATEST_MS).map(from_ms)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Any believed reading."""
    quantity = draw(st.sampled_from(Quantity))
    spec = SPECS[quantity]
    state = st.sampled_from([0.0, 1.0])
    value = draw(state if spec.is_state else st.floats(spec.low, spec.high))
    return Reading(
        sensor=SensorId(draw(ids)), quantity=quantity, value=value, observed_at=draw(instants)
    )


@given(readings())
def test_reading_comes_back_as_it_was(reading: Reading) -> None:
    """A reading survives its bytes to the last bit and the last millisecond."""
    assert decode_record(encode_reading(reading), where="test") == reading


@given(st.data(), st.lists(readings(), max_size=30), st.integers(1, 2**62), st.integers(0, 50))
def test_envelope_comes_back_as_it_was(
    data: st.DataObject, content: list[Reading], first: int, gap: int
) -> None:
    """An envelope survives its bytes, whatever it carries, with or without a gap at its head."""
    raw = [encode_reading(reading) for reading in content]
    if gap:
        raw.insert(0, encode_gap(GapMarker(first_seq=first, last_seq=first + gap - 1)))
    end = first + gap + len(content) - 1
    header = Header(
        gateway=GatewayId("gw-test"),
        lane=data.draw(st.sampled_from(Lane)),
        epoch=data.draw(ids),
        first_seq=first,
        end_seq=end,
        as_of_ms=to_ms(data.draw(instants)),
        last_seq=end + data.draw(st.integers(0, 1000)),
        clock=data.draw(st.sampled_from(ClockQuality)),
    )

    signed = split_signature(encode(header, raw, KEY), where="test")
    head, pack = split_body(signed.body, where="test")
    records = decode_pack(header, pack, where="test")

    assert signed.is_by(KEY)
    assert decode_header(head, where="test") == header
    assert [record.raw for record in records] == raw
    assert [r.content for r in records if isinstance(r.content, Reading)] == content


@given(st.data())
def test_changed_byte_breaks_the_signature(data: st.DataObject) -> None:
    """No single changed byte of a signed message goes unnoticed."""
    payload = bytearray(encode_receipt(_receipt(), KEY))
    place = data.draw(st.integers(0, len(payload) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != payload[place]))
    payload[place] = other

    try:
        read = decode_receipt(bytes(payload), KEY, GatewayId("gw-test"))
    except InputError as error:
        assert error.problem.code in {"MQT-010", "MQT-019"}  # noqa: PT017
    else:  # a digest digit in the other case, nothing else
        assert read == _receipt()
        assert chr(other).lower() == chr(encode_receipt(_receipt(), KEY)[place])


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_name(raw: bytes) -> None:
    """No bytes bring anything but a listed error out of the reader of envelopes."""
    for read in (
        lambda: split_signature(raw, where="test"),
        lambda: split_body(raw, where="test"),
        lambda: decode_header(raw, where="test"),
        lambda: decode_record(raw, where="test"),
        lambda: decode_receipt(raw, KEY, GatewayId("gw-test")),
    ):
        try:
            read()
        except InputError as error:
            assert error.problem.code.startswith("MQT-0")  # noqa: PT017


def _receipt() -> Receipt:
    return Receipt(gateway=GatewayId("gw-test"), lane=Lane.NORMAL, epoch="e-1", seq=42)
