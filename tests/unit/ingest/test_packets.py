"""The two packets that we read and write ourselves, against paho's own reading and writing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.enums import MQTTProtocolVersion

from ingest.packets import Publish, pubacks, publish, publish_at, read_publish

topics = st.text(st.characters(codec="utf-8", exclude_characters="\0+#"), min_size=1, max_size=40)


def opened(packet: bytes) -> tuple[int, bytearray]:
    """Take the fixed header off."""
    place = 1
    while packet[place] & 128:
        place += 1
    return packet[0], bytearray(packet[place + 1 :])


@given(topics, st.binary(max_size=400), st.integers(1, 65_535))
def test_a_publish_is_what_paho_reads(topic: str, payload: bytes, number: int) -> None:
    """What we write is read alike by paho and by us, whatever its length."""
    command, body = opened(publish(topic, payload, number))

    by_paho = _packet.decode_publish(command, body, MQTTProtocolVersion.MQTTv311)
    assert (by_paho.topic.decode(), by_paho.payload, by_paho.mid) == (topic, payload, number)
    assert read_publish(command, body) == Publish(topic, payload, number, 1, is_retained=False)


@pytest.mark.parametrize("length", [0, 127, 128, 16_383, 16_384, 70_000])
def test_the_length_of_a_packet_is_told_in_as_many_bytes_as_it_needs(length: int) -> None:
    """The remaining length has seven bits a byte."""
    packet = publish("t", b"x" * length, 1)

    assert read_publish(*opened(packet)).payload == b"x" * length


def test_qos_0_and_retained_are_told() -> None:
    """A message with QoS 0 has no id, and a retained one says so."""
    assert read_publish(0x31, b"\x00\x01tpay") == Publish("t", b"pay", 0, 0, is_retained=True)


@pytest.mark.parametrize("packet", [b"", b"\x00", b"\x00\x05t", b"\x00\x01t\x00"])
def test_a_publish_that_ends_too_early_is_refused(packet: bytes) -> None:
    """A broken peer ends the connection, not the service."""
    with pytest.raises(ValueError, match="ends before"):
        read_publish(0x32, packet)


def test_a_topic_that_is_no_text_is_escaped() -> None:
    """It cannot be one of ours, and is refused by its form."""
    assert read_publish(0x30, b"\x00\x02\xff\xfepay").topic == "\\xff\\xfe"


def test_each_message_is_acknowledged_by_its_number() -> None:
    """Four bytes each, in order."""
    assert pubacks([1, 65_535]) == b"\x40\x02\x00\x01\x40\x02\xff\xff"
    assert pubacks([]) == b""


@given(st.lists(st.tuples(topics, st.binary(max_size=300)), min_size=1, max_size=5), st.data())
def test_whole_messages_are_taken_and_the_rest_is_left(
    messages: list[tuple[str, bytes]], data: st.DataObject
) -> None:
    """Wherever the network cut what it brought: a message counts when its last byte is here."""
    packets = [publish(topic, payload, 7) for topic, payload in messages]
    stream = b"".join(packets)
    read = stream[: data.draw(st.integers(0, len(stream)))]

    at, taken = 0, []
    while found := publish_at(read, at):
        message, at = found
        taken.append((message.topic, message.payload))

    ends = [sum(map(len, packets[: count + 1])) for count in range(len(packets))]
    whole = sum(end <= len(read) for end in ends)
    assert taken == messages[:whole]
    assert at == ([0, *ends])[whole]


@pytest.mark.parametrize("read", [b"\xd0\x00", b"\x40\x02\x00\x01", b"\x32" + b"\xff" * 6])
def test_other_packets_and_impossible_lengths_are_left_to_paho(read: bytes) -> None:
    """A PINGRESP, a PUBACK, and a length of five bytes, for which paho ends the connection."""
    assert publish_at(read, 0) is None
