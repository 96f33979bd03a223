"""Projecting the journal again gives the same store, whatever it holds, wherever it is killed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from rich.progress import Progress
from sqlalchemy import Connection

from cli.installation import Installation
from cli.reproject import Reprojection, reproject_folder
from domain.access import service
from domain.clock import RealClock
from domain.errors import PermanentError
from domain.ids import HomeId, SensorId, new_id
from domain.quantity import Quantity
from ingest.admission import admit
from ingest.directory import Directory
from ingest.opening import Keyring
from ingest.projector import ACCESS as PROJECTOR
from ingest.projector import project_next
from ingest.retry import Outcome, retry
from storage.journal import quarantine
from storage.readings.content import Content, content_of
from storage.register import cursors, gateways
from storage.register.schema import gateway_placement, sensor, sensor_placement
from storage.sqlite import open_reader
from storage.stores import Stores
from tests.integration.ingest.city import commission
from tests.support.wire import MASTER, arrived, envelope, gap, state

ACCESS = service("test")
STEPS = {"_take_over", "_finish", "settle_file", "swap_in", "set_aside", "_sync"}
"""The functions that touch the files; before them only a file beside is written."""


class City:
    """A data folder with one gateway, and what happens to it."""

    def __init__(self, folder: Path) -> None:
        """Commission a home."""
        self.installation = Installation(folder)
        self.stores = Stores.open(self.installation.stores)
        self.home, self.gateway = commission(self.stores)

    @property
    def sensor(self) -> SensorId:
        """The motion sensor."""
        return self.gateway.sensors["motion"]

    def send(self, *records: bytes, first: int, end: int | None = None, epoch: str = "e-1") -> None:
        """Admit an envelope that was received an hour and some after the first observation."""
        payload = envelope(
            records,
            first=first,
            end=end,
            epoch=epoch,
            sender=self.gateway.id,
            as_of=self.gateway.observed_at(first),
        )
        known = self.stores.register.read_now(lambda c: gateways.directory(c, ACCESS))
        keyring = Keyring(MASTER, known)
        at = self.gateway.began_at + timedelta(hours=1, seconds=first)
        message = arrived(payload, sender=self.gateway.id, at=at)
        admit(self.stores.journal, keyring, [message])

    def moved(self, seq: int, sensor_id: SensorId | None = None) -> bytes:
        """Return a record of movement at the second of its number."""
        at = self.gateway.observed_at(seq)
        return state(Quantity.MOTION, at, self.sensor if sensor_id is None else sensor_id)

    async def project(self) -> None:
        """Let the projector do all there is to do."""
        directory = Directory(self.stores.register, RealClock())
        position = self.stores.register.read_now(lambda c: cursors.position(c, PROJECTOR))
        while (
            reached := await project_next(self.stores, directory, RealClock(), after=position)
        ) != position:
            position = reached

    def content(self) -> Content:
        """Return what the store holds."""
        return content_at(self.installation)

    def move_gateway(self, seq: int) -> HomeId:
        """Move the gateway into another home at the second of a number."""
        at = self.gateway.observed_at(seq)

        def work(connection: Connection) -> HomeId:
            town, _ = gateways.municipalities(connection, ACCESS)[0]
            other = gateways.add_home(
                connection,
                ACCESS,
                municipality_id=town,
                code="K-08",
                time_zone="Asia/Tokyo",
                now=at,
            )
            connection.execute(gateway_placement.update().values(valid_to=at))
            connection.execute(
                gateway_placement.insert().values(
                    id=new_id(),
                    municipality_id=town,
                    gateway_id=self.gateway.id,
                    home_id=other,
                    valid_from=at,
                )
            )
            return other

        return self.stores.register.write_now(work)

    def register_sensor(self, sensor_id: SensorId) -> None:
        """Register a sensor that the gateway has been hearing for some time."""

        def work(connection: Connection) -> None:
            town, _ = gateways.municipalities(connection, ACCESS)[0]
            now = self.gateway.began_at
            connection.execute(
                sensor.insert().values(
                    id=sensor_id,
                    municipality_id=town,
                    gateway_id=self.gateway.id,
                    name="late",
                    heartbeat=timedelta(hours=1),
                    is_battery=True,
                    created_at=now,
                )
            )
            connection.execute(
                sensor_placement.insert().values(
                    id=new_id(),
                    municipality_id=town,
                    sensor_id=sensor_id,
                    home_id=self.home,
                    room="kitchen",
                    is_entrance=False,
                    valid_from=now,
                )
            )

        self.stores.register.write_now(work)

    def retry_all(self) -> list[Outcome]:
        """Give everything in quarantine back."""
        journal = self.stores.journal
        known = self.stores.register.read_now(lambda c: gateways.directory(c, ACCESS))
        items = journal.read(lambda c: quarantine.items(c, limit=100))
        now = RealClock().now()
        return [retry(journal, Keyring(MASTER, known), kept.id, now=now).outcome for kept in items]


def content_at(installation: Installation) -> Content:
    """Return what the store of a data folder holds."""
    with closing(open_reader(installation.stores / "readings.db")) as connection:
        return content_of(connection)


def again(city: City, *, replace: bool = False) -> Reprojection:
    """Project all again, with the stores closed."""
    city.stores.close()
    return reproject_folder(city.installation.folder, replace=replace, bar=Progress(disable=True))


@pytest.fixture
async def city(tmp_path: Path) -> City:
    """A city with everything in its journal that can be there."""
    built = City(tmp_path / "data")
    late = SensorId(new_id())
    built.send(*(built.moved(seq) for seq in (1, 2, 3)), first=1)
    built.send(*(built.moved(seq) for seq in (2, 3, 4)), first=2)  # overlaps
    built.send(built.moved(10), first=10)  # leaves a hole
    built.send(gap(5, 7), built.moved(8), built.moved(9), first=5, end=9)
    built.send(built.moved(11), built.moved(12, late), b'{"n":"x"}', first=11)
    built.send(built.moved(14 - 9_000_000), first=14)  # an impossible time
    other = built.move_gateway(20)
    await built.project()
    built.send(*(built.moved(seq) for seq in (19, 20, 21)), first=15)
    built.send(built.moved(30), first=1, epoch="e-2")
    await built.project()
    built.register_sensor(late)
    assert Outcome.ADMITTED in built.retry_all()
    await built.project()
    assert len(list(built.stores.readings.of_home(other, *built_span(built)))) == 4
    return built


def built_span(city: City) -> tuple[Any, Any]:
    """Return a stretch that holds everything."""
    return city.gateway.began_at - timedelta(days=900), city.gateway.began_at + timedelta(days=9)


def test_the_journal_gives_the_same_store(city: City) -> None:
    """Duplicates, gaps, holes, bad times, moves, new epochs and retried records included."""
    before = city.content()

    result = again(city)

    assert result.is_identical
    assert result.older == 0
    assert content_at(city.installation) == before
    assert before.count == 14


def test_a_lost_store_comes_back(city: City) -> None:
    """From the journal alone."""
    before = city.content()
    city.stores.close()
    (city.installation.stores / "readings.db").unlink()

    assert again(city).before is None
    assert content_at(city.installation) == before


def test_readings_older_than_the_journal_are_taken_over(city: City) -> None:
    """After pruning, too, nothing is lost."""
    before = city.content()
    city.stores.journal.write(lambda c: c.execute("DELETE FROM envelope WHERE position <= 3"))

    result = again(city)

    assert result.is_identical
    assert result.older == 5
    assert content_at(city.installation) == before


def test_a_store_that_differs_is_left_alone_until_somebody_says_so(city: City) -> None:
    """A corrected register gives another store; so does damage."""
    city.stores.register.write_now(
        lambda c: c.execute(
            gateway_placement.delete().where(gateway_placement.c.home_id == city.home)
        )
    )
    before = city.content()

    with pytest.raises(PermanentError, match="STO-003"):
        again(city)
    assert content_at(city.installation) == before
    assert not again(city, replace=True).is_identical
    assert again(city).is_identical
    assert content_at(city.installation) != before


def test_a_damaged_store_is_set_aside_and_built_anew(city: City) -> None:
    """Only when somebody says so."""
    before = city.content()
    city.stores.close()
    path = city.installation.stores / "readings.db"
    path.with_name("readings.db-wal").unlink(missing_ok=True)
    path.write_bytes(b"x" * 20_000)

    with pytest.raises(PermanentError, match="STO-002"):
        again(city)
    again(city, replace=True)

    assert content_at(city.installation) == before
    assert (path.parent / "readings.db.damaged").read_bytes() == b"x" * 20_000


def killed_at(line: int, work: Callable[[], object]) -> bool:
    """Do work in a child that is killed at the n-th line of what touches files; was it killed?"""
    child = os.fork()
    if child == 0:
        left = line

        def count(frame: FrameType, event: str, _: object) -> Any:
            nonlocal left
            if frame.f_code.co_name not in STEPS:
                return None
            if event == "line":
                left -= 1
                if left < 0:
                    os._exit(9)
            return count

        sys.settrace(count)
        try:
            work()
        except BaseException:  # noqa: BLE001 (a child of fork may not return)
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 9)
    return status == 9


def test_it_may_be_killed_at_any_line(city: City) -> None:
    """There always is a whole store, and again is harmless."""
    before = city.content()
    city.stores.close()
    number = 0
    while killed_at(number, lambda: again(city)):
        assert content_at(city.installation) == before, number
        number += 1
    assert number > 30
    assert again(city).is_identical
    assert content_at(city.installation) == before
