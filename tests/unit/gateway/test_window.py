"""How much may be on its way in a lane, and what is sent again."""

from datetime import UTC, datetime, timedelta

from gateway.window import (
    BACKLOG_RECORDS,
    FEWEST_ON_THE_WAY,
    LIVE_RECORDS,
    LONGEST_RESEND_S,
    MOST_ON_THE_WAY,
    RESEND_AFTER_S,
    Sent,
    Window,
)

NINE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def _send(window: Window, *, count: int, last: int | None = None, now_s: float = 0.0) -> Sent:
    end = window.sent + count
    sent = Sent(
        end_seq=end,
        last_seq=end if last is None else last,
        as_of=NINE + timedelta(seconds=now_s),
        sent_s=now_s,
    )
    window.took(sent)
    return sent


def test_first_envelope_is_small() -> None:
    """Until a receipt has shown that the line is quick, a press must not wait behind much."""
    window = Window()

    assert window.room(10_000) == FEWEST_ON_THE_WAY
    _send(window, count=FEWEST_ON_THE_WAY, last=10_000)
    assert window.room(9_980) == 0


def test_quick_receipts_open_the_window_to_its_limit() -> None:
    """A backlog goes in envelopes of 200 as soon as receipts come quickly, never without bound."""
    window = Window()
    for _ in range(20):
        sent = _send(window, count=window.room(100_000), last=100_000)
        window.answered(sent.end_seq, now_s=0.1)

    on_the_way = 0
    while count := window.room(100_000):
        assert count == BACKLOG_RECORDS
        _send(window, count=count, last=200_000)
        on_the_way += count
    assert on_the_way == MOST_ON_THE_WAY


def test_slow_receipts_close_the_window_again() -> None:
    """On a slow line the window shrinks to where a press is never far behind."""
    window = Window()
    for wait_s in (*[0.1] * 10, *[60.0] * 10):
        sent = _send(window, count=window.room(100_000), last=100_000)
        window.answered(sent.end_seq, now_s=wait_s)

    assert window.room(100_000) == FEWEST_ON_THE_WAY


def test_live_envelopes_stay_small() -> None:
    """While nothing waits, an envelope carries what there is, at most twenty."""
    window = Window()

    assert window.room(0) == 0
    assert window.room(3) == 3
    assert window.room(LIVE_RECORDS) == LIVE_RECORDS


def test_unanswered_envelope_is_sent_again_ever_more_rarely() -> None:
    """Without receipts the same records go again after 15, 30, 60, 120, 120 ... seconds."""
    window = Window()
    waits, now_s = [], 0.0
    for _ in range(6):
        _send(window, count=5, now_s=now_s)
        wait_s = 0.0
        while not window.is_overdue(now_s + wait_s):
            wait_s += 1.0
        waits.append(wait_s)
        now_s += wait_s
        window.missed()
        assert window.sent == 0

    assert waits == [RESEND_AFTER_S, 30.0, 60.0, *[LONGEST_RESEND_S] * 3]


def test_empty_envelope_is_answered_by_the_next_receipt() -> None:
    """A heartbeat is sent alone, so the receipt that comes is its own."""
    window = Window()
    window.restart(7)
    sent = _send(window, count=0, now_s=60.0)
    was_idle = window.is_idle

    window.answered(7, now_s=60.1)

    assert (was_idle, window.is_idle) == (False, True)
    assert window.as_of == sent.as_of


def test_claim_counts_only_when_all_its_records_are_there() -> None:
    """The head of a backlog does not prove that the server knows the home up to now."""
    window = Window()
    _send(window, count=20, last=50, now_s=5.0)
    window.answered(20, now_s=5.1)
    assert window.as_of is None

    _send(window, count=30, last=50, now_s=6.0)
    window.answered(50, now_s=6.1)

    assert window.as_of == NINE + timedelta(seconds=6)


def test_restored_server_gets_all_from_there() -> None:
    """A lower receipt takes the sending back to where the server stands."""
    window = Window()
    _send(window, count=20)
    window.answered(20, now_s=0.1)

    window.restart(4)

    assert window.sent == 4
    assert window.as_of is None
    assert window.room(16) == 16
