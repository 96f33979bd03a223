"""Coverage and marks do what plain sets and lists would do, in any order."""

from hypothesis import given
from hypothesis import strategies as st

from storage.journal.coverage import Coverage, decode_intervals, encode_intervals
from storage.journal.marks import Marks

numbers = st.integers(1, 40)
intervals = st.tuples(numbers, st.integers(0, 8)).map(lambda pair: (pair[0], pair[0] + pair[1] - 1))
"""Also empty ones."""
runs = st.lists(intervals, max_size=20)


def build(items: list[tuple[int, int]]) -> Coverage:
    """Return the coverage of intervals, added in their order."""
    coverage = Coverage()
    for first, last in items:
        coverage = coverage.add(first, last)
    return coverage


def plain(items: list[tuple[int, int]]) -> set[int]:
    """Return the same as a set."""
    return {seq for first, last in items for seq in range(first, last + 1)}


@given(runs, intervals)
def test_coverage_is_a_set_of_numbers(items: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    """Covers, touches, missing and the contiguous start agree with a set."""
    coverage, known, wanted = build(items), plain(items), plain([asked])

    assert coverage.covers(*asked) == (wanted <= known)
    assert coverage.touches(*asked) == bool(wanted & known)
    assert plain(list(coverage.missing(*asked))) == wanted - known
    assert coverage.contiguous == next(n for n in range(60) if n + 1 not in known)


@given(runs, st.randoms())
def test_coverage_does_not_know_the_order(items: list[tuple[int, int]], chance: object) -> None:
    """The same intervals in another order are the same value, field by field."""
    shuffled = list(items)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert build(items) == build(shuffled)


@given(runs)
def test_islands_are_sorted_apart_and_beyond_a_hole(items: list[tuple[int, int]]) -> None:
    """The normal form: nothing is stored twice, nothing that could be joined stays apart."""
    coverage = build(items)
    edges = [coverage.contiguous, *(edge for island in coverage.islands for edge in island)]

    for (_, high), (low, _) in zip(coverage.islands, coverage.islands[1:], strict=False):
        assert high + 1 < low
    assert edges == sorted(edges)
    assert not coverage.islands or coverage.islands[0][0] > coverage.contiguous + 1


@given(runs)
def test_coverage_survives_being_stored(items: list[tuple[int, int]]) -> None:
    """What was written is what is read."""
    coverage = build(items)

    assert Coverage.decode(coverage.contiguous, coverage.encode_islands()) == coverage
    assert decode_intervals(encode_intervals(coverage.islands)) == coverage.islands


marks = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 1000)), max_size=30)


@given(marks, st.lists(st.integers(0, 30), max_size=30))
def test_the_watermark_is_the_greatest_as_of_that_is_complete(
    said: list[tuple[int, int]], grown: list[int]
) -> None:
    """However heartbeats and records alternate: never too early, never later than it could be."""
    value, contiguous, heard = Marks(), 0, list[tuple[int, int]]()
    for index in range(max(len(said), len(grown))):
        if index < len(said):
            heard.append(said[index])
            value = value.reach(contiguous, said[index])
        if index < len(grown):
            contiguous = max(contiguous, grown[index])
            value = value.reach(contiguous)

        complete = [as_of for last_seq, as_of in heard if last_seq <= contiguous]
        assert value.complete_ms == max(complete, default=None)
        assert Marks.decode(value.complete_ms, value.encode_waiting()) == value


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=80, max_size=120))
def test_marks_that_wait_are_bounded_and_the_newest_survives(steps: list[tuple[int, int]]) -> None:
    """Behind an endless hole memory does not grow, and once it fills the newest instant counts."""
    value, last_seq, as_of = Marks(), 0, 0
    for more, later in steps:
        last_seq, as_of = last_seq + more, as_of + later
        value = value.reach(0, (last_seq, as_of))

    assert len(value.waiting) == 60
    assert value.reach(last_seq - 1).complete_ms == as_of - steps[-1][1]
    assert value.reach(last_seq).complete_ms == as_of
