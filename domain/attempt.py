"""What somebody tried in order to find out how a resident is, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class AttemptKind(StrEnum):
    """What was tried."""

    CALL = "call"
    """Rang the resident."""
    VISIT = "visit"
    """Went to the home."""
    FAMILY = "family"
    """Asked the family."""
    NEIGHBOUR = "neighbour"
    """Asked a neighbour or the caretaker."""
    SERVICE = "service"
    """Asked who comes to the home: day service, home help, hospital, newspaper shop."""
    AMBULANCE = "ambulance"
    """Rang 119."""


class AttemptResult(StrEnum):
    """What came of it."""

    NO_ANSWER = "no_answer"
    SPOKE = "spoke"
    """Spoke to the resident, who is well."""
    MET = "met"
    """Met the resident, who is well."""
    NEEDS_HELP = "needs_help"
    """Spoke to or met the resident, who needs help."""
    TOLD_WELL = "told_well"
    """Somebody else has spoken to or seen the resident lately: hearsay, no verification by us."""
    WILL_CHECK = "will_check"
    """They go and look, and tell us."""
    KNOWS_NOTHING = "knows_nothing"
    ON_THE_WAY = "on_the_way"
    """Help is on its way."""


_OF_OTHERS = (
    AttemptResult.NO_ANSWER,
    AttemptResult.TOLD_WELL,
    AttemptResult.WILL_CHECK,
    AttemptResult.KNOWS_NOTHING,
)

RESULTS: Mapping[AttemptKind, tuple[AttemptResult, ...]] = {
    AttemptKind.CALL: (
        AttemptResult.NO_ANSWER,
        AttemptResult.SPOKE,
        AttemptResult.NEEDS_HELP,
    ),
    AttemptKind.VISIT: (
        AttemptResult.NO_ANSWER,
        AttemptResult.MET,
        AttemptResult.NEEDS_HELP,
    ),
    AttemptKind.FAMILY: _OF_OTHERS,
    AttemptKind.NEIGHBOUR: _OF_OTHERS,
    AttemptKind.SERVICE: _OF_OTHERS,
    AttemptKind.AMBULANCE: (AttemptResult.ON_THE_WAY, AttemptResult.NO_ANSWER),
}
"""What may come of what: the most frequent first, because that is where a thumb rests."""

VERIFYING = frozenset({AttemptResult.SPOKE, AttemptResult.MET})
"""Results after which somebody of us knows how the resident is: the case can be closed."""


def fits(kind: AttemptKind, result: AttemptResult) -> bool:
    """Tell whether a result can come of an attempt of this kind."""
    return result in RESULTS[kind]
