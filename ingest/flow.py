"""How much one gateway's lane may say: a home that floods must not hold up all others. Pure.

What is above the limit is not looked at and has no receipt, so an honest gateway sends it again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

MOST_TOPICS = 60_000
"""Topics whose allowance is remembered; the one that was longest quiet is forgotten, which gives
it a full allowance."""


@dataclass(slots=True)
class _Allowance:
    left: float
    at_s: float


class FlowLimit:
    """An allowance for each topic: `burst` at once, filled up again by `most_per_s`."""

    def __init__(self, *, most_per_s: float, burst: int) -> None:
        """Begin with full allowances; both numbers above 0."""
        self._most_per_s, self._burst = most_per_s, float(burst)
        self._topics: OrderedDict[str, _Allowance] = OrderedDict()

    def admits(self, topic: str, now_s: float) -> bool:
        """Take one message off the topic's allowance; False when nothing is left of it.

        `now_s` are monotonic seconds that never step back.
        """
        known = self._topics.get(topic)
        if known is None:
            known = self._topics[topic] = _Allowance(self._burst, now_s)
            if len(self._topics) > MOST_TOPICS:
                self._topics.popitem(last=False)
        else:
            self._topics.move_to_end(topic)
        refilled = known.left + (now_s - known.at_s) * self._most_per_s
        known.left, known.at_s = min(self._burst, refilled), now_s
        if known.left < 1.0:
            return False
        known.left -= 1.0
        return True
