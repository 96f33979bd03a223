"""Odd messages of Zigbee2MQTT and of devices: kept with a reason, and the rest goes on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.ids import SensorId
from domain.quantity import Quantity
from domain.reading import Reading
from gateway.drivers.frame import CHANGES_PER_MINUTE, Device, State
from gateway.drivers.zigbee2mqtt import MAX_PAYLOAD_BYTES, Message, Told, translate
from tests.support.recorded import recorded_file
from tests.support.zigbee_home import DEVICES, NOW, Home, second


def test_attribute_topics_are_understood(home: Home) -> None:
    """Zigbee2MQTT may publish one topic per attribute instead of, or beside, the JSON object."""
    home.say("front/door/contact", b"true")

    assert home.say("front/door/contact", b"false", now=second(9)) == [
        (Quantity.DOOR, 1.0, second(9))
    ]
    assert home.say("bed, left/state", b"OFF") == []
    assert home.say("bed, left/state", b"ON", now=second(8)) == [(Quantity.LIGHT, 1.0, second(8))]
    assert home.say("bed, left/update-state", b"idle") == []
    assert home.codes == []


def test_attribute_beside_the_object_is_the_same_frame(home: Home) -> None:
    """With both output forms a movement is still one reading."""
    home.say("hall motion", {"occupancy": True}, at=second(0), now=second(0.1))

    assert home.say("hall motion/occupancy", b"true", now=second(0.2)) == []


@pytest.mark.parametrize(
    "topic",
    [
        "bridge/state",
        "bridge/devices",
        "hall motion/set",
        "hall motion/get",
        "hall motion/set/occupancy",
        "hall motion/get/occupancy",
        "hall motion/availability",
        "nobody/availability",
        "nobody/set",
    ],
)
def test_what_is_not_said_by_a_device_is_passed_over(home: Home, topic: str) -> None:
    """Wishes, answers of the bridge and availability are no readings and no faults."""
    assert home.say(topic, {"occupancy": True, "state": "online"}) == []
    assert home.codes == []


def test_other_base_topic_is_passed_over(home: Home) -> None:
    """Other programs use the same broker."""
    message = Message(topic="homeassistant/status", payload=b"online", retained=False)

    told = translate(message, DEVICES, {}, base_topic="zigbee2mqtt", now=NOW)

    assert told == Told()
    assert home.say("", b"x") == []


def test_unknown_device_is_quarantined(home: Home) -> None:
    """A device that nobody commissioned gives no reading and is named to the technician."""
    assert home.say("neighbour's door", {"contact": False}) == []
    assert home.codes == ["MQT-041"]


@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        b"[]",
        b"true",
        b'"text"',
        b"\xff\xfe",
        b'{"power":NaN}',
        b"[" * 5000,
        b"\x1f\x8b\x08",
        b'{"x":"' + b"y" * MAX_PAYLOAD_BYTES + b'"}',
    ],
)
def test_broken_message_is_quarantined(home: Home, payload: bytes) -> None:
    """What is no JSON object gives no reading and stops nothing."""
    assert home.say("meter", payload) == []
    assert home.codes == ["MQT-040"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"occupancy": "yes"}, "MQT-042"),
        ({"occupancy": 1}, "MQT-042"),
        ({"contact": "closed"}, "MQT-042"),
        ({"action": 5}, "MQT-042"),
        ({"power": "412"}, "MQT-042"),
        ({"power": True}, "MQT-042"),
        ({"power": 10**400}, "MQT-042"),
        ({"temperature": 327.67}, "MQT-043"),
        ({"illuminance": -1}, "MQT-043"),
        ({"battery": 255}, "MQT-043"),
    ],
)
def test_bad_value_is_kept_and_not_used(home: Home, payload: dict[str, object], code: str) -> None:
    """One impossible value is set aside; the others of the message are used."""
    told = home.say("meter", {**payload, "humidity": 40}, at=NOW)

    assert told == [(Quantity.HUMIDITY, 40.0, NOW)]
    assert home.codes == [code]


def test_missing_values_are_no_fault(home: Home) -> None:
    """Zigbee2MQTT says null until a device has reported."""
    assert home.say("meter", {"power": None, "temperature": None, "last_seen": None}) == []
    assert home.codes == []


def test_flapping_contact_is_counted_and_its_last_state_told(home: Home) -> None:
    """A loose magnet does not flood the line; where it came to rest is told at its true time."""
    told: list[tuple[Quantity, float, datetime]] = []
    for i in range(501):
        at = second(0.1 * i)
        told += home.say("front/door", {"contact": bool(i % 2)}, at=at, now=at)
    rest = home.say("front/door", {"contact": False}, at=second(3600), now=second(3600))

    assert len(told) == CHANGES_PER_MINUTE
    assert home.codes == ["MQT-045"] * (500 - CHANGES_PER_MINUTE)
    assert rest == [(Quantity.DOOR, 1.0, second(50))]
    assert home.say("front/door", {"contact": False}, at=second(7200), now=second(7200)) == []


def test_other_changes_of_a_minute_are_not_flapping(home: Home) -> None:
    """Somebody may well go in and out a few times."""
    told = [
        home.say("front/door", {"contact": bool(i % 2)}, at=second(i), now=second(i))
        for i in range(31)
    ]

    assert sum(len(readings) for readings in told) == 30
    assert home.codes == []


def test_clock_that_went_back_does_not_deafen(home: Home) -> None:
    """After a step of the clock the next movement, door and heartbeat still count."""
    home.say("hall motion", {"occupancy": True, "linkquality": 9}, at=second(0))
    home.say("front/door", {"contact": True}, at=second(0))

    before = second(-7200)
    moved = home.say("hall motion", {"occupancy": True, "linkquality": 9}, at=before, now=before)
    opened = home.say("front/door", {"contact": False}, at=before, now=before)

    assert [quantity for quantity, _, _ in moved] == [Quantity.MOTION, Quantity.LINK_QUALITY]
    assert opened == [(Quantity.DOOR, 1.0, before)]


def test_first_known_state_that_comes_again_is_no_change(home: Home) -> None:
    """G01: the first state was no change, also not when it is delivered again after a crash.

    The broker delivers all again that was not acknowledged, when newer ones are committed already.
    """
    said = [({"contact": True}, second(0)), ({"contact": False}, second(60))]
    first = [one for payload, at in said for one in home.say("front/door", payload, at=at)]
    again = [one for payload, at in said for one in home.say("front/door", payload, at=at)]

    assert first == [(Quantity.DOOR, 1.0, second(60))]
    assert set(again) <= set(first), "what the outbox does not know already"
    closed = home.say("front/door", {"contact": True}, at=second(120))
    assert closed == [(Quantity.DOOR, 0.0, second(120))]


def test_recorded_messages_are_understood() -> None:
    """Messages as real devices published them give what happened, with names as odd as theirs."""
    log = _samples() / "zigbee2mqtt.log"
    lines = [_split(line) for line in log.read_text("utf-8").splitlines()]
    names = sorted({topic for topic, _ in lines if topic.count("/") == 1})
    devices = {
        name.removeprefix("zigbee2mqtt/"): Device(sensor=SensorId(f"s-{i:03}"))
        for i, name in enumerate(names)
    }
    states: dict[str, State] = {}
    readings: list[Reading] = []
    problems: list[str] = []
    now = datetime(2024, 3, 9, 17, 30, tzinfo=UTC)
    for topic, payload in lines * 3:
        message = Message(topic=topic, payload=payload, retained=False)
        told = translate(message, devices, states, base_topic="zigbee2mqtt", now=now)
        assert told.device is not None
        assert told.state is not None
        states[told.device] = told.state
        readings += told.readings
        problems += [problem.code for problem in told.problems]

    assert problems == []
    assert not any(reading.is_activity for reading in readings), "nothing moved in this log"
    heard = {reading.sensor for reading in readings if reading.quantity is Quantity.LINK_QUALITY}
    assert heard == {device.sensor for device in devices.values()}
    kinds = {reading.quantity for reading in readings}
    assert {Quantity.TEMPERATURE, Quantity.HUMIDITY, Quantity.BATTERY} <= kinds
    assert len(readings) == len(set(readings)), "the log was played three times"


def _split(line: str) -> tuple[str, bytes]:
    """Take a line `topic payload` apart; a topic may hold spaces, JSON begins with a brace."""
    at = line.find(" {")
    topic, payload = (line[:at], line[at + 1 :]) if at > 0 else line.rsplit(" ", 1)
    return topic, payload.encode()


def _samples() -> Path:
    return recorded_file("payload_samples")


def test_remembered_movement_in_later_reports_is_no_sign_of_life(home: Home) -> None:
    """Hourly battery reports that repeat an old `true` say nothing of the resident."""
    home.say("hall motion", {"occupancy": True}, at=second(0), now=second(0))
    hours = [
        home.say(
            "hall motion",
            {"occupancy": True, "battery": 90},
            at=second(hour * 3600),
            now=second(hour * 3600),
        )
        for hour in range(1, 24)
    ]

    assert not [told for said in hours for told in said if told[0] is Quantity.MOTION]
    ended = home.say("hall motion", {"occupancy": False}, at=second(90_000), now=second(90_000))
    moved = home.say("hall motion", {"occupancy": True}, at=second(90_100), now=second(90_100))
    assert [(told[0], told[1]) for told in (*ended, *moved)] == [
        (Quantity.MOTION, 0.0),
        (Quantity.MOTION, 1.0),
    ]


def test_movement_delivered_again_after_a_newer_one_counts_once(home: Home) -> None:
    """G01: after a crash the broker repeats what was taken; no movement becomes two by that."""
    payload, instants = {"occupancy": True}, [second(60 * n) for n in range(3)]
    told = [home.say("hall motion", payload, at=at, now=at) for at in instants]
    again = [home.say("hall motion", payload, at=at, now=second(130)) for at in instants]
    newer = home.say("hall motion", payload, at=second(180), now=second(180))

    assert [len(said) for said in told] == [1, 1, 1]
    assert again == [[], [], []]
    assert len(newer) == 1


def test_movement_that_goes_on_counts_again_and_again(home: Home) -> None:
    """A sensor that sees somebody all the time says `true` each minute: each is life."""
    told = [
        home.say("hall motion", {"occupancy": True}, at=second(60 * n), now=second(60 * n))
        for n in range(30)
    ]

    assert [len(said) for said in told] == [1] * 30
