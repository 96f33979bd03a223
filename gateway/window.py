"""What one lane may send next: how much is on its way, what is overdue. No I/O, no clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
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


class Window:
    """What is on its way in one lane.

    An empty envelope is sent only when nothing else is on its way, so the next receipt answers it.
    """

    def __init__(self) -> None:
        """Begin before the first record."""
        self.sent = 0
        """Highest sequence number sent."""
        self.as_of: datetime | None = None
        """Up to when the server has all, as far as receipts tell."""
        self._receipted = 0
        self._on_the_way: deque[Sent] = deque()
        self._answered: deque[Sent] = deque(maxlen=_ANSWERED_KEPT)
        self._most = FEWEST_ON_THE_WAY
        self._misses = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._on_the_way

    def room(self, backlog: int) -> int:
        """Return how many records the next envelope may carry; 0: wait for a receipt.

        Args:
            backlog: Records that are not sent yet.
        """
        most = LIVE_RECORDS if backlog <= LIVE_RECORDS else min(BACKLOG_RECORDS, self._most)
        wanted = min(backlog, most)
        free = self._most - (self.sent - self._receipted)
        return wanted if 0 < wanted <= free else 0

    def took(self, sent: Sent) -> None:
        """Book an envelope as on its way."""
        self._on_the_way.append(sent)
        self.sent = max(self.sent, sent.end_seq)

    def answered(self, seq: int, *, now_s: float) -> None:
        """Book a receipt that is not lower than the one before."""
        while self._on_the_way and self._on_the_way[0].end_seq <= seq:
            self._book(self._on_the_way.popleft(), now_s)
        self._receipted, self.sent = seq, max(self.sent, seq)
        while self._answered and self._answered[0].last_seq <= seq:
            self.as_of = self._answered.popleft().as_of

    def is_overdue(self, now_s: float) -> bool:
        """Tell whether the oldest envelope has waited too long for its receipt."""
        if not self._on_the_way:
            return False
        wait_s = min(LONGEST_RESEND_S, RESEND_AFTER_S * 2.0 ** min(self._misses, 10))
        return now_s - self._on_the_way[0].sent_s >= wait_s

    def missed(self) -> None:
        """Send again what has no receipt, carefully."""
        self._misses += 1
        self._most = FEWEST_ON_THE_WAY
        self._forget_sent(self._receipted)

    def restart(self, seq: int) -> None:
        """Send again from behind `seq`: a new connection, a new epoch or a restored server."""
        if seq < self._receipted:
            self.as_of = None
        self._receipted = seq
        self._most = FEWEST_ON_THE_WAY
        self._forget_sent(seq)

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
