"""What follows from how full the disk is: what people are told, and what becomes of the reserve."""

import pytest

from cli.check import Health
from cli.disk import Room, Step, check, news, reserve_size, reserve_step
from domain.finding import Phase

GIB = 1 << 30


def percent_free(free: int) -> Room:
    """Return a disk of 100 GiB."""
    return Room(total=100 * GIB, free=free * GIB)


@pytest.mark.parametrize(
    ("free", "is_told", "phase"),
    [
        (10, False, None),
        (9, False, Phase.BEGUN),
        (0, False, Phase.BEGUN),
        (9, True, None),
        (14, True, None),
        (15, True, Phase.RECOVERED),
        (15, False, None),
    ],
)
def test_people_are_told_once(*, free: int, is_told: bool, phase: Phase | None) -> None:
    """From 90 % on, and again when it is 85 % or less; between, nothing flutters."""
    assert news(percent_free(free), wanted=0, kept=0, is_told=is_told) is phase


def test_what_the_reserve_gave_is_no_room() -> None:
    """Or its going would look as if somebody had made room."""
    room = Room(total=2_000, free=300)

    assert news(room, wanted=64, kept=0, is_told=True) is None
    assert news(room, wanted=64, kept=64, is_told=True) is Phase.RECOVERED
    assert news(Room(total=2_000, free=201), wanted=64, kept=0, is_told=False) is Phase.BEGUN
    assert news(Room(total=2_000, free=201), wanted=64, kept=64, is_told=False) is None


def test_a_disk_of_no_size_is_not_full() -> None:
    """Some file systems do not say how large they are."""
    assert news(Room(total=0, free=0), wanted=64, kept=0, is_told=False) is None


@pytest.mark.parametrize(
    ("free", "kept", "step"),
    [
        (16, 64, Step.LEAVE),
        (15, 64, Step.GIVE),
        (0, 0, Step.LEAVE),
        (127, 0, Step.LEAVE),
        (128, 0, Step.MAKE),
        (1_000, 32, Step.LEAVE),
        (1_000, 64, Step.LEAVE),
        (1_000, 65, Step.GIVE),
    ],
)
def test_the_reserve_goes_before_commits_fail(free: int, kept: int, step: Step) -> None:
    """With less than a fourth of it free; back with twice its room; one that is too large goes."""
    assert reserve_step(Room(total=10_000, free=free), wanted=64, kept=kept) is step


@pytest.mark.parametrize(("kept", "step"), [(0, Step.LEAVE), (64, Step.GIVE)])
def test_no_reserve_is_wanted(kept: int, step: Step) -> None:
    """None is made, and one that is there goes."""
    assert reserve_step(Room(total=10_000, free=9_000), wanted=0, kept=kept) is step


def test_a_small_disk_has_a_small_reserve() -> None:
    """A twentieth of it at most, and it is not called full for what does not fit on it."""
    room = Room(total=1_000, free=900)

    assert reserve_size(room, wanted=64) == 50
    assert reserve_step(room, wanted=64, kept=0) is Step.MAKE
    assert reserve_step(room, wanted=64, kept=50) is Step.LEAVE
    assert news(room, wanted=10_000, kept=0, is_told=False) is None


@pytest.mark.parametrize("free", range(0, 300, 7))
def test_the_reserve_does_not_come_and_go(free: int) -> None:
    """Whatever is free: what was made is not given at the next look, nor the other way round."""
    without = Room(total=2_000, free=free)
    if reserve_step(without, wanted=64, kept=0) is Step.MAKE:
        made = Room(total=2_000, free=free - 64)
        assert reserve_step(made, wanted=64, kept=64) is Step.LEAVE
    if reserve_step(without, wanted=64, kept=64) is Step.GIVE:
        given = Room(total=2_000, free=free + 64)
        assert reserve_step(given, wanted=64, kept=0) is Step.LEAVE


@pytest.mark.parametrize(
    ("room", "health"),
    [
        (percent_free(20), Health.GOOD),
        (percent_free(19), Health.WARNING),
        (percent_free(10), Health.WARNING),
        (percent_free(9), Health.BAD),
        (Room(total=2 * GIB, free=GIB - 1), Health.WARNING),
    ],
)
def test_the_doctor_says_how_the_disk_stands(room: Room, health: Health) -> None:
    """A warning below a fifth or 1 GiB, bad below a tenth; what to do where it is not good."""
    found = check(room, "/data")

    assert found.health is health
    assert f"{room.free_share:.0%}" in found.found
    assert bool(found.do) is (health is not Health.GOOD)
