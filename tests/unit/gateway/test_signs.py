"""What the gateway says of itself: to the city, to a lamp in the home, to systemd."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from domain.ids import SensorId
from domain.reading import ClockQuality
from gateway.health import TELL_AT_MOST_EACH_S, TELL_EACH_S, is_worth_telling, memory_mb
from gateway.notify import READY, notify
from gateway.outbox import Outbox
from gateway.sign import NOT_SAFE_AFTER_S, sign_text, write_sign
from ingest.opening import STATUS_BYTES
from messaging.status import MAX_STATUS_BYTES, Health, Presence, decode_status, encode_status

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def _health(*, sensors: int = 2, waiting: int = 0, dropped: int = 0) -> Health:
    return Health(
        at=NOW,
        program="0.1.0",
        clock=ClockQuality.SYNCED,
        disk_free_mb=11_000,
        memory_mb=31,
        memory_free_mb=300,
        starts=1,
        boots=1,
        waiting=waiting,
        outbox_mb=4,
        is_room_short=dropped > 0,
        dropped={"measurement": dropped} if dropped else {},
        heard={
            SensorId(f"s-{n:030}"): NOW - timedelta(minutes=(n * 7) % 1_000) for n in range(sensors)
        },
    )


def test_status_with_many_sensors_names_those_that_are_silent_longest() -> None:
    """The server takes 2,000 bytes: whoever has just spoken is left out first."""
    health = _health(sensors=300)

    payload = encode_status(Presence.ONLINE, health)

    told = msgspec.json.decode(payload)["health"]
    assert len(payload) <= MAX_STATUS_BYTES < STATUS_BYTES
    assert told["sensors"] == 300
    assert len(told["heard"]) > 20
    silent_first = sorted(health.heard, key=lambda one: (health.heard[one], one))
    assert list(told["heard"]) == silent_first[: len(told["heard"])]


def test_status_is_read_by_whoever_knows_only_its_presence() -> None:
    """An older server passes over what it does not know."""
    payload = encode_status(Presence.ONLINE, _health())

    assert decode_status(payload, where="test") is Presence.ONLINE


def test_status_is_told_on_a_change_that_matters_or_after_a_while() -> None:
    """A count that runs all the time tells nothing; dropped records do, but not each second."""
    told = _health()

    assert not is_worth_telling(told, _health(waiting=900), since_s=TELL_EACH_S - 1)
    assert is_worth_telling(told, _health(waiting=900), since_s=TELL_EACH_S)
    assert not is_worth_telling(told, _health(dropped=1), since_s=TELL_AT_MOST_EACH_S - 1)
    assert is_worth_telling(told, _health(dropped=1), since_s=TELL_AT_MOST_EACH_S)


def test_starts_and_boots_are_counted(tmp_path: Path) -> None:
    """Three starts within minutes are a loop that a technician can see."""
    outbox = Outbox.open(tmp_path / "outbox.db", now=NOW)
    outbox.note_start(now=NOW - timedelta(hours=3))
    for minute in range(3):
        outbox.note_start(now=NOW + timedelta(minutes=minute))

    assert outbox.starts(since=NOW - timedelta(hours=1)) == (3, 1)
    assert memory_mb() > 1
    outbox.close()


def test_sign_says_safe_or_since_when_not(tmp_path: Path) -> None:
    """The first character is an exit status, so a script needs nothing else."""
    path = tmp_path / "sign"

    assert write_sign(path, sign_text(receipted_at=NOW, silent_s=NOT_SAFE_AFTER_S - 1))
    assert path.read_text() == "0 safe, receipted 2026-11-22T09:00:00Z\n"
    assert write_sign(path, sign_text(receipted_at=NOW, silent_s=NOT_SAFE_AFTER_S))
    assert path.read_text() == "1 not receipted since 2026-11-22T09:00:00Z\n"
    assert [one.name for one in tmp_path.iterdir()] == ["sign"]


def test_sign_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """The lamp is the least of what a gateway is for."""
    assert not write_sign(tmp_path / "none" / "sign", "0 safe\n")


def test_supervisor_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One datagram is heard for each word."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

        notify(READY)

        assert channel.recv(100) == b"READY=1"


@pytest.mark.parametrize("address", ["", "relative", "/nowhere/at/all"])
def test_nobody_to_tell_is_no_fault(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand it runs as well."""
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify(READY)
