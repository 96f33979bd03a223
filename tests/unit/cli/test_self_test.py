"""What makes a broker unfit, from what was seen of it."""

from dataclasses import replace

import pytest

from cli.self_test import Evidence, faults

GOOD = Evidence(
    allowed_arrived=True,
    answer_arrived=True,
    is_stranger_refused=True,
    is_wrong_password_refused=True,
    survived_forged_id=True,
)


def test_a_good_broker_has_no_fault() -> None:
    """Everything that must be seen was seen, and nothing else."""
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    "name",
    [
        "allowed_arrived",
        "answer_arrived",
        "is_stranger_refused",
        "is_wrong_password_refused",
        "survived_forged_id",
        "is_clear_text_refused",
        "is_tls_accepted",
    ],
)
def test_what_was_not_seen_is_a_fault(name: str) -> None:
    """Each observation counts alone: one that is missing makes the broker unfit."""
    assert len(faults(replace(GOOD, **{name: False}))) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["forged_arrived", "overheard"])
def test_one_foreign_message_is_a_fault(name: str) -> None:
    """The topic is named, once."""
    (fault,) = faults(replace(GOOD, **{name: ["a/b", "a/b"]}))  # type: ignore[arg-type]

    assert fault.endswith("a/b")


def test_a_broker_of_which_nothing_is_known_is_unfit() -> None:
    """A trial that broke at its beginning proves nothing."""
    assert len(faults(Evidence())) >= 5
