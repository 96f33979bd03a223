"""What one lane may send next: how much is on its way, what is overdue. No I/O, no clock.

While a backlog waits, live records go before it, out of sequence: the server keeps what lies beyond
a hole and acts on activity at once. They are sent without a hole among themselves, so the server
holds one island beyond the hole. A receipt names only what is below the hole; live envelopes that
were lost are sent again once the backlog has closed it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime

LIVE_RECORDS = 20
"""Most records of an envelope while all is well; measured as a good size (about 2 KB)."""
BACKLOG_RECORDS = 200
"""Most records of an envelope when more waits; measured: doubles what a chain can carry."""
FEWEST_ON_THE_WAY = LIVE_RECORDS
"""Where a window starts: 2 KB take 2 s on a line of 8 kbit/s, so a press is never far behind."""
MOST_ON_THE_WAY = 8 * BACKLOG_RECORDS
QUICK_S = 2.0
"""A receipt within this doubles the window."""
SLOW_S = 8.0
"""A receipt that takes longer halves it: a press must not queue behind more than that."""
RESEND_AFTER_S = 15.0
"""Real seconds without a receipt after which is sent again; doubled each time, see the next."""
LONGEST_RESEND_S = 120.0
_ANSWERED_KEPT = 1_000
"""Most claims that wait for their records; older ones are covered by newer ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One envelope on its way."""

    end_seq: int
    """Last number it carries; that of the last record sent before when it is empty."""
    last_seq: int
    as_of: datetime
    sent_s: float
    """Real monotonic seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the next envelope may carry."""

    after: int
    """The number before its first."""
    most: int
    """Most records; 0 for a heartbeat."""
    until: int
    """Last number that it may cover."""
    is_live: bool = False


class Window:
    """What is on its way in one lane.

    An empty envelope is sent only when nothing else is on its way, so the next receipt answers it.
    """

    def __init__(self) -> None:
        """Begin before the first record."""
        self.sent = 0
        """Highest number sent without a hole below it."""
        self.as_of: datetime | None = None
        """Up to when the server has all, as far as receipts tell."""
        self._receipted = 0
        self._on_the_way: deque[Sent] = deque()
        self._answered: deque[Sent] = deque(maxlen=_ANSWERED_KEPT)
        self._most = FEWEST_ON_THE_WAY
        self._misses = 0
        self._backlog_end: int | None = None
        """Last number of the backlog; live ones follow it. None: there is no backlog."""
        self._live: Sent | None = None
        """The newest live envelope; all between the backlog and its end were sent."""
        self._live_taken = 0
        """End of the newest live envelope that the broker has taken."""
        self._was_live = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._on_the_way

    def next(self, last_seq: int) -> Plan | None:
        """Return what may be sent now; None: wait for a receipt or a record.

        Live records and backlog take turns, so that neither waits for more than one envelope.

        Args:
            last_seq: The newest record that may be sent.
        """
        if self._backlog_end is None and last_seq - self.sent > self._most:
            # More waits than goes out in a few seconds: what comes from now on goes before it.
            self._backlog_end = self._live_taken = last_seq
        live = self._next_live(last_seq)
        if live is not None and not self._was_live:
            return live
        return self._next_in_order(last_seq) or live

    def heartbeat(self) -> Plan | None:
        """Return the plan of an empty envelope; None while something else is on its way."""
        return Plan(after=self.sent, most=0, until=self.sent) if self.is_idle else None

    def holds(self, plan: Plan) -> bool:
        """Tell whether a plan still stands, or a receipt or a new beginning came in between."""
        if plan.is_live:
            return self._backlog_end is not None and self._live_end == plan.after
        return self.sent == plan.after

    def took(self, sent: Sent, *, is_live: bool = False) -> None:
        """Book an envelope as on its way."""
        self._was_live = is_live
        if is_live:
            self._live = sent
            self._answered.append(sent)
            return
        self._on_the_way.append(sent)
        self.sent = max(self.sent, sent.end_seq)
        if self._backlog_end is not None and self.sent >= self._backlog_end:
            self._join(sent.sent_s)

    def delivered(self, sent: Sent) -> None:
        """Book that the broker has taken a live envelope; that is no receipt."""
        if self._live is not None and self._live_taken <= sent.end_seq <= self._live.end_seq:
            self._live_taken = sent.end_seq

    def answered(self, seq: int, *, now_s: float) -> None:
        """Book a receipt that is not lower than the one before."""
        while self._on_the_way and self._on_the_way[0].end_seq <= seq:
            self._book(self._on_the_way.popleft(), now_s)
        self._receipted, self.sent = seq, max(self.sent, seq)
        if self._backlog_end is not None and self.sent >= self._backlog_end:
            self._join(now_s)
        while self._answered and self._answered[0].last_seq <= seq:
            as_of = self._answered.popleft().as_of
            self.as_of = as_of if self.as_of is None else max(self.as_of, as_of)

    def is_overdue(self, now_s: float) -> bool:
        """Tell whether the oldest envelope has waited too long for its receipt."""
        if not self._on_the_way:
            return False
        wait_s = min(LONGEST_RESEND_S, RESEND_AFTER_S * 2.0 ** min(self._misses, 10))
        return now_s - self._on_the_way[0].sent_s >= wait_s

    def missed(self) -> None:
        """Send again what has no receipt, carefully; live envelopes of a backlog stay sent."""
        self._misses += 1
        self._most = FEWEST_ON_THE_WAY
        self._forget_sent(self._receipted)

    def reconnected(self, seq: int, *, last_seq: int) -> None:
        """Send again from behind `seq` on a new connection.

        The live records go on where they were, for each new beginning would be an island of its own
        at the server; unless so many have come meanwhile that they are a backlog themselves.
        """
        backlog_end, live_end, live = self._backlog_end, self._live_taken, self._live
        self.restart(seq)
        if backlog_end is not None and seq < backlog_end and last_seq - live_end <= self._most:
            self._backlog_end, self._live_taken = backlog_end, live_end
            # What the broker had not taken may be lost, and goes again.
            self._live = None if live is None else replace(live, end_seq=live_end)

    def restart(self, seq: int) -> None:
        """Send everything again from behind `seq`: a new epoch or a restored server."""
        if seq < self._receipted:
            self.as_of = None
        self._receipted = seq
        self._most = FEWEST_ON_THE_WAY
        self._backlog_end, self._live, self._was_live = None, None, False
        self._forget_sent(seq)

    @property
    def _live_end(self) -> int:
        """Last live number sent; the backlog's own end before the first."""
        if self._live is not None:
            return self._live.end_seq
        return self._backlog_end or 0

    def _next_live(self, last_seq: int) -> Plan | None:
        if self._backlog_end is None or last_seq <= self._live_end:
            return None
        most = self._size(last_seq - self._live_end)
        return Plan(after=self._live_end, most=most, until=last_seq, is_live=True)

    def _next_in_order(self, last_seq: int) -> Plan | None:
        until = last_seq if self._backlog_end is None else self._backlog_end
        wanted = self._size(until - self.sent)
        free = self._most - (self.sent - self._receipted)
        return Plan(after=self.sent, most=wanted, until=until) if 0 < wanted <= free else None

    def _size(self, waiting: int) -> int:
        most = LIVE_RECORDS if waiting <= LIVE_RECORDS else min(BACKLOG_RECORDS, self._most)
        return min(waiting, most)

    def _join(self, now_s: float) -> None:
        """The backlog is sent: what was sent beyond it follows without a hole."""
        if self._live is not None and self._live.end_seq > self.sent:
            self._on_the_way.append(replace(self._live, sent_s=now_s))
            self.sent = self._live.end_seq
        self._backlog_end, self._live = None, None

    def _forget_sent(self, seq: int) -> None:
        self._on_the_way.clear()
        self._answered.clear()
        self.sent = seq

    def _book(self, sent: Sent, now_s: float) -> None:
        self._answered.append(sent)
        self._misses = 0
        took_s = now_s - sent.sent_s
        if took_s <= QUICK_S:
            self._most = min(MOST_ON_THE_WAY, self._most * 2)
        elif took_s > SLOW_S:
            self._most = max(FEWEST_ON_THE_WAY, self._most // 2)
