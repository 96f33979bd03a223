"""The resident is asked first: for some minutes nobody is woken, and nothing urgent ever waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from sqlalchemy import Connection

from alerting.facts import facts_of
from alerting.ladder import climb
from alerting.messages.writing import Topic
from alerting.plans import plan_of
from alerting.telling import tell
from domain.access import Access
from domain.case import CaseState
from domain.finding import Cause, Reason
from domain.ids import CaseId, HomeId
from storage.register import asking, case_events, cases, episodes, recipients
from storage.register.asking import Asking
from storage.register.case_events import Word
from storage.register.cases import StoredCase
from storage.register.episodes import Climbed, Episode

ANSWER_LASTS = timedelta(hours=2)
"""A tap on a link is no movement: where none is seen in this time, people are called (chosen)."""
SILENCES = frozenset({Reason.SILENCE_PAST_DEADLINE, Reason.SILENCE_PAST_CAP})
"""A home that is seen and silent; one that cannot be seen cannot answer by moving either."""


class NotAsked(StrEnum):
    """Why people are called at once."""

    OFF = "off"
    URGENT = "urgent"
    """It is no silence in a home that is seen: help, a review, a blind home, equipment."""
    NO_WAY = "no_way"
    """There is nobody to ask: waiting for a movement alone is not asking."""


class How(StrEnum):
    """How the resident answered."""

    ACTIVITY = "activity"
    """Moved, opened a door, pressed a button that is no cry for help."""
    WELL = "well"
    """Said so by the one-time link."""
    NEEDS_HELP = "needs_help"
    """Said so by the one-time link: people are called at once."""
    HELP_PRESS = "help_press"
    """Pressed the help button: people are called at once."""


def may_ask(setting: Asking, cause: Cause, reason: Reason, *, has_way: bool) -> NotAsked | None:
    """Return why the resident is not asked first, None when it is to be done."""
    if cause is not Cause.INACTIVITY or reason not in SILENCES:
        return NotAsked.URGENT
    if setting.minutes == 0:
        return NotAsked.OFF
    return None if has_way else NotAsked.NO_WAY


def begin(
    connection: Connection,
    access: Access,
    case: StoredCase,
    episode: Episode,
    *,
    base_url: str,
    now: datetime,
) -> None:
    """Begin a new episode of a triggered case: ask the resident, or call people.

    Which of the two, and why, stands in the timeline.
    """
    matter = case.matter
    setting = asking.OFF if matter.home is None else asking.of_home(connection, access, matter.home)
    contact = setting.contact
    people = [] if contact is None else recipients.only(connection, access, contact)
    why = may_ask(setting, matter.cause, episode.reason, has_way=bool(people))
    if why is not None:
        climb(connection, access, case, episode, base_url=base_url, now=now, why=why)
        return
    plan_of(connection, access, case, episode)
    until, step = now + timedelta(minutes=setting.minutes), -episode.asides - 1
    cases.ask_resident(connection, access, case.id)
    facts = facts_of(
        connection, access, case, episode, base_url=base_url, now=now, topic=Topic.ASKING
    )
    tell(connection, access, people, facts, case=case, episode=episode, step=step, now=now)
    case_events.append(
        connection, access, case.id, Word.RESIDENT_ASKED, now=now, step=step, until=until
    )
    waits = Climbed(
        steps_taken=episode.steps_taken, rung=episode.rung, asides=-step, next_step_at=until
    )
    episodes.book(connection, access, episode.id, waits)


def answered(
    connection: Connection, access: Access, case_id: CaseId, how: How, now: datetime
) -> bool:
    """Take an answer of the resident; notify `Log.CASE` after the commit.

    While the resident is asked, ACTIVITY and WELL keep people from being woken, and the others call
    them at once. An answer that comes too late is written down and changes nothing.

    Returns:
        False when nobody was asked (any more), or the case is out of reach.
    """
    case = cases.get(connection, access, case_id, now=now)
    if case is None or case.state is CaseState.RESOLVED:
        return False
    is_in_time = case.state in (CaseState.ASKING, CaseState.ANSWERED)
    if is_in_time:
        _take(connection, access, case, how, now)
    case_events.append(
        connection, access, case.id, Word.RESIDENT_ANSWERED, now=now, how=how, late=not is_in_time
    )
    return is_in_time


def moved(
    connection: Connection, access: Access, case: StoredCase, at: datetime, *, now: datetime
) -> None:
    """Take a movement as an answer when it came after the question, and not before."""
    asked = episodes.of_case(connection, access, case.id)[-1]
    if case.state in (CaseState.ASKING, CaseState.ANSWERED) and at >= asked.found_at:
        answered(connection, access, case.id, How.ACTIVITY, now)


def skip(connection: Connection, access: Access, home: HomeId, *, now: datetime) -> None:
    """End the asking at a home where the help button was pressed: people are called at once."""
    case = cases.open_at_home(connection, access, home, Cause.INACTIVITY)
    if case is not None and case.state is CaseState.ASKING:
        answered(connection, access, case.id, How.HELP_PRESS, now)


def _take(
    connection: Connection, access: Access, case: StoredCase, how: How, now: datetime
) -> None:
    """Move the case on; the loop of the ladders does at once what falls due by that."""
    asked = episodes.of_case(connection, access, case.id)[-1]
    match how:
        case How.ACTIVITY:
            next_at = None
        case How.WELL:
            next_at = now + ANSWER_LASTS
        case How.NEEDS_HELP | How.HELP_PRESS:
            next_at = now
        case _:
            assert_never(how)
    if how in (How.ACTIVITY, How.WELL):
        cases.answer(connection, access, case.id)
    episodes.look_again(connection, access, asked.id, next_at)
