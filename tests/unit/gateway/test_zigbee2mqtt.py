"""What Zigbee2MQTT says becomes what a person did: once, at its own time, and never more."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.ids import SensorId
from domain.quantity import Quantity
from domain.reading import Reading
from gateway.drivers.frame import CHANGES_PER_MINUTE, Device, State
from gateway.drivers.zigbee2mqtt import MAX_PAYLOAD_BYTES, Message, Told, translate

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DEVICES = {
    "hall motion": Device(sensor=SensorId("s-motion")),
    "front/door": Device(sensor=SensorId("s-door")),
    "fridge": Device(sensor=SensorId("s-fridge"), contact=Quantity.OPENING),
    "bed, left": Device(sensor=SensorId("s-lamp")),
    "button": Device(sensor=SensorId("s-button")),
    "remote": Device(sensor=SensorId("s-remote"), is_help_button=False),
    "meter": Device(sensor=SensorId("s-meter")),
}


class Home:
    """Feeds messages and remembers what the driver remembers."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self.states: dict[str, State] = {}
        self.codes: list[str] = []

    def say(
        self,
        topic: str,
        payload: Mapping[str, object] | bytes,
        *,
        at: datetime | None = None,
        now: datetime = NOW,
        retained: bool = False,
    ) -> list[tuple[Quantity, float, datetime]]:
        """Publish under the base topic; `at` becomes `last_seen`."""
        told = self.tell(topic, payload, at=at, now=now, retained=retained)
        return [(one.quantity, one.value, one.observed_at) for one in told.readings]

    def tell(
        self,
        topic: str,
        payload: Mapping[str, object] | bytes,
        *,
        at: datetime | None = None,
        now: datetime = NOW,
        retained: bool = False,
    ) -> Told:
        """Publish and return all that came of it."""
        if not isinstance(payload, bytes):
            seen = {} if at is None else {"last_seen": at.isoformat()}
            payload = json.dumps({**payload, **seen}).encode()
        told = translate(
            Message(topic=f"zigbee2mqtt/{topic}", payload=payload, retained=retained),
            DEVICES,
            self.states,
            base_topic="zigbee2mqtt",
            now=now,
        )
        if told.device is not None and told.state is not None:
            self.states[told.device] = told.state
        self.codes += [problem.code for problem in told.problems]
        return told


@pytest.fixture
def home() -> Home:
    """Return a home whose driver has just been installed."""
    return Home()


def second(number: float) -> datetime:
    """Return an instant so many seconds after nine."""
    return NOW + timedelta(seconds=number)


def test_each_new_movement_is_a_reading(home: Home) -> None:
    """A motion sensor that triggers again saw somebody again; that it stopped is told once."""
    told = [
        home.say("hall motion", {"occupancy": True}, at=second(0), now=second(0)),
        home.say("hall motion", {"occupancy": True}, at=second(30), now=second(30)),
        home.say("hall motion", {"occupancy": False}, at=second(120), now=second(120)),
        home.say("hall motion", {"occupancy": False}, at=second(3600), now=second(3600)),
    ]

    assert told == [
        [(Quantity.MOTION, 1.0, second(0))],
        [(Quantity.MOTION, 1.0, second(30))],
        [(Quantity.MOTION, 0.0, second(120))],
        [],
    ]


def test_frame_that_comes_three_times_is_one_reading(home: Home) -> None:
    """Radio repeats carry the same last_seen and are the same event."""
    told = [
        home.say("hall motion", {"occupancy": True}, at=second(0), now=second(wait))
        for wait in (0, 0.7, 2)
    ]

    assert [len(readings) for readings in told] == [1, 0, 0]


def test_frame_without_own_time_repeats_within_two_seconds(home: Home) -> None:
    """Without last_seen, what comes within two seconds is the same frame; later it is not."""
    waits = (0, 1, 2, 2.5)
    told = [home.say("hall motion", {"occupancy": True}, now=second(wait)) for wait in waits]

    assert [len(readings) for readings in told] == [1, 0, 0, 1]


def test_first_state_of_a_door_is_no_change(home: Home) -> None:
    """When a door is first heard of nothing has moved; when it differs, it has."""
    told = [
        home.say("front/door", {"contact": True}, at=second(0)),
        home.say("front/door", {"contact": True}, at=second(10)),
        home.say("front/door", {"contact": False}, at=second(20)),
        home.say("front/door", {"contact": False}, at=second(3600), now=second(3600)),
        home.say("front/door", {"contact": True}, at=second(3601), now=second(3601)),
    ]

    assert [[value for _, value, _ in one] for one in told] == [[], [], [1.0], [], [0.0]]


def test_table_says_what_a_contact_guards(home: Home) -> None:
    """The same attribute is a door or an opening, as the home's table says."""
    home.say("fridge", {"contact": True}, at=second(0))

    assert home.say("fridge", {"contact": False}, at=second(5)) == [
        (Quantity.OPENING, 1.0, second(5))
    ]


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("hall motion", {"occupancy": True}),
        ("front/door", {"contact": False}),
        ("button", {"action": "single"}),
        ("button", {"emergency": True}),
        ("meter", {"power": 50, "linkquality": 90, "battery": 50}),
    ],
)
def test_retained_message_is_never_an_activity(
    home: Home, topic: str, payload: dict[str, object]
) -> None:
    """A message that the broker kept comes at every start; nobody did anything then."""
    home.say("front/door", {"contact": True}, at=second(0))

    assert home.say(topic, payload, at=second(60), retained=True) == []


def test_retained_state_makes_the_next_live_one_no_change(home: Home) -> None:
    """A door known to be open from a kept message has not moved when it says so itself."""
    home.say("front/door", {"contact": True}, at=second(0))
    home.say("front/door", {"contact": False}, at=second(60), retained=True)

    assert home.say("front/door", {"contact": False}, at=second(90), now=second(90)) == []


def test_retained_movement_does_not_swallow_the_live_one(home: Home) -> None:
    """The kept copy of a frame may come before the live one, which still counts."""
    home.say("hall motion", {"occupancy": True}, at=second(1), retained=True)

    assert len(home.say("hall motion", {"occupancy": True}, at=second(1))) == 1


@pytest.mark.parametrize("action", ["single", "double", "hold", "emergency"])
def test_every_press_of_a_help_button_is_a_call(home: Home, action: str) -> None:
    """Nobody who has fallen minds how long to press."""
    assert home.say("button", {"action": action}, at=second(1)) == [(Quantity.HELP, 1.0, second(1))]


def test_second_press_counts_and_its_repeat_does_not(home: Home) -> None:
    """Two presses are two calls; one press heard three times is one."""
    seconds = (1, 1, 1, 200, 200)
    told = [
        home.say("button", {"action": "emergency"}, at=second(one), now=second(one))
        for one in seconds
    ]

    assert [len(readings) for readings in told] == [1, 0, 0, 1, 0]


@pytest.mark.parametrize("action", ["", "release", "hold_release", None])
def test_letting_go_is_no_call(home: Home, action: str | None) -> None:
    """Devices say when a button is let go, and clear their action afterwards."""
    assert home.say("button", {"action": action}, at=second(1)) == []


def test_remote_control_does_not_call(home: Home) -> None:
    """A lamp's remote says actions too; the table knows that it is none."""
    assert home.say("remote", {"action": "on"}, at=second(1)) == []


def test_lamp_is_told_when_it_changes(home: Home) -> None:
    """A lamp's state is sent again and again; only a change is a reading."""
    states = ("OFF", "OFF", "ON", "ON", "OFF", "OPEN")
    told = [home.say("bed, left", {"state": one}, at=second(i)) for i, one in enumerate(states)]

    assert [[value for _, value, _ in one] for one in told] == [[], [], [1.0], [], [0.0], []]


def test_measurements_are_readings(home: Home) -> None:
    """Each measurement of a message becomes a reading in its unit."""
    payload = {"power": 412.5, "energy": 12, "temperature": 21.5, "humidity": 40, "illuminance": 7}

    assert {quantity: value for quantity, value, _ in home.say("meter", payload)} == {
        Quantity.POWER: 412.5,
        Quantity.ENERGY: 12.0,
        Quantity.TEMPERATURE: 21.5,
        Quantity.HUMIDITY: 40.0,
        Quantity.ILLUMINANCE: 7.0,
    }


def test_battery_on_change_or_daily(home: Home) -> None:
    """A battery that does not change is still told once a day."""
    hours = ((0, 80), (1, 80), (2, 79), (3, 79), (25.9, 79), (26, 79))
    told = [
        home.say("hall motion", {"battery": one}, at=second(h * 3600), now=second(h * 3600))
        for h, one in hours
    ]

    assert [len(readings) for readings in told] == [1, 0, 1, 0, 0, 1]


def test_link_quality_is_told_twice_a_heartbeat_at_most(home: Home) -> None:
    """The sign of life of a chatty sensor costs no more than that of a quiet one."""
    minutes = (0, 1, 30, 59, 60, 61, 180)
    told = [
        home.say("meter", {"linkquality": 90 + m % 7}, at=second(m * 60), now=second(m * 60))
        for m in minutes
    ]

    assert [len(readings) for readings in told] == [1, 0, 1, 0, 1, 0, 1]


@pytest.mark.parametrize(
    "last_seen",
    ["2026-11-22T18:00:00+09:00", "2026-11-22T09:00:00.000Z", int(NOW.timestamp() * 1000)],
)
def test_last_seen_is_the_time_of_the_reading(home: Home, last_seen: object) -> None:
    """ISO 8601 with any offset and milliseconds since 1970 are understood."""
    payload = {"occupancy": True, "last_seen": last_seen}

    assert home.say("hall motion", payload, now=second(100)) == [(Quantity.MOTION, 1.0, NOW)]


@pytest.mark.parametrize(
    "last_seen",
    [
        "2026-11-22T09:00:00",
        "1970-01-01T00:00:10Z",
        "2000-01-01T00:00:00Z",
        "2026-11-23T09:00:00Z",
        "soon",
        1e300,
        -1,
        [1],
        True,
    ],
)
def test_impossible_last_seen_is_replaced_by_now(home: Home, last_seen: object) -> None:
    """A wrong clock does not lose the movement; it is booked when it is heard, and said so."""
    payload = {"occupancy": True, "last_seen": last_seen}

    assert home.say("hall motion", payload) == [(Quantity.MOTION, 1.0, NOW)]
    assert home.codes == ["MQT-044"]


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
    default = Path(__file__).parents[4] / "shared" / "data"
    folder = Path(os.environ.get("MIMAMORI_RECORDED_HOMES", default)) / "payload_samples"
    if not folder.is_dir():
        pytest.skip(f"no recorded messages in {folder}")
    return folder
