"""Why somebody was not called has an answer, for each person and at each time."""

from datetime import timedelta

from sqlalchemy import Connection, select

from alerting.asking import How, answered
from alerting.intake import climb_due, follow
from alerting.replies import acknowledge, resolve
from alerting.service import ACCESS
from alerting.why import Call, Why, why
from domain.case import Outcome, ResolvedCause
from domain.ids import CaseId
from storage.register import asking, findings
from storage.register.asking import Asking
from storage.register.schema import case, user
from tests.support.town import NOON, SYSTEM, Town, a_finding

URL = "https://mimamori.example"
TEN = timedelta(minutes=10)


def begin(connection: Connection, town: Town, *, minutes: int = 0) -> CaseId:
    """Open a case about a silence at noon; the resident is asked for some minutes."""
    setting = Asking(minutes=minutes, contact=town.people["family"])
    asking.save(connection, SYSTEM, town.home, town.id, setting)
    findings.append(connection, SYSTEM, a_finding(town.home))
    follow(connection, ACCESS, base_url=URL, now=NOON)
    return CaseId(connection.execute(select(case.c.id)).scalar_one())


def asked(connection: Connection, town: Town, case_id: CaseId, login: str) -> Why | None:
    """Ask, five minutes after noon, as a caseworker may."""
    access = town.access("sato")
    return why(connection, access, case_id, town.people[login], now=NOON + TEN / 2)


def test_first_is_told_and_the_others_come_later(connection: Connection, town: Town) -> None:
    """Sato by the first step, Ito by the second at 12:10, the technician by none."""
    case_id = begin(connection, town)

    assert asked(connection, town, case_id, "sato") == Why(call=Call.TOLD, step=1, at=NOON)
    assert asked(connection, town, case_id, "ito") == Why(call=Call.LATER, step=2, until=NOON + TEN)
    assert asked(connection, town, case_id, "kato") == Why(call=Call.NOT_NAMED)


def test_somebody_had_it_before(connection: Connection, town: Town) -> None:
    """Taken on, then closed by Sato before Ito's step: who, and when."""
    case_id, sato = begin(connection, town), town.people["sato"]
    acknowledge(connection, town.access("sato"), case_id, NOON)
    taken = asked(connection, town, case_id, "ito")
    assert taken == Why(call=Call.TAKEN_ON, step=2, at=NOON, by=sato)

    resolve(
        connection,
        town.access("sato"),
        case_id,
        outcome=Outcome.WELL,
        cause=ResolvedCause.OUT,
        note=None,
        now=NOON + TEN / 2,
    )
    closed = asked(connection, town, case_id, "ito")
    assert closed == Why(call=Call.RESOLVED, step=2, at=NOON + TEN / 2, by=sato)


def test_resident_is_asked_first(connection: Connection, town: Town) -> None:
    """Nobody is called while she is asked, and nobody after she has answered."""
    case_id = begin(connection, town, minutes=10)
    waits = asked(connection, town, case_id, "sato")
    assert waits == Why(call=Call.RESIDENT_ASKED, step=1, until=NOON + TEN)

    answered(connection, ACCESS, case_id, How.ACTIVITY, NOON)
    assert asked(connection, town, case_id, "sato") == Why(call=Call.RESIDENT_ANSWERED, step=1)


def test_step_that_is_over_is_said(connection: Connection, town: Town) -> None:
    """Ito is out of reach when the step is taken, and comes back after it."""
    case_id = begin(connection, town)
    mine = user.update().where(user.c.id == town.people["ito"])
    connection.execute(mine.values(disabled_at=NOON))
    climb_due(connection, ACCESS, base_url=URL, now=NOON + TEN)
    connection.execute(mine.values(disabled_at=None))

    found = asked(connection, town, case_id, "ito")
    assert found is not None
    assert (found.call, found.step) == (Call.EXHAUSTED, 2)


def test_case_out_of_reach_has_no_answer(connection: Connection, town: Town) -> None:
    """The family that did not agree learns nothing."""
    case_id = begin(connection, town)
    assert why(connection, town.access("family"), case_id, town.people["sato"], now=NOON) is None
