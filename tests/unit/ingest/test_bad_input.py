"""Bad packs and records give their named error, and the good records beside them are stored.

The rows m6 to m13 and m15 of the table of bad inputs: what stands inside a signed envelope.
"""

from datetime import timedelta

import pytest

from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality
from ingest.admission import admit
from ingest.projection import project
from messaging.topics import Up, up
from storage.journal.sqlite import Journal
from tests.support.bad_input import (
    GOOD,
    GOOD_HEAD,
    GOOD_PACK,
    POWER,
    codes,
    readings,
    stored,
)
from tests.support.outcome import take_in
from tests.support.wire import (
    GATEWAY,
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


def test_m11_a_jump_back_with_the_same_content_has_no_effect(journal: Journal) -> None:
    """m11: the duplicate rule: receipted again, stored once, no code."""
    payload = envelope([GOOD, motion(NOON)])
    take_in(journal, arrived(payload))

    assert codes(journal, arrived(envelope([motion(NOON)], first=2))) == []
    assert stored(journal) == 2


def test_m11_a_jump_back_with_other_content_is_refused(journal: Journal) -> None:
    """m11: a restored memory card; nothing is overwritten, the gateway begins a new epoch."""
    take_in(journal, arrived(envelope([GOOD])))

    assert codes(journal, arrived(envelope([press(NOON)]))) == ["SEQ_REUSED"]
    assert [reading.reading.quantity for reading in readings(journal)] == [Quantity.MOTION]


def test_m11_a_jump_ahead_is_stored_and_not_receipted(journal: Journal) -> None:
    """m11: the gap rule: the receipt stays below the hole until it is filled or marked."""
    taken = take_in(journal, arrived(envelope([GOOD], first=8)))

    assert taken.answers.receipts[GATEWAY, Lane.NORMAL, "epoch-one"].seq == 0
    assert stored(journal) == 1


@pytest.mark.parametrize("time", [b'"2026-03-01T12:00"', b'"2025-W01-1"', b"true", b"null"])
def test_m12_a_time_in_another_form(journal: Journal, time: bytes) -> None:
    """m12: naive or week dates as text are no numbers; no time at all is one that is not known."""
    record = GOOD[: GOOD.index(b',"t"')] + b',"t":%b}' % time
    code = "MQT-017" if time == b"null" else "MQT-015"

    assert codes(journal, arrived(signed(head(), b"[%b]" % record))) == [code]


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
