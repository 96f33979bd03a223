"""Admission: which records are new, which came before, which contradict; durable, then answered.

Nothing else stands between a reading and its receipt.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from domain.errors import InputError, MimamoriError, Problem
from domain.moments import to_ms
from domain.reading import ClockQuality
from ingest.alarms import FORGED
from ingest.answers import Answers, Status
from ingest.contradiction import first_reused
from ingest.kept import closed_epoch, placed, reused, unforeseen, unplaced
from ingest.opening import Arrived, Keyring, Opened, open_envelope, open_status
from messaging.receipt import Command, CommandWord, Receipt
from messaging.topics import TESTERS, Up, parse_up
from storage.journal.coverage import Coverage
from storage.journal.marks import Mark
from storage.journal.sqlite import Admission, Journal, Stream

_log = logging.getLogger(__name__)

MOST_ISLANDS = 64
"""Runs of one epoch beyond a hole. A gateway that sends what is live before its backlog makes one
or two; one that sends every second number would make admission slower with each."""


def admit(
    journal: Journal, keyring: Keyring, batch: Sequence[Arrived], *, limited: int = 0
) -> Answers:
    """Admit a batch in one transaction; when it returns, everything is durable.

    `limited` messages beside it were above their gateways' limit: they are counted as MQT-023.

    A message that cannot be used goes into quarantine with its reason and the rest goes on, also
    when it breaks our own code. Doing it again with the same batch changes nothing and gives the
    same receipts.

    Raises:
        MimamoriError: STO-001 or STO-002, the journal cannot be written; nothing was admitted.
    """
    if limited:
        journal.count("MQT-023", limited)
    try:
        return _admit_together(journal, keyring, batch)
    except MimamoriError:
        raise
    except Exception:  # noqa: BLE001 (one message must not stop all the others)
        _log.exception("a batch of %d messages failed; taking them one by one", len(batch))
    answers = Answers()
    for arrived in batch:
        answers.add(_admit_alone(journal, keyring, arrived))
    return answers


def _admit_together(journal: Journal, keyring: Keyring, batch: Sequence[Arrived]) -> Answers:
    answers = Answers()
    with journal.admission() as transaction:
        for arrived in batch:
            _admit_one(transaction, keyring, arrived, answers)
    return answers


def _admit_alone(journal: Journal, keyring: Keyring, arrived: Arrived) -> Answers:
    try:
        return _admit_together(journal, keyring, [arrived])
    except MimamoriError:
        raise
    except Exception as error:  # noqa: BLE001 (kept with its reason, and logged above)
        with journal.admission() as transaction:
            new = transaction.quarantine([unforeseen(arrived, error)])
        return Answers(quarantined=new)


def _admit_one(
    transaction: Admission, keyring: Keyring, arrived: Arrived, answers: Answers
) -> None:
    try:
        topic = parse_up(arrived.topic)
        if topic.gateway in TESTERS or (topic.up is Up.STATUS and not arrived.payload):
            return  # the broker is tried out, or the status of a revoked gateway is cleared
        if topic.up is Up.STATUS:
            answers.statuses[topic.gateway] = Status(
                gateway=topic.gateway,
                presence=open_status(arrived),
                payload=arrived.payload,
                at=arrived.received_at,
            )
            return
        opened = open_envelope(arrived, topic, keyring)
    except InputError as error:
        item = unplaced(arrived, error.problem)
        answers.quarantined += transaction.quarantine([item])
        answers.forged += [item] if item.problem.code in FORGED else []
        return
    _count_remarkable(transaction, arrived)
    _admit_envelope(transaction, opened, answers)


def _count_remarkable(transaction: Admission, arrived: Arrived) -> None:
    if arrived.is_retained:
        transaction.count("MQT-004")
    if arrived.qos == 0:
        transaction.count("MQT-005")


def _admit_envelope(transaction: Admission, opened: Opened, answers: Answers) -> None:
    stream = _stream(transaction, opened)
    if not stream.is_open and not opened.is_history:
        _refuse_closed(transaction, opened, stream, answers)
        return
    if opened.problem is not None:
        _cover_unreadable(transaction, opened, stream, opened.problem, answers)
    elif (seq := first_reused(transaction, stream, opened)) is not None:
        # A receipt for this epoch could be taken for one of the records that we just refused.
        answers.quarantined += transaction.quarantine([reused(opened, seq)])
        if stream.is_open:
            transaction.close_stream(stream, now=opened.arrived.received_at)
            _begin_anew(opened, answers)
        return
    else:
        _append(transaction, opened, stream, answers)
    header = opened.header
    answers.receipts[header.gateway, header.lane, header.epoch] = Receipt(
        gateway=header.gateway,
        lane=header.lane,
        epoch=header.epoch,
        seq=stream.coverage.contiguous,
    )


def _stream(transaction: Admission, opened: Opened) -> Stream:
    """Return the counters it belongs to, beginning a new epoch where it is new.

    An epoch that had ended before we (a restored backup) ever heard of it ends nothing.
    """
    header, now = opened.header, opened.arrived.received_at
    known = transaction.streams(header.gateway, header.lane).get(header.epoch)
    if known is not None:
        return known
    begin = transaction.add_ended_stream if opened.is_history else transaction.open_stream
    return begin(header.gateway, header.lane, header.epoch, now=now)


def _refuse_closed(
    transaction: Admission, opened: Opened, stream: Stream, answers: Answers
) -> None:
    """Tell a gateway that still counts in a closed epoch; a late repeat of it is harmless."""
    header = opened.header
    _begin_anew(opened, answers)
    is_known = (
        not header.is_empty
        and stream.coverage.covers(header.first_seq, header.end_seq)
        and opened.problem is None
        and first_reused(transaction, stream, opened) is None
    )
    if is_known:
        answers.repeated += 1
    else:
        answers.quarantined += transaction.quarantine([closed_epoch(opened)])


def _cover_unreadable(
    transaction: Admission, opened: Opened, stream: Stream, problem: Problem, answers: Answers
) -> None:
    """Count what is signed but cannot be read as arrived: it would be sent for ever."""
    header = opened.header
    transaction.cover(stream, header.first_seq, header.end_seq)
    item = placed(opened, problem, header.first_seq, header.end_seq)
    answers.quarantined += transaction.quarantine([item])


def _append(transaction: Admission, opened: Opened, stream: Stream, answers: Answers) -> None:
    header, arrived = opened.header, opened.arrived
    if header.is_empty and arrived.is_retained:
        answers.repeated += 1  # an old heartbeat that the broker kept: no sign of life
        return
    first, end, mark = header.first_seq, header.end_seq, _mark(opened)
    coverage = stream.coverage
    is_repeated = not header.is_empty and coverage.covers(first, end)
    # A gateway with so many runs is told by its receipt from where on it should send.
    is_too_many = len(coverage.islands) >= MOST_ISLANDS and _is_one_more(coverage, first, end)
    if is_repeated or is_too_many:
        if mark is not None:
            transaction.mark(stream, mark)
        if is_repeated:
            answers.repeated += 1
        else:
            transaction.count("MQT-024")
        return
    transaction.append(
        stream,
        first=first,
        end=end,
        body=opened.body,
        received_at=arrived.received_at,
        mark=mark,
    )
    answers.admitted += 1


def _mark(opened: Opened) -> Mark | None:
    """Return what an envelope says about time: never later than it came; None: nothing."""
    header = opened.header
    if header.clock is ClockQuality.UNKNOWN or opened.is_history:
        return None
    return header.last_seq, min(header.as_of_ms, to_ms(opened.arrived.received_at))


def _is_one_more(coverage: Coverage, first: int, last: int) -> bool:
    """Tell whether records would be one more run beyond a hole."""
    return len(coverage.add(first, last).islands) > len(coverage.islands)


def _begin_anew(opened: Opened, answers: Answers) -> None:
    header = opened.header
    answers.receipts.pop((header.gateway, header.lane, header.epoch), None)
    answers.commands[header.gateway] = Command(
        gateway=header.gateway, word=CommandWord.NEW_EPOCH, epoch=header.epoch
    )
