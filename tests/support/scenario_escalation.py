"""What people of a scenario do about being called: staying on it, answering, setting policies."""

from __future__ import annotations

from alerting.asking import How, answered
from alerting.escalation import Ladder, Step
from alerting.ownership import Deadline, still_on_it
from alerting.plans import as_stored
from domain.access import service
from domain.finding import Cause
from domain.ids import UserId
from storage.register import asking, policies, users
from storage.register.asking import Asking
from storage.signals import Log
from tests.support.scenario_city import SYSTEM, City


async def say_still_on_it(city: City, login: str, about: Cause = Cause.INACTIVITY) -> Deadline:
    """Let whoever has the open case say to be still on it."""
    case, now = city.case(about), city.clock.now()
    said = await city.stores.register.write(
        lambda c: still_on_it(c, city.people[login], case.id, now=now)
    )
    city.stores.signals.notify(Log.CASE)
    await city.settle()
    return said


def ask_first(city: City, *, minutes: int, contact: str | None = "resident") -> None:
    """Set that the resident of the first home is asked before people are called."""
    person = None if contact is None else UserId(city.people[contact].actor)
    setting, home = Asking(minutes=minutes, contact=person), city.homes[0].id
    city.stores.register.write_now(
        lambda c: asking.save(c, SYSTEM, home, city.municipality, setting)
    )


async def answer(city: City, how: How, about: Cause = Cause.INACTIVITY) -> bool:
    """Let the resident answer by the link that the message has."""
    case, now = city.case(about), city.clock.now()
    taken = await city.stores.register.write(
        lambda c: answered(c, service("alerting"), case.id, how, now)
    )
    city.stores.signals.notify(Log.CASE)
    await city.settle()
    return taken


def set_policy(city: City, *steps: Step, ladder: Ladder = Ladder.RESIDENT) -> None:
    """Set the city's policy of a ladder, with the usual patience, unchecked."""
    city.stores.register.write_now(
        lambda c: policies.save(
            c,
            SYSTEM,
            municipality=city.municipality,
            home=None,
            ladder=ladder,
            steps=as_stored(steps),
        )
    )


def leave(city: City, login: str) -> None:
    """Let a person leave the service: nothing reaches them any more."""
    who, now = UserId(city.people[login].actor), city.clock.now()
    city.stores.register.write_now(lambda c: users.disable(c, SYSTEM, who, now=now))
