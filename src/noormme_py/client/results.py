"""What the ends of queries give back besides rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from noormme_py.codec.decode import ResultColumn, row_decoder
from noormme_py.codec.shapes import DICT
from noormme_py.errors import ResultError
from noormme_py.query import nodes
from noormme_py.query.statement import Cursor, Raw
from noormme_py.schema.model import Schema


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """A query as SQL text with its encoded parameters."""

    sql: str
    parameters: tuple[Raw, ...]


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What a write did. `last_insert_id` is the rowid of a plain INSERT's last row, None where there is none."""

    rows_affected: int
    last_insert_id: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What raw SQL gave: `rows` as dicts of the values SQLite has, `rows_affected` (-1 for a read)."""

    rows: list[Any]
    rows_affected: int
    last_insert_id: int | None = None


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One line of EXPLAIN QUERY PLAN; `parent` is the id of the step it belongs to, 0 at the top."""

    id: int
    parent: int
    detail: str


def plan_steps(cursor: Cursor) -> list[PlanStep]:
    """Collect a query plan."""
    return [PlanStep(row[0], row[1], row[3]) for row in cursor.fetchall()]


def inserted(cursor: Cursor) -> WriteResult:
    """Collect the result of a plain INSERT into a table that has rowids."""
    return WriteResult(cursor.rowcount, cursor.lastrowid if cursor.rowcount > 0 else None)


def written(cursor: Cursor) -> WriteResult:
    """Collect the result of any other write: SQLite's last rowid would be that of some earlier INSERT."""
    return WriteResult(cursor.rowcount)


def write_collector(node: nodes.Query, schema: Schema) -> Callable[[Cursor], WriteResult]:
    """Return what collects the result of a write without RETURNING."""
    if isinstance(node, nodes.Insert) and not node.conflicts and schema.table(node.table.name).has_rowid:
        return inserted
    return written


def raw_result(cursor: Cursor) -> Result:
    """Collect what raw SQL gave that inserts no row with a rowid."""
    return Result(_rows(cursor), cursor.rowcount)


def raw_insertion(cursor: Cursor) -> Result:
    """Collect what the raw SQL of a plain INSERT gave."""
    rows = _rows(cursor)
    # The driver does not count what an INSERT behind a WITH changes; a row given back is one that was inserted.
    is_inserted = cursor.rowcount > 0 or bool(rows)
    return Result(rows, cursor.rowcount, cursor.lastrowid if is_inserted else None)


def described(cursor: Cursor) -> list[ResultColumn]:
    """Return the result columns that a cursor names; raises ResultError when two have one name."""
    names = [column[0] for column in cursor.description or ()]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ResultError(
            "several result columns are named " + ", ".join(map(repr, sorted(twice))) + "; a row can hold only one",
            hint="give them aliases",
        )
    return [ResultColumn(name) for name in names]


def _rows(cursor: Cursor) -> list[Any]:
    return row_decoder(described(cursor), DICT).all(cursor) if cursor.description else []
