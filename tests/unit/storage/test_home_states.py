"""States of homes, gateways and sensors, merged from changes in any order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Connection, Row, Table, select

from domain.access import service
from domain.ids import GatewayId, HomeId, SensorId
from domain.quantity import Lane
from storage.register import gateways, home_states
from storage.register.changes import Activity, HomeChange, LaneChange, Level, SensorChange
from storage.register.database import Register
from storage.register.schema import gateway, gateway_state, gateway_status, home_state, sensor_state

T = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ACCESS = service("test")


class City:
    """One home with two gateways, one sensor each."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.home, self.gateways, self.sensors = register.write_now(self._build)

    def _build(self, c: Connection) -> tuple[HomeId, list[GatewayId], list[SensorId]]:
        town = gateways.add_municipality(c, ACCESS, "A")
        home = gateways.add_home(
            c, ACCESS, municipality_id=town, code="K", time_zone="Asia/Tokyo", now=T
        )
        spec = gateways.NewSensor(
            name="motion", room="hall", is_entrance=False, heartbeat=MINUTE, is_battery=True
        )
        added = [
            gateways.add_gateway(c, ACCESS, home_id=home, sensors=[spec], now=T) for _ in range(2)
        ]
        return home, [each[0] for each in added], [each[1]["motion"] for each in added]

    def hear(self, *marks: tuple[int, datetime | None], lane: Lane = Lane.NORMAL) -> None:
        """Merge a lane change for each (number of the gateway, watermark), then the home."""
        lanes = [
            LaneChange(
                gateway=self.gateways[number], lane=lane, epoch="e-1", heard_at=T, watermark=mark
            )
            for number, mark in marks
        ]
        change = HomeChange(home=self.home, position=1, heard_at=T, last=None)

        def work(c: Connection) -> None:
            home_states.merge_lanes(c, ACCESS, lanes)
            home_states.merge_homes(c, ACCESS, [change])

        self.register.write_now(work)

    def move(self, changes: Sequence[HomeChange]) -> None:
        """Merge home changes one by one."""
        for change in changes:
            self.register.write_now(
                partial(home_states.merge_homes, access=ACCESS, changes=[change])
            )

    def activity(self, minute: int, sensor: int = 0) -> HomeChange:
        """Return a change by one activity."""
        at = T + minute * MINUTE
        return HomeChange(
            home=self.home,
            position=minute,
            heard_at=at,
            last=Activity(at=at, sensor=self.sensors[sensor], arrived_at=at),
        )

    def row(self, table: Table) -> Row[Any]:
        """Return the only row of a table."""
        return self.register.read_now(lambda c: c.execute(select(table)).one())


@pytest.fixture
def city(register: Register) -> City:
    """Return a city."""
    return City(register)


@pytest.mark.parametrize("order", list(permutations([1, 5, 5, 9])))
def test_last_and_previous_activity_do_not_know_the_order(
    city: City, order: tuple[int, ...]
) -> None:
    """Also when what arrives late lies between the two."""
    city.move([city.activity(minute) for minute in order])

    row = city.row(home_state)
    assert row.last_activity_at == T + 9 * MINUTE
    assert row.previous_activity_at == T + 5 * MINUTE
    assert (row.position, row.last_heard_at) == (9, T + 9 * MINUTE)


@pytest.mark.parametrize("order", list(permutations([0, 1])))
def test_two_in_one_millisecond_have_one_answer(city: City, order: tuple[int, ...]) -> None:
    """Of equal instants the greater sensor id is shown, whichever came first."""
    city.move([city.activity(3, sensor) for sensor in order])

    assert city.row(home_state).last_activity_sensor == max(city.sensors)
    assert city.row(home_state).previous_activity_at is None


def test_a_home_waits_for_its_slowest_gateway(city: City) -> None:
    """Up to where both have told everything."""
    city.hear((0, T + 9 * MINUTE), (1, T + 5 * MINUTE))
    assert city.row(home_state).watermark == T + 5 * MINUTE

    city.hear((1, T + 8 * MINUTE))
    assert city.row(home_state).watermark == T + 8 * MINUTE


def test_a_gateway_that_was_never_heard_holds_the_home_back(city: City) -> None:
    """What its sensors saw we do not know."""
    city.hear((0, T + 9 * MINUTE))

    assert city.row(home_state).watermark is None


def test_a_gateway_without_a_watermark_holds_the_home_back(city: City) -> None:
    """It speaks, but what happened before has not all arrived."""
    city.hear((0, T + 9 * MINUTE), (1, None))

    assert city.row(home_state).watermark is None


def test_a_revoked_gateway_holds_nobody_back(city: City, register: Register) -> None:
    """It is not listened to any more."""
    revoke = gateway.update().where(gateway.c.id == city.gateways[1]).values(revoked_at=T)
    register.write_now(lambda c: c.execute(revoke))
    city.hear((0, T + 9 * MINUTE))

    assert city.row(home_state).watermark == T + 9 * MINUTE


def test_the_urgent_lane_is_no_watermark_of_a_home(city: City, register: Register) -> None:
    """Movements come by the normal one."""
    city.hear((0, T + MINUTE), (1, T + MINUTE))
    city.hear((0, T + 9 * MINUTE), lane=Lane.URGENT)

    assert city.row(home_state).watermark == T + MINUTE
    assert len(register.read_now(lambda c: c.execute(select(gateway_state)).all())) == 3


def test_a_watermark_never_goes_back(city: City) -> None:
    """A batch that says nothing, or something older, changes nothing."""
    for mark in (T + 5 * MINUTE, None, T + MINUTE):
        city.hear((0, mark), (1, mark))

    assert city.row(home_state).watermark == T + 5 * MINUTE


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_sensor_shows_its_newest_levels_whatever_comes_last(
    city: City, register: Register, order: tuple[int, ...]
) -> None:
    """A backlog does not bring back the battery of last week."""
    changes = [
        SensorChange(
            sensor=city.sensors[0],
            home=city.home,
            heard_at=T + minute * MINUTE,
            activity_at=T + minute * MINUTE if minute == 1 else None,
            battery=Level(at=T + minute * MINUTE, value=90.0 - minute) if minute < 2 else None,
            link=Level(at=T + minute * MINUTE, value=float(minute)),
        )
        for minute in order
    ]
    for change in changes:
        register.write_now(lambda c, each=change: home_states.merge_sensors(c, ACCESS, [each]))  # type: ignore[misc]

    row = city.row(sensor_state)
    assert (row.last_heard_at, row.last_activity_at) == (T + 2 * MINUTE, T + MINUTE)
    assert (row.battery_percent, row.link_quality) == (89.0, 2.0)


def test_a_status_of_nobody_is_passed_over(city: City, register: Register) -> None:
    """An unknown gateway is not created by what it says of itself."""
    for gateway_id in (GatewayId("stranger"), city.gateways[0]):
        register.write_now(
            lambda c, each=gateway_id: home_states.book_status(  # type: ignore[misc]
                c, ACCESS, each, online=True, detail="{}", now=T
            )
        )

    assert city.row(gateway_status).gateway_id == city.gateways[0]
