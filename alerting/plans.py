"""The plan of an episode: the steps and the patience that it began with, and keeps."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from alerting.escalation import (
    DEFAULT_POLICIES,
    PATIENCE,
    Ladder,
    Policy,
    Step,
    Who,
    ladder_of,
)
from domain.access import Access
from storage.register import episodes, policies
from storage.register.cases import StoredCase
from storage.register.episodes import Episode
from storage.register.policies import DEFAULT, HOME, MUNICIPALITY, PolicyStep

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Whom to call in which order, and how long to wait for the owner's next word."""

    steps: Policy
    patience: timedelta
    source: str
    """Whose policy it was made from: `home`, `municipality` or `default`."""


def plan_of(connection: Connection, access: Access, case: StoredCase, episode: Episode) -> Plan:
    """Return the plan of an episode; at first it is made from the policy in force, and kept.

    A stored policy that makes no sense is logged and the default is followed: somebody is told.
    """
    if episode.plan is not None:
        return _understood(episode.plan, ladder_in(case, episode))
    kept = policy_now(connection, access, case, episode)
    episodes.keep_plan(connection, access, episode.id, kept)
    return _understood(kept, ladder_in(case, episode))


def policy_now(
    connection: Connection, access: Access, case: StoredCase, episode: Episode
) -> policies.Plan:
    """Return what an episode would begin with now.

    That is the home's policy, else the municipality's, else the default.
    """
    ladder = ladder_in(case, episode)
    stored = policies.policy_of(
        connection,
        access,
        municipality=case.matter.municipality,
        home=case.matter.home,
        ladder=ladder,
    )
    if stored is None or not is_sensible(stored.steps):
        patience = stored.patience if stored is not None else None
        return policies.Plan(
            steps=as_stored(DEFAULT_POLICIES[ladder]),
            patience=patience or PATIENCE[ladder],
            source=DEFAULT,
        )
    return policies.Plan(
        steps=stored.steps,
        patience=stored.patience or PATIENCE[ladder],
        source=MUNICIPALITY if stored.home is None else HOME,
    )


def ladder_in(case: StoredCase, episode: Episode) -> Ladder:
    """Return the ladder that an episode climbs."""
    return ladder_of(case.matter.kind, episode.reason, is_review=case.matter.is_review)


def as_stored(steps: Policy) -> tuple[PolicyStep, ...]:
    """Return steps in the form in which they are stored."""
    return tuple(PolicyStep(who=s.who, wait=s.wait, schedule=s.schedule) for s in steps)


def understood(stored: tuple[PolicyStep, ...]) -> Policy:
    """Give stored steps their meaning.

    Raises:
        ValueError: One makes no sense: see `Step`, or an unknown `Who`.
    """
    return tuple(Step(who=Who(s.who), wait=s.wait, schedule=s.schedule) for s in stored)


def is_sensible(stored: tuple[PolicyStep, ...]) -> bool:
    """Tell whether stored steps have a meaning; what has none is logged."""
    try:
        return bool(understood(stored))
    except ValueError:
        log.exception("a stored escalation policy makes no sense; the default is followed")
        return False


def _understood(kept: policies.Plan, ladder: Ladder) -> Plan:
    is_usable = is_sensible(kept.steps)
    steps = understood(kept.steps) if is_usable else DEFAULT_POLICIES[ladder]
    return Plan(steps=steps, patience=kept.patience, source=kept.source if is_usable else DEFAULT)
