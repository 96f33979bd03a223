"""Messages as Zigbee2MQTT forms them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from devices.simulators.event import HomeEvent
from devices.simulators.flat import default_flat
from devices.simulators.homes import SimulatedHome
from devices.simulators.zigbee2mqtt import Publication, Zigbee2Mqtt
from domain.quantity import Quantity, is_activity

AT = datetime(2026, 4, 5, 6, 7, 8, 90_000, tzinfo=UTC)


def bridge(**states: float) -> Zigbee2Mqtt:
    """Return the Zigbee2MQTT of a default flat."""
    return Zigbee2Mqtt(base_topic="z2m/home", devices=default_flat().sensors, states=states)


def event(device: str, quantity: Quantity, value: float, seconds: float = 0) -> HomeEvent:
    """Return an event some seconds after `AT`."""
    return HomeEvent(
        at=AT + timedelta(seconds=seconds),
        device=device,
        quantity=quantity,
        value=value,
        resident_made=True,
    )


def payload_of(message: Publication | None) -> dict[str, object]:
    """Return the decoded payload."""
    assert message is not None
    payload: dict[str, object] = json.loads(message.payload)
    return payload


@pytest.mark.parametrize(
    ("device", "quantity", "value", "attribute", "said"),
    [
        ("kitchen_motion", Quantity.MOTION, 1.0, "occupancy", True),
        ("kitchen_motion", Quantity.MOTION, 0.0, "occupancy", False),
        ("entrance_door", Quantity.DOOR, 1.0, "contact", False),
        ("entrance_door", Quantity.DOOR, 0.0, "contact", True),
        ("fridge_door", Quantity.OPENING, 1.0, "contact", False),
        ("bedroom_lamp", Quantity.LIGHT, 1.0, "state", "ON"),
        ("power_meter", Quantity.POWER, 87.5, "power", 87.5),
        ("living_room_temperature", Quantity.TEMPERATURE, 20.74, "temperature", 20.74),
        ("help_button", Quantity.HELP, 1.0, "action", "emergency"),
    ],
)
def test_attribute_of_each_quantity(
    device: str, quantity: Quantity, value: float, attribute: str, said: object
) -> None:
    """Every quantity is said in Zigbee2MQTT's own word; a closed contact is true."""
    message = bridge().publish(event(device, quantity, value))

    assert message is not None
    assert message.topic == f"z2m/home/{device}"
    assert payload_of(message)[attribute] == said


def test_forms_are_those_of_recorded_messages() -> None:
    """A door says contact, battery, voltage and link quality in the types that real ones use."""
    payload = payload_of(bridge().publish(event("entrance_door", Quantity.DOOR, 0.0)))

    assert set(payload) == {"contact", "battery", "voltage", "linkquality", "last_seen"}
    assert payload["contact"] is True
    assert isinstance(payload["battery"], int)
    assert 2500 < int(str(payload["voltage"])) <= 3100
    assert 0 <= int(str(payload["linkquality"])) <= 255
    assert payload["last_seen"] == "2026-04-05T06:07:08.090Z"


def test_heartbeat_carries_the_cached_state() -> None:
    """A heartbeat says the last state again, with a new `last_seen`, and requires no reading."""
    home = bridge()
    home.publish(event("entrance_door", Quantity.DOOR, 1.0))
    message = home.publish(event("entrance_door", Quantity.LINK_QUALITY, 100.0, seconds=60))

    assert message is not None
    assert payload_of(message)["contact"] is False
    assert payload_of(message)["last_seen"] == "2026-04-05T06:08:08.090Z"
    assert not [said for said in message.said if said.required]
    assert not [said for said in message.said if is_activity(said.quantity, said.value)]


def test_heartbeat_never_repeats_a_movement() -> None:
    """While a motion sensor says ON it sends no heartbeat; afterwards it does, saying false."""
    home = bridge()
    home.publish(event("kitchen_motion", Quantity.MOTION, 1.0))
    beat = event("kitchen_motion", Quantity.LINK_QUALITY, 100.0, seconds=30)

    assert home.publish(beat) is None
    home.publish(event("kitchen_motion", Quantity.MOTION, 0.0, seconds=60))
    later = home.publish(event("kitchen_motion", Quantity.LINK_QUALITY, 100.0, seconds=90))
    assert payload_of(later)["occupancy"] is False


def test_press_is_not_cached() -> None:
    """A press is in its own message and in no later one."""
    home = bridge()
    home.publish(event("help_button", Quantity.HELP, 1.0))

    beat = home.publish(event("help_button", Quantity.LINK_QUALITY, 90.0, seconds=60))
    assert "action" not in payload_of(beat)


def test_energy_adds_up_power_over_time() -> None:
    """Two kilowatts for half an hour are one kilowatt-hour; a long gap counts nothing."""
    home = bridge()
    home.publish(event("power_meter", Quantity.POWER, 50.0))
    second = home.publish(event("power_meter", Quantity.POWER, 2000.0, seconds=1800))
    third = home.publish(event("power_meter", Quantity.POWER, 2000.0, seconds=90_000))

    assert payload_of(second)["energy"] == 1.0
    assert payload_of(third)["energy"] == 1.0


def test_announcement_names_every_device_once() -> None:
    """At the start each device says what it shows, so that the next change is a change."""
    messages = bridge(entrance_door=1.0).announce(AT)
    by_device = {message.device: payload_of(message) for message in messages}

    assert len(messages) == len(by_device) == len(default_flat().sensors)
    assert by_device["entrance_door"]["contact"] is False
    assert by_device["fridge_door"]["contact"] is True
    assert by_device["toilet_motion"]["occupancy"] is False
    assert not [said for message in messages for said in message.said if said.required]


def test_same_events_give_the_same_bytes() -> None:
    """A home that is played again after a restart says the same to the byte."""
    home = SimulatedHome(3)
    events = home.events(AT, AT + timedelta(days=2))
    half = len(events) // 2
    one, other = bridge(), bridge()
    whole = [one.publish(event_) for event_ in events]
    for event_ in events[:half]:
        other.absorb(event_)

    assert [other.publish(event_) for event_ in events[half:]] == whole[half:]
