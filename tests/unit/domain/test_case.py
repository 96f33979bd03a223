"""The life of a case: what a finding does to it, and what people may do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.case import (
    NEW_PRESS_AFTER,
    SAME_BACKLOG,
    CaseState,
    Effect,
    OpenCase,
    Outcome,
    ResolvedCause,
    effect_of,
    may_acknowledge,
    may_resolve,
    says_what_was_done,
)
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import HomeId

T = datetime(2026, 3, 1, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)


def finding(cause: Cause, phase: Phase, began_at: datetime) -> Finding:
    """Return a finding about one home."""
    return Finding(
        home=HomeId("home-one"),
        cause=cause,
        phase=phase,
        reason=Reason.NOTHING_HEARD,
        began_at=began_at,
        found_at=began_at,
    )


def open_case(*, recovered_at: datetime | None = None) -> OpenCase:
    """Return an open case whose last episode began at T."""
    return OpenCase(
        state=CaseState.ACKNOWLEDGED,
        episode_began_at=T,
        episode_found_at=T,
        recovered_at=recovered_at,
    )


PRESS_AGAIN = T + NEW_PRESS_AFTER + MILLISECOND
TABLE = [
    (Cause.INACTIVITY, Phase.BEGUN, T, None, Effect.OPEN),
    (Cause.HELP, Phase.BEGUN, T, None, Effect.OPEN),
    (Cause.INACTIVITY, Phase.BEGUN, T + HOUR, open_case(), Effect.EVIDENCE),
    (Cause.INACTIVITY, Phase.BEGUN, T + HOUR, open_case(recovered_at=T + HOUR), Effect.NEW_EPISODE),
    (Cause.INACTIVITY, Phase.BEGUN, T, open_case(recovered_at=T + HOUR), Effect.EVIDENCE),
    (Cause.HELP, Phase.BEGUN, T + NEW_PRESS_AFTER, open_case(), Effect.EVIDENCE),
    (Cause.HELP, Phase.BEGUN, PRESS_AGAIN, open_case(), Effect.NEW_EPISODE),
    (Cause.INACTIVITY, Phase.RECOVERED, T, open_case(), Effect.RECOVERY),
    (Cause.INACTIVITY, Phase.RECOVERED, T, None, Effect.NOTHING),
    (Cause.GATEWAY_SILENT, Phase.CALL, T, open_case(), Effect.ASK_TO_CALL),
    (Cause.GATEWAY_SILENT, Phase.CALL, T, None, Effect.ASK_TO_CALL),
]


@pytest.mark.parametrize(("cause", "phase", "began_at", "case", "effect"), TABLE)
def test_what_a_finding_does(
    cause: Cause, phase: Phase, began_at: datetime, case: OpenCase | None, effect: Effect
) -> None:
    """A stale open case never hides the next emergency; more of the same tells nobody again."""
    assert effect_of(finding(cause, phase, began_at), case) is effect


@pytest.mark.parametrize(
    ("found_at", "effect"),
    [(SAME_BACKLOG, Effect.EVIDENCE), (SAME_BACKLOG + MILLISECOND, Effect.NEW_EPISODE)],
)
@pytest.mark.parametrize("pressed_at", [T - HOUR, T, T + HOUR])
def test_a_review_asks_about_one_backlog(
    pressed_at: datetime, found_at: timedelta, effect: Effect
) -> None:
    """Late presses belong together by when they were known here, whenever they were pressed."""
    late = replace(finding(Cause.HELP, Phase.BEGUN, pressed_at), found_at=T + found_at)

    assert effect_of(late, replace(open_case(), is_review=True)) is effect


@pytest.mark.parametrize(
    ("began_at", "effect"),
    [(T - HOUR, Effect.EVIDENCE), (T, Effect.EVIDENCE), (T + HOUR, Effect.NEW_EPISODE)],
)
def test_a_certificate_nearer_to_its_end_is_told_anew(began_at: datetime, effect: Effect) -> None:
    """Whoever took it on weeks ago may have forgotten it; the same stage tells nobody again."""
    ending = finding(Cause.SERVICE_FAILED, Phase.BEGUN, began_at)

    assert effect_of(replace(ending, reason=Reason.CERTIFICATE_ENDS), open_case()) is effect


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("phase", Phase)
def test_no_finding_closes_a_case(state: CaseState, cause: Cause, phase: Phase) -> None:
    """Only a person closes a case, so no effect of a finding says so."""
    case = OpenCase(state=state, episode_began_at=T, episode_found_at=T, recovered_at=None)

    assert effect_of(finding(cause, phase, T + HOUR), case) in {
        Effect.EVIDENCE,
        Effect.NEW_EPISODE,
        Effect.RECOVERY,
        Effect.ASK_TO_CALL,
    }


@pytest.mark.parametrize(
    ("state", "acknowledge", "resolve"),
    [
        (CaseState.ASKING, True, True),
        (CaseState.ANSWERED, True, True),
        (CaseState.TRIGGERED, True, True),
        (CaseState.ACKNOWLEDGED, False, True),
        (CaseState.RESOLVED, False, False),
    ],
)
def test_what_people_may_do(*, state: CaseState, acknowledge: bool, resolve: bool) -> None:
    """A case is taken on once, and resolved once."""
    assert may_acknowledge(state) is acknowledge
    assert may_resolve(state) is resolve


@pytest.mark.parametrize("outcome", Outcome)
def test_emergency_says_what_was_done(outcome: Outcome) -> None:
    """Closed as a real emergency without that nobody learns whether it was in time."""
    done = {Outcome.HELPED, Outcome.HANDED_OVER, Outcome.HOSPITAL, Outcome.DIED}

    assert says_what_was_done(outcome, ResolvedCause.EMERGENCY) is (outcome in done)
    assert says_what_was_done(outcome, ResolvedCause.ASLEEP)
