"""A person's own contact methods: added, proved, changed, off and removed by that person alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from alerting.codes import CODE_LASTS, LONGEST_WAIT, is_address, new_code
from alerting.on_call import is_called
from domain.access import Access, Role, service
from domain.channel import Channel
from domain.ids import ContactId, UserId
from storage.register import audit, contact_methods
from storage.register.contact_methods import Method, Proof, Quiet

MOST = 5
"""How many methods a person may add by themselves."""


class Done(StrEnum):
    """What came of it; nothing was changed unless the word says so."""

    ADDED = "added"
    """And a code is to be sent."""
    PROVED = "proved"
    REMOVED = "removed"
    OFF = "off"
    ON = "on"
    SAVED = "saved"
    NOT_FOUND = "not_found"
    """There is no such method, or it is another person's: the two look the same."""
    BAD_ADDRESS = "bad_address"
    NOT_OPEN = "not_open"
    """The channel is not set up, or is none that people may add by themselves."""
    THERE_ALREADY = "there_already"
    TOO_MANY = "too_many"
    WRONG = "wrong"
    """Another code than the one that was sent."""
    OVER = "over"
    """No code is open: a new one has to be sent."""
    LAST_ONE = "last_one"
    """It is the only one that is used: removing or switching it off has to be confirmed."""
    ON_CALL = "on_call"
    """It is the only one that is used, and the person is on call: it is not switched off."""
    BAD_TIME = "bad_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the page of one's own contact methods shows."""

    methods: Sequence[Method]
    quiet: Quiet | None
    is_on_call: bool
    """Whether a schedule calls this person now, or as one of the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """A code that is to go out over a method."""

    method: Method
    code: str


def channels_for(role: Role) -> tuple[Channel, ...]:
    """Return the channels that a role may add by itself.

    Never Apprise: its URLs reach more than one person's mailbox, so the operator sets them.
    """
    return (Channel.EMAIL,) if role is Role.FAMILY else (Channel.EMAIL, Channel.WEBHOOK)


def own(connection: Connection, access: Access, *, now: datetime) -> Own:
    """Return the contact methods and quiet hours of who asks."""
    me = UserId(access.actor)
    return Own(
        methods=_methods(connection, access),
        quiet=contact_methods.quiet_of(connection, access, [me]).get(me),
        is_on_call=_is_on_call(connection, access, now=now),
    )


def add(
    connection: Connection,
    access: Access,
    *,
    channel: Channel,
    address: str,
    after: timedelta,
    now: datetime,
) -> tuple[Done, ContactId | None]:
    """Add a method, which is not used before it is proved; `begin_code` follows.

    Effects: a row and a line in the audit log, without the address.
    """
    known, problem = _methods(connection, access), None
    if channel not in channels_for(access.role):
        problem = Done.NOT_OPEN
    elif not is_address(channel, address) or not timedelta(0) <= after <= LONGEST_WAIT:
        problem = Done.BAD_ADDRESS
    elif any((one.channel, one.address) == (channel, address) for one in known):
        problem = Done.THERE_ALREADY
    elif len(known) >= MOST:
        problem = Done.TOO_MANY
    if problem is not None or access.municipality is None:
        return problem or Done.NOT_OPEN, None
    new = contact_methods.add(
        connection,
        access,
        municipality=access.municipality,
        user=UserId(access.actor),
        channel=channel,
        address=address,
        after=after,
        now=now,
    )
    _book(connection, access, "contact.add", new, Done.ADDED, now)
    return Done.ADDED, new


def begin_code(
    connection: Connection, access: Access, method: ContactId, *, now: datetime
) -> ToSend | None:
    """Open a new code for a method, so that it can be sent; earlier ones are void.

    The caller holds back who asks too often. None: there is no such method of this person.
    """
    found = mine(connection, access, method)
    if found is None:
        return None
    code = new_code()
    contact_methods.open_code(connection, access, method, code, ends_at=now + CODE_LASTS)
    _book(connection, access, "contact.code", method, "done", now)
    return ToSend(method=found, code=code)


def prove(
    connection: Connection, access: Access, method: ContactId, code: str, *, now: datetime
) -> Done:
    """Take the code that came over a method; the right one puts it to use."""
    if mine(connection, access, method) is None:
        return Done.NOT_FOUND
    proof = contact_methods.prove(connection, access, method, code.strip(), now=now)
    done = {Proof.DONE: Done.PROVED, Proof.WRONG: Done.WRONG, Proof.OVER: Done.OVER}[proof]
    _book(connection, access, "contact.prove", method, done, now)
    return done


def remove(
    connection: Connection, access: Access, method: ContactId, *, is_sure: bool, now: datetime
) -> Done:
    """Remove a method; the last one that is used only when the person is sure of it."""
    found = mine(connection, access, method)
    if found is None:
        return Done.NOT_FOUND
    if is_last(found, _methods(connection, access)) and not is_sure:
        return Done.LAST_ONE
    contact_methods.remove(connection, access, method)
    _book(connection, access, "contact.remove", method, Done.REMOVED, now)
    return Done.REMOVED


def disable(
    connection: Connection, access: Access, method: ContactId, *, is_sure: bool, now: datetime
) -> Done:
    """Switch a method off; the last one in use never while the person is on call.

    Else the last one only when the person is sure of it. Repeats are free.
    """
    found = mine(connection, access, method)
    if found is None:
        return Done.NOT_FOUND
    if is_last(found, _methods(connection, access)):
        if _is_on_call(connection, access, now=now):
            return Done.ON_CALL
        if not is_sure:
            return Done.LAST_ONE
    if contact_methods.disable(connection, access, method, now=now):
        _book(connection, access, "contact.disable", method, Done.OFF, now)
    return Done.OFF


def enable(connection: Connection, access: Access, method: ContactId, *, now: datetime) -> Done:
    """Switch a method on again; one that was not proved still has to be. Repeats are free."""
    if mine(connection, access, method) is None:
        return Done.NOT_FOUND
    if contact_methods.enable(connection, access, method):
        _book(connection, access, "contact.enable", method, Done.ON, now)
    return Done.ON


def set_after(
    connection: Connection, access: Access, method: ContactId, after: timedelta, *, now: datetime
) -> Done:
    """Set how long without an answer until a method is used."""
    if mine(connection, access, method) is None:
        return Done.NOT_FOUND
    if not timedelta(0) <= after <= LONGEST_WAIT:
        return Done.BAD_TIME
    contact_methods.set_after(connection, access, method, after)
    _book(connection, access, "contact.after", method, Done.SAVED, now)
    return Done.SAVED


def set_quiet(
    connection: Connection, access: Access, quiet: Quiet | None, *, now: datetime
) -> Done:
    """Set one's quiet hours, or take them away."""
    if access.municipality is None or (quiet is not None and quiet.starts_min == quiet.ends_min):
        return Done.BAD_TIME
    me = UserId(access.actor)
    contact_methods.set_quiet(connection, access, me, quiet, municipality=access.municipality)
    audit.append(
        connection, access, action="contact.quiet", object=f"user:{me}", result="done", now=now
    )
    return Done.SAVED


def is_last(method: Method, known: Sequence[Method]) -> bool:
    """Tell whether a method is the only one that is used."""
    used = [one.id for one in known if one.is_used]
    return used == [method.id]


def mine(connection: Connection, access: Access, method: ContactId) -> Method | None:
    """Return a method of who asks; None for another person's, and where there is none."""
    found = contact_methods.get(connection, access, method)
    return found if found is not None and found.user == access.actor else None


def _is_on_call(connection: Connection, access: Access, *, now: datetime) -> bool:
    """Ask as ourselves: a member of the family may be on call, and sees no schedules."""
    ours = replace(service("alerting"), municipality=access.municipality)
    return is_called(connection, ours, UserId(access.actor), now=now)


def _methods(connection: Connection, access: Access) -> list[Method]:
    me = UserId(access.actor)
    return contact_methods.of_people(connection, access, [me]).get(me, [])


def _book(  # noqa: PLR0917 (called within this file only)
    connection: Connection,
    access: Access,
    action: str,
    method: ContactId,
    result: str,
    now: datetime,
) -> None:
    audit.append(
        connection, access, action=action, object=f"contact:{method}", result=result, now=now
    )
