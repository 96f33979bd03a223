"""Whether a sequence number came back with another content: the sign of a restored memory card."""

from __future__ import annotations

from collections.abc import Sequence

from domain.errors import InputError
from ingest.opening import Opened
from messaging.envelope import MAX_RECORDS, Record, decode_header, decode_pack, split_body
from messaging.senml import GapMarker
from storage.journal.sqlite import Admission, Stream


def first_reused(transaction: Admission, stream: Stream, opened: Opened) -> int | None:
    """Return the first sequence number that is in the journal with other content.

    A gap marker contradicts nothing: a gateway may have dropped what we hold already, and how it
    groups what it dropped is its own matter. Nor does what is in quarantine as unreadable.
    """
    header = opened.header
    if not stream.coverage.touches(header.first_seq, header.end_seq):
        return None
    if _came_before(transaction, stream, opened):
        return None
    # Only readings are looked up: a gap marker may stand for any number of records.
    for run in _runs(_readings(opened.body)):
        first, last = run[0].first_seq, run[-1].last_seq
        if not stream.coverage.touches(first, last):
            continue  # nothing to look up
        known = _contents(transaction.bodies(stream, first, last))
        for record in run:
            if known.get(record.first_seq, record.raw) != record.raw:
                return record.first_seq
    return None


def _came_before(transaction: Admission, stream: Stream, opened: Opened) -> bool:
    """Tell whether this very pack is in the journal, as after a lost receipt."""
    first, end = opened.header.first_seq, opened.header.end_seq
    if end - first >= MAX_RECORDS:
        return False
    return any(_is_same(body, opened) for body in transaction.bodies(stream, first, end))


def _is_same(body: bytes, opened: Opened) -> bool:
    head, _, pack = body.partition(b"\n")
    same = pack == opened.body.partition(b"\n")[2]
    return same and decode_header(head, where="journal").first_seq == opened.header.first_seq


def _readings(body: bytes) -> list[Record]:
    head, raw = split_body(body, where="journal")
    pack = decode_pack(decode_header(head, where="journal"), raw, where="journal")
    return [record for record in pack if not isinstance(record.content, GapMarker)]


def _runs(records: Sequence[Record]) -> list[list[Record]]:
    runs: list[list[Record]] = []
    for record in records:
        if runs and runs[-1][-1].last_seq + 1 == record.first_seq:
            runs[-1].append(record)
        else:
            runs.append([record])
    return runs


def _contents(bodies: Sequence[bytes]) -> dict[int, bytes]:
    """Return the journal's records by sequence number; the first one counts."""
    known: dict[int, bytes] = {}
    for body in bodies:
        try:
            readings = _readings(body)
        except InputError:
            continue
        for record in readings:
            known.setdefault(record.first_seq, record.raw)
    return known
