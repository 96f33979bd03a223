"""How many codes a person may have sent: each goes to an address that may be somebody else's."""

from __future__ import annotations

from datetime import datetime, timedelta

MOST = 5
PER = timedelta(hours=1)


class CodeLimit:
    """Counts for each person the codes of the last hour; forgets at a restart."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._sent: dict[str, list[datetime]] = {}

    def takes(self, person: str, *, now: datetime) -> bool:
        """Count one more code, unless there were `MOST` within `PER`; `now` is real time."""
        self._sent = {who: self._lately(who, now) for who in self._sent if self._lately(who, now)}
        mine = self._sent.setdefault(person, [])
        if len(mine) >= MOST:
            return False
        mine.append(now)
        return True

    def _lately(self, person: str, now: datetime) -> list[datetime]:
        return [at for at in self._sent[person] if now - at < PER]
