"""Whatever happens in whatever order: one finding per silence while its case stays open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.expectation import NOBODY_HOME, UNVERIFIED_LASTS, VERIFIED_LASTS
from anomaly.routine import CAPS
from anomaly.silences import Mode
from domain.case import Outcome
from domain.verdict import VERIFIED
from tests.support.scenario_watch import WatchedHome

START = datetime(2026, 3, 20, tzinfo=UTC)
OUTCOMES = [Outcome.WELL, Outcome.HELPED, Outcome.UNVERIFIED, Outcome.HOSPITAL, Outcome.DIED]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["wait", "wait", "active", "close"]),
        st.sampled_from([1, 59, 360, 719, 720, 1439, 1440, 3000]),
        st.sampled_from(OUTCOMES),
    ),
    max_size=25,
)


@given(steps=STEPS)
@settings(max_examples=300, deadline=None)
def test_each_finding_needs_activity_or_a_look_before_it(
    steps: list[tuple[str, int, Outcome]],
) -> None:
    """No second finding while the case is open, none while nobody is expected, none too soon."""
    home = WatchedHome(START)
    since, wait, is_told, is_expected = START, CAPS[Mode.HOME], False, True
    for what, minutes, outcome in steps:
        if what == "active":
            home.be_active()
            since, wait, is_told, is_expected = home.now, CAPS[Mode.HOME], False, True
        elif what == "close" and home.seen.is_case_open:
            home.close(outcome)
            if outcome in NOBODY_HOME:
                is_expected = False
            elif is_told or home.now - since >= wait:
                lasts = VERIFIED_LASTS if outcome in VERIFIED else UNVERIFIED_LASTS
                since, wait, is_told, is_expected = home.now, lasts, False, True
        home.look()
        before = len(home.begun)
        home.look(after=timedelta(minutes=minutes))
        is_due = is_expected and not is_told and home.now - since >= wait

        assert len(home.begun) - before == int(is_due)
        is_told = is_told or is_due
    assert len({one.key for one in home.found}) == len(home.found)
