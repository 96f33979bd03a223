"""The detector over real stores, in virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from domain.finding import Cause, Phase, Reason
from storage.register import services
from storage.register.schema import absence, deadline, home, routine
from tests.integration.anomaly.server import (
    BEAT,
    HOUR,
    INGEST,
    MINUTE,
    START,
    Home,
    Server,
    detecting,
    open_server,
)
from tests.unit.anomaly.homes import waking_days

ACTIVE = START + MINUTE
DUE = ACTIVE + 12 * HOUR
"""By the cap: there is no history."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Return a server whose stores are closed afterwards."""
    opened = open_server(tmp_path / "var")
    yield opened
    opened.stores.close()


def active_home(server: Server) -> Home:
    """Return a home that was active a minute after the start, and is seen."""
    new = server.add_home()
    server.clock.push(ACTIVE)
    server.hear(new, activity=[ACTIVE])
    return new


async def test_silence_is_found_once_at_the_deadline(server: Server) -> None:
    """Twelve hours of seen silence in a new home: one finding, by the cap, at a heartbeat."""
    lived_in = active_home(server)
    async with detecting(server):
        await server.until(DUE + 3 * HOUR, heard=[lived_in])

    (found,) = server.found(Cause.INACTIVITY)
    assert (found.reason, found.began_at) == (Reason.SILENCE_PAST_CAP, DUE)
    assert found.found_at - DUE <= BEAT
    assert found.last_activity_at == ACTIVE


async def test_activity_moves_the_deadline_and_recovers_a_finding(server: Server) -> None:
    """Activity that arrives after the alarm is told with the instant at which it happened."""
    lived_in = active_home(server)
    async with detecting(server):
        await server.until(DUE + HOUR, heard=[lived_in])
        server.hear(lived_in, activity=[DUE + 30 * MINUTE])
        await server.until(DUE + 2 * HOUR, heard=[lived_in])

    begun, recovered = server.found(Cause.INACTIVITY)
    assert begun.phase is Phase.BEGUN
    assert (recovered.phase, recovered.began_at) == (Phase.RECOVERED, DUE + 30 * MINUTE)
    assert recovered.found_at == DUE + HOUR


async def test_second_silence_is_a_new_finding(server: Server) -> None:
    """After a recovery the next silence is found again, on its own deadline."""
    lived_in = active_home(server)
    async with detecting(server):
        await server.until(DUE + HOUR, heard=[lived_in])
        server.hear(lived_in, activity=[DUE + HOUR])
        await server.until(DUE + 14 * HOUR, heard=[lived_in])

    assert [one.began_at for one in server.begun(Cause.INACTIVITY)] == [DUE, DUE + 13 * HOUR]


async def test_restart_neither_repeats_nor_forgets(server: Server) -> None:
    """Killed before and after the alarm, again and again: still exactly one finding."""
    lived_in = active_home(server)
    for hours in (1, 11.99, 12, 12.01, 13, 15):
        async with detecting(server):
            await server.until(ACTIVE + hours * HOUR, heard=[lived_in])

    assert len(server.found(Cause.INACTIVITY)) == 1
    assert not server.found(Cause.GATEWAY_SILENT, Cause.SERVICE_FAILED)


async def test_deadline_that_passed_while_the_service_was_down_is_found(server: Server) -> None:
    """The detector was dead over the deadline; the home was heard: found at once."""
    lived_in = active_home(server)
    async with detecting(server):
        await server.until(ACTIVE + HOUR, heard=[lived_in])
    server.clock.push(DUE + HOUR)
    server.hear(lived_in)
    async with detecting(server):
        await server.settle()

    assert len(server.begun(Cause.INACTIVITY)) == 1


@pytest.mark.parametrize("hours", [1, 6, 24])
@pytest.mark.parametrize("dark_at", [ACTIVE + HOUR, ACTIVE + 13 * HOUR], ids=["day", "night"])
async def test_dark_home_is_a_technical_matter(
    server: Server, hours: int, dark_at: datetime
) -> None:
    """Dark for 1, 6, 24 h right after activity: no resident finding, a technical one in 10 min."""
    lived_in = active_home(server)
    async with detecting(server):
        while server.clock.now() < dark_at:
            await server.until(server.clock.now() + 30 * MINUTE, heard=[lived_in])
            server.hear(lived_in, activity=[server.clock.now()])
        dark = server.clock.now()
        await server.until(dark + hours * HOUR)
        server.hear(lived_in, activity=[server.clock.now()])
        await server.settle()

    technical = server.found(Cause.GATEWAY_SILENT)
    assert not server.found(Cause.INACTIVITY)
    assert technical[0].began_at == dark
    assert 10 * MINUTE <= technical[0].found_at - dark <= 11 * MINUTE
    calls = [one.began_at for one in technical if one.phase is Phase.CALL]
    assert calls == ([dark + 12 * HOUR] if hours > 12 else [])
    assert technical[-1].phase is Phase.RECOVERED


async def test_home_that_goes_dark_late_keeps_its_deadline(server: Server) -> None:
    """Silent for nine of twelve hours, then dark: found at the deadline, blind since then."""
    lived_in = active_home(server)
    dark = ACTIVE + 9 * HOUR
    async with detecting(server):
        await server.until(dark, heard=[lived_in])
        await server.until(DUE + 5 * MINUTE)

    (found,) = server.found(Cause.INACTIVITY)
    assert (found.reason, found.blind_since) == (Reason.BLIND_PAST_HALF_WAY, dark)


async def test_backlog_of_nine_hours_makes_no_resident_finding(server: Server) -> None:
    """A gateway back after nine hours delivers its past piece by piece: nobody is alarmed."""
    lived_in = active_home(server)
    async with detecting(server):
        await server.until(ACTIVE + 9 * HOUR)
        for half_hours in range(1, 19):
            at = ACTIVE + half_hours * 30 * MINUTE
            server.hear(lived_in, activity=[at], watermark=at)
            await server.until(server.clock.now() + MINUTE)
        await server.until(server.clock.now() + HOUR, heard=[lived_in])

    assert not server.found(Cause.INACTIVITY)
    assert [one.phase for one in server.found(Cause.GATEWAY_SILENT)] == [
        Phase.BEGUN,
        Phase.RECOVERED,
    ]


async def test_restart_after_a_long_stop_blames_no_home(server: Server) -> None:
    """The whole server was down for six hours: homes that speak again were never silent."""
    lived_in = active_home(server)
    async with detecting(server):
        await server.until(ACTIVE + HOUR, heard=[lived_in])
    back = ACTIVE + 7 * HOUR
    server.clock.push(back)
    restart(server)
    async with detecting(server):
        await server.until(back + 4 * MINUTE)
        await server.until(back + HOUR, heard=[lived_in])

    assert not server.found(Cause.GATEWAY_SILENT, Cause.INACTIVITY)


async def test_absence_holds_the_deadline_until_its_end(server: Server) -> None:
    """Away for a day as registered: nothing is found, and the deadline restarts afterwards."""
    away = active_home(server)
    server.be_absent(away, ACTIVE + HOUR, ACTIVE + 24 * HOUR)
    async with detecting(server):
        await server.until(ACTIVE + 35 * HOUR, heard=[away])
        assert not server.found(Cause.INACTIVITY)
        await server.until(ACTIVE + 37 * HOUR, heard=[away])

    (found,) = server.found(Cause.INACTIVITY)
    assert found.due_at == ACTIVE + 36 * HOUR


async def test_absence_that_is_registered_later_or_ends_early_counts(server: Server) -> None:
    """The deadline follows the absence as it stands when it matters."""
    away = active_home(server)
    async with detecting(server):
        await server.until(ACTIVE + 6 * HOUR, heard=[away])
        server.be_absent(away, ACTIVE + 6 * HOUR, ACTIVE + 48 * HOUR)
        await server.until(ACTIVE + 20 * HOUR, heard=[away])
        assert not server.found(Cause.INACTIVITY)
        ended = update(absence).values(ends_at=server.clock.now())
        server.stores.register.write_now(lambda c: c.execute(ended))
        await server.until(ACTIVE + 33 * HOUR, heard=[away])

    (found,) = server.found(Cause.INACTIVITY)
    assert found.due_at == ACTIVE + 32 * HOUR


async def test_silent_sensor_is_found_while_its_gateway_is_heard(server: Server) -> None:
    """Three heartbeats without a word, and a recovery when it speaks."""
    lived_in = active_home(server)
    async with detecting(server):
        for minutes in range(10, 160, 10):
            server.clock.push(ACTIVE + minutes * MINUTE)
            server.hear(lived_in, sensor_speaks=False)
            await server.settle()
        server.hear(lived_in, activity=[server.clock.now()])
        await server.settle()

    begun, recovered = server.found(Cause.SENSOR_SILENT)
    assert begun.sensor == lived_in.sensors["hall"]
    assert begun.found_at == ACTIVE + 150 * MINUTE
    assert recovered.phase is Phase.RECOVERED
    assert not server.found(Cause.GATEWAY_SILENT)


async def test_poisoned_home_is_reported_and_stops_nobody(server: Server) -> None:
    """A home that cannot be evaluated gets a finding and the fixed rule; others go on."""
    poisoned, sound = server.add_home(), server.add_home()
    broken = update(home).where(home.c.id == poisoned.id).values(time_zone="No/Where")
    server.stores.register.write_now(lambda c: c.execute(broken))
    server.clock.push(ACTIVE)
    for one in (poisoned, sound):
        server.hear(one, activity=[ACTIVE])
    async with detecting(server):
        await server.until(DUE + BEAT, heard=[poisoned, sound])

    (failed,) = server.found(Cause.SERVICE_FAILED)
    assert (failed.home, failed.service) == (poisoned.id, "detector")
    assert failed.found_at == ACTIVE
    assert {one.home for one in server.begun(Cause.INACTIVITY)} == {poisoned.id, sound.id}


def with_history(server: Server) -> tuple[Home, datetime]:
    """Return a home with twenty days in its readings, seen up to the last of its activity."""
    lived_in = server.add_home()
    ticks = [tick.at for tick in waking_days("2026-03-02", 20)]
    server.clock.push(ticks[-1])
    server.hear(lived_in, activity=ticks)
    return lived_in, ticks[-1]


async def test_routine_is_learned_and_shortens_the_deadline(server: Server) -> None:
    """Twenty days of readings: the first look learns, and after rising the deadline is hours."""
    lived_in, last = with_history(server)
    rise = last + 8 * HOUR
    async with detecting(server):
        await server.until(rise, heard=[lived_in])
        server.hear(lived_in, activity=[rise])
        await server.until(rise + 7 * HOUR, heard=[lived_in])

    (found,) = server.found(Cause.INACTIVITY)
    assert found.reason is Reason.SILENCE_PAST_DEADLINE
    assert found.due_at is not None
    assert found.due_at - rise < 6 * HOUR


async def test_damaged_routine_falls_back_to_the_cap_and_is_learned_again(server: Server) -> None:
    """A flipped bit in the stored model: reported, the home is watched, and the model mended."""
    lived_in, last = with_history(server)
    async with detecting(server):
        await server.settle()
    damaged = update(routine).values(model="{")
    server.stores.register.write_now(lambda c: c.execute(damaged))
    async with detecting(server):
        await server.until(last + HOUR, heard=[lived_in])

    failed = server.found(Cause.SERVICE_FAILED)
    assert [(one.service, one.phase) for one in failed] == [
        ("routine", Phase.BEGUN),
        ("routine", Phase.RECOVERED),
    ]
    model = server.stores.register.read_now(lambda c: c.execute(routine.select()).one().model)
    assert model != "{"


async def test_routine_is_learned_again_each_local_night(server: Server) -> None:
    """Two nights, two fits, each at the first heartbeat after 03:00 in the home."""
    lived_in, last = with_history(server)
    fitted = set()
    async with detecting(server):
        for hours in range(48):
            await server.until(last + hours * HOUR, heard=[lived_in])
            if hours % 24 == 10:
                server.hear(lived_in, activity=[server.clock.now()])
            row = server.stores.register.read_now(lambda c: c.execute(routine.select()).one())
            fitted.add(row.fitted_at + 9 * HOUR)

    after_three = [at.hour * 60 + at.minute - 180 for at in sorted(fitted)[1:]]
    assert len(after_three) == 2
    assert all(0 <= minutes <= BEAT // MINUTE for minutes in after_three)


async def test_leaving_home_gives_the_longer_deadline(server: Server) -> None:
    """The entrance door as the last activity: 24 hours, not 12."""
    lived_in = active_home(server)
    async with detecting(server):
        await server.until(ACTIVE + HOUR, heard=[lived_in])
        server.hear(lived_in, activity=[server.clock.now()], sensor="door")
        await server.settle()
        row = server.stores.register.read_now(lambda c: c.execute(deadline.select()).one())

    assert (row.mode, row.due_at) == ("just_left", ACTIVE + 25 * HOUR)


async def test_deadline_is_stored_only_when_it_moves_by_a_minute(server: Server) -> None:
    """Activity each ten seconds does not write each ten seconds."""
    lived_in = active_home(server)
    async with detecting(server):
        for n in range(1, 13):
            at = ACTIVE + n * timedelta(seconds=10)
            server.clock.push(at)
            server.hear(lived_in, activity=[at])
            await server.settle()
        row = server.stores.register.read_now(lambda c: c.execute(deadline.select()).one())

    assert row.version == 2


def restart(server: Server) -> None:
    """Let ingest begin to hear now."""
    now = server.clock.now()
    server.stores.register.write_now(lambda c: services.started(c, INGEST, now=now))
