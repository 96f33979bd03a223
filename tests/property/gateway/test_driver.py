"""Nothing that is published in a home can stop the gateway, and nothing becomes two readings."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from devices.simulators.event import HomeEvent
from devices.simulators.flat import Sensor, SensorKind
from devices.simulators.zigbee2mqtt import Zigbee2Mqtt
from domain.ids import SensorId
from domain.quantity import Quantity, is_believed
from domain.reading import Reading
from gateway.drivers.frame import Device, Last, State
from gateway.drivers.zigbee2mqtt import Message, translate

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DEVICES = {"a": Device(sensor=SensorId("s-1")), "b/c d": Device(sensor=SensorId("s-2"))}
KEYS = ["occupancy", "contact", "action", "state", "power", "battery", "linkquality", "last_seen"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
payloads = st.binary(max_size=80) | st.dictionaries(
    st.sampled_from(KEYS), json_values, max_size=6
).map(msgspec.json.encode)
topics = st.sampled_from(
    ["z/a", "z/b/c d", "z/a/occupancy", "z/a/last_seen", "z/x", "z", "z/", "y/a", "z/a/set"]
) | st.text(max_size=20)


@given(st.lists(st.tuples(topics, payloads, st.booleans()), max_size=8))
def test_no_message_brings_an_error_out(messages: list[tuple[str, bytes, bool]]) -> None:
    """Any topic and any bytes give believed readings or named problems, and the state is kept."""
    states: dict[str, State] = {}
    for topic, payload, retained in messages:
        told = translate(
            Message(topic=topic, payload=payload, retained=retained),
            DEVICES,
            states,
            base_topic="z",
            now=NOW,
        )
        assert all(is_believed(one.quantity, one.value) for one in told.readings)
        assert all(problem.code.startswith("MQT-04") for problem in told.problems)
        assert not (retained and told.readings)
        if told.device is not None and told.state is not None:
            states[told.device] = told.state
            raw = msgspec.json.encode(told.state)
            assert msgspec.json.decode(raw, type=dict[Quantity, Last]) == told.state


frames = st.lists(
    st.tuples(st.sampled_from(["occupancy", "contact"]), st.booleans(), st.integers(1, 600)),
    max_size=30,
)


@given(frames, st.integers(1, 3), st.data())
def test_repeats_and_restarts_change_nothing(
    walk: list[tuple[str, bool, int]], copies: int, data: st.DataObject
) -> None:
    """Each frame three times, and a restart anywhere, give exactly the readings of once."""
    once = _play(walk, copies=1, restarts=set())
    places = data.draw(st.sets(st.integers(0, max(len(walk) - 1, 0))))

    assert _play(walk, copies=copies, restarts=places) == once


def _play(walk: list[tuple[str, bool, int]], *, copies: int, restarts: set[int]) -> list[Reading]:
    states: dict[str, State] = {}
    readings: list[Reading] = []
    at = NOW
    for place, (key, value, seconds) in enumerate(walk):
        at += timedelta(seconds=seconds)
        payload = msgspec.json.encode({key: value, "last_seen": at.isoformat()})
        for copy in range(copies):
            told = translate(
                Message(topic="z/a", payload=payload, retained=False),
                DEVICES,
                states,
                base_topic="z",
                now=at + timedelta(seconds=copy * 0.7),
            )
            readings += told.readings
            assert told.state is not None
            states["a"] = told.state
        if place in restarts:
            kept = {name: msgspec.json.encode(state) for name, state in states.items()}
            states = {
                name: msgspec.json.decode(raw, type=dict[Quantity, Last])
                for name, raw in kept.items()
            }
    return readings


meters = st.sampled_from(
    [(SensorKind.METER, Quantity.POWER), (SensorKind.TEMPERATURE, Quantity.TEMPERATURE)]
)
reports = st.lists(
    st.tuples(st.floats(-20, 60) | st.floats(0, 3_000), st.integers(1, 2_400)), max_size=40
)


@given(meters, reports)
def test_what_must_be_told_is_told(
    meter: tuple[SensorKind, Quantity], walk: list[tuple[float, int]]
) -> None:
    """Whatever the truth ledger requires of a measurement lies outside the gateway's band."""
    kind, quantity = meter
    sensor = Sensor(name="a", room="kitchen", kind=kind)
    air = Zigbee2Mqtt(base_topic="z", devices=[sensor], states={})
    states: dict[str, State] = {}
    at = NOW
    for value, seconds in walk:
        at += timedelta(seconds=seconds)
        if not is_believed(quantity, value):
            continue
        event = HomeEvent(at=at, device="a", quantity=quantity, value=value, resident_made=False)
        said = air.publish(event)
        assert said is not None
        told = translate(
            Message(topic=said.topic, payload=said.payload, retained=False),
            DEVICES,
            states,
            base_topic="z",
            now=at,
        )
        assert told.state is not None
        states["a"] = told.state
        required = {(one.quantity, one.value) for one in said.said if one.required}
        assert required <= {(one.quantity, one.value) for one in told.readings}
