"""Whom a step means: the people who can be reached now."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection

from alerting.escalation import Step, Who
from alerting.on_call import called
from domain.access import Access, Role
from domain.ids import HomeId, MunicipalityId
from storage.register import recipients
from storage.register.recipients import Recipient


def people_of(
    connection: Connection,
    access: Access,
    step: Step,
    *,
    municipality: MunicipalityId | None,
    home: HomeId | None,
    now: datetime,
) -> list[Recipient]:
    """Return whom a step means for a home (None: for a matter of no home), reachable at `now`."""
    of = municipality
    match step.who:
        case Who.ASSIGNED:
            return _assigned(connection, access, home, Role.CASEWORKER, now)
        case Who.TECHNICIANS:
            own = _assigned(connection, access, home, Role.TECHNICIAN, now)
            return own or recipients.of_roles(connection, access, Role.TECHNICIAN, municipality=of)
        case Who.CASEWORKERS:
            return recipients.of_roles(connection, access, Role.CASEWORKER, municipality=of)
        case Who.ADMINISTRATORS:
            return recipients.of_roles(connection, access, Role.ADMINISTRATOR, municipality=of)
        case Who.ANYONE:
            roles = (Role.CASEWORKER, Role.ADMINISTRATOR)
            return recipients.of_roles(connection, access, *roles, municipality=of)
        case Who.ON_CALL:
            return called(connection, access, of, step.schedule, now=now)
        case _:
            assert_never(step.who)


def _assigned(
    connection: Connection, access: Access, home: HomeId | None, role: Role, now: datetime
) -> list[Recipient]:
    if home is None:
        return []
    return recipients.assigned(connection, access, to=home, role=role, now=now)
