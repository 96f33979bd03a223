"""Many rows in one statement, as one JSON text: a batch costs about as much as a row.

`executemany` would leave and take the interpreter's lock for each row, beside busy threads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    TableValuedAlias,
    bindparam,
    func,
    select,
    true,
)
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from storage.register.guard import require_system

_DIALECT = sqlite_dialect()


def among(column: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a column has one of any number of values."""
    return column.in_(select(_rows(json.dumps(list(values))).c.value))


def upsert(
    connection: Connection,
    access: Access,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    *,
    owner: Table,
    merge: Mapping[str, ColumnElement[object]] | None = None,
) -> None:
    """Insert rows or update those that are there, in the caller's transaction; none is fine.

    Args:
        connection: With an open transaction.
        access: Of a service.
        table: Has a municipality.
        rows: Values by column name; all with the same names, without the municipality.
        owner: The table whose row has the same id as the first column of `rows`, and the
            municipality. A row without an owner is passed over.
        merge: How columns of a row that is there change; without it they become the new ones.
    """
    require_system(access)
    if not rows:
        return
    names = list(rows[0])
    content = json.dumps([[_stored(table.c[name], row[name]) for name in names] for row in rows])
    each = _rows(content)
    values = [func.json_extract(each.c.value, f"$[{place}]") for place in range(len(names))]
    query: Select[tuple[object, ...]] = (
        select(*values, owner.c.municipality_id)
        .select_from(each.join(owner, owner.c.id == values[0]))
        .where(true())  # SQLite's grammar needs it before ON CONFLICT
    )
    new = insert(table).from_select([*names, "municipality_id"], query)
    keys = [column.name for column in table.primary_key]
    changes = merge or {name: new.excluded[name] for name in names if name not in keys}
    connection.execute(new.on_conflict_do_update(index_elements=keys, set_=dict(changes)))


def _rows(content: str) -> TableValuedAlias:
    return func.json_each(bindparam(None, content, unique=True)).table_valued("value")


def _stored(column: Column[object], value: object) -> object:
    """Return a value as its column stores it."""
    bind = column.type.bind_processor(_DIALECT)
    return value if bind is None else bind(value)
