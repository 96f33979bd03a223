"""V10: what gap markers stand for, home by home."""

from __future__ import annotations

from collections import Counter

from domain.errors import InputError
from domain.ids import GatewayId
from messaging.envelope import decode_header, decode_pack, split_body
from messaging.senml import GapMarker
from storage.journal.entry import Entry
from storage.journal.sqlite import Journal

BATCH = 400


def gaps_of_journal(journal: Journal) -> Counter[GatewayId]:
    """Count the sequence numbers for which gap markers stand, by gateway."""
    found: Counter[GatewayId] = Counter()
    position = 0
    while entries := journal.after(position, limit=BATCH):
        position = entries[-1].position
        for entry in entries:
            if b"gap" in entry.body or b"\\" in entry.body:
                found[entry.gateway] += _numbers(entry)
    return found


def _numbers(entry: Entry) -> int:
    """Count what came for the first time: of an overlap only what was not there before."""
    try:
        head, raw = split_body(entry.body, where="journal")
        records = decode_pack(decode_header(head, where="journal"), raw, where="journal")
    except InputError:
        return 0
    return sum(
        max(min(high, gap.content.last_seq) - max(low, gap.content.first_seq) + 1, 0)
        for gap in records
        if isinstance(gap.content, GapMarker)
        for low, high in entry.fresh
    )
