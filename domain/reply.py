"""What people answer to a message, and who may answer what."""

from __future__ import annotations

from enum import StrEnum

from domain.access import Role
from domain.finding import Kind


class Reply(StrEnum):
    """One answer to a message about a case."""

    CHECKING = "checking"
    """I will check: staff take the case on by it, a family's word stops nothing."""
    SPOKE = "spoke"
    """I spoke to the resident just now, all well: evidence; only a caseworker closes the case."""
    AWAY = "away"
    """The resident is away until an instant: a caseworker enters it, a family asks for it."""
    VISIT = "visit"
    """Please visit: asks the caseworkers, and voids nothing."""
    WELL = "well"
    """I am well: said by whoever was asked before people are woken."""
    HELP = "help"
    """I need help: said by the same; people are called at once."""


OF_ASKED = (Reply.WELL, Reply.HELP)
"""What whoever is asked first may answer."""
_OF_PERSON = (Reply.CHECKING, Reply.SPOKE, Reply.AWAY, Reply.VISIT)


def answers_of(role: Role, kind: Kind, *, asks_to_call: bool) -> tuple[Reply, ...]:
    """Return what a role may answer to a case of a kind, in the order in which it is offered.

    Args:
        role: Whose answer it is.
        kind: Whom the case is about.
        asks_to_call: Whether a technical case asks somebody to call the resident: then it is
            answered as one about the person, and a technician has no word in it.
    """
    is_of_person = kind is Kind.RESIDENT or asks_to_call
    match role:
        case Role.CASEWORKER:
            return _OF_PERSON if is_of_person else (Reply.CHECKING,)
        case Role.FAMILY:
            return _OF_PERSON if is_of_person else ()
        case Role.TECHNICIAN | Role.ADMINISTRATOR:
            return () if is_of_person else (Reply.CHECKING,)
        case Role.AUDITOR | Role.SYSTEM:
            return ()
