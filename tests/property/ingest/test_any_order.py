"""Readings and states after any order of envelopes equal those of the sorted order."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.quantity import Lane
from ingest.admission import admit
from ingest.projection import Projection, project
from storage.journal.sqlite import Journal
from storage.register.changes import HomeChange
from tests.support.wire import (
    DOOR,
    GATEWAY,
    HOME,
    MOTION,
    NOON,
    arrived,
    envelope,
    gap,
    gateway,
    keyring,
    motion,
    power,
)

RECEIVED = NOON + timedelta(days=1)
SECOND = timedelta(seconds=1)

sensors = st.sampled_from([MOTION, DOOR])
records = st.one_of(
    st.tuples(st.integers(0, 600), sensors).map(lambda p: motion(NOON + p[0] * SECOND, p[1])),
    st.tuples(st.integers(0, 600), st.integers(0, 900)).map(
        lambda p: power(NOON + p[0] * SECOND, float(p[1]))
    ),
)


@st.composite
def backlogs(draw: st.DrawFn) -> list[bytes]:
    """Return one gateway's records, cut into envelopes, some sent twice with other boundaries."""
    said = draw(st.lists(records, min_size=1, max_size=25))
    payloads = []
    for _ in range(draw(st.integers(1, 2))):
        start = 0
        while start < len(said):
            length = draw(st.integers(1, 8))
            run = said[start : start + length]
            end = start + len(run)
            as_of = NOON + timedelta(hours=1) + end * SECOND
            payloads.append(envelope(run, first=start + 1, last=end, as_of=as_of))
            payloads.append(envelope(first=end + 1, last=end, as_of=as_of + SECOND))
            start = end
    if draw(st.booleans()):
        dropped = len(said) + 5
        payloads.append(envelope([gap(len(said) + 1, dropped)], first=len(said) + 1, end=dropped))
    return payloads


def outcome(payloads: Sequence[bytes], *, batch: int) -> tuple[object, ...]:
    """Admit payloads in their order and return what the stores would hold."""
    with TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.db")
        for start in range(0, len(payloads), batch):
            messages = payloads[start : start + batch]
            admit(journal, keyring(), [arrived(each, at=RECEIVED) for each in messages])
        result = Projection()
        entries = journal.after(0, limit=10_000)
        readings, homes = [], dict[object, HomeChange]()
        for entry in entries:  # one by one: how entries are grouped must not matter either
            result = project([entry], {GATEWAY: gateway()}, after=result.position)
            readings += result.readings
            for home, change in result.homes.items():
                homes[home] = homes[home].merged(change) if home in homes else change
        whole = project(entries, {GATEWAY: gateway()}, after=0)
        journal.close()
    assert replace(whole.homes[HOME], position=0) == replace(homes[HOME], position=0)
    assert sorted(placed.id for placed in readings) == sorted({placed.id for placed in readings})
    lane = whole.lanes[GATEWAY, Lane.NORMAL]
    return (
        sorted(
            (placed.id, placed.reading.sensor, placed.reading.observed_at) for placed in readings
        ),
        replace(whole.homes[HOME], position=0),
        whole.sensors,
        lane,
    )


@settings(max_examples=60)  # each example writes two journals to the disk
@given(backlogs(), st.randoms(use_true_random=False), st.integers(1, 7))
def test_any_order_ends_in_the_same_state(
    payloads: list[bytes], chance: random.Random, batch: int
) -> None:
    """Shuffled, and in batches of another size: each reading once, states and watermark equal."""
    shuffled = list(payloads)
    chance.shuffle(shuffled)

    assert outcome(shuffled, batch=batch) == outcome(payloads, batch=1)
