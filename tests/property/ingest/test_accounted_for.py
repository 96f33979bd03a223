"""Whatever arrives, is given back or leaves: each sequence number is accounted for exactly once."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from cli.verification.identities import unaccounted
from domain.ids import SensorId
from ingest.opening import Keyring
from ingest.retry import retry
from storage.journal import quarantine
from storage.journal.retention import prune
from storage.journal.sqlite import Journal
from tests.support.outcome import take_in
from tests.support.wire import (
    GATEWAY,
    MASTER,
    NOON,
    arrived,
    envelope,
    gateway,
    head,
    motion,
    signed,
)

LATE = SensorId("late-sensor")
RUN = st.tuples(st.integers(1, 15), st.integers(1, 6))
STEP = st.one_of(
    st.tuples(st.sampled_from(["readable", "unreadable"]), RUN),
    st.tuples(st.just("retry"), st.just((0, 0))),
    st.tuples(st.just("prune"), st.tuples(st.integers(0, 8), st.just(0))),
)
REGISTERED = replace(gateway(), sensors={**gateway().sensors, LATE: False})


def sent(kind: str, first: int, length: int) -> bytes:
    """Return an envelope; the same number is always the same record, good or not."""
    records = [
        motion(NOON - timedelta(hours=1) + timedelta(seconds=seq), LATE if seq % 3 == 0 else _own())
        for seq in range(first, first + length)
    ]
    if kind == "unreadable":
        return signed(head(first=first, end=first + length - 1), b"[" + b",".join(records))
    return envelope(records, first=first)


def _own() -> SensorId:
    return SensorId("motion-one")


@settings(max_examples=60)
@given(st.lists(STEP, max_size=12))
def test_every_number_is_accounted_for_exactly_once(
    steps: list[tuple[str, tuple[int, int]]],
) -> None:
    """After each step, whatever the order; and no identity has two readings."""
    with TemporaryDirectory() as folder, closing(Journal(Path(folder) / "journal.db")) as journal:
        for kind, (one, two) in steps:
            if kind == "retry":
                keys = Keyring(MASTER, {GATEWAY: REGISTERED})
                for kept in journal.read(lambda c: quarantine.items(c, limit=100)):
                    retry(journal, keys, kept.id, now=NOON)
            elif kind == "prune":
                later = NOON + timedelta(days=29, hours=25)
                journal.write(
                    lambda c, to=one, at=later: prune(c, now=at, up_to_position=to, approved=True)  # type: ignore[misc]
                )
            else:
                take_in(journal, arrived(sent(kind, one, two)))
            assert journal.read(unaccounted) == {}

        readings = take_in(journal, known=(REGISTERED,)).projection.readings
        assert len({reading.id for reading in readings}) == len(set(readings))
