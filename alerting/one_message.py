"""One message for one fact for one person, also where two parts of us have it to tell.

An answer "away until Sunday" to a case enters an absence as well. Whoever was told of the case
hears of it as news of the case, at once and with the first message's facts; whoever was not, by a
notice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from domain.ids import HomeId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayFact:
    """That somebody said at an instant until when nobody is expected in a home; aware, UTC."""

    home: HomeId
    by: str
    """User id, or the name of a service."""
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A person for whom a message about a fact has left, or waits to leave."""

    user: UserId
    fact: AwayFact


def has_to_hear(user: UserId, fact: AwayFact, heard: Collection[Heard]) -> bool:
    """Tell whether a person has to be told of a fact: who did not do it, nor hears it anyway."""
    return user != fact.by and Heard(user=user, fact=fact) not in heard
