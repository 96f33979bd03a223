"""The street of a released register after its update; what was open in it is still open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from domain.access import of_user
from domain.clock import VirtualClock
from storage.register import gateways, placements, users
from storage.register.database import Register
from tests.support.released import restore
from tests.support.scenario_city import SYSTEM
from tests.support.scenario_mail import Mail
from tests.support.scenario_street import Street, local, running


@asynccontextmanager
async def updated(revision: str, folder: Path, *, at: str) -> AsyncIterator[Street]:
    """Update the register of an earlier version and run alerting in it from the local time `at`."""
    path = folder / "register.db"
    restore(revision, path)
    with Register.open(path) as register:
        clock = VirtualClock(local(at))
        ((town, _),) = register.read_now(lambda c: gateways.municipalities(c, SYSTEM))
        everyone = register.read_now(lambda c: users.everyone(c, SYSTEM))
        homes = register.read_now(lambda c: placements.named_homes(c, SYSTEM))
        street = Street(
            register=register,
            clock=clock,
            town=town,
            people={one.login: of_user(one.id, one.role, town) for one in everyone},
            homes={one.code: one.id for one in homes},
            mail=Mail(clock),
            hook=Mail(clock),
        )
        async with running(street):
            yield street
