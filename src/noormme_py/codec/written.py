"""What a write tells when it gives no rows."""

from __future__ import annotations

from collections.abc import Callable

from noormme_py.frozen import frozen
from noormme_py.query import nodes
from noormme_py.query.statement import Cursor
from noormme_py.schema.model import Schema


@frozen
class WriteResult:
    """What a write did. `last_insert_id` is the rowid of a plain INSERT's last row, None where there is none."""

    rows_affected: int
    last_insert_id: int | None = None


def write_collector(node: nodes.Query, schema: Schema) -> Callable[[Cursor], WriteResult]:
    """Return what collects the result of a write without RETURNING."""
    if isinstance(node, nodes.Insert) and not node.conflicts and schema.table(node.table.name).has_rowid:
        return _inserted
    return _written


def _inserted(cursor: Cursor) -> WriteResult:
    """Collect the result of a plain INSERT into a table that has rowids."""
    return WriteResult(cursor.rowcount, cursor.lastrowid if cursor.rowcount > 0 else None)


def _written(cursor: Cursor) -> WriteResult:
    """Collect the result of any other write: SQLite's last rowid would be that of some earlier INSERT."""
    return WriteResult(cursor.rowcount)
