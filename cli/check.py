"""One thing that was looked at, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Problem


class Health(StrEnum):
    """How one thing stands."""

    GOOD = "good"
    WARNING = "warning"
    """It works, with something less."""
    BAD = "bad"
    """It does not work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    health: Health
    found: str
    do: str = ""
    """What to do; empty when it is good."""


def refused(name: str, problem: Problem) -> Check:
    """Return the check of something that a service would refuse at its start."""
    found = f"{problem.code} {problem.where}: {problem.found}; {problem.allowed}"
    return Check(name=name, health=Health.BAD, found=found, do=problem.do)
