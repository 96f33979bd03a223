"""Whether a page is up to date."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.pages.freshness import Freshness, freshness, stale_after
from dashboard.web.languages import Language
from domain.clock import ScaledClock, VirtualClock
from storage.register.services import STILL_AFTER, ServiceState

NOW = datetime(2026, 11, 22, 5, 3, tzinfo=UTC)


WATCHED = ("ingest", "anomaly")


def judged(watched: tuple[str, ...] = WATCHED, **progress: timedelta) -> Freshness:
    """Judge services that moved on so long ago."""
    states = [
        ServiceState(name=name, since=NOW, progress_at=NOW - age, restarts=0)
        for name, age in progress.items()
    ]
    return freshness(
        states,
        watched,
        limit=STILL_AFTER,
        now=NOW,
        zone=ZoneInfo("Asia/Tokyo"),
        language=Language(code="en"),
    )


def test_moving_services_make_a_fresh_page() -> None:
    """The page says as of when it is, in the office's zone."""
    found = judged(ingest=timedelta(seconds=50), anomaly=timedelta(seconds=119))

    assert found == Freshness(as_of="14:03", day="Sun 22 Nov", is_stale=False, text="")


def test_one_service_that_stands_still_is_enough() -> None:
    """The page names the time since which it knows nothing new."""
    found = judged(ingest=timedelta(seconds=5), anomaly=timedelta(minutes=9))

    assert found.is_stale
    assert "13:54" in found.text


def test_a_service_that_never_started_is_not_fresh() -> None:
    """No row is no proof."""
    assert judged(ingest=timedelta()).is_stale


def test_the_limit_is_real_time() -> None:
    """A demonstration at 60 times is not stale after two real seconds."""
    assert stale_after(ScaledClock(NOW, speed=60)) == timedelta(hours=2)
    assert stale_after(VirtualClock(NOW)) == STILL_AFTER


ALL_MOVE = dict.fromkeys(("ingest", "projector", "anomaly"), timedelta(seconds=5))
STILL = timedelta(minutes=3)
MOVING = dict.fromkeys((*WATCHED, "alerting"), timedelta(seconds=5))


@pytest.mark.parametrize("name", ["ingest", "projector", "anomaly"])
def test_whatever_watches_the_homes_is_not_watching_when_it_stands(name: str) -> None:
    """The page turns grey, says since when, and what a caseworker should do."""
    found = judged(watched=("ingest", "projector", "anomaly"), **(ALL_MOVE | {name: STILL}))

    assert found.is_stale
    assert found.text.startswith("Not watching since 14:00:")
    assert found.text.endswith("Call whom you worry about.")
    assert found.late == ()


def test_when_alerting_stands_still_cases_may_be_missing() -> None:
    """No case opens and nobody is told: neither list can be believed."""
    found = judged((*WATCHED, "alerting"), **(MOVING | {"alerting": STILL}))

    assert found.is_stale
    assert found.text.startswith("No alerts since 14:00:")


@pytest.mark.parametrize(
    ("name", "age", "said"),
    [
        ("urgent", STILL, "The help buttons are not heard since 14:00."),
        ("outbox", STILL, "Messages have been waiting to go out since 14:00:"),
        ("canary", timedelta(minutes=11), "Whether alerts get through is not proved since 13:52:"),
    ],
)
def test_alerts_that_may_be_late_are_said_on_a_page_that_is_right(
    name: str, age: timedelta, said: str
) -> None:
    """O12: what stands between a finding and a person greys nothing, and is said with its time."""
    found = judged((*WATCHED, "alerting"), **(MOVING | {name: age}))

    assert not found.is_stale
    (late,) = found.late
    assert late.startswith(said)
    assert late.endswith("all whom you worry about.")


def test_the_check_has_five_minutes_between_two_arrivals() -> None:
    """What is in time is not said to be late; a message that is due later waits for nothing."""
    ahead = {"canary": timedelta(minutes=9), "outbox": -timedelta(hours=1)}

    assert judged(WATCHED, **(MOVING | ahead)).late == ()


def test_all_that_is_late_is_said() -> None:
    """One does not hide the other."""
    found = judged(
        WATCHED, **(MOVING | {"urgent": STILL, "outbox": STILL, "canary": timedelta(hours=1)})
    )

    assert len(found.late) == 3
