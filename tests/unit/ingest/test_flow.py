"""What one gateway's lane may say, so that a home that floods holds up nobody else."""

from hypothesis import given
from hypothesis import strategies as st

from ingest import flow
from ingest.flow import FlowLimit


def admitted(limit: FlowLimit, topic: str, count: int, now_s: float) -> int:
    """Return how many of `count` messages of one instant are let in."""
    return sum(limit.admits(topic, now_s) for _ in range(count))


def test_a_burst_is_let_in_whole() -> None:
    """A home that comes back after three days is not held up."""
    assert admitted(FlowLimit(most_per_s=10, burst=100), "one", 100, 0.0) == 100


def test_a_flood_is_cut_to_its_rate() -> None:
    """Behind the burst only what the rate gives back is let in."""
    limit = FlowLimit(most_per_s=10, burst=100)

    assert admitted(limit, "one", 500, 0.0) == 100
    assert admitted(limit, "one", 500, 3.0) == 30


def test_one_that_floods_takes_nothing_from_others() -> None:
    """Each lane of each gateway has an allowance of its own."""
    limit = FlowLimit(most_per_s=10, burst=100)
    admitted(limit, "flood", 1_000, 0.0)

    assert admitted(limit, "calm", 100, 0.0) == 100


def test_an_allowance_never_grows_beyond_the_burst() -> None:
    """A quiet year does not buy an endless flood."""
    limit = FlowLimit(most_per_s=10, burst=100)
    admitted(limit, "one", 50, 0.0)

    assert admitted(limit, "one", 500, 1e7) == 100


def test_the_topics_it_remembers_are_bounded() -> None:
    """A stranger with endless topics does not fill the memory; the quiet ones are forgotten."""
    limit = FlowLimit(most_per_s=1, burst=1)
    for number in range(flow.MOST_TOPICS + 10):
        assert limit.admits(f"topic-{number}", 0.0)

    assert len(limit._topics) == flow.MOST_TOPICS
    assert not limit.admits(f"topic-{flow.MOST_TOPICS}", 0.0)


@given(st.lists(st.floats(0, 5), max_size=200), st.floats(0.5, 50), st.integers(1, 20))
def test_no_pattern_beats_the_limit(waits: list[float], most_per_s: float, burst: int) -> None:
    """In any stretch there are at most the burst and what the rate gives."""
    limit, now_s, let_in = FlowLimit(most_per_s=most_per_s, burst=burst), 0.0, 0
    for wait_s in waits:
        now_s += wait_s
        let_in += limit.admits("one", now_s)

    assert let_in <= burst + most_per_s * now_s + 1e-6
