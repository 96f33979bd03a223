"""Letting alerting follow findings, and looking at what came of it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select

from alerting.intake import follow
from alerting.service import ACCESS
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import HomeId
from storage.register import case_events, cases, findings
from storage.register.case_events import CaseEvent, Word
from storage.register.cases import StoredCase
from storage.register.schema import case as case_table
from storage.register.schema import notification, user
from tests.support.town import NOON, SYSTEM, a_finding

URL = "https://mimamori.example"


def find(connection: Connection, *new: Finding) -> None:
    """Append findings and let alerting follow them, each at the instant it was found."""
    for finding in new:
        assert findings.append(connection, SYSTEM, finding)
        follow(connection, ACCESS, base_url=URL, now=finding.found_at)


def told(connection: Connection, *, step: int | None = None) -> list[str]:
    """Return the logins of those who have a message, oldest message first."""
    query = select(user.c.login).join(notification, notification.c.user_id == user.c.id)
    if step is not None:
        query = query.where(notification.c.step == step)
    return list(connection.execute(query.order_by(notification.c.due_at, user.c.login)).scalars())


def only_case(connection: Connection) -> StoredCase:
    """Return the one case there is."""
    case_id = connection.execute(select(case_table.c.id)).scalar_one()
    found = cases.get(connection, ACCESS, case_id, now=NOON)
    assert found is not None
    return found


def events(connection: Connection) -> list[CaseEvent]:
    """Return the timeline of the one case."""
    return case_events.of_case(connection, ACCESS, only_case(connection).id)


def words(connection: Connection) -> list[Word]:
    """Return the words of the timeline of the one case."""
    return [event.word for event in events(connection)]


def a_press(home: HomeId, minutes: float = 0) -> Finding:
    """Make a press of the help button some minutes after noon."""
    return a_finding(
        home,
        cause=Cause.HELP,
        reason=Reason.BUTTON_PRESSED,
        began_at=NOON + timedelta(minutes=minutes),
    )


def a_call(home: HomeId, minutes: float = 0) -> Finding:
    """Make a request to call some minutes after noon."""
    return a_finding(
        home,
        cause=Cause.GATEWAY_SILENT,
        phase=Phase.CALL,
        reason=Reason.BLIND_PAST_DEADLINE,
        began_at=NOON + timedelta(minutes=minutes),
        blind_since=NOON - timedelta(hours=5),
    )


def a_darkness(home: HomeId, minutes: float = 0) -> Finding:
    """Make a silence of the gateway some minutes after noon."""
    return a_finding(
        home,
        cause=Cause.GATEWAY_SILENT,
        reason=Reason.NOTHING_HEARD,
        began_at=NOON + timedelta(minutes=minutes),
    )
