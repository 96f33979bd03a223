"""Findings become cases, timelines and messages."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select

from alerting.intake import climb_due, follow
from alerting.service import ACCESS, is_settled
from domain.access import Role
from domain.case import CaseState
from domain.finding import Cause, Kind, Phase, Reason
from storage.register import cases, cursors, episodes, findings, users
from storage.register.case_events import Word
from storage.register.schema import case as case_table
from storage.register.schema import notification
from tests.support.casework import (
    URL,
    a_press,
    events,
    find,
    only_case,
    told,
    words,
)
from tests.support.town import NOON, SYSTEM, Town, a_finding, build

MINUTE = timedelta(minutes=1)


def test_inactivity_opens_a_resident_case(connection: Connection, town: Town) -> None:
    """A first finding opens a case about whoever lived there, and tells the assigned caseworker."""
    find(connection, a_finding(town.home))

    case = only_case(connection)
    assert case.number == 1
    assert case.state is CaseState.TRIGGERED
    assert case.matter.kind is Kind.RESIDENT
    assert case.matter.resident == town.resident
    assert told(connection) == ["sato"]
    assert words(connection) == [Word.OPENED, Word.STEP_TAKEN]


def test_second_step_tells_all_caseworkers_of_the_municipality(
    connection: Connection, town: Town
) -> None:
    """Ten minutes without an answer tell every caseworker of this municipality, and no other."""
    build(connection, people={"stranger": Role.CASEWORKER})
    find(connection, a_finding(town.home))

    assert climb_due(connection, ACCESS, base_url=URL, now=NOON + 9 * MINUTE) == 0
    assert climb_due(connection, ACCESS, base_url=URL, now=NOON + 10 * MINUTE) == 1
    assert told(connection, step=2) == ["ito", "sato"]


def test_exhausted_ladder_is_written_down(connection: Connection, town: Town) -> None:
    """When nobody answers to the last step either, the timeline says so and the loop ends."""
    find(connection, a_finding(town.home))
    for minutes in (10, 20, 30):
        climb_due(connection, ACCESS, base_url=URL, now=NOON + minutes * MINUTE)

    assert words(connection)[-1] is Word.EXHAUSTED
    assert words(connection).count(Word.EXHAUSTED) == 1
    assert episodes.next_step_at(connection, ACCESS) is None


def test_overdue_steps_after_a_downtime_run_once(connection: Connection, town: Town) -> None:
    """Three hours down: the overdue step is taken at once and once; the next one has its wait."""
    find(connection, a_finding(town.home))
    late = NOON + timedelta(hours=3)

    climb_due(connection, ACCESS, base_url=URL, now=late)
    climb_due(connection, ACCESS, base_url=URL, now=late)

    assert told(connection, step=2) == ["ito", "sato"]
    assert episodes.next_step_at(connection, ACCESS) == late + 10 * MINUTE


def test_step_without_anybody_is_skipped_at_once(connection: Connection, town: Town) -> None:
    """A home that is assigned to nobody tells all caseworkers without a wait, and says why."""
    find(connection, a_finding(town.other_home))

    assert told(connection) == ["ito", "sato"]
    assert words(connection) == [Word.OPENED, Word.STEP_SKIPPED, Word.STEP_TAKEN]


def test_disabled_caseworker_is_not_reachable(connection: Connection, town: Town) -> None:
    """Whoever left is told nothing; the next step is taken at once."""
    users.disable(connection, SYSTEM, town.people["sato"], now=NOON)
    find(connection, a_finding(town.home))

    assert told(connection) == ["ito"]


@pytest.mark.parametrize(
    ("cause", "role"),
    [(Cause.INACTIVITY, Role.CASEWORKER), (Cause.GATEWAY_SILENT, Role.TECHNICIAN)],
)
def test_assignment_across_municipalities_tells_nobody(
    connection: Connection, town: Town, cause: Cause, role: Role
) -> None:
    """A home assigned to a stranger by mistake: only people of its own municipality are told."""
    strangers = build(connection, people={"stranger": role})
    users.assign(
        connection,
        SYSTEM,
        user=strangers.people["stranger"],
        home=town.home,
        municipality=strangers.id,
        now=NOON,
    )
    find(connection, a_finding(town.home, cause=cause))
    climb_due(connection, ACCESS, base_url=URL, now=NOON + timedelta(days=1))

    assert told(connection)
    assert "stranger" not in told(connection)


def test_town_without_caseworkers_tells_an_administrator(connection: Connection) -> None:
    """When no step reaches anybody, the last resort does."""
    lonely = build(connection, people={"boss": Role.ADMINISTRATOR})
    find(connection, a_finding(lonely.home))

    assert told(connection) == ["boss"]
    assert words(connection).count(Word.STEP_SKIPPED) == 2


def test_town_without_anybody_says_so(connection: Connection) -> None:
    """When there is nobody at all, the case stands open with that record."""
    ghost_town = build(connection, people={})
    find(connection, a_finding(ghost_town.home))

    assert told(connection) == []
    assert words(connection)[-1] is Word.EXHAUSTED


def test_repeated_finding_is_evidence(connection: Connection, town: Town) -> None:
    """More of the same is written down, and nobody is told again."""
    find(connection, a_press(town.home), a_press(town.home, minutes=1))

    assert told(connection) == ["sato"]
    assert words(connection)[-1] is Word.EVIDENCE


def test_late_movement_is_added_with_both_instants(connection: Connection, town: Town) -> None:
    """Movement at 09:12 that arrived at 11:40 is written into the case, which stays open."""
    happened, arrived = NOON + 12 * MINUTE, NOON + 160 * MINUTE
    find(
        connection,
        a_finding(town.home),
        a_finding(
            town.home,
            phase=Phase.RECOVERED,
            reason=Reason.ACTIVITY_SEEN,
            began_at=happened,
            found_at=arrived,
        ),
    )

    last = events(connection)[-1]
    assert last.word is Word.RECOVERED
    assert last.detail["happened_at"] == happened.isoformat()
    assert last.detail["arrived_at"] == arrived.isoformat()
    assert only_case(connection).state is CaseState.TRIGGERED


def test_recovery_without_a_case_changes_nothing(connection: Connection, town: Town) -> None:
    """Movement in a home without a case is no news."""
    find(connection, a_finding(town.home, phase=Phase.RECOVERED, reason=Reason.ACTIVITY_SEEN))

    assert connection.execute(select(func.count()).select_from(case_table)).scalar() == 0


def test_second_emergency_is_told_as_loudly(connection: Connection, town: Town) -> None:
    """A case left open and taken on does not hide the next day's emergency."""
    find(connection, a_finding(town.home))
    cases.acknowledge(connection, town.access("sato"), only_case(connection).id, now=NOON)
    next_day = NOON + timedelta(days=1)
    find(
        connection,
        a_finding(
            town.home,
            phase=Phase.RECOVERED,
            reason=Reason.ACTIVITY_SEEN,
            began_at=NOON + timedelta(hours=1),
        ),
        a_finding(town.home, began_at=next_day),
    )
    climb_due(connection, ACCESS, base_url=URL, now=next_day + 10 * MINUTE)

    case = only_case(connection)
    assert case.state is CaseState.TRIGGERED
    assert case.acknowledged_by is None
    assert told(connection) == ["sato", "sato", "ito", "sato"]
    assert Word.NEW_EPISODE in words(connection)


def test_press_during_a_running_case_is_told(connection: Connection, town: Town) -> None:
    """A help press more than two minutes after the last begins at the first step again."""
    find(connection, a_press(town.home))
    cases.acknowledge(connection, town.access("sato"), only_case(connection).id, now=NOON)
    find(connection, a_press(town.home, minutes=2.1))

    assert told(connection) == ["sato", "sato"]
    assert only_case(connection).state is CaseState.TRIGGERED


def test_pressing_on_and_on_is_told_again(connection: Connection, town: Town) -> None:
    """Whoever presses each minute is heard again: evidence that told nobody moves no window."""
    find(connection, a_press(town.home))
    cases.acknowledge(connection, town.access("sato"), only_case(connection).id, now=NOON)
    find(connection, *(a_press(town.home, minutes=minute) for minute in range(1, 7)))

    assert told(connection) == ["sato", "sato", "sato"]
    assert words(connection).count(Word.EVIDENCE) == 4


def test_help_during_inactivity_is_a_case_of_its_own(connection: Connection, town: Town) -> None:
    """A help press is never taken for more evidence of a long silence."""
    find(connection, a_finding(town.home), a_press(town.home))

    assert connection.execute(select(func.count()).select_from(case_table)).scalar() == 2
    assert told(connection) == ["sato", "sato"]


def test_late_press_opens_one_review(connection: Connection, town: Town) -> None:
    """Presses of a backlog open one labelled review, told once."""
    arrived = NOON + timedelta(hours=9)
    for hours in (0, 2, 4):
        find(
            connection,
            a_finding(
                town.home,
                cause=Cause.HELP,
                reason=Reason.BUTTON_ARRIVED_LATE,
                began_at=NOON + timedelta(hours=hours),
                found_at=arrived,
            ),
        )
    climb_due(connection, ACCESS, base_url=URL, now=arrived + timedelta(days=1))

    assert only_case(connection).matter.is_review
    assert told(connection) == ["sato"]


def test_late_press_of_another_day_is_told(connection: Connection, town: Town) -> None:
    """A review left open, even taken on, does not hide what arrives late another time."""
    late = a_finding(town.home, cause=Cause.HELP, reason=Reason.BUTTON_ARRIVED_LATE)
    find(connection, late)
    cases.acknowledge(connection, town.access("sato"), only_case(connection).id, now=NOON)
    find(
        connection,
        replace(late, began_at=NOON + MINUTE, found_at=NOON + 10 * MINUTE),
        replace(late, began_at=NOON + 2 * MINUTE, found_at=NOON + 11 * MINUTE),
    )

    assert told(connection) == ["sato", "sato"]
    assert only_case(connection).state is CaseState.TRIGGERED
    assert words(connection)[-3:] == [Word.EVIDENCE, Word.NEW_EPISODE, Word.STEP_TAKEN]


def test_press_during_a_review_is_an_emergency(connection: Connection, town: Town) -> None:
    """An open review never takes in a fresh cry for help."""
    late = a_finding(town.home, cause=Cause.HELP, reason=Reason.BUTTON_ARRIVED_LATE)
    find(connection, late, a_press(town.home, minutes=1))

    reviews = connection.execute(
        select(case_table.c.is_review).order_by(case_table.c.number)
    ).scalars()
    assert list(reviews) == [True, False]
    assert told(connection) == ["sato", "sato"]


def test_finding_that_cannot_be_dealt_with_is_put_aside(
    connection: Connection, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One finding that breaks us is undone, reported, and holds up none behind it."""
    take_in = "alerting.intake.take_in"
    from alerting import intake  # noqa: PLC0415 (the name that is replaced below)

    real = intake.take_in

    def poisoned(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)  # type: ignore[arg-type]
        if getattr(args[2], "finding", None) == poison:
            msg = "poison"
            raise ValueError(msg)

    poison = a_finding(town.home)
    monkeypatch.setattr(take_in, poisoned)
    findings.append(connection, SYSTEM, poison)
    findings.append(connection, SYSTEM, a_press(town.home))
    follow(connection, ACCESS, base_url=URL, now=NOON)
    follow(connection, ACCESS, base_url=URL, now=NOON)

    causes = connection.execute(select(case_table.c.cause).order_by(case_table.c.number)).scalars()
    assert list(causes) == [Cause.HELP, Cause.SERVICE_FAILED]
    assert cursors.position(connection, ACCESS) == findings.head(connection, ACCESS)


def test_settled_means_nothing_is_left_to_do(connection: Connection, town: Town) -> None:
    """An unread finding, a due step or a waiting message keep a virtual clock from moving on."""
    assert is_settled(connection, now=NOON)

    findings.append(connection, SYSTEM, a_finding(town.home))
    assert not is_settled(connection, now=NOON)

    follow(connection, ACCESS, base_url=URL, now=NOON)
    assert not is_settled(connection, now=NOON)

    connection.execute(notification.update().values(state="accepted"))
    assert is_settled(connection, now=NOON)
    assert not is_settled(connection, now=NOON + 10 * MINUTE)
