"""Which method, when, and why: a person's rules, without any I/O."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerting.contact_rules import Why, choose, quiet_end
from domain.channel import Channel
from domain.ids import ContactId, UserId
from storage.register.contact_methods import Failing, Method, Quiet

TOKYO = ZoneInfo("Asia/Tokyo")
NIGHT = datetime(2026, 3, 9, 18, 0, tzinfo=UTC)
"""03:00 in Tokyo."""
NOON = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
AT_NIGHT = Quiet(starts_min=22 * 60, ends_min=7 * 60)


def method(
    name: str,
    *,
    after_min: float = 0,
    proved: bool = True,
    fails: bool = False,
    is_off: bool = False,
) -> Method:
    """Make one; the name says its place."""
    return Method(
        id=ContactId(name),
        user=UserId("sato"),
        channel=Channel.EMAIL,
        address=f"{name}@city.example",
        position=int(name[-1]),
        after=timedelta(minutes=after_min),
        verified_at=NOON if proved else None,
        disabled_at=NOON if is_off else None,
        failing_since=NOON if fails else None,
        failing_reason=Failing.REFUSED if fails else None,
    )


def chosen(
    *methods: Method, quiet: Quiet | None = None, urgent: bool = True, now: datetime = NOON
) -> list[tuple[str, float, Why]]:
    """Return name, minutes from now, and why."""
    choices = choose(methods, quiet, is_urgent=urgent, zone=TOKYO, now=now)
    return [(one.method.id, (one.due_at - now).total_seconds() / 60, one.why) for one in choices]


def test_methods_go_at_once_or_after_their_wait() -> None:
    """In the order of their waits, and of their places."""
    found = chosen(method("m1"), method("m2", after_min=5), method("m3"))
    assert found == [
        ("m1", 0, Why.AT_ONCE),
        ("m3", 0, Why.AT_ONCE),
        ("m2", 5, Why.AFTER_WAIT),
    ]


def test_somebody_is_told_at_once_whatever_the_rule_says() -> None:
    """Where all methods wait, the soonest does not."""
    assert chosen(method("m1", after_min=10), method("m2", after_min=5)) == [
        ("m2", 0, Why.ONLY_WAY),
        ("m1", 10, Why.AFTER_WAIT),
    ]


def test_what_was_never_proved_is_not_used() -> None:
    """Not even where there is nothing else."""
    assert chosen(method("m1", proved=False)) == []


def test_what_is_off_is_not_used() -> None:
    """Not even where there is nothing else, or where the other one fails."""
    assert chosen(method("m1", is_off=True)) == []
    assert chosen(method("m1", is_off=True), method("m2", after_min=5)) == [("m2", 0, Why.ONLY_WAY)]
    failing = method("m2", fails=True)
    assert chosen(method("m1", is_off=True), failing) == [("m2", 0, Why.LAST_WAY)]


def test_failing_method_is_used_only_where_nothing_else_is_left() -> None:
    """A mark never leaves a person unreachable."""
    assert chosen(method("m1", fails=True), method("m2")) == [("m2", 0, Why.AT_ONCE)]
    assert chosen(method("m1", fails=True)) == [("m1", 0, Why.LAST_WAY)]


def test_quiet_hours_hold_back_only_what_can_wait() -> None:
    """Until their end; what is urgent goes, and says that it was quiet."""
    methods = (method("m1"), method("m2", after_min=5))
    can_wait = chosen(*methods, quiet=AT_NIGHT, urgent=False, now=NIGHT)
    assert can_wait == [("m1", 240, Why.QUIET), ("m2", 245, Why.AFTER_WAIT)]
    urgent = chosen(*methods, quiet=AT_NIGHT, now=NIGHT)
    assert urgent == [("m1", 0, Why.QUIET_OVERRIDDEN), ("m2", 5, Why.AFTER_WAIT)]
    assert chosen(*methods, quiet=AT_NIGHT, urgent=False)[0] == ("m1", 0, Why.AT_ONCE)


@pytest.mark.parametrize(
    ("local", "minutes"),
    [
        ("21:59", None),
        ("22:00", 540),
        ("23:59", 421),
        ("00:00", 420),
        ("06:59", 1),
        ("07:00", None),
    ],
)
def test_quiet_hours_may_lie_across_midnight(local: str, minutes: int | None) -> None:
    """The begin belongs to them, the end does not."""
    hour, minute = (int(part) for part in local.split(":"))
    now = datetime(2026, 3, 10, hour, minute, tzinfo=TOKYO).astimezone(UTC)
    end = quiet_end(AT_NIGHT, zone=TOKYO, now=now)
    assert end == (None if minutes is None else now + timedelta(minutes=minutes))
