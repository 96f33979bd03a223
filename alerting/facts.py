"""What may be said of an episode: gathered from the register, without a name or an address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from alerting.messages.writing import DEFAULT_ZONE, Facts, Topic, topic_of
from domain.access import Access
from domain.finding import Cause
from domain.ids import SensorId
from storage.register import recipients
from storage.register.cases import StoredCase
from storage.register.episodes import Episode

SEPARATOR = "|"
"""Between the parts of a matter's key; no id, cause or service contains it."""
NAMED = (Cause.SERVICE_FAILED, Cause.GATEWAY_FORGED)
"""Causes whose matter ends with the name of a service or the id of a gateway."""


def facts_of(
    connection: Connection,
    access: Access,
    case: StoredCase,
    episode: Episode,
    *,
    base_url: str,
    now: datetime,
    is_first_step: bool = True,
    is_last_resort: bool = False,
    owned_since: datetime | None = None,
    topic: Topic | None = None,
) -> Facts:
    """Return the facts of an episode as they are known at `now`.

    Args:
        connection: The transaction of the step.
        access: Who tells.
        case: What it is about.
        episode: The stretch of it.
        base_url: Where the pages are.
        now: The instant; aware, UTC.
        is_first_step: Whether nobody was told before.
        is_last_resort: Whether those who are told are not in charge.
        owned_since: For whoever took the case on: since when.
        topic: What the message is about where that is not what the case is about.
    """
    matter = case.matter
    label = recipients.home_label(connection, access, matter.home) if matter.home else None
    last_word = matter.key.rsplit(SEPARATOR, 1)[-1]
    is_of_sensor = matter.cause is Cause.SENSOR_SILENT
    is_of_silence = matter.cause is Cause.INACTIVITY and episode.last_activity_at is not None
    return Facts(
        number=case.number,
        link=f"{base_url.rstrip('/')}/cases/{case.id}",
        topic=topic or topic_of(matter.cause, episode.reason, is_review=matter.is_review),
        reason=episode.reason,
        since=(episode.last_activity_at if is_of_silence else None) or _began(episode),
        found_at=episode.found_at,
        now=now,
        home_code=label.code if label else None,
        time_zone=label.time_zone if label else DEFAULT_ZONE,
        blind_since=episode.blind_since,
        recovered_at=episode.recovered_at,
        room=(
            recipients.room_of(connection, access, SensorId(last_word), episode.began_at)
            if is_of_sensor
            else None
        ),
        service=last_word if matter.cause in NAMED else None,
        is_new_episode=episode.number > 1,
        is_first_step=is_first_step,
        is_last_resort=is_last_resort,
        owned_since=owned_since,
    )


def _began(episode: Episode) -> datetime:
    """Say since when the home is dark for a call, since when the condition holds for the rest."""
    return episode.blind_since or episode.began_at
