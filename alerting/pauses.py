"""What pauses of a home do to its messages: holding them back, or marking them as in test mode."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.absence import Held, Mode, held
from domain.access import Access
from domain.case import CaseState
from storage.register import case_events, episodes, pauses
from storage.register.case_events import Word
from storage.register.cases import StoredCase
from storage.register.episodes import Episode


def hold(
    connection: Connection, access: Access, case: StoredCase, episode: Episode, *, now: datetime
) -> datetime | None:
    """Return until when nobody is told of an episode, None when it is told now.

    Effects: the first time that a pause holds it back, a line in the case's timeline says so.
    """
    if case.state is not CaseState.TRIGGERED:
        return None
    found = _held(connection, access, case, episode, now=now)
    if found is None:
        return None
    if not _is_written(connection, access, case, episode, found):
        case_events.append(
            connection,
            access,
            case.id,
            Word.HELD,
            now=now,
            mode=found.mode,
            episode=episode.number,
            until=found.until,
        )
    return found.until


def end(connection: Connection, access: Access, pause_id: str, *, now: datetime) -> bool:
    """End a pause before its time: whatever it held back is told now. Notify `Log.CASE` after it.

    Returns:
        False when there is none within reach, or it has ended already.

    Raises:
        InputError: ACC-001, the role ends none.
    """
    home = pauses.home_of(connection, access, pause_id)
    if home is None or not pauses.end(connection, access, pause_id, now=now):
        return False
    for episode_id in pauses.waiting(connection, access, home):
        episode = episodes.get(connection, access, episode_id)
        if _is_held_back(connection, access, episode):
            episodes.look_again(connection, access, episode_id, now)
    return True


def is_test_mode(
    connection: Connection, access: Access, case: StoredCase, *, now: datetime
) -> bool:
    """Tell whether somebody tries the equipment of the case's home now."""
    home = case.matter.home
    if home is None:
        return False
    found = pauses.in_force(connection, access, now=now, of_home=home)
    return any(one.pause.mode is Mode.TEST for one in found)


def _held(
    connection: Connection, access: Access, case: StoredCase, episode: Episode, *, now: datetime
) -> Held | None:
    home = case.matter.home
    if home is None:
        return None
    found = [one.pause for one in pauses.in_force(connection, access, now=now, of_home=home)]
    if not found:
        return None
    active_at = pauses.last_activity_at(connection, access, home)
    return held(found, case.matter.cause, episode.reason, last_activity_at=active_at, now=now)


def _is_held_back(connection: Connection, access: Access, episode: Episode) -> bool:
    """Tell whether an episode waits for the end of a pause, and not for somebody's answer."""
    at = episode.next_step_at.isoformat() if episode.next_step_at is not None else None
    return any(
        event.word is Word.HELD
        and event.detail.get("episode") == episode.number
        and event.detail.get("until") == at
        for event in case_events.of_case(connection, access, episode.case)
    )


def _is_written(
    connection: Connection, access: Access, case: StoredCase, episode: Episode, found: Held
) -> bool:
    return any(
        event.word is Word.HELD
        and event.detail.get("episode") == episode.number
        and event.detail.get("mode") == found.mode
        for event in case_events.of_case(connection, access, case.id)
    )
