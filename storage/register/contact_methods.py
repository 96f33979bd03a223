"""How people are reached: their contact methods, how each was proved, and quiet hours."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from domain.access import Access
from domain.ids import ContactId, MunicipalityId, UserId, new_id
from storage.register.contact_tables import in_use
from storage.register.kinds import is_synthetic
from storage.register.notifications import Channel
from storage.register.schema import contact_method as table
from storage.register.schema import quiet_hours

MOST_TRIES = 5
"""Wrong codes after which a new one has to be sent: eight digits are not guessed in five."""


class Failing(StrEnum):
    """Why a method is marked: it is used only where nothing else reaches the person."""

    REFUSED = "refused"
    """The provider says that there is no such address."""
    BOUNCED = "bounced"
    """What was accepted came back."""


class Proof(StrEnum):
    """What came of a code."""

    DONE = "done"
    WRONG = "wrong"
    OVER = "over"
    """No code is open: none was sent, it is too old, or too many wrong ones were tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to one person."""

    id: ContactId
    user: UserId
    channel: Channel
    address: str
    """Personal: never in a log, a finding or a metric."""
    position: int
    after: timedelta
    """How long without an answer until it is used; zero: at once."""
    verified_at: datetime | None
    disabled_at: datetime | None
    """Since when it is switched off."""
    failing_since: datetime | None
    failing_reason: Failing | None

    @property
    def is_used(self) -> bool:
        """Whether it is proved, and not switched off."""
        return self.verified_at is not None and self.disabled_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """When a person wants to be left alone with what can wait; minutes after local midnight."""

    starts_min: int
    ends_min: int
    """Not included; not after the start: it lies on the next day."""


def add(
    connection: Connection,
    access: Access,
    *,
    municipality: MunicipalityId,
    user: UserId,
    channel: Channel,
    address: str,
    after: timedelta = timedelta(0),
    verified_at: datetime | None = None,
    now: datetime,
) -> ContactId:
    """Add a method behind the others of a person.

    Raises:
        sqlalchemy.exc.IntegrityError: The person has this address on this channel already.
    """
    new = ContactId(new_id())
    last = select(func.coalesce(func.max(table.c.position), 0)).where(table.c.user_id == user)
    connection.execute(
        table.insert().values(
            id=new,
            municipality_id=access.municipality or municipality,
            user_id=user,
            channel=channel,
            address=address,
            position=last.scalar_subquery() + 1,
            after=after,
            created_at=now,
            verified_at=verified_at,
            code_tries=0,
        )
    )
    return new


def reached(connection: Connection, access: Access, people: Iterable[UserId]) -> set[UserId]:
    """Return those of some people who have a method that is used."""
    ways = table.c.user_id.in_(list(people)) & in_use
    found = connection.execute(select(table.c.user_id).where(ways, _mine(access)).distinct())
    return {UserId(one) for one in found.scalars()}


def of_people(
    connection: Connection, access: Access, people: Iterable[UserId]
) -> dict[UserId, list[Method]]:
    """Return the methods of some people, used or not, in each one's order."""
    query = select(table).where(table.c.user_id.in_(list(people)), _mine(access))
    found: dict[UserId, list[Method]] = {}
    for row in connection.execute(query.order_by(table.c.position, table.c.id)):
        found.setdefault(UserId(row.user_id), []).append(_method(row))
    return found


def get(connection: Connection, access: Access, method: ContactId) -> Method | None:
    """Return one method; None when there is none within reach."""
    row = connection.execute(select(table).where(table.c.id == method, _mine(access))).one_or_none()
    return None if row is None else _method(row)


def set_only(
    connection: Connection,
    access: Access,
    user: UserId,
    address: str | None,
    *,
    municipality: MunicipalityId,
    now: datetime,
) -> None:
    """Let mail to one address be the only way to a mailbox of our own; None: there is no way.

    It counts as proved: whoever runs the system has set it, and it is no person's.
    """
    others = table.c.user_id == user
    if address is not None:
        others &= (table.c.channel != Channel.EMAIL) | (table.c.address != address)
    connection.execute(delete(table).where(others, _mine(access)))
    known = of_people(connection, access, [user])
    if address is not None and user not in known:
        add(
            connection,
            access,
            municipality=municipality,
            user=user,
            channel=Channel.EMAIL,
            address=address,
            verified_at=now,
            now=now,
        )


def remove(connection: Connection, access: Access, method: ContactId) -> bool:
    """Remove a method; what waits for it is told over the person's others. False: none there."""
    return connection.execute(delete(table).where(table.c.id == method, _mine(access))).rowcount > 0


def disable(connection: Connection, access: Access, method: ContactId, *, now: datetime) -> bool:
    """Switch a method off; what waits for it is told over the person's others.

    Returns:
        False when it is off already, or not there.
    """
    on = update(table).where(table.c.id == method, table.c.disabled_at.is_(None), _mine(access))
    return connection.execute(on.values(disabled_at=now)).rowcount > 0


def enable(connection: Connection, access: Access, method: ContactId) -> bool:
    """Switch a method on again; its proof and its mark stand. False: it is on, or not there."""
    off = update(table).where(table.c.id == method, table.c.disabled_at.is_not(None), _mine(access))
    return connection.execute(off.values(disabled_at=None)).rowcount > 0


def set_after(connection: Connection, access: Access, method: ContactId, after: timedelta) -> None:
    """Set how long without an answer until a method is used."""
    mine = update(table).where(table.c.id == method, _mine(access))
    connection.execute(mine.values(after=after))


def open_code(
    connection: Connection, access: Access, method: ContactId, code: str, *, ends_at: datetime
) -> None:
    """Remember the one-time code that is on its way to a method; an earlier one is void."""
    mine = update(table).where(table.c.id == method, _mine(access))
    connection.execute(
        mine.values(code_hash=_hash(method, code), code_ends_at=ends_at, code_tries=0)
    )


def prove(
    connection: Connection, access: Access, method: ContactId, code: str, *, now: datetime
) -> Proof:
    """Take the code that came over a method: the right one proves it and clears its mark."""
    row = connection.execute(select(table).where(table.c.id == method, _mine(access))).one_or_none()
    if row is None or row.code_hash is None or row.code_ends_at <= now:
        return Proof.OVER
    if row.code_tries >= MOST_TRIES:
        return Proof.OVER
    mine = update(table).where(table.c.id == method)
    if not hmac.compare_digest(row.code_hash, _hash(method, code)):
        connection.execute(mine.values(code_tries=table.c.code_tries + 1))
        return Proof.WRONG
    connection.execute(
        mine.values(
            verified_at=now,
            code_hash=None,
            code_ends_at=None,
            failing_since=None,
            failing_reason=None,
        )
    )
    return Proof.DONE


def mark(
    connection: Connection, access: Access, method: ContactId, reason: Failing, *, now: datetime
) -> bool:
    """Mark a method as failing. False when it was marked before, or is not there.

    Never the synthetic home's: its check tells by itself that it does not arrive.
    """
    fresh = table.c.failing_since.is_(None) & ~is_synthetic(table.c.municipality_id)
    mine = update(table).where(table.c.id == method, fresh, _mine(access))
    return connection.execute(mine.values(failing_since=now, failing_reason=reason)).rowcount == 1


def clear(connection: Connection, access: Access, method: ContactId) -> bool:
    """Take the mark off a method that was refused, and now took a message over.

    Returns:
        False when it had no such mark. One whose mail came back keeps its mark: that it is taken
        over says nothing. Only a new proof takes it off.
    """
    marked = table.c.failing_reason == Failing.REFUSED
    mine = update(table).where(table.c.id == method, marked, _mine(access))
    return connection.execute(mine.values(failing_since=None, failing_reason=None)).rowcount == 1


def set_quiet(
    connection: Connection,
    access: Access,
    user: UserId,
    quiet: Quiet | None,
    *,
    municipality: MunicipalityId,
) -> None:
    """Set or take away the quiet hours of a person."""
    connection.execute(delete(quiet_hours).where(quiet_hours.c.user_id == user))
    if quiet is not None:
        connection.execute(
            quiet_hours.insert().values(
                user_id=user,
                municipality_id=access.municipality or municipality,
                starts_min=quiet.starts_min,
                ends_min=quiet.ends_min,
            )
        )


def quiet_of(
    connection: Connection, access: Access, people: Iterable[UserId]
) -> dict[UserId, Quiet]:
    """Return the quiet hours of those who have some."""
    query = select(quiet_hours).where(quiet_hours.c.user_id.in_(list(people)))
    if access.municipality is not None:
        query = query.where(quiet_hours.c.municipality_id == access.municipality)
    return {
        UserId(row.user_id): Quiet(starts_min=row.starts_min, ends_min=row.ends_min)
        for row in connection.execute(query)
    }


def _mine(access: Access) -> ColumnElement[bool]:
    reach = table.c.municipality_id if access.municipality is None else access.municipality
    return table.c.municipality_id == reach


def _hash(method: ContactId, code: str) -> bytes:
    return hashlib.sha256(f"{method}|{code}".encode()).digest()


def _method(row: Row[Any]) -> Method:
    return Method(
        id=ContactId(row.id),
        user=UserId(row.user_id),
        channel=Channel(row.channel),
        address=row.address,
        position=row.position,
        after=row.after,
        verified_at=row.verified_at,
        disabled_at=row.disabled_at,
        failing_since=row.failing_since,
        failing_reason=None if row.failing_reason is None else Failing(row.failing_reason),
    )
