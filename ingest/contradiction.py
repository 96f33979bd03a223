"""Whether a sequence number came back with another content: the sign of a restored memory card."""

from __future__ import annotations

from collections.abc import Sequence

from domain.errors import InputError
from messaging.envelope import Record, decode_header, decode_pack, split_body
from messaging.senml import GapMarker
from storage.journal.sqlite import Admission, Stream


def first_reused(transaction: Admission, stream: Stream, records: Sequence[Record]) -> int | None:
    """Return the first sequence number that is in the journal with other content.

    A gap marker contradicts nothing: a gateway may have dropped what we hold already, and how it
    groups what it dropped is its own matter. Nor does what is in quarantine as unreadable.
    """
    # Only readings are looked up: a gap marker may stand for any number of records.
    for run in _runs([record for record in records if not isinstance(record.content, GapMarker)]):
        first, last = run[0].first_seq, run[-1].last_seq
        if not stream.coverage.touches(first, last):
            continue
        known = _digests(transaction.bodies(stream, first, last))
        for record in run:
            if known.get(record.first_seq, record.digest) != record.digest:
                return record.first_seq
    return None


def _runs(records: Sequence[Record]) -> list[list[Record]]:
    runs: list[list[Record]] = []
    for record in records:
        if runs and runs[-1][-1].last_seq + 1 == record.first_seq:
            runs[-1].append(record)
        else:
            runs.append([record])
    return runs


def _digests(bodies: Sequence[bytes]) -> dict[int, bytes]:
    """Return the digests of the journal's records by sequence number; the first one counts."""
    known: dict[int, bytes] = {}
    for body in bodies:
        try:
            head, raw = split_body(body, where="journal")
            pack = decode_pack(decode_header(head, where="journal"), raw, where="journal")
        except InputError:
            continue
        for record in pack:
            if not isinstance(record.content, GapMarker):
                known.setdefault(record.first_seq, record.digest)
    return known
