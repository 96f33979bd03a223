"""One home as the detector sees it, with what it would store and what alerting would open."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from anomaly.silences import Mode
from anomaly.watch import Look, Memory, watch
from domain.case import Outcome
from domain.finding import Cause, Finding, Phase
from domain.ids import HomeId
from storage.register.closings import Closing
from storage.register.detection import SeenHome

LONG_AGO = timedelta(days=30)


@dataclass(slots=True)
class WatchedHome:
    """Looked at by `look`; without a routine, so that the cap of twelve hours holds."""

    now: datetime
    seen: SeenHome = field(init=False)
    memory: Memory | None = None
    found: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with the first envelope, now; nothing was ever active."""
        self.seen = SeenHome(
            home=HomeId("home-one"),
            time_zone="Asia/Tokyo",
            position=1,
            last_heard_at=self.now,
            watermark=self.now,
            last_activity_at=None,
            last_activity_sensor=None,
            absences=(),
            closing=None,
            is_case_open=False,
            deadline=None,
            dark_since=None,
            dark_found_at=None,
            dark_closed_at=None,
            sensors=(),
        )

    @property
    def begun(self) -> list[Finding]:
        """The silences found, oldest first."""
        return [
            one for one in self.found if (one.cause, one.phase) == (Cause.INACTIVITY, Phase.BEGUN)
        ]

    def be_active(self) -> None:
        """Let somebody move now."""
        self.seen = replace(self.seen, last_activity_at=self.now)

    def close(self, outcome: Outcome) -> None:
        """Let a person close a resident case now."""
        closing = Closing(at=self.now, outcome=outcome)
        self.seen = replace(self.seen, closing=closing, is_case_open=False)

    def look(self, *, after: timedelta = timedelta(), is_heard: bool = True) -> list[Finding]:
        """Look after some time, store what comes of it, and let findings open a case."""
        self.now += after
        if is_heard:
            self.seen = replace(self.seen, last_heard_at=self.now, watermark=self.now)
        look = Look(
            routine=None,
            zone=ZoneInfo("Asia/Tokyo"),
            mode=Mode.HOME,
            hearing_since=self.now - LONG_AGO,
            home_heard_since=None,
            memory=self.memory,
            now=self.now,
        )
        came = watch(self.seen, look)
        before = len(self.begun)
        self.memory = came.memory
        self.found += came.findings
        self.seen = replace(
            self.seen,
            deadline=came.deadline or self.seen.deadline,
            is_case_open=self.seen.is_case_open or len(self.begun) > before,
            dark_since=None if came.is_back else came.dark_since or self.seen.dark_since,
            dark_found_at=self.now if came.dark_since else self.seen.dark_found_at,
        )
        return came.findings
