"""Each bad input gives its named error, and the good messages beside it are stored.

The rows m1 to m15 of the table of bad inputs, as far as they exist on the wire.
"""

import gzip
from datetime import timedelta

import pytest

from domain.ids import GatewayId
from domain.quantity import Lane
from domain.reading import ClockQuality
from ingest.admission import admit
from ingest.opening import Arrived
from ingest.projection import project
from messaging.keys import derive, sign
from messaging.topics import Up, up
from storage.journal.sqlite import Journal
from storage.readings.port import PlacedReading
from tests.support.wire import (
    GATEWAY,
    MASTER,
    NOON,
    arrived,
    envelope,
    gateway,
    head,
    keyring,
    motion,
    press,
    signed,
)

GOOD = motion(NOON - timedelta(minutes=1))
GOOD_HEAD, GOOD_PACK, _ = envelope([GOOD]).split(b"\n")
POWER = b'{"n":"meter-one/power","u":"W","v":%s,"t":1772334000.0}'


def codes(journal: Journal, bad: Arrived) -> list[str]:
    """Admit a bad message between two good ones, which must be stored, and return the codes."""
    before = arrived(envelope([GOOD], epoch="good-epoch", lane=Lane.URGENT), lane=Lane.URGENT)
    after = arrived(
        envelope([GOOD], first=2, epoch="good-epoch", lane=Lane.URGENT), lane=Lane.URGENT
    )

    answers = admit(journal, keyring(), [before, bad, after])

    assert answers.receipts[GATEWAY, Lane.URGENT, "good-epoch"].seq == 2
    projection = project(journal.after(0), {GATEWAY: gateway()}, after=0)
    journal.keep_aside(projection.bad)
    assert sum(reading.id.epoch == "good-epoch" for reading in projection.readings) == 2
    return sorted(journal.quarantine_counts())


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
    foreign = signed(head(gateway='"gateway-two"'), b"[%b]" % GOOD)

    assert codes(journal, arrived(foreign)) == ["MQT-002"]


def test_m2_an_envelope_of_another_lane(journal: Journal) -> None:
    """m2: the signed lane is not the one of the topic."""
    assert codes(journal, arrived(envelope([GOOD], lane=Lane.URGENT))) == ["MQT-002"]


@pytest.mark.parametrize(
    "gateway_id", ["", "A", "gateway$", "gate\0way", "gäteway", "g" * 33, "g" * 65_000]
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


def test_m6_a_field_twice_in_the_header(journal: Journal) -> None:
    """m6: which of the two is meant nobody can tell."""
    twice = GOOD_HEAD.replace(b'"last":1', b'"last":1,"last":1')

    assert codes(journal, arrived(signed(twice, GOOD_PACK))) == ["MQT-011"]


def test_m6_a_field_twice_in_a_record(journal: Journal) -> None:
    """m6: that record is kept aside and the other one of the pack is stored."""
    twice = GOOD.replace(b'"vb":true', b'"vb":false,"vb":true')
    pack = b"[%b,%b]" % (twice, GOOD)

    assert codes(journal, arrived(signed(head(end=2), pack))) == ["MQT-011"]
    assert stored(journal) == 1


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"+1", b"01", b"1."])
def test_m7_not_a_number_of_json(journal: Journal, number: bytes) -> None:
    """m7: the strict parser refuses the pack; it is covered and kept."""
    assert codes(journal, arrived(signed(head(), b"[%b]" % (POWER % number)))) == ["MQT-012"]


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"9" * 5000])
def test_m7_a_number_out_of_range(journal: Journal, number: bytes) -> None:
    """m7: a number that no float holds costs its own record only."""
    pack = b"[%b,%b]" % (POWER % number, GOOD)

    assert codes(journal, arrived(signed(head(end=2), pack))) == ["MQT-015"]
    assert stored(journal) == 1


@pytest.mark.parametrize("number", [b"-0", b"-0.0"])
def test_m7_minus_zero_is_zero(journal: Journal, number: bytes) -> None:
    """m7: a number like any other, without its sign."""
    assert codes(journal, arrived(signed(head(), b"[%b]" % (POWER % number)))) == []
    (placed,) = readings(journal)
    assert str(placed.reading.value) == "0.0"


@pytest.mark.parametrize(
    "payload",
    [
        envelope([GOOD]) + b" " * 70_000,
        signed(GOOD_HEAD, b"[" * 60_000),
        signed(GOOD_HEAD, b"[" * 30_000 + b"]" * 30_000),
        signed(GOOD_HEAD[:-1] + b',"x":' + b"[" * 60_000, b"[]"),
        signed(GOOD_HEAD[:-1] + b',"x":' + b"[" * 40 + b"]" * 40 + b"}", GOOD_PACK),
        signed(GOOD_HEAD, b"[%b]" % (GOOD[:-1] + b',"x":' + b"[" * 40 + b"]" * 40 + b"}")),
        signed(head(end=501), b"[" + b",".join([b"{}"] * 501) + b"]"),
    ],
)
def test_m8_too_much(journal: Journal, payload: bytes) -> None:
    """m8: too long, too deep, too many records."""
    assert codes(journal, arrived(payload)) == ["MQT-013"]


def test_m8_too_long_a_status(journal: Journal) -> None:
    """m8: a status is shown as it is, so it is short."""
    status = arrived(b"x" * 3000, topic=up(GATEWAY, Up.STATUS))

    assert codes(journal, status) == ["MQT-013"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (rb"\ud800/power", "MQT-014"),
        (rb"meter-one\u0000/power", "MQT-014"),
        (b"meter-\xff\xfe/power", "MQT-014"),
    ],
)
def test_m9_text_that_is_no_text(journal: Journal, name: bytes, code: str) -> None:
    """m9: lone surrogate, NUL, bytes that are not UTF-8."""
    pack = b"[%b]" % (POWER % b"5").replace(b"meter-one/power", name)

    assert codes(journal, arrived(signed(head(), pack))) == [code]


def test_m9_text_that_is_no_text_in_a_field_that_nobody_reads(journal: Journal) -> None:
    """m9: also where the decoder passes over it."""
    pack = b"[%b]" % GOOD.replace(b'"vb":true', b'"vb":true,"other":"\xff"')

    assert codes(journal, arrived(signed(head(), pack))) == ["MQT-014"]


@pytest.mark.parametrize(
    "record",
    [
        POWER % b'"5"',
        POWER % b"true",
        POWER % "５".encode().join((b'"', b'"')),
        POWER % b"null",
        GOOD.replace(b'"vb":true', b'"vb":1'),
        GOOD.replace(b'"vb":true', b'"v":1'),
        b"5",
        b"{}",
    ],
)
def test_m10_a_value_of_the_wrong_type(journal: Journal, record: bytes) -> None:
    """m10: text for a number, true for 1, full-width digits, nothing; the other is stored."""
    pack = b"[%b,%b]" % (record, GOOD)

    assert codes(journal, arrived(signed(head(end=2), pack))) == ["MQT-015"]
    assert stored(journal) == 1


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (head().replace(b'"first":1,', b""), "MQT-010"),
        (head(first=0, end=0), "MQT-016"),
        (head(first=-1, end=0), "MQT-016"),
        (head(first=2**63, end=2**63), "MQT-016"),
        (head(first=5, end=3), "MQT-016"),
        (head(end=3, last=2), "MQT-016"),
        (head(end=2), "MQT-016"),
    ],
)
def test_m11_impossible_numbers(journal: Journal, header: bytes, code: str) -> None:
    """m11: missing, below 1, beyond 63 bits, backwards, more or fewer than the pack holds."""
    assert codes(journal, arrived(signed(header, GOOD_PACK))) == [code]


def test_m11_a_gap_that_does_not_begin_where_it_stands(journal: Journal) -> None:
    """m11: a gap marker for other numbers is a bad record."""
    pack = b'[{"n":"gap","vs":"7-9"}]'

    assert codes(journal, arrived(signed(head(), pack))) == ["MQT-016"]


@pytest.mark.parametrize(
    "time",
    [
        b',"t":0.0',
        b',"t":1772334000123.0',
        b',"t":1e300',
        b',"t":1772420400.0',
        b"",
    ],
)
def test_m12_an_impossible_time(journal: Journal, time: bytes) -> None:
    """m12: 1970, milliseconds for seconds, a day ahead, none: booked at receipt, no activity."""
    record = GOOD[: GOOD.index(b',"t"')] + time + b"}"

    assert codes(journal, arrived(signed(head(), b"[%b]" % record))) == ["MQT-017"]
    (placed,) = readings(journal)
    assert placed.reading.observed_at == NOON + timedelta(seconds=1)
    assert placed.quality is ClockQuality.UNKNOWN
    assert not placed.is_activity


def test_m12_a_press_with_an_impossible_time_is_heard(journal: Journal) -> None:
    """m12: a cry for help is not lost because a clock is wrong."""
    record = press(NOON)[: press(NOON).index(b',"t"')] + b',"t":1772334000123.0}'

    codes(journal, arrived(signed(head(), b"[%b]" % record)))

    (finding,) = project(journal.after(0), {GATEWAY: gateway()}, after=0).findings
    assert finding.began_at == NOON + timedelta(seconds=1)


@pytest.mark.parametrize(
    "record",
    [
        (POWER % b"5").replace(b"meter-one", b"stranger"),
        (POWER % b"5").replace(b"/power", b"/pulse"),
        (POWER % b"5").replace(b"meter-one/power", b"power"),
        (POWER % b"5").replace(b'"W"', b'"kW"'),
        POWER % b"1e8",
    ],
)
def test_m13_unknown_or_unbelievable(journal: Journal, record: bytes) -> None:
    """m13: sensor, quantity, unit or value: kept raw, unused; the other record is stored."""
    pack = b"[%b,%b]" % (record, GOOD)

    assert codes(journal, arrived(signed(head(end=2), pack))) == ["MQT-018"]
    assert stored(journal) == 1
    assert journal.quarantined()[0].payload == record


def test_m14_a_bad_signature(journal: Journal) -> None:
    """m14: signed with another key, or changed on the way."""
    stranger = sign(GOOD_HEAD + b"\n" + GOOD_PACK, derive(MASTER, GatewayId("gateway-two"), 1))
    changed = envelope([GOOD]).replace(b'"first":1', b'"first":2')

    assert codes(journal, arrived(stranger)) == ["MQT-019"]
    assert codes(journal, arrived(changed)) == ["MQT-019"]


def test_m14_a_key_of_before(journal: Journal) -> None:
    """m14: after a rotation the old generation is refused."""
    old = sign(GOOD_HEAD + b"\n" + GOOD_PACK, derive(MASTER, GATEWAY, 2))

    assert codes(journal, arrived(old)) == ["MQT-019"]


def test_an_unknown_major_version_is_refused_by_name(journal: Journal) -> None:
    """A gateway that is newer than we are is told so in the quarantine."""
    assert codes(journal, arrived(signed(head(version="2"), GOOD_PACK))) == ["MQT-020"]


def test_m15_one_bad_record_among_a_hundred(journal: Journal) -> None:
    """m15: 99 are stored, one is kept aside with its reason, the receipt covers all."""
    records = [motion(NOON - timedelta(seconds=seq)) for seq in range(100)]
    records[40] = records[40].replace(b"true", b'"yes"')
    payload = signed(head(end=100), b"[" + b",".join(records) + b"]")

    assert codes(journal, arrived(payload)) == ["MQT-015"]

    answers = admit(journal, keyring(), [arrived(payload)])
    assert answers.receipts[GATEWAY, Lane.NORMAL, "epoch-one"].seq == 100
    assert stored(journal) == 99
    assert journal.quarantined()[0].first_seq == 41


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


def readings(journal: Journal) -> list[PlacedReading]:
    """Return the readings of the bad message's epoch."""
    placed = project(journal.after(0), {GATEWAY: gateway()}, after=0).readings
    return [each for each in placed if each.id.epoch == "epoch-one"]


def stored(journal: Journal) -> int:
    """Return how many readings of the bad message's epoch are stored."""
    return len(readings(journal))
