"""Whatever happens in whatever order: every open case is on somebody's way, nobody hears twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from alerting.escalation import PATIENCE
from alerting.intake import climb_due, follow
from alerting.replies import acknowledge, resolve
from alerting.service import ACCESS
from domain.access import Role
from domain.case import CaseState, Outcome, ResolvedCause
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import CaseId, HomeId
from storage.register import case_events, episodes, findings
from storage.register.case_events import Word
from storage.register.schema import case, episode, notification
from tests.support import town as towns
from tests.support.town import NOON, SYSTEM, Town

URL = "https://mimamori.example"
FINDINGS = {
    "silence": (Cause.INACTIVITY, Phase.BEGUN, Reason.SILENCE_PAST_DEADLINE),
    "movement": (Cause.INACTIVITY, Phase.RECOVERED, Reason.ACTIVITY_SEEN),
    "press": (Cause.HELP, Phase.BEGUN, Reason.BUTTON_PRESSED),
    "late press": (Cause.HELP, Phase.BEGUN, Reason.BUTTON_ARRIVED_LATE),
    "dark": (Cause.GATEWAY_SILENT, Phase.BEGUN, Reason.NOTHING_HEARD),
    "heard": (Cause.GATEWAY_SILENT, Phase.RECOVERED, Reason.HEARD_AGAIN),
    "call": (Cause.GATEWAY_SILENT, Phase.CALL, Reason.BLIND_PAST_DEADLINE),
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*FINDINGS, "acknowledge", "resolve", "fail"]),
        st.integers(min_value=0, max_value=45),  # minutes that pass before
        st.sampled_from(["sato", "ito", "kato", "admin"]),
    ),
    max_size=25,
)
TOWNS: dict[str, dict[str, Role]] = {
    "all": towns.PEOPLE,
    "one caseworker": {"sato": Role.CASEWORKER},
    "nobody": {},
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """One register in memory for all examples; each is undone."""
    made = towns.in_memory()
    yield made
    made.dispose()


@given(steps=STEPS, people=st.sampled_from(sorted(TOWNS)))
def test_every_open_case_has_a_next_step_a_name_or_a_record(
    engine: Engine, steps: list[tuple[str, int, str]], people: str
) -> None:
    """V4, and at most one message for each episode, step and person, after every single event."""
    with towns.rolled_back(engine) as connection:
        town = towns.build(connection, people=TOWNS[people])
        now = NOON
        for what, minutes, login in steps:
            now += timedelta(minutes=minutes)
            climb_due(connection, ACCESS, base_url=URL, now=now)
            _do(connection, town, what, login, now)
            _check(connection, now)


def _do(connection: Connection, town: Town, what: str, login: str, now: datetime) -> None:
    if what in FINDINGS:
        findings.append(connection, SYSTEM, _finding(town.home, what, now))
        follow(connection, ACCESS, base_url=URL, now=now)
    elif what == "fail":
        connection.execute(notification.update().values(state="given_up"))
    elif login in town.people:
        _answer(connection, town, what, login, now)


def _answer(connection: Connection, town: Town, what: str, login: str, now: datetime) -> None:
    newest = select(case.c.id).order_by(case.c.number.desc()).limit(1)
    case_id = CaseId(connection.execute(newest).scalar() or "none")
    if what == "acknowledge":
        acknowledge(connection, town.access(login), case_id, now=now)
    else:
        resolve(
            connection,
            town.access(login),
            case_id,
            outcome=Outcome.WELL,
            cause=ResolvedCause.OTHER,
            note=None,
            now=now,
        )


def _finding(home: HomeId, what: str, now: datetime) -> Finding:
    cause, phase, reason = FINDINGS[what]
    return towns.a_finding(home, cause=cause, phase=phase, reason=reason, began_at=now)


def _check(connection: Connection, now: datetime) -> None:
    for row in connection.execute(select(case).where(case.c.state != CaseState.RESOLVED)):
        ladders = [e.next_step_at for e in episodes.of_case(connection, ACCESS, row.id)]
        if row.state == CaseState.ACKNOWLEDGED:
            assert row.acknowledged_by is not None
            (deadline,) = [at for at in ladders if at is not None]
            assert now < deadline <= now + max(PATIENCE.values())
            continue
        words = [e.word for e in case_events.of_case(connection, ACCESS, row.id)]
        running = [at for at in ladders if at is not None]
        assert running or Word.EXHAUSTED in words
        assert all(at > now for at in running), "a step that is due was not taken"
    for row in connection.execute(select(case.c.id).where(case.c.state == CaseState.RESOLVED)):
        still = select(episode.c.id).where(
            episode.c.case_id == row.id, episode.c.next_step_at.is_not(None)
        )
        assert connection.execute(still).all() == []
    told = connection.execute(
        select(notification.c.episode_id, notification.c.step, notification.c.user_id)
    ).all()
    assert len(told) == len(set(told)), "somebody was told twice by one step"
