"""Whether a page is up to date."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.pages.freshness import STALE_AFTER, Freshness, freshness, stale_after
from dashboard.web.languages import Language
from domain.clock import ScaledClock, VirtualClock
from storage.register.services import ServiceState

NOW = datetime(2026, 11, 22, 5, 3, tzinfo=UTC)


def judged(**progress: timedelta) -> Freshness:
    """Judge services that moved on so long ago."""
    states = [
        ServiceState(name=name, since=NOW, progress_at=NOW - age, restarts=0)
        for name, age in progress.items()
    ]
    return freshness(
        states,
        ("ingest", "anomaly"),
        limit=STALE_AFTER,
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
    assert stale_after(VirtualClock(NOW)) == STALE_AFTER
