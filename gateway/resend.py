"""What the server has ordered to be sent again: lane, epoch and from where on. No I/O, no clock.

One envelope at a time and only when nothing else waits, so it never holds up what is new. Each is
sent again when no receipt comes, a few times; then it is passed over, for the order can be given
again. A restart forgets the orders for the same reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.quantity import Lane

RECORDS = 200
"""Most records of an envelope, as of a backlog."""
RESEND_AFTER_S = 15.0
"""Real seconds without a receipt after which an envelope is sent again."""
MOST_TRIES = 5
MOST_ORDERS = 100
"""Orders that wait; those given beyond are the same ones again, or the server's mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Send lane and epoch again behind `after`."""

    lane: Lane
    epoch: str
    after: int


class Resend:
    """The orders that are not obeyed yet."""

    def __init__(self) -> None:
        """Begin with none."""
        self._orders: list[Order] = []
        self._end_seq = 0
        """End of the envelope on its way, of the first order."""
        self._sent_s: float | None = None
        self._tries = 0

    def order(self, lane: Lane, epoch: str, first_seq: int) -> None:
        """Take an order; one of the same lane and epoch begins anew at the lower number."""
        for place, known in enumerate(self._orders):
            if (known.lane, known.epoch) == (lane, epoch):
                self._orders[place] = replace(known, after=min(known.after, first_seq - 1))
                if place == 0:
                    self._sent_s, self._tries = None, 0
                return
        if len(self._orders) < MOST_ORDERS:
            self._orders.append(Order(lane=lane, epoch=epoch, after=first_seq - 1))

    def next(self, now_s: float) -> Order | None:
        """Return what to send now; None when nothing is to be sent or an answer is awaited."""
        if not self._orders:
            return None
        if self._sent_s is not None:
            if now_s - self._sent_s < RESEND_AFTER_S:
                return None
            if self._tries >= MOST_TRIES:
                self._go_on()
        return self._orders[0]

    def took(self, end_seq: int, *, now_s: float) -> None:
        """Book that an envelope up to `end_seq` of the first order is on its way."""
        self._end_seq, self._sent_s = end_seq, now_s
        self._tries += 1

    def done(self) -> None:
        """Book that nothing is left of the first order."""
        del self._orders[:1]
        self._sent_s, self._tries = None, 0

    def refused(self, epoch: str) -> None:
        """Book that the server takes nothing of an epoch any more."""
        if self._orders and self._orders[0].epoch == epoch:
            self._sent_s, self._tries = None, 0
        self._orders = [order for order in self._orders if order.epoch != epoch]

    def answered(self, lane: Lane, epoch: str) -> bool:
        """Book a receipt; True when it answers the envelope on its way."""
        if self._sent_s is None or (self._orders[0].lane, self._orders[0].epoch) != (lane, epoch):
            return False
        self._go_on()
        return True

    def _go_on(self) -> None:
        self._orders[0] = replace(self._orders[0], after=self._end_seq)
        self._sent_s, self._tries = None, 0
