"""The check of a scenario: the canary itself, over a way that can be cut at each leg."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cli.canary import ACCESS, Canary
from cli.synthetic_gateway import SyntheticGateway
from cli.walk import Leg, Reach
from domain.ids import NotificationId
from domain.quantity import Lane
from ingest.opening import Arrived
from messaging.client import BrokerSettings
from messaging.keys import derive
from messaging.topics import up_lane
from storage.register import synthetic
from storage.register.synthetic import SyntheticHome
from tests.support.scenario_city import City
from tests.support.scenario_mail import CHECK
from tests.support.wire import MASTER

MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Check:
    """One canary in a city; time passes through it."""

    city: City
    reach: Reach = Reach.MAILBOX
    cut: Leg | None = None
    """Where the way is cut now."""
    watched: tuple[str, ...] = ()
    """Services that have to move on, besides."""
    pings: list[datetime] = field(default_factory=list)
    """When the switch outside was pinged."""
    canary: Canary = field(init=False)
    _gateway: SyntheticGateway = field(init=False)
    _home: SyntheticHome = field(init=False)

    def __post_init__(self) -> None:
        """Register the synthetic home and make the canary."""
        self.restart()

    def restart(self) -> None:
        """Begin anew, as after a restart of all services."""
        city, address = self.city, f"{CHECK}@city.example"
        now = city.clock.now()
        home = self._home = city.stores.register.write_now(
            lambda c: synthetic.ensure(
                c,
                ACCESS,
                address=None if self.reach is Reach.CASE else address,
                password_hash="-",
                now=now,
            )
        )
        key = derive(MASTER, home.gateway, 1)
        self._gateway = SyntheticGateway(BrokerSettings(), home.gateway, home.button, key)
        self.canary = Canary(
            home,
            self,
            city.stores,
            city.clock,
            reach=self.reach,
            inbox=self if self.reach is Reach.MAILBOX else None,
            ping=self._ping,
            watched=self.watched,
        )

    async def after(self, **lasting: float) -> None:
        """Let so much time pass, minute by minute."""
        end = self.city.clock.now() + timedelta(**lasting)
        while self.city.clock.now() < end:
            await self.canary.turn()
            await self.city.settle()
            await self.city.run_until(self.city.clock.now() + MINUTE)

    async def mend(self) -> None:
        """Let the whole way be open again."""
        if self.cut is Leg.ALERTING:
            self.city.start()
        self.cut, self.city.mail.takes_checks = None, True
        await self.city.settle()

    async def press(self, at: datetime) -> Leg | None:
        """Bring the press as far as the way goes."""
        if self.cut in (Leg.BROKER, Leg.INGEST):
            return self.cut
        if self.cut is Leg.JOURNAL:
            return None  # it is in the journal, which nobody follows
        city = self.city
        arrived = Arrived(
            topic=up_lane(self._home.gateway, Lane.URGENT),
            payload=self._gateway.envelope(at),
            received_at=city.clock.now(),
        )
        city.directory.forget()
        if self.cut is Leg.ALERTING:
            await city.stop()
        city.mail.takes_checks = self.cut is not Leg.MAIL
        await city.deliver([arrived])
        await city.settle()
        return None

    async def take(self, message: NotificationId) -> bool:
        """Look into the mailbox."""
        is_there = any(one.id == message for one in self.city.mail.checks)
        return is_there and self.cut is not Leg.MAILBOX

    async def _ping(self) -> bool:
        self.pings.append(self.city.clock.now())
        return True
