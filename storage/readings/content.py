"""What a store of readings holds, as one number that two stores can be compared by.

The sum of one hash per reading, so neither the order nor the file's inner numbering matters; a
reading that stands there twice counts twice. Tells accidents apart, not forgeries.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from domain.ids import GatewayId, HomeId, SensorId
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality
from storage.readings.port import PlacedReading, StreamId

HASH_BYTES = 16
_MODULUS = 1 << (8 * HASH_BYTES)

Row = tuple[str, int, str, str, str, int, float, int, str, int]
"""Home, observed ms, sensor, quantity, stream (gateway/lane/epoch), seq, value, activity, quality,
received ms: every column of a reading, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """How many readings there are, and the sum of their hashes."""

    count: int = 0
    total: int = 0

    def plus(self, rows: Iterable[Row]) -> Self:
        """Return the content with more rows."""
        count, total = self.count, self.total
        for row in rows:
            digest = hashlib.blake2b(repr(row).encode(), digest_size=HASH_BYTES).digest()
            total = (total + int.from_bytes(digest)) % _MODULUS
            count += 1
        return type(self)(count=count, total=total)

    @property
    def digest(self) -> str:
        """The sum as hexadecimal digits."""
        return f"{self.total:0{2 * HASH_BYTES}x}"


def rows_of(connection: sqlite3.Connection) -> Iterator[Row]:
    """Yield every reading of a SQLite store, in no promised order."""
    words: dict[int, str] = dict(connection.execute("SELECT id, text FROM word").fetchall())
    for (
        home,
        at,
        sensor,
        quantity,
        stream,
        seq,
        value,
        activity,
        quality,
        received,
    ) in connection.execute(
        "SELECT home, observed_ms, sensor, quantity, stream, seq, value, is_activity, quality,"
        " received_ms FROM reading"
    ):
        yield (
            words[home],
            at,
            words[sensor],
            words[quantity],
            words[stream],
            seq,
            value,
            activity,
            words[quality],
            received,
        )


def placed(row: Row) -> PlacedReading:
    """Return a row as the reading that was written."""
    home, at, sensor, quantity, stream, seq, value, activity, quality, received = row
    gateway, lane, epoch = stream.split("/")
    return PlacedReading(
        HomeId(home),
        at,
        SensorId(sensor),
        Quantity(quantity),
        StreamId(GatewayId(gateway), Lane(lane), epoch),
        seq,
        value,
        bool(activity),
        ClockQuality(quality),
        received,
    )


def content_of(connection: sqlite3.Connection) -> Content:
    """Return the content of a SQLite store."""
    return Content().plus(rows_of(connection))
