"""What has to be known of a table's values before it can be said how they arrive; one pass over the table each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from noormme_py.frozen import frozen
from noormme_py.postgres.model import PgTable, PgType
from noormme_py.postgres.server.identifiers import quoted, relation

_LAST_DAY = "9999-12-31"


@frozen
class ColumnFacts:
    """How many values are there that are kept in another way than the rest of the column.

    `beyond` counts what Python's dates and times cannot hold, `nans` what is no number, `negative_zeros` what SQLite
    keeps as 0, and `nulls` NULLs where a domain says NOT NULL: there are ways around that.
    """

    beyond: int = 0
    nans: int = 0
    negative_zeros: int = 0
    nulls: int = 0


NOTHING = ColumnFacts()

Facts = Mapping[tuple[str, str, str], ColumnFacts]
"""By schema, table and column; a column that is not in it has nothing to tell."""


def _beyond_dates(column: str, kind: str) -> str:
    end = _LAST_DAY if kind == "date" else f"{_LAST_DAY} 23:59:59.999999"
    return f"count(*) filter (where {column} < '0001-01-01' or {column} > '{end}')"


def _beyond_times(column: str, kind: str) -> str:
    return f"count(*) filter (where {column}::text like '24:%')"


def _nans(column: str, kind: str) -> str:
    return f"count(*) filter (where {column} = 'NaN')"


def _negative_zeros(column: str, kind: str) -> str:
    return f"count(*) filter (where {column} = 0 and {column}::text like '-%')"


_ASKED: dict[str, tuple[tuple[str, Callable[[str, str], str]], ...]] = {
    "date": (("beyond", _beyond_dates),),
    "timestamp": (("beyond", _beyond_dates),),
    "timestamptz": (("beyond", _beyond_dates),),
    "time": (("beyond", _beyond_times),),
    "timetz": (("beyond", _beyond_times),),
    "float4": (("nans", _nans), ("negative_zeros", _negative_zeros)),
    "float8": (("nans", _nans), ("negative_zeros", _negative_zeros)),
    "numeric": (("nans", _nans),),
}


def facts_query(table: PgTable, where: str | None = None) -> tuple[str, list[tuple[str, str]]] | None:
    """Return the query and what each of its columns is a count of, or None where there is nothing to ask."""
    asked: list[tuple[str, str]] = []
    counts: list[str] = []
    for column in table.columns:
        for what, count in _ASKED.get(base_of(column.type).name, ()):
            asked.append((column.name, what))
            counts.append(count(quoted(column.name), base_of(column.type).name))
        if column.type.is_not_null and column.is_nullable:
            asked.append((column.name, "nulls"))
            counts.append(f"count(*) filter (where {quoted(column.name)} is null)")
    if not asked:
        return None
    return f"select {', '.join(counts)} from {relation(table)}{f' where {where}' if where else ''}", asked


def facts_of(
    table: PgTable, asked: list[tuple[str, str]], counts: tuple[int, ...]
) -> dict[tuple[str, str, str], ColumnFacts]:
    """Return the facts by their columns, of the one row that the query gave."""
    found: dict[str, dict[str, int]] = {}
    for (column, what), count in zip(asked, counts, strict=True):
        if count:
            found.setdefault(column, {})[what] = count
    return {(table.schema, table.name, column): ColumnFacts(**counts) for column, counts in found.items()}


def base_of(kind: PgType) -> PgType:
    """Return the type below all domains."""
    while kind.kind == "domain" and kind.element is not None:
        kind = kind.element
    return kind
