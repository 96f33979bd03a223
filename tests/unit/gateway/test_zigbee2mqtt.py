"""What Zigbee2MQTT says becomes what a person did: once, at its own time, and never more."""

import pytest

from domain.quantity import Quantity
from tests.support.zigbee_home import NOW, Home, second


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


@pytest.mark.parametrize(
    ("attribute", "values", "told"),
    [
        ("power", (40.0, 41.0, 42.9, 43.0, 41.5, 40.0), [40.0, 43.0, 40.0]),
        ("power", (1200.0, 1220.0, 1177.0, 1176.0), [1200.0, 1176.0]),
        ("energy", (5.0, 5.009, 5.011, 0.0, 0.005), [5.0, 5.011, 0.0]),
        ("temperature", (21.0, 21.1, 20.9, 21.2), [21.0, 21.2]),
        ("humidity", (40, 41, 42, 41), [40, 42]),
        ("illuminance", (7, 11, 12, 400, 430, 440), [7, 12, 400, 440]),
    ],
)
def test_measurement_is_told_when_it_leaves_its_band(
    home: Home, attribute: str, values: tuple[float, ...], told: list[float]
) -> None:
    """A meter that reports each second is told when something has changed, drifting included."""
    said = [
        value
        for number, one in enumerate(values)
        for _, value, _ in home.say(
            "meter", {attribute: one}, at=second(number), now=second(number)
        )
    ]

    assert said == told


def test_steady_measurement_is_told_each_while(home: Home) -> None:
    """A flat line differs from a lost sensor: the value of then, never a mean."""
    told = [
        home.say("meter", {"power": 40.0 + 0.1 * n}, at=second(60 * n), now=second(60 * n))
        for n in range(21)
    ]

    assert [readings[0][1] for readings in told if readings] == [40.0, 41.0, 42.0]


def test_kettle_is_told_at_its_own_time_among_thousands_of_reports(home: Home) -> None:
    """What a person switches is never coalesced away: its beginning and its end to the second."""
    told = []
    for number in range(3_600):
        is_on = 1_000 <= number < 1_180
        watts = 1_150.0 if is_on else 95.0 + number % 3
        told += home.say("meter", {"power": watts}, at=second(number), now=second(number))

    moments = [round((at - NOW).total_seconds()) for _, value, at in told if value > 1_000]
    assert (moments[0], len(told) < 12) == (1_000, True)
    assert (Quantity.POWER, 95.0 + 1_180 % 3, second(1_180)) in told


def test_counter_that_restarts_is_a_new_life_of_the_device(home: Home) -> None:
    """A meter that begins at 0 again is told at once, and counts on from there."""
    told = [
        home.say("meter", {"energy": one}, at=second(n), now=second(n))
        for n, one in enumerate((812.4, 812.5, 0.0, 0.02))
    ]

    assert [[value for _, value, _ in one] for one in told] == [[812.4], [812.5], [0.0], [0.02]]
