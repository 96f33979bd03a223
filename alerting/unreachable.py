"""A step that reached nobody is a fault of the set-up: somebody has to hear of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.access import Access
from domain.finding import Cause, Finding, Phase, Reason
from storage.register import findings
from storage.register.cases import StoredCase

SERVICE = "escalation"
"""What does not work then."""


def report(connection: Connection, access: Access, case: StoredCase, *, now: datetime) -> None:
    """Report that a step of a case reached nobody; while that is open, more of it is evidence.

    Nothing is reported of a case that is about a service: its own steps may reach nobody.
    """
    if case.matter.cause is Cause.SERVICE_FAILED:
        return
    found = Finding(
        home=case.matter.home,
        cause=Cause.SERVICE_FAILED,
        phase=Phase.BEGUN,
        reason=Reason.NOBODY_REACHABLE,
        began_at=now,
        found_at=now,
        service=SERVICE,
    )
    findings.append(connection, access, found)
