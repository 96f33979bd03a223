"""Gateways that are taken out: nothing of them is watched any more."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from domain.access import Role, of_user, service
from domain.errors import InputError
from domain.ids import GatewayId, HomeId, MunicipalityId, SensorId, UserId
from storage.register import assignments, detection, gateways, home_states, placements
from storage.register.changes import HomeChange, SensorChange
from storage.register.database import Register
from storage.register.gateways import NewSensor
from storage.register.schema import gateway

T = datetime(2026, 3, 1, tzinfo=UTC)
LATER = T + timedelta(hours=1)
ACCESS = service("test")
SPEC = NewSensor(
    name="hall", room="hall", is_entrance=False, heartbeat=timedelta(hours=1), is_battery=True
)
Fitted = tuple[GatewayId, SensorId]


class Home:
    """A home that was heard through the gateways that stand in it."""

    def __init__(self, register: Register) -> None:
        """Register it with one gateway."""
        self.register = register
        self.town, self.id = register.write_now(self._add)
        self.first = self.fit(T)

    def _add(self, c: Connection) -> tuple[MunicipalityId, HomeId]:
        town = gateways.add_municipality(c, ACCESS, "A")
        return town, gateways.add_home(
            c,
            ACCESS,
            municipality_id=town,
            code="K-01",
            time_zone="Asia/Tokyo",
            now=T,
        )

    def fit(self, now: datetime) -> Fitted:
        """Register a gateway with one sensor, and let it be heard."""
        added, ids = self.register.write_now(
            lambda c: gateways.add_gateway(c, ACCESS, home_id=self.id, sensors=[SPEC], now=now)
        )
        sensor = SensorChange(sensor=ids["hall"], home=self.id, heard_at=now, activity_at=None)
        change = HomeChange(home=self.id, position=1, heard_at=now, last=None)
        self.register.write_now(lambda c: home_states.merge_sensors(c, ACCESS, [sensor]))
        self.register.write_now(lambda c: home_states.merge_homes(c, ACCESS, [change]))
        return added, ids["hall"]

    def watched(self, now: datetime) -> list[list[SensorId]]:
        """Return the sensors of the home as the detector sees it; nothing when it does not."""
        seen = self.register.read_now(lambda c: detection.homes(c, ACCESS, [self.id], now=now))
        return [[sensor.sensor for sensor in home.sensors] for home in seen]

    def take_out(self, gone: GatewayId, now: datetime) -> None:
        """Take a gateway out."""
        self.register.write_now(lambda c: placements.take_out(c, ACCESS, gone, now=now))

    def standing(self, now: datetime) -> list[GatewayId]:
        """Return the gateways that stand."""
        return self.register.read_now(lambda c: placements.standing(c, ACCESS, self.id, now=now))


@pytest.fixture
def home(register: Register) -> Home:
    """One home with one gateway."""
    return Home(register)


def test_a_gateway_that_was_taken_out_is_not_watched(home: Home) -> None:
    """Its silence is no technical case: the detector sees neither it nor its sensors."""
    assert home.watched(T) == [[home.first[1]]]

    home.take_out(home.first[0], LATER)

    assert home.watched(LATER) == []
    assert home.standing(LATER) == []


def test_only_the_new_gateway_is_watched(home: Home) -> None:
    """After a replacement the sensors of the old one hang nowhere."""
    home.take_out(home.first[0], LATER)
    second = home.fit(LATER)

    assert home.watched(LATER) == [[second[1]]]
    assert home.standing(LATER) == [second[0]]


def test_a_revoked_gateway_is_not_watched_even_where_it_still_stands(home: Home) -> None:
    """Revoking alone is enough: we do not hear it any more, so its silence says nothing."""
    second = home.fit(T)
    revoke = gateway.update().where(gateway.c.id == home.first[0]).values(revoked_at=T)
    home.register.write_now(lambda c: c.execute(revoke))

    assert home.watched(LATER) == [[second[1]]]
    assert home.standing(LATER) == [second[0]]

    home.take_out(second[0], LATER)
    assert home.watched(LATER) == []


def test_taking_out_twice_moves_nothing(home: Home) -> None:
    """The first end holds."""
    home.take_out(home.first[0], LATER)
    home.take_out(home.first[0], LATER + timedelta(hours=1))

    (placed,) = home.register.read_now(lambda c: placements.placed_gateways(c, ACCESS))
    assert (placed.valid_to, placed.revoked_at) == (LATER, LATER)
    assert (placed.id, placed.sensors, placed.home.code) == (home.first[0], 1, "K-01")


def test_people_may_not_ask(home: Home) -> None:
    """These queries are the operator's; a page that comes here is refused."""
    person = of_user(UserId("somebody"), Role.ADMINISTRATOR, home.town)

    for ask in (
        lambda c: placements.named_homes(c, person),
        lambda c: placements.named_home(c, person, "K-01"),
        lambda c: placements.placed_gateways(c, person),
        lambda c: placements.standing(c, person, home.id, now=T),
        lambda c: placements.take_out(c, person, home.first[0], now=T),
        lambda c: assignments.codes_by_user(c, person, now=T),
        lambda c: assignments.unattended(c, person, now=T),
    ):
        with pytest.raises(InputError, match="ACC-001"):
            home.register.read_now(ask)
