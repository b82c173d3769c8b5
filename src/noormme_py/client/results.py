"""What the ends of queries give back besides rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from noormme_py.client.catalog import described
from noormme_py.codec.decode import row_decoder
from noormme_py.codec.shapes import DICT
from noormme_py.query import nodes
from noormme_py.query.statement import Cursor, Raw


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """A query as SQL text with its encoded parameters."""

    sql: str
    parameters: tuple[Raw, ...]


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What a write did. `last_insert_id` is the rowid of a plain INSERT's last row, else None."""

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
    """Collect the result of a plain INSERT."""
    return WriteResult(cursor.rowcount, cursor.lastrowid if cursor.rowcount > 0 else None)


def written(cursor: Cursor) -> WriteResult:
    """Collect the result of any other write: SQLite's last rowid would be that of some earlier INSERT."""
    return WriteResult(cursor.rowcount)


def write_collector(node: nodes.Query) -> Callable[[Cursor], WriteResult]:
    """Return what collects the result of a write without RETURNING."""
    return inserted if isinstance(node, nodes.Insert) and not node.conflicts else written


def raw_result(cursor: Cursor) -> Result:
    """Collect what raw SQL gave."""
    rows = row_decoder(described(cursor), DICT).many(cursor.fetchall()) if cursor.description else []
    return Result(rows, cursor.rowcount, cursor.lastrowid if cursor.rowcount > 0 else None)
