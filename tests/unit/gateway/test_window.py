"""How much may be on its way in a lane, and what is sent again."""

from datetime import UTC, datetime, timedelta

from gateway.window import (
    BACKLOG_RECORDS,
    FEWEST_ON_THE_WAY,
    LIVE_RECORDS,
    LONGEST_RESEND_S,
    MOST_ON_THE_WAY,
    RESEND_AFTER_S,
    Plan,
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


def _room(window: Window, last_seq: int) -> int:
    plan = window.next(last_seq)
    return 0 if plan is None else plan.most


def test_first_envelope_is_small() -> None:
    """Until a receipt has shown that the line is quick, a press must not wait behind much."""
    window = Window()

    assert _room(window, 10_000) == FEWEST_ON_THE_WAY
    _send(window, count=FEWEST_ON_THE_WAY, last=10_000)
    assert _room(window, 10_000) == 0


def test_quick_receipts_open_the_window_to_its_limit() -> None:
    """A backlog goes in envelopes of 200 as soon as receipts come quickly, never without bound."""
    window = Window()
    for _ in range(20):
        sent = _send(window, count=_room(window, 100_000), last=100_000)
        window.answered(sent.end_seq, now_s=0.1)

    on_the_way = 0
    while count := _room(window, 100_000):
        assert count == BACKLOG_RECORDS
        _send(window, count=count, last=100_000)
        on_the_way += count
    assert on_the_way == MOST_ON_THE_WAY


def test_slow_receipts_close_the_window_again() -> None:
    """On a slow line the window shrinks to where a press is never far behind."""
    window = Window()
    for wait_s in (*[0.1] * 10, *[60.0] * 10):
        sent = _send(window, count=_room(window, 100_000), last=100_000)
        window.answered(sent.end_seq, now_s=wait_s)

    assert _room(window, 100_000) == FEWEST_ON_THE_WAY


def test_live_envelopes_stay_small() -> None:
    """While nothing waits, an envelope carries what there is, at most twenty."""
    window = Window()

    assert _room(window, 0) == 0
    assert _room(window, 3) == 3
    assert _room(window, LIVE_RECORDS) == LIVE_RECORDS


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
    assert _room(window, 20) == 16


def test_live_record_goes_before_the_backlog() -> None:
    """What happens now waits for one envelope of the past at most, and takes turns with it."""
    window = Window()
    assert window.next(10_000) == Plan(after=0, most=FEWEST_ON_THE_WAY, until=10_000)
    _send(window, count=FEWEST_ON_THE_WAY, last=10_000)

    live = window.next(10_003)
    assert live == Plan(after=10_000, most=3, until=10_003, is_live=True)
    _send_live(window, end=10_003)
    window.answered(20, now_s=0.1)

    assert window.next(10_003) == Plan(after=20, most=40, until=10_000)
    assert window.next(10_004) == Plan(after=20, most=40, until=10_000), "it is the backlog's turn"
    _send(window, count=40, last=10_004)
    assert window.next(10_004) == Plan(after=10_003, most=1, until=10_004, is_live=True)


def test_backlog_and_live_join_without_a_hole() -> None:
    """When the backlog is sent, sending goes on behind the live records, in sequence again."""
    window = Window()
    window.next(30)
    _send(window, count=20, last=30)
    _send_live(window, end=33)
    window.answered(20, now_s=0.1)
    _send(window, count=10, last=33)

    assert window.sent == 33
    assert window.next(35) == Plan(after=33, most=2, until=35)
    window.answered(33, now_s=0.2)
    assert window.is_idle


def test_lost_live_envelope_is_overdue_once_the_backlog_is_there() -> None:
    """A receipt that stays below the hole brings all from there again."""
    window = Window()
    window.next(30)
    _send(window, count=20, last=30)
    _send_live(window, end=33)
    window.answered(20, now_s=0.1)
    _send(window, count=10, last=33, now_s=100.0)
    window.answered(30, now_s=100.1)

    assert not window.is_overdue(100.0 + RESEND_AFTER_S - 1)
    assert window.is_overdue(100.0 + RESEND_AFTER_S)
    window.missed()
    assert window.next(33) == Plan(after=30, most=3, until=33)


def test_new_connection_goes_on_with_the_live_records() -> None:
    """Each new beginning would be an island at the server: the old one is prolonged."""
    window = Window()
    window.next(10_000)
    _send(window, count=20, last=10_000)
    taken = _send_live(window, end=10_003)
    window.delivered(taken)
    _send_live(window, end=10_005)

    window.reconnected(20, last_seq=10_009)

    assert window.next(10_009) == Plan(after=10_003, most=6, until=10_009, is_live=True)


def test_long_outage_makes_a_backlog_of_what_was_live() -> None:
    """Who comes back after a day has a new present."""
    window = Window()
    window.next(10_000)
    window.delivered(_send_live(window, end=10_003))

    window.reconnected(20, last_seq=12_000)

    assert window.next(12_000) == Plan(after=20, most=FEWEST_ON_THE_WAY, until=12_000)
    _send(window, count=20, last=12_001)
    assert window.next(12_001) == Plan(after=12_000, most=1, until=12_001, is_live=True)


def _send_live(window: Window, *, end: int, now_s: float = 0.0) -> Sent:
    sent = Sent(end_seq=end, last_seq=end, as_of=NINE, sent_s=now_s)
    window.took(sent, is_live=True)
    return sent
