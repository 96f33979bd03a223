"""What the meter of a simulated home shows: base load, the fridge's cycle, and appliances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from zlib import crc32

from domain.moments import from_ms, to_ms

METER_INTERVAL = timedelta(minutes=30)
"""One reading each half-hour, as Japanese smart meters give: the mean watts before it."""
_INTERVAL_MS = METER_INTERVAL // timedelta(milliseconds=1)

DatedLoad = tuple[int, int, float]
"""Begin and end in milliseconds since 1970, and the watts in between."""


class BaseLoad:
    """What a home draws when nobody does anything; the same seed always gives the same."""

    def __init__(self, *, seed: int, base_w: float) -> None:
        """Give the fridge a period, a duty and a phase of its own."""
        chance = Random(f"{seed}|fridge")
        self._seed, self._base_w = seed, base_w
        self._period_ms = chance.randrange(40, 70) * 60_000
        self._duty = chance.uniform(0.28, 0.42)
        self._fridge_w = chance.uniform(70.0, 110.0)
        self._phase_ms = chance.randrange(self._period_ms)

    def mean_w(self, end_ms: int) -> float:
        """Return the mean watts of the interval that ends at `end_ms`."""
        run_ms = self._run_ms(end_ms) - self._run_ms(end_ms - _INTERVAL_MS)
        noise = (crc32(f"{self._seed}|{end_ms}".encode()) % 2001 - 1000) / 1000
        return self._base_w + self._fridge_w * run_ms / _INTERVAL_MS + noise

    def _run_ms(self, until_ms: int) -> float:
        """Return how long the compressor has run up to an instant, since 1970."""
        periods, rest_ms = divmod(until_ms + self._phase_ms, self._period_ms)
        on_ms = self._duty * self._period_ms
        return periods * on_ms + min(rest_ms, on_ms)


def reading_times(begin: datetime, end: datetime) -> Iterator[datetime]:
    """Yield when the meter reports in `begin <= at < end`: each :00 and :30, UTC."""
    first_ms = -(-to_ms(begin) // _INTERVAL_MS) * _INTERVAL_MS
    for at_ms in range(first_ms, to_ms(end), _INTERVAL_MS):
        yield from_ms(at_ms)


def mean_load_w(loads: Iterable[DatedLoad], at_ms: int) -> float:
    """Return the mean watts that the loads drew in the interval that ends at `at_ms`."""
    begin_ms = at_ms - _INTERVAL_MS
    watt_ms = sum(
        watts * (min(end_ms, at_ms) - max(start_ms, begin_ms))
        for start_ms, end_ms, watts in loads
        if start_ms < at_ms and end_ms > begin_ms
    )
    return watt_ms / _INTERVAL_MS
