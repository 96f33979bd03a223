"""Climbing the ladder of an episode: takes the steps that are due and writes their messages.

Everything happens on the connection that is passed in, so that the state of a case and what people
are told about it are committed together.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection

from alerting.escalation import (
    DEFAULT_POLICIES,
    LAST_RESORT,
    Decision,
    Ladder,
    Policy,
    Reason,
    Standing,
    Step,
    Who,
    decide,
    ladder_of,
)
from alerting.messages.writing import DEFAULT_ZONE, Facts, topic_of
from alerting.telling import tell
from domain.access import Access, Role
from domain.case import CaseState
from domain.finding import Cause
from domain.ids import SensorId
from storage.register import case_events, episodes, notifications, policies, recipients
from storage.register.case_events import Word
from storage.register.cases import Matter, StoredCase
from storage.register.episodes import Episode
from storage.register.recipients import Recipient

log = logging.getLogger(__name__)

SEPARATOR = "|"
"""Between the parts of a matter's key; no id, cause or service contains it."""


NAMED = (Cause.SERVICE_FAILED, Cause.GATEWAY_FORGED)
"""Causes whose matter ends with the name of a service or the id of a gateway."""


def climb(
    connection: Connection,
    access: Access,
    case: StoredCase,
    episode: Episode,
    *,
    base_url: str,
    now: datetime,
) -> None:
    """Take every step of an episode that is due at `now`, and book when to look again.

    A step that reaches nobody is written into the timeline and followed by the next one at once.
    """
    policy = policy_of(connection, access, case, episode)
    taken, next_at = episode.steps_taken, episode.next_step_at
    for _ in range(len(policy) + 2):
        standing = Standing(
            state=case.state,
            steps_taken=taken,
            next_step_at=next_at,
            is_anyone_told=notifications.is_anyone_told(connection, access, episode.id),
        )
        decision = decide(policy, standing, now=now)
        if decision.step is None:
            next_at = _look_again(connection, access, case, decision.reason, next_at, now=now)
            break
        taken = decision.number
        is_told = _take(connection, access, case, episode, decision, base_url=base_url, now=now)
        next_at = now + decision.step.wait if is_told else now
    episodes.schedule(connection, access, episode.id, steps_taken=taken, next_step_at=next_at)


def hasten(
    connection: Connection,
    access: Access,
    case: StoredCase,
    episode: Episode,
    *,
    step: int,
    base_url: str,
    now: datetime,
) -> None:
    """Take the next step now, when a message of `step` failed and nobody else was told by it.

    Harmless when the case has moved on: taken on, resolved, or a later step taken.
    """
    has_moved_on = case.state is not CaseState.TRIGGERED or episode.steps_taken != step
    if has_moved_on or notifications.is_anyone_told(connection, access, episode.id, step=step):
        return
    episodes.schedule(connection, access, episode.id, steps_taken=step, next_step_at=now)
    hurried = episodes.get(connection, access, episode.id)
    climb(connection, access, case, hurried, base_url=base_url, now=now)


def policy_of(connection: Connection, access: Access, case: StoredCase, episode: Episode) -> Policy:
    """Return the policy of an episode: the home's, the municipality's, else the default.

    A stored policy that makes no sense is logged and the default is followed: somebody is told.
    """
    ladder = _ladder(case, episode)
    stored = policies.steps_of(
        connection,
        access,
        municipality=case.matter.municipality,
        home=case.matter.home,
        ladder=ladder,
    )
    try:
        steps = tuple(Step(who=Who(s.who), wait=s.wait) for s in stored or ())
    except ValueError:
        log.exception("a stored escalation policy makes no sense; the default is followed")
        steps = ()
    return steps or DEFAULT_POLICIES[ladder]


def people_of(
    connection: Connection, access: Access, who: Who, matter: Matter, *, now: datetime
) -> list[Recipient]:
    """Return whom `who` means for a matter, as far as they can be reached now."""
    of, home = matter.municipality, matter.home
    match who:
        case Who.ASSIGNED:
            if home is None:
                return []
            role = Role.CASEWORKER
            return recipients.assigned(connection, access, to=home, role=role, now=now)
        case Who.TECHNICIANS:
            role = Role.TECHNICIAN
            own = (
                recipients.assigned(connection, access, to=home, role=role, now=now)
                if home is not None
                else []
            )
            return own or recipients.of_roles(connection, access, role, municipality=of)
        case Who.CASEWORKERS:
            return recipients.of_roles(connection, access, Role.CASEWORKER, municipality=of)
        case Who.ADMINISTRATORS:
            return recipients.of_roles(connection, access, Role.ADMINISTRATOR, municipality=of)
        case Who.ANYONE:
            roles = (Role.CASEWORKER, Role.ADMINISTRATOR)
            return recipients.of_roles(connection, access, *roles, municipality=of)
        case _:
            assert_never(who)


def asks_to_call(case: StoredCase, episode: Episode) -> bool:
    """Tell whether an episode asks a caseworker to call a dark home."""
    return _ladder(case, episode) is Ladder.CALL


def _ladder(case: StoredCase, episode: Episode) -> Ladder:
    return ladder_of(case.matter.kind, episode.reason, is_review=case.matter.is_review)


def _look_again(
    connection: Connection,
    access: Access,
    case: StoredCase,
    reason: Reason,
    next_at: datetime | None,
    *,
    now: datetime,
) -> datetime | None:
    match reason:
        case Reason.WAITING:
            return next_at
        case Reason.EXHAUSTED:
            case_events.append(connection, access, case.id, Word.EXHAUSTED, now=now)
            log.error("nobody answers to case %d", case.number)
            return None
        case Reason.ACKNOWLEDGED | Reason.RESOLVED | Reason.FIRST | Reason.DUE:
            return None
        case _:
            assert_never(reason)


def _take(
    connection: Connection,
    access: Access,
    case: StoredCase,
    episode: Episode,
    decision: Decision,
    *,
    base_url: str,
    now: datetime,
) -> bool:
    """Write the messages of a step; False when nobody could be told."""
    if decision.step is None:
        return False
    who, number = decision.step.who, decision.number
    people = people_of(connection, access, who, case.matter, now=now)
    if not people:
        case_events.append(
            connection, access, case.id, Word.STEP_SKIPPED, now=now, step=number, who=who
        )
        return False
    facts = _facts(connection, access, case, episode, decision, base_url=base_url, now=now)
    tell(connection, access, people, facts, case=case, episode=episode, step=number, now=now)
    case_events.append(
        connection,
        access,
        case.id,
        Word.STEP_TAKEN,
        now=now,
        step=number,
        who=who,
        reason=decision.reason,
        people=[person.user for person in people],
    )
    return True


def _facts(
    connection: Connection,
    access: Access,
    case: StoredCase,
    episode: Episode,
    decision: Decision,
    *,
    base_url: str,
    now: datetime,
) -> Facts:
    matter = case.matter
    label = recipients.home_label(connection, access, matter.home) if matter.home else None
    last_word = matter.key.rsplit(SEPARATOR, 1)[-1]
    is_of_sensor = matter.cause is Cause.SENSOR_SILENT
    is_of_silence = matter.cause is Cause.INACTIVITY and episode.last_activity_at is not None
    return Facts(
        number=case.number,
        link=f"{base_url.rstrip('/')}/cases/{case.id}",
        topic=topic_of(matter.cause, episode.reason, is_review=matter.is_review),
        reason=episode.reason,
        since=(episode.last_activity_at if is_of_silence else None) or _began(episode),
        found_at=episode.found_at,
        now=now,
        home_code=label.code if label else None,
        time_zone=label.time_zone if label else DEFAULT_ZONE,
        blind_since=episode.blind_since,
        recovered_at=episode.recovered_at,
        room=(
            recipients.room_of(connection, access, SensorId(last_word), episode.began_at)
            if is_of_sensor
            else None
        ),
        service=last_word if matter.cause in NAMED else None,
        is_new_episode=episode.number > 1,
        is_first_step=decision.reason is Reason.FIRST,
        is_last_resort=decision.step == LAST_RESORT,
    )


def _began(episode: Episode) -> datetime:
    """Say since when the home is dark for a call, since when the condition holds for the rest."""
    return episode.blind_since or episode.began_at
