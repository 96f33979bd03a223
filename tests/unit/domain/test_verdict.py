"""The verdict of a home: which one wins, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from domain.verdict import (
    CANNOT_SEE_AFTER,
    WELL_LASTS,
    HomeView,
    Verdict,
    VerdictReason,
    has_come_home,
    judge,
)

NOW = datetime(2026, 3, 1, 3, tzinfo=UTC)
JUST_NOW = NOW - timedelta(minutes=1)
LONG_AGO = NOW - timedelta(hours=9)
DAYS_AGO = NOW - WELL_LASTS - timedelta(seconds=1)
NO_RECENT_ACTIVITY = VerdictReason.NO_RECENT_ACTIVITY
WELL = HomeView(
    has_open_resident_case=False,
    last_heard_at=JUST_NOW,
    watermark=JUST_NOW,
    last_activity_at=LONG_AGO,
    absent_until=None,
)

TABLE = [
    # open case, heard, watermark, activity, absent: verdict, reason
    (True, None, None, None, True, Verdict.ALERT, VerdictReason.OPEN_CASE),
    (True, JUST_NOW, JUST_NOW, JUST_NOW, True, Verdict.ALERT, VerdictReason.OPEN_CASE),
    (False, None, None, None, True, Verdict.CANNOT_SEE, VerdictReason.NEVER_HEARD),
    (False, LONG_AGO, LONG_AGO, LONG_AGO, True, Verdict.CANNOT_SEE, VerdictReason.GATEWAY_SILENT),
    (False, JUST_NOW, None, JUST_NOW, True, Verdict.CANNOT_SEE, VerdictReason.CATCHING_UP),
    (False, JUST_NOW, LONG_AGO, JUST_NOW, True, Verdict.CANNOT_SEE, VerdictReason.CATCHING_UP),
    (False, JUST_NOW, JUST_NOW, None, True, Verdict.AWAY, VerdictReason.ABSENCE),
    (False, JUST_NOW, JUST_NOW, LONG_AGO, True, Verdict.AWAY, VerdictReason.ABSENCE),
    (False, JUST_NOW, JUST_NOW, None, False, Verdict.CANNOT_SEE, VerdictReason.NEVER_ACTIVE),
    (False, JUST_NOW, JUST_NOW, LONG_AGO, False, Verdict.WELL, VerdictReason.RECENT_ACTIVITY),
    (False, JUST_NOW, JUST_NOW, DAYS_AGO, False, Verdict.CANNOT_SEE, NO_RECENT_ACTIVITY),
]


@pytest.mark.parametrize(("case", "heard", "mark", "active", "absent", "verdict", "reason"), TABLE)
def test_precedence(
    *,
    case: bool,
    heard: datetime | None,
    mark: datetime | None,
    active: datetime | None,
    absent: bool,
    verdict: Verdict,
    reason: VerdictReason,
) -> None:
    """An alert beats darkness, darkness beats absence, absence beats well."""
    home = HomeView(
        has_open_resident_case=case,
        last_heard_at=heard,
        watermark=mark,
        last_activity_at=active,
        absent_until=NOW + timedelta(hours=1) if absent else None,
    )

    judgement = judge(home, now=NOW)

    assert (judgement.verdict, judgement.reason) == (verdict, reason)


@pytest.mark.parametrize(("overdue", "verdict"), [(-1, Verdict.CANNOT_SEE), (1, Verdict.WELL)])
def test_overdue_silence_is_not_well(overdue: int, verdict: Verdict) -> None:
    """Past its deadline, and nobody has verified anything: closed or not, nothing proves life."""
    home = replace(WELL, overdue_since=NOW + timedelta(seconds=overdue))

    assert judge(home, now=NOW).verdict is verdict
    assert (judge(home, now=NOW).reason is VerdictReason.SILENT_UNVERIFIED) == (overdue < 0)


@pytest.mark.parametrize(("minutes", "is_home"), [(None, False), (30, False), (31, True)])
def test_who_moves_half_an_hour_after_leaving_has_come_home(
    minutes: int | None, *, is_home: bool
) -> None:
    """What moves before that is the leaving."""
    moved = None if minutes is None else NOW + timedelta(minutes=minutes)

    assert has_come_home(absent_from=NOW, last_activity_at=moved) is is_home


def test_every_home_has_a_verdict_and_only_a_seen_one_is_well() -> None:
    """Whatever is known or not: no combination is well without proof of life and a fresh mark."""
    instants = (None, LONG_AGO, JUST_NOW)
    for case, heard, mark, active, absent in product(
        (False, True), instants, instants, instants, instants
    ):
        home = HomeView(
            has_open_resident_case=case,
            last_heard_at=heard,
            watermark=mark,
            last_activity_at=active,
            absent_until=absent,
        )

        if judge(home, now=NOW).verdict is Verdict.WELL:
            assert not case
            assert heard == mark == JUST_NOW
            assert active is not None


def test_a_home_is_dark_from_just_after_five_minutes() -> None:
    """Five missed heartbeats are allowed, not a moment more."""
    edge = NOW - CANNOT_SEE_AFTER
    past = edge - timedelta(milliseconds=1)

    assert judge(replace(WELL, last_heard_at=edge, watermark=edge), now=NOW).verdict is Verdict.WELL
    for dark in (replace(WELL, last_heard_at=past), replace(WELL, watermark=past)):
        assert judge(dark, now=NOW).verdict is Verdict.CANNOT_SEE


def test_an_absence_ends_by_itself() -> None:
    """At its end nobody has to switch anything on again."""
    away = replace(WELL, absent_until=NOW)

    assert judge(away, now=NOW - timedelta(seconds=1)).verdict is Verdict.AWAY
    assert judge(away, now=NOW).verdict is Verdict.WELL
