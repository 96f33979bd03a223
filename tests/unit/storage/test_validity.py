"""What holds at an instant: the beginning is part of a stretch, its end is not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Column, MetaData, Table, create_engine, select

from storage.register.columns import Instant
from storage.register.validity import not_over, valid_at

NOON = datetime(2026, 3, 10, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROWS = Table("stretch", MetaData(), Column("valid_from", Instant), Column("valid_to", Instant))


def looks(instant: datetime, *, valid_to: datetime | None) -> tuple[bool, bool]:
    """Tell of a stretch from noon on whether it holds, and whether it holds or is to come."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        ROWS.create(connection)
        connection.execute(ROWS.insert().values(valid_from=NOON, valid_to=valid_to))
        holds = connection.execute(select(ROWS).where(valid_at(ROWS, instant))).all()
        stands = connection.execute(select(ROWS).where(not_over(ROWS, instant))).all()
    return bool(holds), bool(stands)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (NOON - HOUR, (False, True)),
        (NOON, (True, True)),
        (NOON + HOUR - timedelta(milliseconds=1), (True, True)),
        (NOON + HOUR, (False, False)),
    ],
)
def test_a_stretch_with_an_end(instant: datetime, expected: tuple[bool, bool]) -> None:
    """From noon to one o'clock."""
    assert looks(instant, valid_to=NOON + HOUR) == expected


@pytest.mark.parametrize(("ahead", "holds"), [(-HOUR, False), (HOUR, True), (99_999 * HOUR, True)])
def test_a_stretch_without_an_end(ahead: timedelta, *, holds: bool) -> None:
    """From noon on; it is never over."""
    assert looks(NOON + ahead, valid_to=None) == (holds, True)


def test_one_that_was_ended_before_it_began_never_holds() -> None:
    """As a consent that is taken back before its day."""
    for hours in range(-3, 3):
        assert looks(NOON + hours * HOUR, valid_to=NOON - HOUR)[0] is False
