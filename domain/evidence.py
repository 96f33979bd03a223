"""What can be known of a resident, by who or what it comes from: the kinds of a timeline."""

from __future__ import annotations

from enum import StrEnum


class Evidence(StrEnum):
    """One kind of entry."""

    ACTIVITY = "activity"
    """Movement, hour by hour, and the hours in which nothing was heard."""
    CASE = "case"
    """What the system found, and what became of it."""
    MESSAGE = "message"
    """Who was told, and whether it got through."""
    REPLY = "reply"
    """Who took a case on, and who closed it with what."""
    ATTEMPT = "attempt"
    """Calls, visits, questions to others."""
    ABSENCE = "absence"
    REPORT = "report"
    """What people outside saw and told us."""
