"""What is ordered again is sent again, one envelope at a time, and never for ever."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.ids import SensorId
from domain.quantity import Lane, Quantity
from domain.reading import Reading
from gateway.outbox import Outbox
from gateway.resend import MOST_TRIES, RESEND_AFTER_S, Order, Resend
from messaging.senml import NO_TIME, GapMarker, decode_record

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NORMAL = Lane.NORMAL


def test_order_goes_on_with_each_answer() -> None:
    """The next envelope goes when the one before has its receipt."""
    resend = Resend()
    resend.order(NORMAL, "epoch-one", 5)
    assert resend.next(0.0) == Order(lane=NORMAL, epoch="epoch-one", after=4)
    resend.took(204, now_s=0.0)

    assert resend.next(1.0) is None
    assert not resend.answered(NORMAL, "epoch-two")
    assert resend.answered(NORMAL, "epoch-one")
    assert resend.next(1.0) == Order(lane=NORMAL, epoch="epoch-one", after=204)
    resend.done()
    assert resend.next(1.0) is None


def test_envelope_without_answer_is_sent_again_and_then_passed_over() -> None:
    """A server that does not answer is asked five times; the order can be given again."""
    resend, now_s, tries = Resend(), 0.0, 0
    resend.order(NORMAL, "epoch-one", 1)
    while (order := resend.next(now_s)) is not None and order.after == 0:
        resend.took(200, now_s=now_s)
        assert resend.next(now_s + RESEND_AFTER_S - 1) is None
        now_s += RESEND_AFTER_S
        tries += 1

    assert tries == MOST_TRIES
    assert order == Order(lane=NORMAL, epoch="epoch-one", after=200)


def test_same_order_twice_is_one() -> None:
    """Obeying twice is harmless; the lower number counts."""
    resend = Resend()
    for first in (50, 10, 30):
        resend.order(NORMAL, "epoch-one", first)

    assert resend.next(0.0) == Order(lane=NORMAL, epoch="epoch-one", after=9)
    resend.done()
    assert resend.next(0.0) is None


def test_refused_epoch_is_given_up() -> None:
    """A server that has closed an epoch takes nothing of it."""
    resend = Resend()
    resend.order(NORMAL, "epoch-one", 1)
    resend.order(NORMAL, "epoch-two", 1)

    resend.refused("epoch-one")

    assert resend.next(0.0) == Order(lane=NORMAL, epoch="epoch-two", after=0)


def test_history_of_an_epoch_that_has_ended(tmp_path: Path) -> None:
    """What is kept of it comes under its old numbers, what is not as gaps, and claims nothing."""
    outbox = Outbox.open(tmp_path / "outbox.db", now=NOW)
    given = [
        Reading(
            sensor=SensorId("s-1"),
            quantity=Quantity.MOTION,
            value=1.0,
            observed_at=NOW + timedelta(seconds=number),
        )
        for number in range(6)
    ]
    outbox.append(given, now=NOW)
    old = outbox.epoch
    outbox.receipt(NORMAL, old, 6, now=NOW)
    outbox.new_epoch()
    outbox._connection.execute("DELETE FROM record WHERE seq IN (2, 3)")

    run = outbox.run_after(NORMAL, 0, most=10, epoch=old)

    assert [decode_record(raw, where="test") for raw in run.records] == [
        given[0],
        GapMarker(first_seq=2, last_seq=3),
        *given[3:],
    ]
    assert (run.epoch, run.end_seq, run.last_seq, run.seen_until) == (old, 6, 6, NO_TIME)
    assert outbox.run_after(NORMAL, 6, most=10, epoch=old).records == ()
    assert outbox.run_after(NORMAL, 0, most=10, epoch="never-heard-of").records == ()
    outbox.close()
