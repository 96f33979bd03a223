"""Dark homes, requests to call, failed services, and a town's own policies."""

from datetime import timedelta

from sqlalchemy import Connection

from alerting.escalation import Ladder
from alerting.intake import climb_due
from alerting.service import ACCESS
from domain.access import Role
from domain.case import CaseState
from domain.finding import Cause, Phase, Reason
from storage.register import cases, episodes, policies, users
from storage.register.case_events import Word
from storage.register.policies import PolicyStep
from tests.support.casework import (
    URL,
    a_call,
    a_darkness,
    find,
    only_case,
    told,
    words,
)
from tests.support.town import LONG_AGO, NOON, SYSTEM, Town, a_finding, build

MINUTE = timedelta(minutes=1)


def test_dark_home_goes_to_the_technician(connection: Connection, town: Town) -> None:
    """Equipment is told to technicians, after an hour to administrators, never to caseworkers."""
    find(connection, a_darkness(town.home))
    climb_due(connection, ACCESS, base_url=URL, now=NOON + 60 * MINUTE)

    assert told(connection) == ["kato", "admin"]
    assert only_case(connection).matter.resident is None


def test_assigned_technician_is_asked_first(connection: Connection, town: Town) -> None:
    """Where a technician has the home, colleagues are not disturbed."""
    users.assign(
        connection,
        SYSTEM,
        user=town.people["kato"],
        home=town.home,
        municipality=town.id,
        now=LONG_AGO,
    )
    find(connection, a_darkness(town.other_home), a_darkness(town.home))

    assert told(connection) == ["kato", "kato"]


def test_call_asks_the_caseworker_at_once(connection: Connection, town: Town) -> None:
    """A home dark past its deadline asks for a call, though a technician had taken it on."""
    find(connection, a_darkness(town.home))
    cases.acknowledge(connection, town.access("kato"), only_case(connection).id, now=NOON)
    find(connection, a_call(town.home, minutes=30))

    assert told(connection) == ["kato", "sato"]
    assert only_case(connection).state is CaseState.TRIGGERED
    assert Word.CALL_ASKED in words(connection)


def test_call_leaves_the_technicians_ladder_running(connection: Connection, town: Town) -> None:
    """Asking for a call does not stop the equipment's own escalation."""
    find(connection, a_darkness(town.home), a_call(town.home, minutes=55))
    climb_due(connection, ACCESS, base_url=URL, now=NOON + 60 * MINUTE)

    assert told(connection) == ["kato", "sato", "admin"]


def test_call_opens_the_case_where_there_is_none(connection: Connection, town: Town) -> None:
    """Without an open technical case the request opens it, whatever cause it names."""
    call = a_finding(
        town.home, phase=Phase.CALL, reason=Reason.BLIND_PAST_DEADLINE, blind_since=NOON
    )
    find(connection, call)

    assert only_case(connection).matter.cause is Cause.GATEWAY_SILENT
    assert told(connection) == ["sato"]


def test_repeated_call_waits_for_the_running_one(connection: Connection, town: Town) -> None:
    """While a call is asked for, asking again tells nobody twice; once taken on, it does."""
    find(connection, a_call(town.home), a_call(town.home, minutes=5))
    assert told(connection) == ["sato"]

    cases.acknowledge(connection, town.access("sato"), only_case(connection).id, now=NOON)
    episodes.stop_ladders(connection, ACCESS, only_case(connection).id)
    find(connection, a_call(town.home, minutes=700))
    assert told(connection) == ["sato", "sato"]


def test_failed_service_goes_to_all_technicians(connection: Connection, town: Town) -> None:
    """A service of ours belongs to no municipality: every technician is told."""
    build(connection, people={"far": Role.TECHNICIAN})
    find(
        connection,
        a_finding(
            None,
            cause=Cause.SERVICE_FAILED,
            reason=Reason.SERVICE_STOPPED,
            service_name="anomaly",
        ),
    )

    assert told(connection) == ["far", "kato"]
    assert town.people["kato"]


def test_own_policy_of_a_home_is_followed(connection: Connection, town: Town) -> None:
    """What a municipality has set for a home comes before its own, and before the default."""
    for home, who in ((None, "administrators"), (town.home, "technicians")):
        policies.save(
            connection,
            SYSTEM,
            municipality=town.id,
            home=home,
            ladder=Ladder.RESIDENT,
            steps=(PolicyStep(who=who, wait=MINUTE),),
        )
    find(connection, a_finding(town.home), a_finding(town.other_home))

    assert told(connection) == ["admin", "kato"]


def test_senseless_policy_falls_back_to_the_default(connection: Connection, town: Town) -> None:
    """A stored policy that nobody can follow never silences an emergency."""
    policies.save(
        connection,
        SYSTEM,
        municipality=town.id,
        home=None,
        ladder=Ladder.RESIDENT,
        steps=(PolicyStep(who="the neighbour", wait=MINUTE),),
    )
    find(connection, a_finding(town.home))

    assert told(connection) == ["sato"]


def test_new_darkness_does_not_end_an_unanswered_call(connection: Connection, town: Town) -> None:
    """A home heard for a moment and dark again: the caseworkers are still asked to call."""
    heard = a_finding(
        town.home,
        cause=Cause.GATEWAY_SILENT,
        phase=Phase.RECOVERED,
        reason=Reason.HEARD_AGAIN,
        began_at=NOON + MINUTE,
    )
    find(connection, a_call(town.home), heard, a_darkness(town.home, minutes=2))
    climb_due(connection, ACCESS, base_url=URL, now=NOON + 10 * MINUTE)

    assert told(connection) == ["sato", "kato", "ito", "sato"]
