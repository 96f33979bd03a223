"""Limits and lists: whatever comes when, nobody gets more than the limit, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alerting.grouping import LIMITS, WINDOW, Placed, Sent, Stream, gather, place
from domain.finding import Cause, Kind, Reason
from domain.ids import ContactId, NotificationId
from storage.register.outbox_lists import Candidate

NOON = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
METHOD = ContactId("m1")
ARRIVALS = st.lists(st.tuples(st.integers(0, 300), st.booleans()), min_size=1, max_size=120)
"""Seconds since the one before, and whether it is a help button."""


@given(stream=st.sampled_from(Stream), arrivals=ARRIVALS)
@settings(max_examples=200, deadline=None)
def test_no_window_sees_more_than_the_limit_and_no_wait_is_endless(
    stream: Stream, arrivals: list[tuple[int, bool]]
) -> None:
    """O09, O13: no ten minutes see more than the limit; nobody waits for a list beyond its pace.

    And where no list went within the pace, nobody waits longer than what comes at once is gathered.
    """
    limit, at, placed = LIMITS[stream], NOON, list[Sent]()
    for seconds, is_help in arrivals:
        at += timedelta(seconds=seconds)
        recent = [one for one in placed if one.due_at > at - WINDOW]
        found = place(stream, METHOD, recent, is_help=is_help, at=at)
        lists = [one.due_at for one in recent if one.group_key is not None]
        is_paced = any(due > at - limit.pace for due in lists)
        assert at <= found.due_at <= at + (limit.pace if is_paced else limit.together)
        assert (found.group_key is None) == (found.reason is Placed.ALONE)
        placed.append(Sent(due_at=found.due_at, group_key=found.group_key))
    alone = [one.due_at for one in placed if one.group_key is None]
    went = alone + list({one.group_key: one.due_at for one in placed if one.group_key}.values())
    for first in went:
        assert sum(first <= other < first + WINDOW for other in went) <= limit.most


def test_the_limits_are_those_that_people_were_promised() -> None:
    """A07, O13: ten messages about residents in ten minutes, five about equipment."""
    assert LIMITS[Stream.RESIDENT].most == 10
    assert LIMITS[Stream.TECHNICAL].most == 5
    assert LIMITS[Stream.RESIDENT].together <= timedelta(seconds=5)
    assert LIMITS[Stream.RESIDENT].pace <= timedelta(minutes=2)


@given(st.lists(st.sampled_from([Cause.HELP, Cause.INACTIVITY, Cause.GATEWAY_SILENT]), max_size=40))
def test_lists_lose_and_double_nothing_and_do_not_mix(causes: list[Cause]) -> None:
    """What waited too long is in exactly one list, residents never with equipment."""
    late = [
        Candidate(
            id=NotificationId(f"n{number:02}"),
            contact=METHOD,
            kind=cause.kind,
            cause=cause,
            reason=Reason.NOTHING_HEARD,
            group_key=None,
            created_at=NOON - timedelta(hours=6),
            number=number,
        )
        for number, cause in enumerate(causes)
    ]
    kinds = {one.id: one.kind for one in late}
    bundles = gather(late, now=NOON)

    members = [id_ for one in bundles for id_ in (one.leader, *one.others)]
    assert len(members) == len(set(members))
    for kind in Kind:
        of_kind = [one for one in late if one.kind is kind]
        assert sum(kinds[id_] is kind for id_ in members) == (
            len(of_kind) if len(of_kind) > 1 else 0
        )
    for one in bundles:
        assert {kinds[one.leader]} == {kinds[id_] for id_ in one.others}


def test_fresh_messages_without_a_list_go_alone() -> None:
    """Nothing is gathered that was not placed so."""
    fresh = Candidate(
        id=NotificationId("n1"),
        contact=METHOD,
        kind=Kind.RESIDENT,
        cause=Cause.HELP,
        reason=Reason.BUTTON_PRESSED,
        group_key=None,
        created_at=NOON,
        number=1,
    )
    assert gather([fresh], now=NOON + timedelta(minutes=29)) == []
