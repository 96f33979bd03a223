"""What a resident agreed that the family may see, and a home as far as that goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from domain.access import Access
from domain.consent import Agreed, widest
from domain.ids import HomeId
from storage.register.homes import HomeSummary, summaries, without_activity
from storage.register.schema import consent, residency
from storage.register.validity import valid_at
from storage.register.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyHome:
    """The home of a resident who agreed; nothing in it goes beyond that."""

    home: HomeSummary
    agreed: Agreed


def agreed_by_home(
    connection: Connection, access: Access, *, now: datetime
) -> Mapping[HomeId, Agreed]:
    """Return for each home with a resident who agreed to the one who asks: the widest in force."""
    query = (
        select(residency.c.home_id, consent.c.scope)
        .join(residency, residency.c.resident_id == consent.c.resident_id)
        .where(
            consent.c.user_id == access.actor,
            consent.c.municipality_id == access.municipality,
            valid_at(consent, now),
            valid_at(residency, now),
        )
    )
    rows = connection.execute(query)
    return widest((HomeId(row.home_id), Agreed(row.scope)) for row in rows)


def homes_of(
    connection: Connection, access: Access, vault: Vault, *, now: datetime
) -> list[FamilyHome]:
    """Return the homes within reach of a member of the family, by code.

    Without the address and the note of the office; without all that tells when somebody moved,
    unless the resident agreed to `Agreed.FULL`. A home without a consent is left out, whatever
    else would let it pass.
    """
    agreed = agreed_by_home(connection, access, now=now)
    return [
        FamilyHome(home=_as_agreed(one, agreed[one.id]), agreed=agreed[one.id])
        for one in summaries(connection, access, vault, now=now)
        if one.id in agreed
    ]


def _as_agreed(found: HomeSummary, agreed: Agreed) -> HomeSummary:
    person = found.person
    if person is not None:
        person = replace(person, address=None, note=None)
    seen = found if agreed is Agreed.FULL else without_activity(found)
    return replace(seen, person=person)
