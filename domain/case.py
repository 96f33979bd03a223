"""The life of a case and of its episodes: what may follow what, without any I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from domain.finding import Cause, Finding, Phase, Reason

NEW_PRESS_AFTER = timedelta(minutes=2)
"""A help press this long after the last that was told is a new cry for help, not a second push."""

SAME_BACKLOG = timedelta(minutes=10)
"""Late presses found this soon after the one that was told came in with it: one review for all."""


class CaseState(StrEnum):
    """Where people stand with a case; only a person takes it to RESOLVED.

    A case is opened as ASKING or as TRIGGERED, in the same transaction: opened, and nothing begun,
    is never seen. How the resident is meanwhile is another axis: see `Condition`.
    """

    ASKING = "asking"
    """The resident is asked first, for some minutes; nobody is woken yet."""
    ANSWERED = "answered"
    """The resident was asked and has answered: nobody is woken; a person still closes the case."""
    TRIGGERED = "triggered"
    """People are called, step by step."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody has it, with a deadline for the next word."""
    RESOLVED = "resolved"


class Condition(StrEnum):
    """How it stands with what a case was opened for, whatever people have done so far."""

    SILENT = "silent"
    MOVING = "moving"
    """There was movement since; whether it was the resident, nobody knows yet."""
    BLIND = "blind"
    PRESSED = "pressed"
    """The help button: it was pressed, which does not end by itself."""
    FAULTY = "faulty"
    MENDED = "mended"


class Outcome(StrEnum):
    """What was verified when a case was resolved."""

    WELL = "well"
    """The resident was spoken to or seen, and is well."""
    HELPED = "helped"
    """Help was needed and given on the spot."""
    HANDED_OVER = "handed_over"
    """Emergency services, police, a doctor or the family have taken over."""
    HOSPITAL = "hospital"
    DIED = "died"
    REPAIRED = "repaired"
    """The equipment works again (technical cases)."""
    UNVERIFIED = "unverified"
    """Closed without anybody having verified it; counted and shown apart."""


class ResolvedCause(StrEnum):
    """What it turned out to be; the record against which false alerts are counted."""

    EMERGENCY = "emergency"
    ASLEEP = "asleep"
    OUT = "out"
    HOSPITAL_STAY = "hospital_stay"
    DAY_SERVICE = "day_service"
    """At a day service (デイサービス) that the absence calendar did not know of."""
    VISITOR = "visitor"
    PRESSED_BY_MISTAKE = "pressed_by_mistake"
    SENSOR = "sensor"
    POWER_OR_LINE = "power_or_line"
    TEST = "test"
    """Equipment was tried out."""
    DRILL = "drill"
    """People practised: everybody was to act as if it were real."""
    OTHER = "other"


class Effect(StrEnum):
    """What a finding does to the case it belongs to."""

    OPEN = "open"
    """No case is open: a new one, told from the first step."""
    NEW_EPISODE = "new_episode"
    """A new emergency inside an open case: acknowledgement void, first step again."""
    EVIDENCE = "evidence"
    """More of the same: written into the open case, nobody is told again."""
    RECOVERY = "recovery"
    """The condition ended: written into the open case, which stays open."""
    ASK_TO_CALL = "ask_to_call"
    """A technical case now needs a caseworker to call the home."""
    NOTHING = "nothing"
    """Nothing is open that it could belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """What has to be known of an open case to judge the next finding; instants aware, UTC."""

    state: CaseState
    episode_began_at: datetime
    """Since when the condition of the last episode holds; of a press: the last that was told."""
    episode_found_at: datetime
    """When the finding that began the last episode was found."""
    recovered_at: datetime | None
    """When the condition of the last episode ended, None while it holds."""
    is_review: bool = False
    """Whether it only asks what happened in the past: its presses arrived late."""


def effect_of(finding: Finding, case: OpenCase | None) -> Effect:
    """Decide what a finding does, given the open case of its home and cause (None: none is open).

    A stale open case never hides the next emergency: a finding that begins after the condition had
    recovered, or a press more than `NEW_PRESS_AFTER` after the last that was told, starts a new
    episode; so does a late press that did not come in with the backlog of the last, and a
    certificate that has come nearer to its end, and movement in another absence.
    """
    match finding.phase:
        case Phase.RECOVERED:
            return Effect.RECOVERY if case is not None else Effect.NOTHING
        case Phase.CALL:
            return Effect.ASK_TO_CALL
        case Phase.BEGUN:
            return _effect_of_beginning(finding, case)
        case _:
            assert_never(finding.phase)


def _effect_of_beginning(finding: Finding, case: OpenCase | None) -> Effect:
    if case is None:
        return Effect.OPEN
    if finding.cause is Cause.HELP:
        return Effect.NEW_EPISODE if _is_new_press(finding, case) else Effect.EVIDENCE
    is_of_another = finding.reason in (Reason.CERTIFICATE_ENDS, Reason.ABSENT_BUT_MOVEMENT)
    if is_of_another and finding.began_at > case.episode_began_at:
        return Effect.NEW_EPISODE
    if case.recovered_at is not None and finding.began_at >= case.recovered_at:
        return Effect.NEW_EPISODE
    return Effect.EVIDENCE


def _is_new_press(finding: Finding, case: OpenCase) -> bool:
    """Compare with the press that was told: evidence tells nobody, so it moves no window."""
    if case.is_review:
        return finding.found_at - case.episode_found_at > SAME_BACKLOG
    return finding.began_at - case.episode_began_at > NEW_PRESS_AFTER


WAITS_FOR_SOMEBODY = frozenset({CaseState.ASKING, CaseState.ANSWERED, CaseState.TRIGGERED})
"""Nobody has the case."""

DONE_IN_AN_EMERGENCY = frozenset(
    {Outcome.HELPED, Outcome.HANDED_OVER, Outcome.HOSPITAL, Outcome.DIED}
)
"""Outcomes that say what was done."""


def may_acknowledge(state: CaseState) -> bool:
    """Tell whether somebody can take the case on; a second person sees who already did."""
    return state in WAITS_FOR_SOMEBODY


def may_resolve(state: CaseState) -> bool:
    """Tell whether a person can close the case now."""
    return state is not CaseState.RESOLVED


def says_what_was_done(outcome: Outcome, cause: ResolvedCause) -> bool:
    """Tell whether outcome and cause belong together: a real emergency says what was done."""
    return cause is not ResolvedCause.EMERGENCY or outcome in DONE_IN_AN_EMERGENCY
