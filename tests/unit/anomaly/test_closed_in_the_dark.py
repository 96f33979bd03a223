"""A darkness whose case was closed while it lasts is found again."""

from __future__ import annotations

from dataclasses import replace

from anomaly.watch import STILL_DARK
from domain.finding import Cause, Phase
from tests.support.scenario_watch import WatchedHome
from tests.unit.anomaly.homes import HOUR, MINUTE, local

SIX = local("2026-03-10T06:00")


def dark() -> WatchedHome:
    """Return a home that was active at six and is found dark soon after; its case is open."""
    home = WatchedHome(SIX)
    home.be_active()
    home.look()
    for _ in range(5):
        home.look(after=3 * MINUTE, is_heard=False)
    assert [one.cause for one in home.found] == [Cause.GATEWAY_SILENT]
    return home


def test_open_case_of_a_darkness_is_not_found_again() -> None:
    """Somebody is at it, however long it takes."""
    home = dark()

    assert not home.look(after=6 * HOUR, is_heard=False)


def test_darkness_that_outlasts_its_case_is_found_again_after_an_hour() -> None:
    """Once for each closing, as a finding of its own, and never sooner."""
    home = dark()
    for count in (2, 3):
        home.look(after=MINUTE, is_heard=False)
        closed = home.now
        home.seen = replace(home.seen, dark_closed_at=closed)
        assert not home.look(after=STILL_DARK - MINUTE, is_heard=False)
        (found,) = home.look(after=MINUTE, is_heard=False)
        assert (found.phase, found.began_at) == (Phase.BEGUN, closed)
        assert not home.look(after=STILL_DARK, is_heard=False)
        assert len({one.key for one in home.found}) == count


def test_home_that_is_heard_again_after_the_closing_is_not_dark() -> None:
    """It recovers at the first look at which it is seen."""
    home = dark()
    home.seen = replace(home.seen, dark_closed_at=home.now)

    assert [one.phase for one in home.look(after=2 * HOUR)] == [Phase.RECOVERED]
    assert not home.look(after=MINUTE)
