"""A plan held against a file that exists: what an application did to its tables since they were made."""

from __future__ import annotations

from noormme_py.frozen import replaced
from noormme_py.names import fold
from noormme_py.postgres.plan.planned import PlannedTable
from noormme_py.postgres.rows.building import Reading


def fitted(table: PlannedTable, reading: Reading) -> tuple[PlannedTable | None, list[str]]:
    """Return the table with the columns that both sides have, None where it is not there, and notes on the others."""
    found = [str(row[0]) for row in reading.query("select name from pragma_table_xinfo(?)", (table.name,))]
    if not found:
        return None, ["SQLite has no such table"]
    there = {fold(name) for name in found}
    planned = {fold(column.name) for column in table.columns}
    notes = [
        f"SQLite has no column {column.name!r} any more" for column in table.columns if fold(column.name) not in there
    ]
    notes += [f"PostgreSQL has nothing of the column {name!r}" for name in found if fold(name) not in planned]
    columns = tuple(column for column in table.columns if fold(column.name) in there)
    if not columns:
        return None, notes
    return replaced(table, columns=columns), notes
