"""What the whole journal means for the readings: the rules of the projector, today's register.

Home states, findings and cases are no part of it: what was told to people is not told again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from domain.gateway import KnownGateway
from domain.ids import GatewayId
from ingest.projection import project
from storage.journal.entry import Entry
from storage.journal.sqlite import Journal
from storage.readings.port import PlacedReading

BATCH = 400
"""Entries in one turn; bounds memory."""


def readings_in(
    entries: Sequence[Entry], gateways: Mapping[GatewayId, KnownGateway]
) -> list[PlacedReading]:
    """Return the readings that entries stand for."""
    return project(entries, gateways, after=0).readings


def all_readings(
    journal: Journal, gateways: Mapping[GatewayId, KnownGateway], *, up_to_position: int
) -> Iterator[tuple[int, list[PlacedReading]]]:
    """Yield for each batch of the journal, oldest first, its last position and its readings."""
    position = 0
    while position < up_to_position:
        entries = [
            entry
            for entry in journal.after(position, limit=BATCH)
            if entry.position <= up_to_position
        ]
        if not entries:
            return
        position = entries[-1].position
        yield position, readings_in(entries, gateways)
