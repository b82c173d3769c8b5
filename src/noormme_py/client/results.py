"""What the ends of queries give back besides rows."""

from __future__ import annotations

from typing import Any

from noormme_py.codec.decode import row_decoder
from noormme_py.codec.described import described
from noormme_py.codec.shapes import DICT
from noormme_py.frozen import frozen
from noormme_py.query.statement import Cursor, Raw


@frozen
class CompiledQuery:
    """A query as SQL text with its encoded parameters."""

    sql: str
    parameters: tuple[Raw, ...]


@frozen
class Result:
    """What raw SQL gave: `rows` as dicts of the values SQLite has, `rows_affected` (-1 for a read)."""

    rows: list[Any]
    rows_affected: int
    last_insert_id: int | None = None


@frozen
class PlanStep:
    """One line of EXPLAIN QUERY PLAN; `parent` is the id of the step it belongs to, 0 at the top."""

    id: int
    parent: int
    detail: str


def plan_steps(cursor: Cursor) -> list[PlanStep]:
    """Collect a query plan."""
    return [PlanStep(row[0], row[1], row[3]) for row in cursor.fetchall()]


def raw_result(cursor: Cursor) -> Result:
    """Collect what raw SQL gave that inserts no row with a rowid."""
    return Result(_rows(cursor), cursor.rowcount)


def raw_insertion(cursor: Cursor) -> Result:
    """Collect what the raw SQL of a plain INSERT gave."""
    rows = _rows(cursor)
    # The driver does not count what an INSERT behind a WITH changes; a row given back is one that was inserted.
    is_inserted = cursor.rowcount > 0 or bool(rows)
    return Result(rows, cursor.rowcount, cursor.lastrowid if is_inserted else None)


def _rows(cursor: Cursor) -> list[Any]:
    return row_decoder(described(cursor), DICT).all(cursor) if cursor.description else []
