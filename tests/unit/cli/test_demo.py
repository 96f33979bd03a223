"""What the demonstration decides before it begins."""

from datetime import UTC, datetime

import pytest

from cli.demo import _morning
from cli.demo_city import spoken_here


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "ja_JP.UTF-8", "LANG": "C"}, "ja"),
        ({}, "en"),
    ],
)
def test_demo_speaks_the_language_of_the_machine(
    environment: dict[str, str], language: str
) -> None:
    """A Japanese machine shows Japanese pages and mails, every other English ones."""
    assert spoken_here(environment) == language


def test_demo_begins_in_the_morning_of_japan() -> None:
    """Whatever the hour of the machine, the story begins at half past six of the local day."""
    late = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)

    assert _morning(late) == datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
