"""Bad messages give their named error, and the good messages beside them are stored.

The rows m1 to m5 and m14 of the table of bad inputs: topics, signatures, what is no envelope.
"""

import gzip

import pytest

from domain.finding import Cause
from domain.quantity import Lane
from ingest.admission import admit
from ingest.alarms import alarms
from messaging.keys import derive, sign
from messaging.topics import Up, up
from storage.journal.sqlite import Journal
from tests.support.bad_input import (
    FOREIGN,
    GOOD,
    GOOD_HEAD,
    GOOD_PACK,
    STRANGER,
    codes,
    stored,
)
from tests.support.outcome import take_in
from tests.support.wire import (
    GATEWAY,
    HOME,
    MASTER,
    NOON,
    arrived,
    envelope,
    gateway,
    head,
    keyring,
    motion,
    signed,
)


@pytest.mark.parametrize(
    "topic",
    [
        "mimamori/v2/gateway-one/up/normal",
        "mimamori/v1/gateway-one/up/normal/more",
        "mimamori/v1/gateway-one/up",
        "mimamori/v1/gateway-one/up/",
        "mimamori/v1/gateway-one/up/everything",
        "mimamori//gateway-one/up/normal",
    ],
)
def test_m1_a_topic_of_another_form(journal: Journal, topic: str) -> None:
    """m1: unknown version, a level too many or too few, an empty level."""
    assert codes(journal, arrived(envelope([GOOD]), topic=topic)) == ["MQT-001"]


def test_m2_an_envelope_of_another_gateway(journal: Journal) -> None:
    """m2: the signed gateway is not the one of the topic."""
    assert codes(journal, arrived(FOREIGN)) == ["MQT-002"]


def test_m2_an_envelope_of_another_lane(journal: Journal) -> None:
    """m2: the signed lane is not the one of the topic."""
    assert codes(journal, arrived(envelope([GOOD], lane=Lane.URGENT))) == ["MQT-002"]


@pytest.mark.parametrize(
    "gateway_id",
    ["", "A", "gateway$", "gate+way", "gate#", "gate\0way", "gäteway", "g" * 33, "g" * 65_000],
)
def test_m3_an_impossible_gateway_id(journal: Journal, gateway_id: str) -> None:
    """m3: signs, capitals, NUL, far too long; what is kept of it is short."""
    topic = f"mimamori/v1/{gateway_id}/up/normal"

    assert codes(journal, arrived(envelope([GOOD]), topic=topic)) == ["MQT-003"]
    (kept,) = journal.quarantined()
    assert len(kept.topic) <= 300


def test_m4_a_retained_envelope_seen_again(journal: Journal) -> None:
    """m4: no effect, and counted."""
    admit(journal, keyring(), [arrived(envelope([GOOD]))])

    assert codes(journal, arrived(envelope([GOOD]), is_retained=True)) == ["MQT-004"]
    assert [entry.epoch for entry in journal.after(0)].count("epoch-one") == 1


def test_m5_quality_of_service_0(journal: Journal) -> None:
    """m4/m5: an envelope that the broker was free to lose is used, and counted."""
    assert codes(journal, arrived(envelope([GOOD]), qos=0)) == ["MQT-005"]
    assert "epoch-one" in [entry.epoch for entry in journal.after(0)]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe\x00",
        b'\xef\xbb\xbf{"version":1}',
        gzip.compress(b"{}", mtime=0),
        GOOD_HEAD[:40],
        b"[]",
        b'"text"',
        signed(b"[]", b"[]"),
        signed(b'"text"', b"[]"),
        signed(b"\xef\xbb\xbf" + GOOD_HEAD, b"[]"),
        signed(GOOD_HEAD[:40], b"[]"),
        sign(GOOD_HEAD, derive(MASTER, GATEWAY, 1)),
    ],
)
def test_m5_not_an_envelope(journal: Journal, payload: bytes) -> None:
    """m5: empty, not UTF-8, BOM, gzip, cut JSON, array, text; signed or not."""
    assert codes(journal, arrived(payload)) == ["MQT-010"]


def test_m5_not_a_status(journal: Journal) -> None:
    """m5: what a gateway says of itself must have its form as well."""
    assert codes(journal, arrived(b"online", topic=up(GATEWAY, Up.STATUS))) == ["MQT-010"]


def test_m14_a_bad_signature(journal: Journal) -> None:
    """m14: signed with another key, or changed on the way."""
    changed = envelope([GOOD]).replace(b'"first":1', b'"first":2')

    assert codes(journal, arrived(STRANGER)) == ["MQT-019"]
    assert codes(journal, arrived(changed)) == ["MQT-019"]


def test_m14_a_key_of_before(journal: Journal) -> None:
    """m14: after a rotation the old generation is refused."""
    old = sign(GOOD_HEAD + b"\n" + GOOD_PACK, derive(MASTER, GATEWAY, 2))

    assert codes(journal, arrived(old)) == ["MQT-019"]


def test_m14_an_epoch_that_has_ended(journal: Journal) -> None:
    """m14: kept aside, and the gateway is told to begin a new one."""
    take_in(journal, arrived(envelope([GOOD])), arrived(envelope([GOOD], epoch="epoch-two")))
    late = arrived(envelope([motion(NOON)], first=2))

    assert codes(journal, late) == ["MQT-022"]
    assert take_in(journal, late).answers.commands[GATEWAY].epoch == "epoch-one"
    assert stored(journal) == 1


@pytest.mark.parametrize("payload", [FOREIGN, STRANGER], ids=["m2", "m14"])
def test_m2_and_m14_are_a_matter_of_security(journal: Journal, payload: bytes) -> None:
    """m2, m14: a technician is told, once, for the home whose gateway was named."""
    take_in(journal, arrived(payload), arrived(payload))

    (finding,) = alarms(journal.quarantined(), {GATEWAY: gateway()})
    assert (finding.cause, finding.home) == (Cause.GATEWAY_FORGED, HOME)


def test_an_unknown_major_version_is_refused_by_name(journal: Journal) -> None:
    """A gateway that is newer than we are is told so in the quarantine."""
    assert codes(journal, arrived(signed(head(version="2"), GOOD_PACK))) == ["MQT-020"]


def test_a_flood_of_garbage_is_counted_and_does_not_fill_the_disk(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody signed for is kept within a bound; the count stays exact."""
    monkeypatch.setattr("storage.journal.quarantine.MOST_UNPLACED", 50)
    garbage = [arrived(b"x" * 60_000) for _ in range(120)]

    admit(journal, keyring(), garbage)
    admit(journal, keyring(), garbage)

    kept = journal.quarantined(limit=1000)
    assert len(kept) == 50
    assert max(len(item.payload) for item in kept) <= 2_000
    assert journal.quarantine_counts() == {"MQT-010": 240}


def test_signed_records_are_not_crowded_out_by_garbage(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a known gateway signed stays, however much a stranger sends."""
    monkeypatch.setattr("storage.journal.quarantine.MOST_UNPLACED", 5)
    broken = signed(head(), b"[{]")

    admit(journal, keyring(), [arrived(broken), *[arrived(b"")] * 20])

    assert "MQT-012" in {item.problem.code for item in journal.quarantined()}
