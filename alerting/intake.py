"""Findings become cases: follows the log of findings and does what each one asks for."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from alerting import asking
from alerting.facts import SEPARATOR
from alerting.ladder import asks_to_call, climb
from domain.access import Access
from domain.case import CaseState, Effect, OpenCase, effect_of
from domain.finding import Cause, Finding, Kind, Phase, Reason
from storage.register import case_events, cases, cursors, episodes, findings, recipients
from storage.register.case_events import Word
from storage.register.cases import Matter, StoredCase
from storage.register.episodes import Episode
from storage.register.findings import StoredFinding

log = logging.getLogger(__name__)

BATCH = 50
"""Most findings in one transaction: other writers wait for it."""


def follow(connection: Connection, access: Access, *, base_url: str, now: datetime) -> int:
    """Deal with the next findings behind the cursor of `access.actor` and move it on.

    Cases, their timeline, the messages and the cursor belong to one transaction: the caller commits
    all of it or nothing. A finding that cannot be dealt with is undone by itself, reported as a
    failure of this service, and does not hold up those behind it.

    Returns:
        How many findings were read, at most `BATCH`; 0 when the cursor is at the head.
    """
    behind = findings.after(connection, access, cursors.position(connection, access), limit=BATCH)
    for stored in behind:
        try:
            with connection.begin_nested():
                take_in(connection, access, stored, base_url=base_url, now=now)
        except OperationalError:
            raise  # the database, not the finding: all of it is done again
        except Exception:
            log.exception("a finding was put aside", extra={"position": stored.position})
            _report(connection, access, stored.finding)
    if behind:
        cursors.advance(connection, access, behind[-1].position)
    return len(behind)


def climb_due(connection: Connection, access: Access, *, base_url: str, now: datetime) -> int:
    """Take the steps that are due, the longest overdue first, and return of how many episodes."""
    due = episodes.due(connection, access, now=now)
    for episode in due:
        case = cases.get(connection, access, episode.case, now=now)
        if case is not None:
            climb(connection, access, case, episode, base_url=base_url, now=now)
    return len(due)


def take_in(
    connection: Connection, access: Access, stored: StoredFinding, *, base_url: str, now: datetime
) -> None:
    """Do what one finding asks for; a repeat of the same finding never gets here."""
    finding = stored.finding
    key = matter_key(finding)
    case = cases.open_of_matter(connection, access, key)
    known = () if case is None else episodes.of_case(connection, access, case.id)
    episode = known[-1] if known else None
    effect = _effect(finding, case, known)
    is_press = finding.cause is Cause.HELP and finding.phase is Phase.BEGUN
    if is_press and finding.home is not None and not is_review(finding):
        asking.skip(connection, access, finding.home, now=now)
    match effect:
        case Effect.OPEN:
            _open(connection, access, stored, key, base_url=base_url, now=now)
        case Effect.NEW_EPISODE | Effect.ASK_TO_CALL:
            if case is None:
                _open(connection, access, stored, key, base_url=base_url, now=now)
            else:
                _begin_again(connection, access, case, finding, base_url=base_url, now=now)
        case Effect.EVIDENCE:
            if case is not None and episode is not None:
                episodes.add_evidence(connection, access, episode.id, finding.began_at)
                _write_down(connection, access, case, Word.EVIDENCE, finding, now=now)
        case Effect.RECOVERY:
            if case is not None:
                episodes.recover(connection, access, case.id, finding.began_at)
                _write_down(connection, access, case, Word.RECOVERED, finding, now=now)
                asking.moved(connection, access, case, finding.began_at, now=now)
        case Effect.NOTHING:
            pass
        case _:
            assert_never(effect)


def matter_key(finding: Finding) -> str:
    """Name what a finding is about: there is one open case for each such name.

    A late press has a name of its own, so that its review never takes in a fresh cry for help. A
    request to call belongs to the dark home's technical case, whoever made it.
    """
    cause = Cause.GATEWAY_SILENT if finding.phase is Phase.CALL else finding.cause
    parts: list[str] = [finding.home or "-", cause]
    if is_review(finding):
        parts.append("review")
    elif cause is Cause.SENSOR_SILENT:
        parts.append(finding.sensor or "-")
    elif cause in (Cause.SERVICE_FAILED, Cause.GATEWAY_FORGED):
        parts.append(finding.service or "-")
    return SEPARATOR.join(parts)


def is_review(finding: Finding) -> bool:
    """Tell whether a finding only asks what happened in the past."""
    return finding.reason is Reason.BUTTON_ARRIVED_LATE


def _effect(finding: Finding, case: StoredCase | None, known: Sequence[Episode]) -> Effect:
    if case is None:
        return effect_of(finding, None)
    effect = effect_of(finding, _open_case(case, known[-1]))
    is_asking = any(e.next_step_at is not None and asks_to_call(case, e) for e in known)
    is_owned = case.state is CaseState.ACKNOWLEDGED
    if effect is Effect.ASK_TO_CALL and is_asking and not is_owned:
        return Effect.EVIDENCE
    return effect


def _open_case(case: StoredCase, episode: Episode) -> OpenCase:
    return OpenCase(
        state=case.state,
        episode_began_at=episode.began_at,
        episode_found_at=episode.found_at,
        recovered_at=episode.recovered_at,
        is_review=case.matter.is_review,
    )


def _open(
    connection: Connection,
    access: Access,
    stored: StoredFinding,
    key: str,
    *,
    base_url: str,
    now: datetime,
) -> None:
    finding = stored.finding
    is_call = finding.phase is Phase.CALL
    cause = Cause.GATEWAY_SILENT if is_call else finding.cause
    is_of_person = cause.kind is Kind.RESIDENT and finding.home is not None
    resident = (
        recipients.resident_at(connection, access, finding.home, finding.began_at)
        if is_of_person and finding.home is not None
        else None
    )
    matter = Matter(
        key=key,
        municipality=stored.municipality,
        home=finding.home,
        resident=resident,
        kind=cause.kind,
        cause=cause,
        is_review=is_review(finding),
    )
    case = cases.open_case(connection, access, matter, now=now)
    _write_down(connection, access, case, Word.OPENED, finding, now=now)
    if is_call:
        _write_down(connection, access, case, Word.CALL_ASKED, finding, now=now)
    episode = episodes.begin(connection, access, case, finding)
    asking.begin(connection, access, case, episode, base_url=base_url, now=now)


def _begin_again(
    connection: Connection,
    access: Access,
    case: StoredCase,
    finding: Finding,
    *,
    base_url: str,
    now: datetime,
) -> None:
    """Begin a new episode: nobody has it any more, and it is told from the first step.

    A call and the equipment climb side by side: neither answers the question of the other.
    """
    is_call = finding.phase is Phase.CALL
    if not is_call:
        _stop_all_but_calls(connection, access, case)
    cases.rearm(connection, access, case.id)
    word = Word.CALL_ASKED if is_call else Word.NEW_EPISODE
    _write_down(connection, access, case, word, finding, now=now)
    fresh = cases.get(connection, access, case.id, now=now)
    if fresh is not None:
        episode = episodes.begin(connection, access, fresh, finding)
        asking.begin(connection, access, fresh, episode, base_url=base_url, now=now)


def _stop_all_but_calls(connection: Connection, access: Access, case: StoredCase) -> None:
    for episode in episodes.of_case(connection, access, case.id):
        if episode.next_step_at is not None and not asks_to_call(case, episode):
            episodes.look_again(connection, access, episode.id, None)


def _write_down(
    connection: Connection,
    access: Access,
    case: StoredCase,
    word: Word,
    finding: Finding,
    *,
    now: datetime,
) -> None:
    case_events.append(
        connection,
        access,
        case.id,
        word,
        now=now,
        reason=finding.reason,
        happened_at=finding.began_at,
        arrived_at=finding.found_at,
        last_activity_at=finding.last_activity_at,
        due_at=finding.due_at,
        blind_since=finding.blind_since,
        sensor=finding.sensor,
        service=finding.service,
    )


def _report(connection: Connection, access: Access, failed: Finding) -> None:
    """Report a finding that was put aside, unless it is such a report itself."""
    if failed.cause is Cause.SERVICE_FAILED:
        return
    report = Finding(
        home=None,
        cause=Cause.SERVICE_FAILED,
        phase=Phase.BEGUN,
        reason=Reason.SERVICE_STOPPED,
        began_at=failed.found_at,
        found_at=failed.found_at,
        service=access.actor,
    )
    findings.append(connection, access, report)
