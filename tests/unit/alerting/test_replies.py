"""Taking a case on and resolving it: one owner, both idempotent, each in the books."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from alerting.escalation import OWNER_WAIT
from alerting.intake import climb_due, follow
from alerting.replies import NOTE_CHARACTERS, Answer, Result, acknowledge, resolve
from alerting.service import ACCESS
from domain.access import Role
from domain.case import CaseState, Outcome, ResolvedCause
from domain.errors import InputError
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import CaseId
from storage.register import audit, case_events, cases, episodes, findings
from storage.register.case_events import Word
from storage.register.cases import StoredCase
from storage.register.notifications import NotificationState
from storage.register.schema import audit as audit_table
from storage.register.schema import case as case_table
from storage.register.schema import notification
from tests.support.casework import a_press
from tests.support.town import NOON, SYSTEM, Town, a_finding, build

URL = "https://mimamori.example"
LATER = NOON + timedelta(minutes=5)


def open_case(connection: Connection, finding: Finding) -> CaseId:
    """Let alerting open a case for a finding and return its id."""
    findings.append(connection, SYSTEM, finding)
    follow(connection, ACCESS, base_url=URL, now=NOON)
    newest = select(case_table.c.id).order_by(case_table.c.number.desc()).limit(1)
    return CaseId(connection.execute(newest).scalar_one())


def stored(connection: Connection, case_id: CaseId) -> StoredCase:
    """Return a case."""
    case = cases.get(connection, ACCESS, case_id, now=NOON)
    assert case is not None
    return case


def close(
    connection: Connection, town: Town, login: str, case_id: CaseId, *, episode: int | None = None
) -> Answer:
    """Resolve a case as a user."""
    return resolve(
        connection,
        town.access(login),
        case_id,
        outcome=Outcome.WELL,
        cause=ResolvedCause.ASLEEP,
        note="slept late",
        now=LATER,
        episode=episode,
    )


def words(connection: Connection, case_id: CaseId) -> list[Word]:
    """Return the words of a timeline."""
    return [event.word for event in case_events.of_case(connection, ACCESS, case_id)]


def test_acknowledgement_names_the_owner_and_ends_the_ladder(
    connection: Connection, town: Town
) -> None:
    """Whoever takes a case on has it, and nobody else is told."""
    case_id = open_case(connection, a_finding(town.home))
    answer = acknowledge(connection, town.access("sato"), case_id, now=LATER)
    climb_due(connection, ACCESS, base_url=URL, now=LATER + OWNER_WAIT - timedelta(seconds=1))

    assert answer == Answer(result=Result.DONE, owner=town.people["sato"], at=LATER)
    assert stored(connection, case_id).acknowledged_by == town.people["sato"]
    assert episodes.next_step_at(connection, ACCESS) == LATER + OWNER_WAIT
    assert words(connection, case_id)[-1] is Word.ACKNOWLEDGED


def test_second_person_is_told_who_has_it(connection: Connection, town: Town) -> None:
    """There is one owner; a colleague who was told as well learns who it is."""
    case_id = open_case(connection, a_finding(town.home))
    climb_due(connection, ACCESS, base_url=URL, now=NOON + timedelta(minutes=10))
    acknowledge(connection, town.access("sato"), case_id, now=LATER)
    answer = acknowledge(connection, town.access("ito"), case_id, now=LATER)

    assert answer == Answer(result=Result.TAKEN, owner=town.people["sato"], at=LATER)
    assert stored(connection, case_id).acknowledged_by == town.people["sato"]


def test_double_click_acknowledges_once(connection: Connection, town: Town) -> None:
    """The same person's second click changes nothing and says so."""
    case_id = open_case(connection, a_finding(town.home))
    acknowledge(connection, town.access("sato"), case_id, now=NOON)
    again = acknowledge(connection, town.access("sato"), case_id, now=LATER)

    assert again == Answer(result=Result.ALREADY_YOURS, owner=town.people["sato"], at=NOON)
    assert words(connection, case_id).count(Word.ACKNOWLEDGED) == 1


def test_resolving_closes_and_cancels(connection: Connection, town: Town) -> None:
    """A resolved case has outcome, cause, note and a person's name; waiting messages are void."""
    case_id = open_case(connection, a_finding(town.home))
    answer = close(connection, town, "sato", case_id)

    case = stored(connection, case_id)
    assert answer.result is Result.DONE
    assert (case.state, case.outcome, case.resolved_cause, case.note, case.resolved_by) == (
        CaseState.RESOLVED,
        Outcome.WELL,
        ResolvedCause.ASLEEP,
        "slept late",
        town.people["sato"],
    )
    states = connection.execute(select(notification.c.state)).scalars().all()
    assert states == [NotificationState.CANCELLED]
    assert words(connection, case_id)[-1] is Word.RESOLVED


def test_double_click_resolves_once(connection: Connection, town: Town) -> None:
    """The second click finds it done; a colleague's finds it closed, and by whom."""
    case_id = open_case(connection, a_finding(town.home))
    climb_due(connection, ACCESS, base_url=URL, now=NOON + timedelta(minutes=10))
    close(connection, town, "sato", case_id)

    assert close(connection, town, "sato", case_id).result is Result.ALREADY_YOURS
    other = close(connection, town, "ito", case_id)
    assert other == Answer(result=Result.ALREADY_RESOLVED, owner=town.people["sato"], at=LATER)
    assert words(connection, case_id).count(Word.RESOLVED) == 1


def test_resolved_case_is_not_taken_on(connection: Connection, town: Town) -> None:
    """What is closed stays closed; the next finding opens a new case."""
    case_id = open_case(connection, a_finding(town.home))
    close(connection, town, "sato", case_id)

    answer = acknowledge(connection, town.access("sato"), case_id, now=LATER)
    assert answer.result is Result.ALREADY_YOURS
    assert stored(connection, case_id).state is CaseState.RESOLVED
    assert open_case(connection, a_finding(town.home, began_at=LATER)) != case_id


def test_foreign_case_looks_like_none(connection: Connection, town: Town) -> None:
    """A case out of reach and a case that never was get the same answer."""
    case_id = open_case(connection, a_finding(town.home))
    far = build(connection, people={"far": Role.CASEWORKER})

    for access in (town.access("ito"), far.access("far")):
        assert acknowledge(connection, access, case_id, now=NOON) == acknowledge(
            connection, access, CaseId("never-was"), now=NOON
        )
    assert stored(connection, case_id).state is CaseState.TRIGGERED


def test_colleague_who_was_told_may_step_in(connection: Connection, town: Town) -> None:
    """An unassigned caseworker reaches the case from the moment they were told about it."""
    case_id = open_case(connection, a_finding(town.home))
    assert acknowledge(connection, town.access("ito"), case_id, now=NOON).result is Result.NOT_FOUND

    climb_due(connection, ACCESS, base_url=URL, now=NOON + timedelta(minutes=10))
    assert acknowledge(connection, town.access("ito"), case_id, now=LATER).result is Result.DONE


@pytest.mark.parametrize("login", ["kato", "admin", "audit", "family"])
def test_only_caseworkers_decide_about_people(
    connection: Connection, town: Town, login: str
) -> None:
    """Technicians, administrators, auditors and family never close a resident's case."""
    case_id = open_case(connection, a_finding(town.home))

    result = close(connection, town, login, case_id).result
    assert result in (Result.NOT_ALLOWED, Result.NOT_FOUND)
    assert stored(connection, case_id).state is CaseState.TRIGGERED


def test_stale_answer_touches_no_new_emergency(connection: Connection, town: Town) -> None:
    """What was written about one episode neither takes on nor closes the next, and says so."""
    case_id = open_case(connection, a_press(town.home))
    open_case(connection, a_press(town.home, minutes=3))
    sato = town.access("sato")

    taken = acknowledge(connection, sato, case_id, now=LATER, episode=1)
    assert taken == Answer(result=Result.HAPPENED_AGAIN)
    assert close(connection, town, "sato", case_id, episode=1).result is Result.HAPPENED_AGAIN
    assert stored(connection, case_id).state is CaseState.TRIGGERED
    assert episodes.next_step_at(connection, ACCESS) is not None

    taken = acknowledge(connection, sato, case_id, now=LATER, episode=2)
    assert taken.result is Result.DONE
    assert close(connection, town, "sato", case_id, episode=1).result is Result.HAPPENED_AGAIN
    assert close(connection, town, "sato", case_id, episode=2).result is Result.DONE
    assert close(connection, town, "sato", case_id, episode=1).result is Result.ALREADY_YOURS


def test_case_of_another_municipality_is_out_of_reach(connection: Connection, town: Town) -> None:
    """Even whoever was told of it by mistake neither reads nor answers it."""
    case_id = open_case(connection, a_finding(town.home))
    far = build(connection, people={"far": Role.CASEWORKER})
    connection.execute(notification.update().values(user_id=far.people["far"]))

    assert cases.get(connection, far.access("far"), case_id, now=NOON) is None
    answer = acknowledge(connection, far.access("far"), case_id, now=NOON)
    assert answer.result is Result.NOT_FOUND


def test_service_never_closes_a_case(connection: Connection, town: Town) -> None:
    """Only a person closes a case."""
    case_id = open_case(connection, a_finding(town.home))
    answer = resolve(
        connection,
        ACCESS,
        case_id,
        outcome=Outcome.UNVERIFIED,
        cause=ResolvedCause.OTHER,
        note=None,
        now=NOON,
    )

    assert answer.result is Result.NOT_ALLOWED


@pytest.mark.parametrize("login", ["sato", "kato", "admin"])
def test_equipment_is_decided_by_whoever_mends_it(
    connection: Connection, town: Town, login: str
) -> None:
    """Technicians and administrators, and the assigned caseworker, act on technical cases."""
    case_id = open_case(
        connection, a_finding(town.home, cause=Cause.GATEWAY_SILENT, reason=Reason.NOTHING_HEARD)
    )

    assert acknowledge(connection, town.access(login), case_id, now=NOON).result is Result.DONE


def test_call_waits_for_a_caseworker(connection: Connection, town: Town) -> None:
    """Nobody mends away the question whether the resident is well."""
    case_id = open_case(
        connection,
        a_finding(town.home, phase=Phase.CALL, reason=Reason.BLIND_PAST_DEADLINE),
    )

    assert close(connection, town, "admin", case_id).result is Result.NOT_ALLOWED
    acknowledge(connection, town.access("sato"), case_id, now=NOON)
    assert close(connection, town, "admin", case_id).result is Result.DONE


def test_every_answer_is_audited(connection: Connection, town: Town) -> None:
    """Who acted on what, and how it ended, also where it was refused; the chain holds."""
    case_id = open_case(connection, a_finding(town.home))
    acknowledge(connection, town.access("ito"), case_id, now=NOON)
    acknowledge(connection, town.access("sato"), case_id, now=NOON)
    close(connection, town, "sato", case_id)

    rows = connection.execute(select(audit_table).order_by(audit_table.c.position)).all()
    assert [(row.actor, row.action, row.object, row.result) for row in rows] == [
        (town.people["ito"], "case.acknowledge", f"case:{case_id}", "not_found"),
        (town.people["sato"], "case.acknowledge", f"case:{case_id}", "done"),
        (town.people["sato"], "case.resolve", f"case:{case_id}", "done"),
    ]
    assert audit.verify(connection, SYSTEM).broken_at is None


def test_note_has_an_end(connection: Connection, town: Town) -> None:
    """A note that is too long is refused by name, and nothing is saved."""
    case_id = open_case(connection, a_finding(town.home))
    with pytest.raises(InputError, match="CAS-001"):
        resolve(
            connection,
            town.access("sato"),
            case_id,
            outcome=Outcome.WELL,
            cause=ResolvedCause.OTHER,
            note="x" * (NOTE_CHARACTERS + 1),
            now=NOON,
        )

    assert stored(connection, case_id).state is CaseState.TRIGGERED
