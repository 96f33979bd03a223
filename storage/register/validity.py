"""Rows that hold for a stretch of time: `valid_from` is part of it, `valid_to` (None: open) not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, and_, or_


def valid_at(rows: FromClause, instant: datetime) -> ColumnElement[bool]:
    """Return the condition that rows hold at an instant (aware, UTC).

    Args:
        rows: A table with `valid_from` and `valid_to`, or an alias of one.
        instant: When.
    """
    return and_(rows.c.valid_from <= instant, not_over(rows, instant))


def not_over(rows: FromClause, instant: datetime) -> ColumnElement[bool]:
    """Return the condition that rows hold at an instant or are still to come."""
    return or_(rows.c.valid_to.is_(None), rows.c.valid_to > instant)
