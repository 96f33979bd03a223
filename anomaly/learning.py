"""When a home's routine is learned anew, and learning it from the stores."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from anomaly.activity import history
from anomaly.localtime import next_local
from anomaly.routine import LEARN_FROM, Routine
from anomaly.teaching import fit
from domain.access import Access
from domain.verdict import CANNOT_SEE_AFTER
from storage.register import detection
from storage.register.detection import SeenHome
from storage.stores import Stores

LEARN_HOUR = 3
"""Local hour after which a day counts as over: hardly anybody's evening lasts longer."""
TRY_AGAIN = timedelta(hours=1)
"""A home without a usable routine is tried again so often: its history may still be arriving."""


def is_due(home: SeenHome, routine: Routine | None, *, zone: ZoneInfo, now: datetime) -> bool:
    """Tell whether a home's routine is to be learned now, up to its watermark.

    Once in each local night, at the first look after `LEARN_HOUR`; never while the home is dark or
    its past is still arriving, as what is missing would be learned as silence.
    """
    if home.watermark is None or now - home.watermark >= CANNOT_SEE_AFTER:
        return False
    if routine is None:
        return True
    if not routine.is_usable and home.watermark - routine.fitted_at >= TRY_AGAIN:
        return True
    return home.watermark >= next_local(LEARN_HOUR, after=routine.fitted_at, zone=zone)


def learn(
    stores: Stores, access: Access, home: SeenHome, *, until: datetime, zone: ZoneInfo
) -> Routine:
    """Learn a home's routine from its readings before `until`. Blocks: call it in a thread.

    Absences, darkness, open resident cases and emergencies are not learned from.
    """
    since = until - LEARN_FROM
    register = stores.register
    entrances = register.read_now(lambda c: detection.entrances(c, access, home.home))
    dropped = register.read_now(
        lambda c: detection.not_to_learn(c, access, home.home, since=since, until=until)
    )
    found = history(stores.readings, home.home, since=since, until=until, entrances=entrances)
    return fit(found, until=until, zone=zone, dropped=dropped)
