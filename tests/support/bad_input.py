"""Bad messages between good ones: what of the bad one is kept, and what is stored of its epoch."""

from datetime import timedelta

from domain.ids import GatewayId
from domain.quantity import Lane
from ingest.opening import Arrived
from ingest.projection import project
from messaging.keys import derive, sign
from storage.journal.sqlite import Journal
from storage.readings.port import PlacedReading
from tests.support.outcome import take_in
from tests.support.wire import (
    GATEWAY,
    MASTER,
    NOON,
    arrived,
    envelope,
    gateway,
    head,
    motion,
    signed,
)

GOOD = motion(NOON - timedelta(minutes=1))
GOOD_HEAD, GOOD_PACK, _ = envelope([GOOD]).split(b"\n")
FOREIGN = signed(head(gateway='"gateway-two"'), b"[%b]" % GOOD)
"""Signed by the gateway of the topic, and naming another."""
STRANGER = sign(GOOD_HEAD + b"\n" + GOOD_PACK, derive(MASTER, GatewayId("gateway-two"), 1))
"""Naming the gateway of the topic, and signed with another's key."""
POWER = b'{"n":"meter-one/power","u":"W","v":%s,"t":1772334000.0}'


def codes(journal: Journal, bad: Arrived) -> list[str]:
    """Admit a bad message between two good ones, which must be stored, and return the codes."""
    before = arrived(envelope([GOOD], epoch="good-epoch", lane=Lane.URGENT), lane=Lane.URGENT)
    after = arrived(
        envelope([GOOD], first=2, epoch="good-epoch", lane=Lane.URGENT), lane=Lane.URGENT
    )

    taken = take_in(journal, before, bad, after)

    assert taken.answers.receipts[GATEWAY, Lane.URGENT, "good-epoch"].seq == 2
    neighbours = [one for one in taken.projection.readings if one.stream.epoch == "good-epoch"]
    assert len(neighbours) == 2
    return sorted(journal.quarantine_counts())


def readings(journal: Journal) -> list[PlacedReading]:
    """Return the readings of the bad message's epoch."""
    placed = project(journal.after(0), {GATEWAY: gateway()}, after=0).readings
    return [each for each in placed if each.id.epoch == "epoch-one"]


def stored(journal: Journal) -> int:
    """Return how many readings of the bad message's epoch are stored."""
    return len(readings(journal))
