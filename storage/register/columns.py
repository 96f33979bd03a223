"""Column types that all tables share."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Column, Dialect, ForeignKey, Integer, String
from sqlalchemy.types import TypeDecorator

from domain.moments import from_ms, to_ms

ID_LENGTH = 32


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant, stored as whole milliseconds since 1970 on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Store; a naive time raises TypeError, half a millisecond is dropped."""
        del dialect
        return None if value is None else to_ms(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Load as aware UTC."""
        del dialect
        return None if value is None else from_ms(value)


class Duration(TypeDecorator[timedelta]):
    """A duration, stored as whole milliseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        """Store; half a millisecond is dropped."""
        del dialect
        return None if value is None else value // timedelta(milliseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        """Load."""
        del dialect
        return None if value is None else timedelta(milliseconds=value)


def id_column(name: str = "id") -> Column[str]:
    """Return the primary key of a row that we name ourselves."""
    return Column(name, String(ID_LENGTH), primary_key=True)


def position_column(name: str = "position") -> Column[int]:
    """Return a primary key that grows by itself and is never used twice: a log's position."""
    return Column(
        name, BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )


def ref(
    name: str, table: str, *, key: str = "id", nullable: bool = False, primary_key: bool = False
) -> Column[str]:
    """Return a reference to another row."""
    return Column(
        name,
        String(ID_LENGTH),
        ForeignKey(f"{table}.{key}"),
        nullable=nullable,
        primary_key=primary_key,
    )


def of_municipality(*, nullable: bool = False) -> Column[str]:
    """Return the column that every table has: whose row this is."""
    return ref("municipality_id", "municipality", nullable=nullable)
