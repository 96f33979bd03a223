"""What the register says must not be learned as usual."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from anomaly.silences import Stretch
from domain.access import service
from domain.case import CaseState, ResolvedCause
from domain.finding import Cause, Finding, Kind, Phase, Reason
from domain.ids import new_id
from storage.register import detection, findings
from storage.register.schema import case, episode
from tests.integration.anomaly.server import DAY, HOUR, START, Home, Server, open_server

ACCESS = service("anomaly")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Return a server whose stores are closed afterwards."""
    opened = open_server(tmp_path / "var")
    yield opened
    opened.stores.close()


def dropped(server: Server, home: Home) -> list[Stretch]:
    """Return what is not learned from in the month after the start."""
    return server.stores.register.read_now(
        lambda c: detection.not_to_learn(c, ACCESS, home.id, since=START, until=START + 30 * DAY)
    )


def book(server: Server, finding: Finding) -> None:
    """Append a finding to the log."""
    server.stores.register.write_now(lambda c: findings.append(c, ACCESS, finding))


def add_case(
    server: Server,
    home: Home,
    *,
    resolved_cause: ResolvedCause | None,
    resolved_at: datetime | None,
    recovered_at: datetime | None = None,
) -> None:
    """Store an inactivity case whose silence began a day after the start."""
    number = len(server.homes)
    state = CaseState.TRIGGERED if resolved_at is None else CaseState.RESOLVED
    new = new_id()
    rows = [
        insert(case).values(
            id=new,
            number=number,
            municipality_id=home.municipality,
            home_id=home.id,
            kind=Kind.RESIDENT,
            cause=Cause.INACTIVITY,
            matter=f"{home.id}|inactivity",
            state=state,
            is_review=False,
            opened_at=START + 2 * DAY,
            resolved_at=resolved_at,
            resolved_cause=resolved_cause,
        ),
        insert(episode).values(
            id=new_id(),
            municipality_id=home.municipality,
            case_id=new,
            number=1,
            reason=Reason.SILENCE_PAST_CAP,
            began_at=START + 2 * DAY,
            found_at=START + 2 * DAY,
            last_evidence_at=START + 2 * DAY,
            last_activity_at=START + DAY,
            recovered_at=recovered_at,
            steps_taken=0,
        ),
    ]
    server.stores.register.write_now(lambda c: [c.execute(row) for row in rows])


def test_absence_and_darkness_are_not_learned(server: Server) -> None:
    """An absence as registered; a darkness from its finding to its recovery."""
    home = server.add_home()
    server.be_absent(home, START + DAY, START + 2 * DAY)
    for phase, days in ((Phase.BEGUN, 4), (Phase.CALL, 5), (Phase.RECOVERED, 6)):
        finding = Finding(
            home=home.id,
            cause=Cause.GATEWAY_SILENT,
            phase=phase,
            reason=Reason.NOTHING_HEARD,
            began_at=START + days * DAY,
            found_at=START + days * DAY,
        )
        book(server, finding)

    assert dropped(server, home) == [
        (START + DAY, START + 2 * DAY),
        (START + 4 * DAY, START + 6 * DAY),
    ]


@pytest.mark.parametrize(
    ("cause", "is_learned"),
    [
        (ResolvedCause.EMERGENCY, False),
        (ResolvedCause.HOSPITAL_STAY, False),
        (ResolvedCause.ASLEEP, True),
        (ResolvedCause.OUT, True),
    ],
)
def test_emergency_is_not_learned_but_a_false_alarm_is(
    server: Server, cause: ResolvedCause, *, is_learned: bool
) -> None:
    """What turned out to be sleep was usual after all; an emergency never is."""
    home = server.add_home()
    add_case(server, home, resolved_cause=cause, resolved_at=START + 3 * DAY)

    assert dropped(server, home) == ([] if is_learned else [(START + DAY, START + 3 * DAY)])


def test_open_case_ends_learning_only_until_its_recovery(server: Server) -> None:
    """Nobody has explained it yet; but a case left open for weeks must not stop all learning."""
    home = server.add_home()
    back = START + 2 * DAY + HOUR
    add_case(server, home, resolved_cause=None, resolved_at=None, recovered_at=back)

    assert dropped(server, home) == [(START + DAY, back)]
