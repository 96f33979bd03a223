"""What is new goes before what is old, through real brokers; what is ordered again comes again."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.quantity import Lane
from gateway import window
from gateway.outbox import Outbox
from messaging.envelope import Header
from messaging.receipt import Command, CommandWord
from messaging.senml import NO_TIME
from tests.integration.gateway.conftest import GATEWAY, START, Street, until
from tests.integration.gateway.test_delivery import heard, running, settle

pytestmark = pytest.mark.integration
BACKLOG = 4_000


@pytest.fixture(autouse=True)
def _soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send again after half a second, so that no test waits for 15."""
    monkeypatch.setattr(window, "RESEND_AFTER_S", 0.5)
    monkeypatch.setattr(window, "LONGEST_RESEND_S", 2.0)


def _full(street: Street, since: int) -> list[Header]:
    """Return the headers of envelopes with records, from the one that came as number `since`."""
    return [
        header
        for header in street.ingest.headers[since:]
        if not header.is_empty and header.lane is Lane.NORMAL
    ]


async def test_live_movement_goes_before_the_backlog(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While 4,000 old records drain in small envelopes, a new one is there within two of them."""
    monkeypatch.setattr(window, "MOST_ON_THE_WAY", 40)  # as on a slow line
    async with running(street) as gateway:
        await heard(gateway)
        street.city.kill()
        await street.move(range(BACKLOG))
        await until(lambda: gateway.committed == BACKLOG)
        before = len(street.ingest.headers)
        await street.city.start()
        await until(lambda: len(_full(street, before)) > 3)
        await street.move([BACKLOG])
        await until(lambda: BACKLOG in street.arrived())
        assert len(street.arrived()) < BACKLOG, "it came before the end of the backlog"
        await until(lambda: gateway.unreceipted() == 0)

    live = [header for header in _full(street, before) if header.first_seq > BACKLOG]
    assert live[0].first_seq == BACKLOG + 1
    assert street.arrived() == list(range(BACKLOG + 1))


async def test_lost_live_envelope_is_mended_after_the_backlog(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that drops each fourth envelope costs time and nothing else."""
    monkeypatch.setattr(window, "MOST_ON_THE_WAY", 60)
    monkeypatch.setattr("gateway.uplink.LOOK_AGAIN_S", 0.2)
    async with running(street) as gateway:
        await heard(gateway)
        street.city.kill()
        await street.move(range(300))
        await until(lambda: gateway.committed == 300)
        street.ingest.drop_each = 4
        await street.city.start()
        await street.move(range(300, 320))
        await until(lambda: gateway.unreceipted() == 0 and len(street.arrived()) == 320)

    assert street.arrived() == list(range(320))


async def test_resend_brings_all_again_under_the_same_numbers(street: Street) -> None:
    """Ordered once or twice, from the middle of an epoch that has ended, it comes as it was."""
    async with running(street) as gateway:
        await heard(gateway)
        await street.move(range(500))
        await settle(gateway, street)
        old = street.ingest.headers[-1].epoch
        await street.ingest.say_command(
            Command(gateway=GATEWAY, word=CommandWord.NEW_EPOCH, epoch=old)
        )
        await until(lambda: street.ingest.headers[-1].epoch != old)
        await settle(gateway, street)
        street.ingest.restore(Lane.NORMAL, old, keep=100)
        assert len(street.arrived()) == 100
        order = Command(
            gateway=GATEWAY,
            word=CommandWord.RESEND,
            epoch=old,
            lane=Lane.NORMAL,
            first_seq=101,
        )
        await street.ingest.say_command(order)
        await street.ingest.say_command(order)
        await until(lambda: len(street.arrived()) == 500)

    again = [header for header in street.ingest.headers if header.as_of == NO_TIME]
    assert {header.epoch for header in again} == {old}
    assert street.arrived() == list(range(500))


async def test_damaged_outbox_stops_nothing(street: Street) -> None:
    """What was owed before the card broke arrives in a new epoch, and the home is heard again."""
    street.city.kill()
    async with running(street) as gateway:
        await until(lambda: gateway._listener._client is not None)
        await street.move(range(300))
        await until(lambda: gateway.committed == 300)
    path = street.config().outbox
    outbox = Outbox.open(path, now=START)
    outbox._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    outbox.close()
    raw = bytearray(path.read_bytes())
    raw[100:4096] = b"\xa5" * 3_996
    path.write_bytes(raw)
    await street.city.start()

    async with running(street) as gateway:
        await until(lambda: len(street.arrived()) == 300)
        await street.move([300])
        await until(lambda: len(street.arrived()) == 301)

    assert street.arrived() == list(range(301))
    assert list(path.parent.glob("outbox.db.damaged-*"))


async def test_status_and_sign_tell_how_it_is(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The city hears of each sensor by its id; the lamp hears when nothing is receipted."""
    sign = street.folder / "sign"
    config = replace(street.config(), sign_file=sign)
    async with running(street, config) as gateway:
        await heard(gateway)
        await street.move(range(3))
        await settle(gateway, street)
        await until(lambda: sign.exists() and sign.read_text().startswith("0 safe"))
        gateway._uplink.tell_health()
        health = await gateway.health()
        assert list(health.heard) == ["s-motion"]
        street.ingest.is_answering = False
        monkeypatch.setattr("gateway.sign.NOT_SAFE_AFTER_S", 0.0)
        street.clock.push(street.clock.now() + timedelta(minutes=1))
        await until(lambda: sign.read_text().startswith("1 not receipted since"))
        monkeypatch.undo()
        status = json.loads(street.ingest.statuses[-1])
    assert status["state"] == "online"
    assert (status["health"]["clock"], status["health"]["starts"]) == ("synced", 1)
    assert sign.read_text() == "1 stopped\n"
