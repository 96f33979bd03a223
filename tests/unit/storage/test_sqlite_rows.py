"""Many rows in few statements."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import sqlite_rows
from storage.sqlite_rows import insert_rows


@given(st.integers(0, 300), st.integers(4, 40))
def test_all_rows_arrive_in_their_order(count: int, most_values: int) -> None:
    """However many there are, and wherever they are cut into statements."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (place INTEGER PRIMARY KEY, a, b)")
    rows = [(number, f"'{number}", None) for number in range(count)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_rows, "MOST_VALUES", most_values)
        insert_rows(connection, "INSERT INTO t", rows)

    assert connection.execute("SELECT * FROM t ORDER BY place").fetchall() == rows
    connection.close()


def test_a_conflict_is_dealt_with_as_asked() -> None:
    """The tail of the statement counts for each row."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a PRIMARY KEY, b)")
    insert_rows(connection, "INSERT INTO t", [(1, "old")])
    insert_rows(connection, "INSERT INTO t", [(1, "new"), (2, "new")], "ON CONFLICT DO NOTHING")

    assert connection.execute("SELECT * FROM t ORDER BY a").fetchall() == [(1, "old"), (2, "new")]
    connection.close()
