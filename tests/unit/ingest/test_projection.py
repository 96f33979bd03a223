"""What journal entries mean: readings, states, urgent findings."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from domain.finding import Cause, Finding, Reason
from domain.gateway import KnownGateway, Placement
from domain.ids import HomeId
from domain.quantity import Lane
from domain.reading import ClockQuality
from ingest import projection
from ingest.admission import admit
from ingest.projection import Projection, project
from messaging.envelope import split_body
from storage.journal.sqlite import Journal
from tests.support.wire import (
    COMMISSIONED,
    GATEWAY,
    HOME,
    METER,
    MOTION,
    NOON,
    arrived,
    envelope,
    gateway,
    keyring,
    motion,
    power,
    press,
)

MINUTE = timedelta(minutes=1)


def effects(
    journal: Journal, *sent: tuple[bytes, datetime], known: KnownGateway | None = None
) -> Projection:
    """Admit payloads at their instants of receipt and project the journal."""
    known = known or gateway()
    for payload, at in sent:
        lane = Lane.URGENT if b'"lane":"urgent"' in payload else Lane.NORMAL
        admit(journal, keyring(known), [arrived(payload, at=at, lane=lane)])
    return project(journal.after(0), {GATEWAY: known}, after=0)


def presses(instants: Sequence[datetime], *, first: int = 1, **more: ClockQuality) -> bytes:
    """Return an urgent envelope with a press at each instant."""
    return envelope([press(at) for at in instants], first=first, lane=Lane.URGENT, **more)  # type: ignore[arg-type]


def findings(journal: Journal, *sent: tuple[bytes, datetime]) -> list[Finding]:
    """Return the findings of what was sent."""
    return effects(journal, *sent).findings


def test_a_press_is_a_finding_at_once(journal: Journal) -> None:
    """Nothing but the journal stands between the button and the finding."""
    (finding,) = findings(journal, (presses([NOON]), NOON + MINUTE))

    assert (finding.home, finding.cause, finding.reason) == (
        HOME,
        Cause.HELP,
        Reason.BUTTON_PRESSED,
    )
    assert (finding.began_at, finding.found_at) == (NOON, NOON + MINUTE)


def test_each_press_is_a_finding_of_its_own(journal: Journal) -> None:
    """Which presses belong together alerting decides, not ingest."""
    found = findings(journal, (presses([NOON, NOON + MINUTE]), NOON + 2 * MINUTE))

    assert len({finding.key for finding in found}) == 2


def test_a_press_that_arrives_late_is_a_review(journal: Journal) -> None:
    """Older than 30 minutes on arrival: was there an emergency?"""
    at = [NOON, NOON + timedelta(seconds=1)]

    found = findings(journal, (presses(at), at[1] + projection.LATE_AFTER))

    assert [finding.reason for finding in found] == [
        Reason.BUTTON_ARRIVED_LATE,
        Reason.BUTTON_PRESSED,
    ]


def test_a_press_of_unknown_time_is_an_emergency_now(journal: Journal) -> None:
    """Nobody can tell that it is old, so it is taken for new."""
    sent = presses([NOON - timedelta(days=1)], clock=ClockQuality.UNKNOWN)

    (finding,) = findings(journal, (sent, NOON))

    assert (finding.began_at, finding.reason) == (NOON, Reason.BUTTON_PRESSED)


@pytest.mark.parametrize("clock", [ClockQuality.SYNCED, ClockQuality.UNKNOWN])
def test_a_press_that_is_resent_with_the_next_one_is_no_second_cry(
    journal: Journal, clock: ClockQuality
) -> None:
    """A lost receipt and an hour offline make no review and no episode of a press we know."""
    later = NOON + timedelta(hours=1)

    found = findings(
        journal,
        (presses([NOON], clock=clock), NOON),
        (presses([NOON, later], clock=clock), later),
    )

    assert [finding.began_at for finding in found] == [NOON, later]
    assert {finding.reason for finding in found} == {Reason.BUTTON_PRESSED}


def test_a_record_of_unknown_time_is_stored_once(journal: Journal) -> None:
    """It is booked at its first receipt; a resend with other boundaries is no second reading."""
    one, two = motion(NOON), motion(NOON + MINUTE)

    result = effects(
        journal,
        (envelope([one], clock=ClockQuality.UNKNOWN), NOON),
        (envelope([one, two], clock=ClockQuality.UNKNOWN), NOON + MINUTE),
    )

    assert [placed.id.seq for placed in result.readings] == [1, 2]
    assert [placed.received_at for placed in result.readings] == [NOON, NOON + MINUTE]


def test_an_unknown_time_is_never_activity(journal: Journal) -> None:
    """Booking a backlog as now would hide a collapse."""
    result = effects(journal, (envelope([motion(NOON)], clock=ClockQuality.UNKNOWN), NOON))

    assert result.homes[HOME].last is None
    assert result.sensors[MOTION].activity_at is None
    assert result.sensors[MOTION].heard_at == NOON


def test_the_newest_activity_is_the_newest_by_time_of_happening(journal: Journal) -> None:
    """What arrives late does not move the last activity back; it may be the one before it."""
    instants = [NOON - 5 * MINUTE, NOON - 1 * MINUTE, NOON - 3 * MINUTE]

    result = effects(journal, (envelope([motion(at) for at in instants]), NOON))

    change = result.homes[HOME]
    assert change.last is not None
    assert (change.last.at, change.previous_at) == (instants[1], instants[2])


def test_a_meter_shows_no_life(journal: Journal) -> None:
    """A fridge draws power in an empty home."""
    result = effects(journal, (envelope([power(NOON, 90.0)]), NOON))

    assert result.homes[HOME].last is None
    assert result.sensors[METER].heard_at == NOON


def test_records_go_to_the_home_in_which_they_happened(journal: Journal) -> None:
    """A backlog of a gateway that moved belongs to the old home, which is not heard now."""
    old, moved_at = HomeId("home-old"), NOON - timedelta(hours=1)
    known = gateway(
        placements=(
            Placement(home=old, valid_from=COMMISSIONED, valid_to=moved_at),
            Placement(home=HOME, valid_from=moved_at, valid_to=None),
        )
    )
    before = moved_at - MINUTE

    result = effects(journal, (envelope([motion(before), motion(NOON)]), NOON), known=known)

    assert [placed.home for placed in result.readings] == [old, HOME]
    assert result.homes[old].heard_at == before
    assert result.homes[HOME].heard_at == NOON


def test_a_heartbeat_says_that_the_home_is_heard(journal: Journal) -> None:
    """And up to when everything has arrived, without any reading."""
    result = effects(journal, (envelope(first=1, last=0, as_of=NOON), NOON + MINUTE))

    lane = result.lanes[GATEWAY, Lane.NORMAL]
    assert (lane.heard_at, lane.watermark) == (NOON + MINUTE, NOON)
    assert result.homes[HOME].heard_at == NOON + MINUTE


def test_an_incomplete_as_of_moves_no_watermark(journal: Journal) -> None:
    """A hole below the newest record: something that happened has not arrived."""
    result = effects(journal, (envelope([motion(NOON)], first=2, as_of=NOON), NOON))

    assert result.lanes[GATEWAY, Lane.NORMAL].watermark is None


def test_entries_of_a_forgotten_gateway_have_no_effect_and_are_passed(journal: Journal) -> None:
    """The cursor moves on: nothing is waited for that can never be placed."""
    effects(journal, (envelope([motion(NOON)]), NOON))

    result = project(journal.after(0), {}, after=0)

    assert (result.readings, result.homes, result.position) == ([], {}, journal.head())


def test_an_entry_that_breaks_us_does_not_blind_the_other_homes(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect of our own costs the entry that shows it, is logged, and the rest goes on."""
    effects(journal, (envelope([motion(NOON)]), NOON), (envelope([motion(NOON)], first=2), NOON))
    real, bodies = split_body, [entry.body for entry in journal.after(0)]

    def break_on_the_first(body: bytes, *, where: str) -> tuple[bytes, bytes]:
        if body == bodies[0]:
            raise ZeroDivisionError
        return real(body, where=where)

    monkeypatch.setattr(projection, "split_body", break_on_the_first)
    with caplog.at_level(logging.ERROR):
        result = project(journal.after(0), {GATEWAY: gateway()}, after=0)

    assert [placed.id.seq for placed in result.readings] == [2]
    assert "entry 1" in caplog.text


def test_a_sensor_of_somebody_else_is_kept_aside(journal: Journal) -> None:
    """An unknown sensor is never created by what it says; its record is kept as it came."""
    stranger = power(NOON, 5).replace(b"meter-one", b"meter-two")

    result = effects(journal, (envelope([stranger, motion(NOON)]), NOON + MINUTE))

    assert [(placed.sensor, placed.seq) for placed in result.readings] == [(MOTION, 2)]
    (kept,) = result.bad
    assert (kept.problem.code, kept.first_seq, kept.payload) == ("MQT-018", 1, stranger)


def test_a_record_that_came_before_is_not_kept_aside_again(journal: Journal) -> None:
    """A resend with other boundaries brings its bad records a second time: they are known."""
    stranger = power(NOON, 5).replace(b"meter-one", b"meter-two")
    once = (envelope([stranger]), NOON + MINUTE)
    again = (envelope([stranger, motion(NOON)]), NOON + 2 * MINUTE)

    assert len(effects(journal, once, again).bad) == 1
