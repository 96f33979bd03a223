"""A town in a register in memory, undone after each test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from tests.support import town as towns
from tests.support.town import Town


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """One register for all tests of the session."""
    made = towns.in_memory()
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is undone after the test."""
    with towns.rolled_back(engine) as opened:
        yield opened


@pytest.fixture
def town(connection: Connection) -> Town:
    """The town with everybody in it."""
    return towns.build(connection)
