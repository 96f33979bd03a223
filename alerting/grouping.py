"""What is said one by one and what as one list, when much happens at once; without any I/O.

A person who gets two hundred mails in ten minutes reads none of them. The limits hold messages
back, never cases: every case is on the page and climbs its ladder as if it were alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.finding import Cause, Kind, Reason
from domain.ids import ContactId, NotificationId
from storage.register.outbox_lists import Candidate

WINDOW = timedelta(minutes=10)
LATE_AFTER = timedelta(minutes=30)
"""What waited longer to be sent is no news any more: it goes out in one list, labelled."""


class Stream(StrEnum):
    """What is counted and listed together; residents never among equipment."""

    RESIDENT = "resident"
    TECHNICAL = "technical"


class Placed(StrEnum):
    """Why a message goes alone or in a list."""

    ALONE = "alone"
    NEW_LIST = "new_list"
    """So many went alone before that this one begins a list."""
    IN_LIST = "in_list"
    """A list is being gathered already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What one person gets over one method: `alone` in each `WINDOW`, and a list each `pace`."""

    alone: int
    """Messages that go alone, at once."""
    alone_help: int
    """The same where a help button was pressed: the limit that others leave room for."""
    together: timedelta
    """How long a list gathers where none went before: what happens at once comes together."""
    pace: timedelta
    """From list to list; so long is the longest wait for one, in a storm that does not cease."""

    @property
    def most(self) -> int:
        """The most messages and lists in any `WINDOW`."""
        return self.alone_help + WINDOW // self.pace + (WINDOW % self.pace > timedelta(0))


LIMITS = {
    # Nothing about a resident waits to be gathered: 5 s, and then only as long as ten messages in
    # ten minutes demand. Lists in an even pace wait least: five alone leave five, 2 min apart.
    Stream.RESIDENT: Limit(
        alone=4, alone_help=5, together=timedelta(seconds=5), pace=timedelta(minutes=2)
    ),
    Stream.TECHNICAL: Limit(
        alone=2, alone_help=2, together=timedelta(minutes=2), pace=timedelta(minutes=4)
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message of the same stream over the same method, sent or to be sent."""

    due_at: datetime
    group_key: str | None
    """None: it goes alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """When a message goes, alone or in which list."""

    due_at: datetime
    group_key: str | None
    reason: Placed


def stream_of(kind: Kind, reason: Reason) -> Stream:
    """Tell whom a message is about: a call asks for a person, though its case is technical."""
    if kind is Kind.RESIDENT or reason is Reason.BLIND_PAST_DEADLINE:
        return Stream.RESIDENT
    return Stream.TECHNICAL


def place(
    stream: Stream, method: ContactId, recent: Sequence[Sent], *, is_help: bool, at: datetime
) -> Placement:
    """Decide whether a message that is due at `at` goes alone.

    Args:
        stream: What it is about.
        method: Over which method it goes.
        recent: What goes over the method in this stream from `WINDOW` before `at` on, in any order.
        is_help: Whether somebody pressed the help button.
        at: When it would go if it were alone; aware, UTC.

    Returns:
        `at` and no list for the first few messages of a window. Else a list: the one that is
        being gathered, or a new one, as soon as the pace allows: nobody waits longer than the
        greater of `Limit.together` and `Limit.pace`, and no `WINDOW` sees more than `Limit.most`.
    """
    limit = LIMITS[stream]
    alone = sum(sent.group_key is None for sent in recent)
    lists = {sent.group_key: sent.due_at for sent in recent if sent.group_key is not None}
    gathering = {key: due for key, due in lists.items() if due > at}
    if alone < (limit.alone_help if is_help else limit.alone):
        return Placement(due_at=at, group_key=None, reason=Placed.ALONE)
    if gathering:
        key = min(gathering, key=lambda each: gathering[each])
        return Placement(due_at=gathering[key], group_key=key, reason=Placed.IN_LIST)
    due_at = max([at + limit.together, *(due + limit.pace for due in lists.values())])
    key = f"{stream}|{method}|{due_at.isoformat(timespec='milliseconds')}"
    return Placement(due_at=due_at, group_key=key, reason=Placed.NEW_LIST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Messages that go out as one list, the most severe first."""

    leader: NotificationId
    others: tuple[NotificationId, ...]
    """Never empty."""


def gather(waiting: Sequence[Candidate], *, now: datetime) -> list[Bundle]:
    """Put together what goes out as one list: what was placed in one, and what waited too long.

    Calling it again on the same messages gives the same leaders: one that waits for another
    attempt takes the others along.
    """
    lists: dict[tuple[str, ...], list[Candidate]] = {}
    for message in waiting:
        if now - message.created_at > LATE_AFTER:
            key: tuple[str, ...] = (
                "late",
                stream_of(message.kind, message.reason),
                message.contact,
            )
        elif message.group_key is not None:
            key = ("list", message.group_key)
        else:
            continue
        lists.setdefault(key, []).append(message)
    bundles = []
    for members in lists.values():
        first, *others = sorted(members, key=severity)
        if others:
            bundles.append(Bundle(leader=first.id, others=tuple(one.id for one in others)))
    return bundles


def severity(message: Candidate) -> tuple[int, int]:
    """Order messages: a help button, a silence, a call to make, equipment; older cases first."""
    return rank(message.cause, message.reason), message.number


def rank(cause: Cause, reason: Reason) -> int:
    """Return how severe a matter is; 0 is the worst."""
    if reason is Reason.BUTTON_ARRIVED_LATE:
        return 3
    if reason is Reason.BLIND_PAST_DEADLINE:
        return 2
    order = {Cause.HELP: 0, Cause.INACTIVITY: 1, Cause.SERVICE_FAILED: 4, Cause.GATEWAY_FORGED: 5}
    return order.get(cause, 6)
