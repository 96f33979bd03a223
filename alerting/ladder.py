"""Climbing the ladder of an episode: does what is due, and books when to look again.

Everything happens on the connection that is passed in, so that the state of a case and what people
are told about it are committed together.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection

from alerting import unreachable
from alerting.escalation import (
    LAST_RESORT,
    Decision,
    Ladder,
    Reason,
    Standing,
    Step,
    decide,
    rung_after_lapse,
)
from alerting.facts import facts_of
from alerting.pauses import hold
from alerting.people import people_of
from alerting.plans import Plan, ladder_in, plan_of
from alerting.telling import tell
from domain.access import Access
from domain.case import WAITS_FOR_SOMEBODY, CaseState
from storage.register import case_events, cases, episodes, notifications, recipients
from storage.register.case_events import Word
from storage.register.cases import StoredCase
from storage.register.episodes import Climbed, Episode

log = logging.getLogger(__name__)

BESIDE = 4
"""Most turns of one climb beside its steps: the owner, the lapse, the last resort, the end."""


def climb(
    connection: Connection,
    access: Access,
    case: StoredCase,
    episode: Episode,
    *,
    base_url: str,
    now: datetime,
    why: str | None = None,
) -> None:
    """Do all that is due for an episode at `now`, and book when to look again.

    A step that reaches nobody is written into the timeline, reported as a fault of the equipment,
    and followed by the next one at once.

    Args:
        connection: The transaction.
        access: Who calls people.
        case: As it is stored now.
        episode: The stretch of it, as it is stored now.
        base_url: Where the pages are.
        now: The instant; aware, UTC.
        why: Why the resident is not asked first, written down with the first step.
    """
    held_until = hold(connection, access, case, episode, now=now)
    if held_until is not None:
        episodes.look_again(connection, access, episode.id, held_until)
        return
    plan = plan_of(connection, access, case, episode)
    way = _Climb(
        connection=connection,
        access=access,
        case=case,
        episode=episode,
        plan=plan,
        base_url=base_url,
        now=now,
        why=why,
        state=case.state,
        is_owner_asked=case.is_owner_asked,
        steps_taken=episode.steps_taken,
        rung=episode.rung,
        asides=episode.asides,
        next_at=episode.next_step_at,
    )
    for _ in range(len(plan.steps) + BESIDE):
        if not way.turn():
            break
    episodes.book(connection, access, episode.id, way.climbed())


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
    """Go on now, when a message of `step` failed and nobody else was told by it.

    Harmless when the case has moved on: taken on, resolved, or a later step taken. News (step 0)
    wait for no answer, so nothing is hurried by one that is lost.
    """
    newest = episode.steps_taken if step > 0 else -episode.asides
    has_moved_on = case.state not in WAITS_FOR_SOMEBODY or newest != step or step == 0
    if has_moved_on or notifications.is_anyone_told(connection, access, episode.id, step=step):
        return
    episodes.look_again(connection, access, episode.id, now)
    hurried = episodes.get(connection, access, episode.id)
    climb(connection, access, case, hurried, base_url=base_url, now=now)


def asks_to_call(case: StoredCase, episode: Episode) -> bool:
    """Tell whether an episode asks a caseworker to call a dark home."""
    return ladder_in(case, episode) is Ladder.CALL


@dataclass(slots=True, kw_only=True)
class _Climb:
    """One climb: what it is about, and how far it has come."""

    connection: Connection
    access: Access
    case: StoredCase
    episode: Episode
    plan: Plan
    base_url: str
    now: datetime
    why: str | None
    state: CaseState
    is_owner_asked: bool
    steps_taken: int
    rung: int
    asides: int
    next_at: datetime | None
    has_lapsed: bool = False

    def climbed(self) -> Climbed:
        """Return what has to be booked."""
        return Climbed(
            steps_taken=self.steps_taken,
            rung=self.rung,
            asides=self.asides,
            next_step_at=self.next_at,
        )

    def turn(self) -> bool:
        """Do the next thing that is due; False when nothing is."""
        decision = decide(self.plan.steps, self._standing(), now=self.now)
        match decision.reason:
            case Reason.FIRST | Reason.DUE:
                self._take(decision)
            case Reason.OWNER_SILENT:
                self._ask_owner()
            case Reason.LAPSED:
                self._lapse()
            case Reason.RESIDENT_SILENT:
                self._call_people()
            case Reason.EXHAUSTED:
                self._end()
                return False
            case Reason.WAITING:
                return False
            case Reason.ACKNOWLEDGED | Reason.RESOLVED | Reason.ANSWERED:
                self.next_at = None
                return False
            case _:
                assert_never(decision.reason)
        return True

    def _standing(self) -> Standing:
        return Standing(
            state=self.state,
            rung=self.rung,
            next_step_at=self.next_at,
            is_anyone_told=notifications.is_anyone_told(
                self.connection, self.access, self.episode.id
            ),
            is_owner_asked=self.is_owner_asked,
            has_lapsed=self.has_lapsed,
        )

    def _take(self, decision: Decision) -> None:
        """Write the messages of a step; one that reaches nobody is over at once."""
        if decision.step is None:
            return
        self.steps_taken += 1
        self.rung += 1
        is_told = self._tell(decision, decision.step)
        self.next_at = self.now + decision.step.wait if is_told else self.now

    def _tell(self, decision: Decision, step: Step) -> bool:
        matter, number = self.case.matter, self.steps_taken
        people = people_of(
            self.connection,
            self.access,
            step,
            municipality=matter.municipality,
            home=matter.home,
            now=self.now,
        )
        if not people:
            self._write(Word.STEP_SKIPPED, step=number, who=step.who, schedule=step.schedule)
            unreachable.report(self.connection, self.access, self.case, now=self.now)
            return False
        facts = facts_of(
            self.connection,
            self.access,
            self.case,
            self.episode,
            base_url=self.base_url,
            now=self.now,
            is_first_step=decision.reason is Reason.FIRST,
            is_last_resort=step == LAST_RESORT,
        )
        tell(
            self.connection,
            self.access,
            people,
            facts,
            case=self.case,
            episode=self.episode,
            step=number,
            now=self.now,
        )
        is_first = decision.reason is Reason.FIRST
        self._write(
            Word.STEP_TAKEN,
            step=number,
            who=step.who,
            schedule=step.schedule,
            reason=decision.reason,
            policy=self.plan.source,
            not_asked=self.why if is_first else None,
            people=[person.user for person in people],
        )
        return True

    def _ask_owner(self) -> None:
        """Ask whoever has the case for a word, once; who cannot be asked has it no longer."""
        owner = self.case.acknowledged_by
        people = [] if owner is None else recipients.only(self.connection, self.access, owner)
        cases.ask_owner(self.connection, self.access, self.case.id)
        self.is_owner_asked = True
        self.asides += 1
        self.next_at = self.now + self.plan.patience if people else self.now
        facts = facts_of(
            self.connection,
            self.access,
            self.case,
            self.episode,
            base_url=self.base_url,
            now=self.now,
            is_first_step=False,
            owned_since=self.case.acknowledged_at,
        )
        tell(
            self.connection,
            self.access,
            people,
            facts,
            case=self.case,
            episode=self.episode,
            step=-self.asides,
            now=self.now,
        )
        self._write(
            Word.OWNER_ASKED,
            step=-self.asides,
            people=[person.user for person in people],
            until=self.next_at,
        )

    def _lapse(self) -> None:
        cases.rearm(self.connection, self.access, self.case.id)
        self._write(Word.LAPSED, reason=Reason.LAPSED, person=self.case.acknowledged_by)
        self.rung = rung_after_lapse(self.plan.steps, self.rung)
        self._wait_for_somebody()
        self.has_lapsed = True

    def _call_people(self) -> None:
        cases.rearm(self.connection, self.access, self.case.id)
        self._write(Word.RESIDENT_SILENT, reason=Reason.RESIDENT_SILENT)
        self._wait_for_somebody()

    def _wait_for_somebody(self) -> None:
        self.state, self.is_owner_asked = CaseState.TRIGGERED, False
        self.next_at = self.now

    def _end(self) -> None:
        self._write(Word.EXHAUSTED)
        log.error("nobody answers to case %d", self.case.number)
        self.next_at = None

    def _write(self, word: Word, **detail: str | int | list[str] | datetime | None) -> None:
        case_events.append(self.connection, self.access, self.case.id, word, now=self.now, **detail)
