"""News of absences: who might know better is told of one that somebody else enters or changes.

And before one ends, whoever answers for it is asked whether the return still holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerting.contact_rules import choose
from alerting.messages.absences import Said, write
from alerting.messages.writing import zone_of
from alerting.one_message import AwayFact, Heard, has_to_hear
from domain.access import Access, Role
from domain.ids import HomeId, MunicipalityId, ResidentId, UserId
from storage.register import (
    absence_history,
    absences,
    contact_methods,
    cursors,
    notices,
    recipients,
)
from storage.register.absence_history import LoggedAbsence
from storage.register.absences import StoredAbsence, Word
from storage.register.notices import NewNotice, NoticeTopic
from storage.register.recipients import HomeLabel, Recipient
from storage.register.told import told_away

LIFETIME = timedelta(hours=24)
AT_ONCE = 200
"""Most events that one turn reads."""
SAID = {
    Word.SET: Said.SET,
    Word.EXTENDED: Said.EXTENDED,
    Word.ENDED: Said.ENDED,
    Word.CANCELLED: Said.CANCELLED,
}


def follow(connection: Connection, access: Access, *, base_url: str, now: datetime) -> None:
    """Write a notice for each thing done about an absence, once, from our own cursor on.

    Told are the family that the resident agrees to, the home's caseworkers and the owner, but never
    whoever did it or hears of it as news of a case. The cursor moves in the same transaction.
    """
    position = cursors.position(connection, access)
    logged = absence_history.after(connection, access, position, limit=AT_ONCE)
    for event in logged:
        said = SAID.get(event.word)
        if said is not None and now - event.at < LIFETIME:
            _tell_all(connection, access, event, said, base_url=base_url, now=now)
    if logged:
        cursors.advance(connection, access, logged[-1].position)


def remind(connection: Connection, access: Access, *, base_url: str, now: datetime) -> None:
    """Ask, once for each end, whether an absence that ends within a day ends as it was entered."""
    for absence in absences.ending(connection, access, now=now):
        label = recipients.home_label(connection, access, absence.home)
        if label is None:
            continue
        people = _staff(connection, access, absence.home, absence.owner, now=now)
        key = f"absence|{absence.id}|{absence.ends_at:%Y%m%dT%H%M%S}"
        stretch = _Stretch(absence, label, base_url, key)
        for person in people:
            _put(connection, access, person, stretch, Said.ENDS_SOON, now=now)


def is_followed(connection: Connection, access: Access) -> bool:
    """Tell whether nothing was done about absences that no notice was written of."""
    position = cursors.position(connection, access)
    return not absence_history.after(connection, access, position, limit=1)


class _Stretch:
    """The absence that a notice is about, and what makes the notice the same one."""

    def __init__(
        self, absence: StoredAbsence | LoggedAbsence, label: HomeLabel, base_url: str, key: str
    ) -> None:
        self.municipality: MunicipalityId = absence.municipality
        self.starts_at, self.ends_at = absence.starts_at, absence.ends_at
        self.label, self.key = label, key
        self.link = f"{base_url.rstrip('/')}/homes/{absence.home}/absences"


def _tell_all(
    connection: Connection,
    access: Access,
    event: LoggedAbsence,
    said: Said,
    *,
    base_url: str,
    now: datetime,
) -> None:
    label = recipients.home_label(connection, access, event.home)
    if label is None:
        return
    stretch = _Stretch(event, label, base_url, f"absence|{event.position}")
    fact = _fact(event, until=event.ends_at)
    news = told_away(connection, access, event.home, by=event.actor, at=event.at)
    heard = {Heard(user=of, fact=_fact(event, until=until)) for of, until in news.items()}
    staff = _staff(connection, access, event.home, event.owner, now=now)
    for person in staff:
        if has_to_hear(person.user, fact, heard):
            _put(connection, access, person, stretch, said, now=now)
    resident = recipients.resident_at(connection, access, event.home, now)
    if resident is None:
        return
    for person in recipients.agreed_to(connection, access, resident, now=now):
        if person not in staff and has_to_hear(person.user, fact, heard):
            _put(connection, access, person, stretch, said, family_of=resident, now=now)


def _fact(event: LoggedAbsence, *, until: datetime) -> AwayFact:
    return AwayFact(home=event.home, by=event.actor, at=event.at, until=until)


def _staff(
    connection: Connection, access: Access, home: HomeId, owner: UserId | None, *, now: datetime
) -> Sequence[Recipient]:
    staff = recipients.assigned(connection, access, to=home, role=Role.CASEWORKER, now=now)
    answers = [] if owner is None else recipients.only(connection, access, owner)
    return [*staff, *(one for one in answers if one not in staff)]


def _put(
    connection: Connection,
    access: Access,
    person: Recipient,
    stretch: _Stretch,
    said: Said,
    *,
    family_of: ResidentId | None = None,
    now: datetime,
) -> None:
    """Put one notice up, over the person's methods; their quiet hours hold it back."""
    zone = zone_of(stretch.label.time_zone)
    choices = choose(
        contact_methods.of_people(connection, access, [person.user]).get(person.user, []),
        contact_methods.quiet_of(connection, access, [person.user]).get(person.user),
        is_urgent=False,
        zone=zone,
        now=now,
    )
    if not choices:
        return
    text = write(
        said,
        person.language,
        home=stretch.label.code,
        starts_at=stretch.starts_at,
        ends_at=stretch.ends_at,
        link=stretch.link if family_of is None else None,
        zone=zone,
        now=now,
    )
    due_at = choices[0].due_at
    new = NewNotice(
        municipality=stretch.municipality,
        user=person.user,
        topic=NoticeTopic.ABSENCE,
        key=f"{stretch.key}|{person.user}",
        language=person.language,
        subject=text.subject,
        body=text.body,
        due_at=due_at,
        expires_at=due_at + LIFETIME,
        family_of=family_of,
    )
    notices.put(connection, access, new, now=now)
