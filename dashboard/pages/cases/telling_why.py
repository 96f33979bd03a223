"""Reads whom each step of a case's ladder names, in order to say who was not told and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerting.escalation import Step
from alerting.not_told import Candidate, Progress, Silence, silences
from alerting.people import people_of
from alerting.plans import is_sensible, policy_now, understood
from domain.access import Access, service
from domain.ids import CaseId, UserId
from storage.register import bystanders, cases, episodes
from storage.register.bystanders import Bystander
from storage.register.cases import StoredCase
from storage.register.episodes import Episode

OURS = service("dashboard")
"""Whom a step names is found as alerting finds it; the caller has found the case within reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTelling:
    """Who was not told and why, and when more people are told."""

    silent: tuple[Silence, ...]
    people: dict[UserId, Bystander]
    next_step_at: datetime | None


def read_telling(
    connection: Connection, access: Access, case_id: CaseId, told: set[UserId], *, now: datetime
) -> FoundTelling:
    """Read it for a case within reach."""
    people = {one.user: one for one in bystanders.of_case(connection, access, case_id, now=now)}
    case = cases.get(connection, access, case_id, now=now)
    known = episodes.of_case(connection, OURS, case_id) if case is not None else []
    if case is None or not known:
        return FoundTelling(silent=(), people=people, next_step_at=None)
    newest = known[-1]
    matter = case.matter
    steps = {
        number: {
            one.user
            for one in people_of(
                connection,
                OURS,
                step,
                municipality=matter.municipality,
                home=matter.home,
                now=now,
            )
        }
        for number, step in enumerate(_steps(connection, case, newest), start=1)
    }
    candidates = [Candidate(user=one.user, has_address=one.has_address) for one in people.values()]
    progress = Progress(state=case.state, steps_taken=newest.rung, next_step_at=newest.next_step_at)
    found = silences(candidates, steps, told, progress)
    return FoundTelling(silent=tuple(found), people=people, next_step_at=newest.next_step_at)


def _steps(connection: Connection, case: StoredCase, episode: Episode) -> tuple[Step, ...]:
    """Return the steps of an episode: those it keeps, or would begin with; nothing is written."""
    plan = episode.plan or policy_now(connection, OURS, case, episode)
    return understood(plan.steps) if is_sensible(plan.steps) else ()
