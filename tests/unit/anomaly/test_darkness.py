"""What is done when a home cannot be seen."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from anomaly.darkness import (
    Action,
    Decision,
    Hearing,
    Progress,
    at_deadline,
    dark_from,
    followed,
    of_gateway,
    of_sensor,
    sensor_limit,
)
from domain.finding import Reason
from tests.unit.anomaly.homes import DAY, HOUR, MINUTE, local

NOON = local("2026-03-10T12:00")
DUE = NOON + 6 * HOUR
LONG_AGO = NOON - 30 * DAY


def hearing(
    heard: datetime,
    *,
    watermark: datetime | None = None,
    moved: datetime | None = None,
    since: datetime | None = LONG_AGO,
    dark: datetime | None = NOON - HOUR,
) -> Hearing:
    """Return a home heard at `heard` whose watermark came along, unless said otherwise.

    Where it is dark, an earlier look has seen so already.
    """
    return Hearing(
        last_heard_at=heard,
        watermark=heard if watermark is None else watermark,
        watermark_moved_at=moved or heard,
        hearing_since=since,
        dark_at=dark,
    )


def decide(
    heard: Hearing, now: datetime, *, last: datetime = NOON, due: datetime = DUE
) -> Decision:
    """Decide about the deadline of a home that was active at noon."""
    return at_deadline(
        heard, last_activity_at=last, due_at=due, silence=Reason.SILENCE_PAST_DEADLINE, now=now
    )


def test_nothing_is_decided_before_the_deadline() -> None:
    """However dark the home is, its deadline is waited for."""
    decision = decide(hearing(NOON), DUE - MINUTE)

    assert decision == Decision(action=Action.WAIT, look_again_at=DUE)


def test_silence_that_was_seen_is_found() -> None:
    """The watermark has passed the deadline: everything arrived, and nothing happened."""
    decision = decide(hearing(DUE), DUE)

    assert (decision.action, decision.reason) == (Action.FIND, Reason.SILENCE_PAST_DEADLINE)


def test_watermark_that_is_a_heartbeat_behind_is_waited_for() -> None:
    """Between two heartbeats nothing can be told yet; five minutes later the home is dark."""
    heard = DUE - MINUTE

    assert decide(hearing(heard), DUE).look_again_at == heard + 5 * MINUTE
    assert decide(hearing(heard), heard + 5 * MINUTE).reason is Reason.BLIND_PAST_HALF_WAY


@pytest.mark.parametrize(
    ("dark_after", "action", "reason"),
    [
        (2.99, Action.CALL, Reason.BLIND_PAST_DEADLINE),
        (3.0, Action.FIND, Reason.BLIND_PAST_HALF_WAY),
        (5.0, Action.FIND, Reason.BLIND_PAST_HALF_WAY),
    ],
)
def test_half_of_the_way_decides_in_the_dark(
    dark_after: float, action: Action, reason: Reason
) -> None:
    """Three of six hours seen: the deadline stays. Less: a caseworker is asked to call."""
    dark_at = NOON + dark_after * HOUR

    decision = decide(hearing(dark_at), DUE)

    assert (decision.action, decision.reason, decision.since) == (action, reason, dark_at)


@pytest.mark.parametrize("outage_h", [1, 6, 24])
@pytest.mark.parametrize(
    ("last", "usual_h"),
    [("2026-03-10T12:00", 5), ("2026-03-10T22:30", 11)],
    ids=["day", "night"],
)
def test_darkness_alone_makes_no_resident_finding(last: str, usual_h: int, outage_h: int) -> None:
    """Dark from half an hour after activity, for 1, 6 or 24 hours, by day or night: never FIND.

    In an hour nothing is due; a deadline that falls into a longer darkness asks for a call.
    """
    active = local(last)
    due, dark = active + usual_h * HOUR, active + 30 * MINUTE
    actions = {
        decide(hearing(dark), dark + n * MINUTE, last=active, due=due).action
        for n in range(outage_h * 60)
    }

    due_inside = dark + outage_h * HOUR > due
    assert actions == ({Action.WAIT, Action.CALL} if due_inside else {Action.WAIT})


@pytest.mark.parametrize("outage_h", [1, 6, 24])
@pytest.mark.parametrize("usual_h", [5, 11], ids=["day", "night"])
def test_deadline_stays_in_a_darkness_that_came_late(outage_h: int, usual_h: int) -> None:
    """With three quarters of the way seen, the deadline holds if the home is still dark then."""
    due = NOON + usual_h * HOUR
    dark = NOON + 0.75 * usual_h * HOUR

    last_decision = decide(hearing(dark), dark + outage_h * HOUR, due=due)

    expected = Action.FIND if dark + outage_h * HOUR >= due else Action.WAIT
    assert last_decision.action is expected


def test_backlog_that_arrives_is_waited_for() -> None:
    """A gateway that is heard again and delivers its past is catching up, not dark."""
    now = DUE + 4 * HOUR
    heard = hearing(now, watermark=NOON + HOUR, moved=now - MINUTE)

    assert decide(heard, now).action is Action.WAIT


def test_backlog_that_stands_still_counts_as_dark() -> None:
    """Heard, but its past has not moved on for ten minutes: waiting is over."""
    moved = DUE + 4 * HOUR
    now = moved + 10 * MINUTE
    heard = hearing(now, watermark=NOON + HOUR, moved=moved)

    assert decide(heard, now - MINUTE).action is Action.WAIT
    assert decide(heard, now).action is Action.CALL


def test_home_is_not_dark_right_after_our_own_restart() -> None:
    """The server was down over the deadline: the home gets five minutes to be heard again."""
    restart = DUE + 2 * HOUR
    heard = hearing(NOON + 5 * HOUR, since=restart)

    assert decide(heard, restart + 4 * MINUTE).look_again_at == restart + 5 * MINUTE
    assert decide(heard, restart + 5 * MINUTE).reason is Reason.BLIND_PAST_HALF_WAY


def test_own_deafness_does_not_hide_a_resident_for_ever() -> None:
    """While the server itself is deaf the deadline waits ten minutes more, and then holds."""
    heard = hearing(NOON + 5 * HOUR, since=None)

    assert decide(heard, DUE + 9 * MINUTE).action is Action.WAIT
    assert decide(heard, DUE + 10 * MINUTE).reason is Reason.BLIND_PAST_HALF_WAY


def test_home_whose_watermark_was_never_known_has_seen_nothing() -> None:
    """Without a watermark only the last activity was seen: a call, never a finding."""
    heard = Hearing(
        last_heard_at=NOON,
        watermark=None,
        watermark_moved_at=NOON,
        hearing_since=LONG_AGO,
        dark_at=NOON + HOUR,
    )

    assert decide(heard, DUE) == Decision(
        action=Action.CALL, reason=Reason.BLIND_PAST_DEADLINE, since=NOON
    )


@pytest.mark.parametrize(("minutes", "action"), [(9, Action.WAIT), (10, Action.FIND)])
def test_silent_gateway_is_found_after_ten_minutes(minutes: int, action: Action) -> None:
    """Ten missed heartbeats, not nine."""
    assert of_gateway(hearing(NOON), now=NOON + minutes * MINUTE).action is action


def test_silent_gateway_is_not_blamed_for_our_own_silence() -> None:
    """While we do not hear, and for ten minutes after we hear again, no gateway is silent."""
    back = NOON + 3 * HOUR

    assert of_gateway(hearing(NOON, since=None), now=back).action is Action.WAIT
    assert of_gateway(hearing(NOON, since=back), now=back + 9 * MINUTE).action is Action.WAIT
    assert of_gateway(hearing(NOON, since=back), now=back + 10 * MINUTE).action is Action.FIND


def test_gateway_that_is_heard_but_delivers_nothing_is_found() -> None:
    """Connected but no data: the technician is told, since the watermark."""
    now = NOON + 11 * MINUTE
    stuck = hearing(now, watermark=NOON, moved=NOON)

    assert of_gateway(stuck, now=now) == Decision(
        action=Action.FIND, reason=Reason.NOTHING_HEARD, since=NOON
    )


def test_every_wait_ends_after_now() -> None:
    """A wait that is over at once would be a busy loop."""
    states = [
        hearing(NOON + heard * MINUTE, watermark=NOON + mark * MINUTE, since=since)
        for heard in (0, 3, 60)
        for mark in (0, 3, 60)
        for since in (None, LONG_AGO, NOON + 58 * MINUTE)
    ]
    for state in states:
        for minutes in range(60, 80):
            now = NOON + minutes * MINUTE
            for decision in (decide(state, now, due=NOON + HOUR), of_gateway(state, now=now)):
                if decision.action is Action.WAIT:
                    assert decision.look_again_at is not None
                    assert decision.look_again_at > now


@pytest.mark.parametrize(
    ("heartbeat", "is_battery", "limit"),
    [
        (50 * MINUTE, True, 150 * MINUTE),
        (3 * HOUR, True, 6 * HOUR),
        (24 * HOUR, True, 48 * HOUR),
        (5 * MINUTE, False, 10 * MINUTE),
        (MINUTE, True, 10 * MINUTE),
    ],
)
def test_sensor_may_be_silent_for_three_heartbeats_within_limits(
    heartbeat: timedelta, limit: timedelta, *, is_battery: bool
) -> None:
    """At most 6 h, on the mains 10 min; but a rare speaker is not silent between two words."""
    assert sensor_limit(heartbeat, is_battery=is_battery) == limit


def test_sensor_is_judged_up_to_the_watermark_only() -> None:
    """A dark home's sensors are never blamed; one that stays silent in a seen home is."""
    silent_at = NOON + 150 * MINUTE

    def judge(watermark: datetime, since: datetime | None = None) -> Decision:
        return of_sensor(
            last_heard_at=NOON,
            heartbeat=50 * MINUTE,
            is_battery=True,
            watermark=watermark,
            home_heard_since=since,
        )

    assert judge(silent_at - MINUTE).look_again_at == silent_at
    assert judge(silent_at).reason is Reason.NOTHING_HEARD
    assert judge(silent_at, since=silent_at - MINUTE).action is Action.WAIT


def test_slow_drops_are_no_progress() -> None:
    """A watermark that gains less than five minutes has not moved on."""
    start = followed(None, watermark=NOON, now=DUE)
    drop = followed(start, watermark=NOON + 4 * MINUTE, now=DUE + MINUTE)
    gain = followed(drop, watermark=NOON + 5 * MINUTE, now=DUE + 2 * MINUTE)

    assert start == drop == Progress(watermark=NOON, at=DUE)
    assert gain == Progress(watermark=NOON + 5 * MINUTE, at=DUE + 2 * MINUTE)


def test_darkness_is_believed_at_the_second_look_only() -> None:
    """After a jump of time every home looks silent; a heartbeat later most were heard."""
    first = hearing(NOON, dark=None)
    second = hearing(NOON, dark=DUE)

    assert decide(first, DUE) == Decision(action=Action.WAIT, look_again_at=DUE + MINUTE)
    assert decide(second, DUE + MINUTE).action is Action.CALL
    assert of_gateway(first, now=DUE).look_again_at == DUE + MINUTE
    assert of_gateway(second, now=DUE + MINUTE).action is Action.FIND


def test_dark_from_is_five_minutes_after_the_last_word() -> None:
    """Also when the home was heard long before the server began to listen; at once when deaf."""
    assert dark_from(hearing(NOON), now=NOON) == NOON + 5 * MINUTE
    assert dark_from(hearing(NOON, since=DUE), now=DUE) == DUE + 5 * MINUTE
    assert dark_from(hearing(NOON, since=None), now=DUE) == DUE
