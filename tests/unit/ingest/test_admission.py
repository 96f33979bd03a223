"""Admission: what enters the journal, what is receipted, what a gateway is told."""

import logging
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import TransientError
from domain.ids import GatewayId
from domain.quantity import Lane
from domain.reading import ClockQuality
from ingest import admission
from ingest.admission import MOST_ISLANDS, admit
from ingest.opening import Arrived, open_envelope
from messaging.receipt import CommandWord
from messaging.senml import NO_TIME
from messaging.status import Presence, encode_status
from messaging.topics import Up, up
from storage.journal.sqlite import Journal
from tests.support.wire import (
    GATEWAY,
    NOON,
    arrived,
    envelope,
    gap,
    gateway,
    head,
    keyring,
    motion,
    signed,
)

ONE, TWO, THREE = (motion(NOON - timedelta(minutes=left)) for left in (3, 2, 1))
KEY = (GATEWAY, Lane.NORMAL, "epoch-one")


def receipted(journal: Journal, *payloads: bytes) -> int | None:
    """Admit payloads one after the other and return the last receipt of the first epoch."""
    answers = [admit(journal, keyring(), [arrived(payload)]) for payload in payloads]
    receipt = answers[-1].receipts.get(KEY)
    return None if receipt is None else receipt.seq


def test_a_receipt_names_the_last_record_without_a_hole_below_it(journal: Journal) -> None:
    """A hole holds the receipt back; what fills it frees everything behind it."""
    assert receipted(journal, envelope([ONE])) == 1
    assert receipted(journal, envelope([THREE], first=3)) == 1
    assert receipted(journal, envelope([TWO], first=2)) == 3


def test_the_same_envelope_again_is_receipted_and_changes_nothing(journal: Journal) -> None:
    """A gateway that lost the receipt sends again and gets the same receipt."""
    assert receipted(journal, envelope([ONE, TWO]), envelope([ONE, TWO])) == 2

    assert journal.head() == 1


def test_a_resend_with_other_boundaries_brings_only_what_is_new(journal: Journal) -> None:
    """Records that came before are not counted a second time, however they are grouped."""
    receipted(journal, envelope([ONE, TWO]), envelope([TWO, THREE], first=2))

    assert [entry.fresh for entry in journal.after(0)] == [((1, 2),), ((3, 3),)]


def test_a_heartbeat_is_appended_and_covers_nothing(journal: Journal) -> None:
    """An empty envelope is a sign of life: it enters the journal without a record."""
    assert receipted(journal, envelope(first=1, last=0)) == 0

    assert [entry.fresh for entry in journal.after(0)] == [()]


def test_a_retained_heartbeat_is_no_sign_of_life(journal: Journal) -> None:
    """What the broker kept from before says nothing about now."""
    answers = admit(journal, keyring(), [arrived(envelope(first=1, last=0), is_retained=True)])

    assert (answers.repeated, journal.head()) == (1, 0)
    assert journal.quarantine_counts() == {"MQT-004": 1}


def test_retained_records_that_are_new_are_used(journal: Journal) -> None:
    """Some brokers mark everything they queued as retained: new records count all the same."""
    admit(journal, keyring(), [arrived(envelope([ONE]), is_retained=True)])

    assert journal.head() == 1


def test_a_reused_number_ends_the_epoch_and_is_never_receipted(journal: Journal) -> None:
    """A restored memory card: a receipt could be taken for the new records, so there is none."""
    receipted(journal, envelope([ONE, TWO]))

    answers = admit(journal, keyring(), [arrived(envelope([THREE], first=2))])

    assert answers.receipts == {}
    assert answers.commands[GATEWAY].word is CommandWord.NEW_EPOCH
    assert answers.commands[GATEWAY].epoch == "epoch-one"
    assert journal.quarantine_counts() == {"SEQ_REUSED": 1}


def test_no_receipt_slips_out_in_the_batch_of_a_reused_number(journal: Journal) -> None:
    """Neither before nor after the contradiction inside one batch."""
    batch = [arrived(envelope([ONE, TWO])), arrived(envelope([THREE], first=2))]
    heartbeat = arrived(envelope(first=3, last=2))

    answers = admit(journal, keyring(), [*batch, heartbeat])

    assert answers.receipts == {}
    assert GATEWAY in answers.commands


def test_after_the_command_the_new_epoch_is_admitted(journal: Journal) -> None:
    """A gateway that obeyed sends its records with new numbers, and they count."""
    receipted(journal, envelope([ONE, TWO]), envelope([THREE], first=2))

    answers = admit(journal, keyring(), [arrived(envelope([THREE], epoch="epoch-two"))])

    assert answers.receipts[GATEWAY, Lane.NORMAL, "epoch-two"].seq == 1
    assert answers.commands == {}


def test_a_closed_epoch_is_told_to_begin_anew(journal: Journal) -> None:
    """A second gateway with the same memory card, or a restored one, is not left without answer."""
    receipted(journal, envelope([ONE]))
    admit(journal, keyring(), [arrived(envelope([TWO], epoch="epoch-two"))])

    answers = admit(journal, keyring(), [arrived(envelope([THREE], first=2))])

    assert answers.receipts == {}
    assert answers.commands[GATEWAY].epoch == "epoch-one"
    assert journal.quarantine_counts() == {"MQT-022": 1}


def test_a_late_repeat_of_a_closed_epoch_is_no_attack(journal: Journal) -> None:
    """The broker delivers again what was committed before a crash: nothing goes to quarantine."""
    receipted(journal, envelope([ONE]))
    admit(journal, keyring(), [arrived(envelope([TWO], epoch="epoch-two"))])

    answers = admit(journal, keyring(), [arrived(envelope([ONE]))])

    assert answers.repeated == 1
    assert journal.quarantine_counts() == {}


def test_lanes_count_for_themselves(journal: Journal) -> None:
    """A new epoch or a hole in one lane does nothing to the other."""
    urgent = arrived(envelope([ONE], lane=Lane.URGENT), lane=Lane.URGENT)

    answers = admit(journal, keyring(), [arrived(envelope([TWO], first=2)), urgent])

    assert answers.receipts[KEY].seq == 0
    assert answers.receipts[GATEWAY, Lane.URGENT, "epoch-one"].seq == 1


def test_a_gap_marker_counts_for_all_it_stands_for(journal: Journal) -> None:
    """What was dropped in the home will never come: the receipt goes past it."""
    assert receipted(journal, envelope([gap(1, 40), ONE], first=1, end=41, last=41)) == 41


def test_a_gap_marker_contradicts_nothing(journal: Journal) -> None:
    """A gateway may drop what we hold, and group what it dropped differently each time."""
    receipted(journal, envelope([ONE, TWO]))
    receipted(journal, envelope([gap(1, 5)], end=5), envelope([gap(1, 3)], end=3))

    assert receipted(journal, envelope([gap(4, 9)], first=4, end=9)) == 9
    assert journal.quarantine_counts() == {}


def test_an_endless_gap_costs_nothing(journal: Journal) -> None:
    """A gap over all numbers there are is booked without counting them one by one."""
    most = 2**63 - 1
    endless = envelope([gap(1, most)], end=most)

    assert receipted(journal, endless, endless, envelope([ONE])) == most


def test_an_unreadable_signed_pack_is_covered_kept_and_receipted(journal: Journal) -> None:
    """The gateway would send it for ever; it is kept whole with its reason."""
    broken = signed(head(end=2), b'[{"n":"motion-one/motion","vb":tru}]')

    assert receipted(journal, broken) == 2

    (kept,) = journal.quarantined()
    assert (kept.problem.code, kept.first_seq, kept.last_seq) == ("MQT-012", 1, 2)
    assert kept.payload == broken


@pytest.mark.parametrize("known", [[], [gateway(is_revoked=True)], [gateway(placements=())]])
def test_who_is_not_commissioned_is_not_heard(known: list[object], journal: Journal) -> None:
    """Unknown, revoked and unplaced gateways are refused by name."""
    ring = keyring(*known) if known else keyring(gateway(GatewayId("another")))  # type: ignore[arg-type]

    answers = admit(journal, ring, [arrived(envelope([ONE]))])

    assert answers.receipts == {}
    assert journal.quarantine_counts() == {"MQT-021": 1}


def test_an_unknown_clock_moves_no_watermark(journal: Journal) -> None:
    """A gateway that does not know the time cannot say up to when it has told everything."""
    receipted(journal, envelope([ONE], clock=ClockQuality.UNKNOWN))

    assert [entry.watermark for entry in journal.after(0)] == [None]


def test_a_watermark_waits_for_the_record_it_names(journal: Journal) -> None:
    """An `as_of` counts from the moment at which its newest record is there without a hole."""
    receipted(
        journal,
        envelope([TWO], first=2, as_of=NOON),
        envelope([ONE], as_of=NOON - timedelta(hours=1), last=1),
    )

    assert [entry.watermark for entry in journal.after(0)] == [None, NOON]


def test_no_watermark_lies_behind_the_receipt(journal: Journal) -> None:
    """A clock that runs ahead does not make us believe that we know the future."""
    receipted(journal, envelope([ONE], as_of=NOON + timedelta(days=1)))

    assert [entry.watermark for entry in journal.after(0)] == [NOON + timedelta(seconds=1)]


def test_a_status_is_answered_apart(journal: Journal) -> None:
    """What a gateway says of itself never enters the journal."""
    status = arrived(encode_status(Presence.ONLINE), topic=up(GATEWAY, Up.STATUS))

    answers = admit(journal, keyring(), [status])

    assert answers.statuses[GATEWAY].presence is Presence.ONLINE
    assert journal.head() == 0


def test_a_failed_batch_leaves_nothing_behind(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Coverage that was rolled back is not remembered: the same batch is admitted afterwards."""
    real = admission._admit_one

    def fail_at_the_second(transaction: object, ring: object, item: Arrived, to: object) -> None:
        if item.topic.endswith("status"):
            message = "disk I/O error"
            raise sqlite3.OperationalError(message)
        real(transaction, ring, item, to)  # type: ignore[arg-type]

    status = arrived(b"", topic=up(GATEWAY, Up.STATUS))
    with monkeypatch.context() as patch:
        patch.setattr(admission, "_admit_one", fail_at_the_second)
        with pytest.raises(TransientError, match="STO-001"):
            admit(journal, keyring(), [arrived(envelope([ONE])), status])

    assert journal.head() == 0
    assert receipted(journal, envelope([TWO], first=2)) == 0
    assert receipted(journal, envelope([ONE])) == 2


def test_one_message_that_breaks_us_does_not_stop_the_others(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect of our own costs the one message that shows it, which is kept."""
    real = open_envelope

    def break_on_the_second(item: Arrived, *rest: object) -> object:
        if item.payload == poison:
            raise ZeroDivisionError
        return real(item, *rest)  # type: ignore[arg-type]

    poison = envelope([TWO], first=2)
    monkeypatch.setattr(admission, "open_envelope", break_on_the_second)
    batch: Sequence[bytes] = [envelope([ONE]), poison, envelope([THREE], first=3)]
    with caplog.at_level(logging.CRITICAL):
        answers = admit(journal, keyring(), [arrived(payload) for payload in batch])

    assert answers.receipts[KEY].seq == 1
    assert (answers.admitted, answers.quarantined) == (2, 1)
    assert journal.quarantine_counts() == {"MQT-029": 1}


def test_what_was_admitted_is_known_after_a_restart(tmp_path: Path) -> None:
    """Coverage, marks and closed epochs are in the file, not in memory only."""
    path = tmp_path / "journal.db"
    before = Journal(path)
    receipted(before, envelope([ONE], epoch="epoch-old"), envelope([TWO], first=2))
    before.close()

    after = Journal(path)
    answers = admit(after, keyring(), [arrived(envelope([ONE]))])
    late = admit(after, keyring(), [arrived(envelope([THREE], first=2, epoch="epoch-old"))])

    assert answers.receipts[KEY].seq == 2
    assert [entry.watermark for entry in after.after(0)][-1] == NOON
    assert late.receipts == {}
    after.close()


def test_endless_holes_are_not_taken(journal: Journal) -> None:
    """A gateway that sends every second number only would make admission slower with each."""
    islands = [arrived(envelope([ONE], first=2 * number)) for number in range(1, MOST_ISLANDS + 9)]

    answers = admit(journal, keyring(), islands)

    assert (answers.admitted, answers.receipts[KEY].seq) == (MOST_ISLANDS, 0)
    assert journal.quarantine_counts() == {"MQT-024": 8}


def test_what_fills_a_hole_is_taken_however_many_there_are(journal: Journal) -> None:
    """The bound never stands between a gateway and its receipt."""
    islands = [arrived(envelope([ONE], first=2 * number)) for number in range(1, MOST_ISLANDS + 1)]
    admit(journal, keyring(), islands)

    assert receipted(journal, envelope([TWO], first=1), envelope([TWO], first=3)) == 4


def test_a_forgery_is_told_apart_from_other_bad_messages(journal: Journal) -> None:
    """Only what somebody sent in another's name is a matter of security."""
    forged = arrived(envelope([ONE], sender=GatewayId("another")), topic=up(GATEWAY, Up.NORMAL))

    answers = admit(journal, keyring(), [arrived(b"garbage"), forged])

    assert [item.problem.code for item in answers.forged] == ["MQT-019"]
    assert answers.quarantined == 2


def history(records: Sequence[bytes], *, first: int = 1, epoch: str = "epoch-old") -> bytes:
    """Return an envelope of an ended epoch, as it is sent on the order to resend."""
    return envelope(records, first=first, epoch=epoch, as_of=NO_TIME)


def test_history_of_an_ended_epoch_is_taken_and_receipted(journal: Journal) -> None:
    """A restored server has what it lost sent again, and the present epoch goes on."""
    receipted(journal, envelope([ONE], epoch="epoch-old"), envelope([THREE]))

    answers = admit(journal, keyring(), [arrived(history([ONE, TWO]))])

    assert answers.receipts[GATEWAY, Lane.NORMAL, "epoch-old"].seq == 2
    assert answers.commands == {}
    assert [entry.fresh for entry in journal.after(0)][-1] == ((2, 2),)
    assert receipted(journal, envelope([TWO], first=2)) == 2


def test_history_of_an_epoch_never_heard_of_ends_nothing(journal: Journal) -> None:
    """It had ended before the backup was made that is running now."""
    receipted(journal, envelope([THREE]))

    answers = admit(journal, keyring(), [arrived(history([ONE]))])

    assert answers.receipts[GATEWAY, Lane.NORMAL, "epoch-old"].seq == 1
    assert receipted(journal, envelope([TWO], first=2)) == 2
    assert journal.quarantine_counts() == {}


def test_history_moves_no_watermark(journal: Journal) -> None:
    """It says nothing about up to when all has arrived."""
    receipted(journal, envelope([THREE]), history([ONE]))

    assert [entry.watermark for entry in journal.after(0)] == [NOON, None]


def test_history_that_contradicts_is_kept_aside_and_ends_nothing(journal: Journal) -> None:
    """What is in the journal under these numbers stays what it was."""
    receipted(journal, envelope([ONE], epoch="epoch-old"), envelope([THREE]))

    answers = admit(journal, keyring(), [arrived(history([TWO]))])

    assert (answers.receipts, answers.commands) == ({}, {})
    assert journal.quarantine_counts() == {"SEQ_REUSED": 1}
    assert receipted(journal, envelope([TWO], first=2)) == 2
