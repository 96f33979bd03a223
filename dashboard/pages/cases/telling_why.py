"""Reads whom each step of a case's ladder names, in order to say who was not told and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerting.not_told import Candidate, Progress, Silence, silences
from alerting.people import people_of
from alerting.plans import plan_of
from domain.access import Access, service
from domain.ids import CaseId, UserId
from storage.register import bystanders, cases, episodes
from storage.register.bystanders import Bystander

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
    steps = {
        number: {
            one.user
            for one in people_of(
                connection,
                OURS,
                step,
                municipality=case.matter.municipality,
                home=case.matter.home,
                now=now,
            )
        }
        for number, step in enumerate(plan_of(connection, OURS, case, newest).steps, start=1)
    }
    candidates = [Candidate(user=one.user, has_address=one.has_address) for one in people.values()]
    progress = Progress(
        state=case.state, steps_taken=newest.steps_taken, next_step_at=newest.next_step_at
    )
    found = silences(candidates, steps, told, progress)
    return FoundTelling(silent=tuple(found), people=people, next_step_at=newest.next_step_at)
