"""Erasing a resident: who it was is gone for good, what happened in the home stays without a name.

The key of the sealed fields goes, so that every copy of them is noise from then on; so does the key
of each note about the resident. Who lived where becomes a random id that nothing names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, select, text, update

from domain.access import Access, Role
from domain.ids import HomeId, ResidentId, UserId
from storage.register import users
from storage.register.guard import require_municipality, require_system
from storage.register.notifications import UNDER_WAY
from storage.register.schema import (
    asking,
    attempt,
    case,
    consent,
    contact_method,
    notification,
    personal,
    report,
    residency,
)
from storage.register.schema import user as user_table

NO_NOTE = {"key_id": None, "wrapped_key": None, "note": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One stretch in which a resident lived in a home; aware, UTC."""

    resident: ResidentId
    valid_from: datetime
    valid_to: datetime | None


def stays_in(connection: Connection, access: Access, home: HomeId) -> list[Stay]:
    """Return who lives and lived in a home, the newest first; also those who were erased."""
    query = select(residency).where(residency.c.home_id == home)
    if access.municipality is not None:
        query = query.where(residency.c.municipality_id == access.municipality)
    return [
        Stay(
            resident=ResidentId(row.resident_id),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in connection.execute(query.order_by(residency.c.valid_from.desc()))
    ]


def erase(connection: Connection, access: Access, resident: ResidentId, *, now: datetime) -> None:
    """Erase a resident without an open case; repeats are free.

    Gone are: name, address and all other personal fields with their key; the notes of cases about
    the resident, and of attempts and reports at the home while the resident lived there; the texts
    of messages; the family's consents; the resident's own mailbox. The stay ends.

    Stays: who was told what when, cases with outcome and cause, attempts and reports without their
    notes, readings. Deleted bytes are overwritten in the file.

    Raises:
        InputError: ACC-001 a person asks, or for another municipality.
    """
    require_system(access)
    query = select(residency).where(residency.c.resident_id == resident)
    stays = connection.execute(query).all()
    for stay in stays:
        require_municipality(access, stay.municipality_id)
    connection.execute(text("PRAGMA secure_delete=ON"))  # of this connection, until it is closed
    connection.execute(delete(consent).where(consent.c.resident_id == resident))
    for stay in stays:
        _forget_notes(connection, stay.home_id, stay.valid_from, stay.valid_to)
        if stay.valid_to is None:
            _forget_mailbox(connection, access, HomeId(stay.home_id), now=now)
    _forget_cases(connection, case.c.resident_id == resident)
    connection.execute(delete(personal).where(personal.c.resident_id == resident))
    still = and_(residency.c.resident_id == resident, residency.c.valid_to.is_(None))
    connection.execute(update(residency).where(still).values(valid_to=now))


def _forget_notes(
    connection: Connection, home: str, since: datetime, until: datetime | None
) -> None:
    """Clear what was written of a home in a stretch: cases of the equipment name people as well."""
    seen = report.c.seen_at >= since
    opened = and_(case.c.home_id == home, case.c.opened_at >= since)
    if until is not None:
        seen, opened = and_(seen, report.c.seen_at < until), and_(opened, case.c.opened_at < until)
    connection.execute(update(report).where(report.c.home_id == home, seen).values(NO_NOTE))
    _forget_cases(connection, opened)


def _forget_cases(connection: Connection, which: ColumnElement[bool]) -> None:
    of: Select[tuple[str]] = select(case.c.id).where(which)
    connection.execute(update(attempt).where(attempt.c.case_id.in_(of)).values(NO_NOTE))
    connection.execute(update(case).where(which).values(note=None))
    told = and_(notification.c.case_id.in_(of), notification.c.state.not_in(UNDER_WAY))
    connection.execute(
        update(notification).where(told).values(subject="", body="", last_error=None)
    )


def _forget_mailbox(connection: Connection, access: Access, home: HomeId, *, now: datetime) -> None:
    """Remove the mailbox by which the resident was asked, unless it is staff, or others' family."""
    of = connection.execute(select(asking.c.contact).where(asking.c.home_id == home)).scalar()
    connection.execute(delete(asking).where(asking.c.home_id == home))
    if of is None:
        return
    role = connection.execute(select(user_table.c.role).where(user_table.c.id == of)).scalar()
    family = select(consent.c.id).where(consent.c.user_id == of)
    elsewhere = select(asking.c.home_id).where(asking.c.contact == of)
    is_of_others = connection.execute(family.union_all(elsewhere)).first() is not None
    if role != Role.FAMILY or is_of_others:
        return
    connection.execute(delete(contact_method).where(contact_method.c.user_id == of))
    mine = update(user_table).where(user_table.c.id == of)
    connection.execute(mine.values(login=of, display_name="-"))
    users.disable(connection, access, UserId(of), now=now)
