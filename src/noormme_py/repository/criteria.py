"""Conditions given as a mapping: `{"age__gte": 18, "name__icontains": "ada"}`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from noormme_py.errors import ColumnNotFound, QueryError
from noormme_py.names import suggest
from noormme_py.query import nodes, operands
from noormme_py.query.expressions import Expression
from noormme_py.query.operands import Operand
from noormme_py.schema.model import Table

Criteria = Mapping[str, object] | Expression


def _text(method: Callable[[Expression, str], Expression]) -> Callable[[Expression, object], Expression]:
    def look(column: Expression, value: object) -> Expression:
        if not isinstance(value, str):
            raise QueryError(f"this lookup takes a str, not {type(value).__name__}")
        return method(column, value)

    return look


def _listed(method: Callable[[Expression, Any], Expression]) -> Callable[[Expression, object], Expression]:
    def look(column: Expression, values: object) -> Expression:
        # The criteria are read again when the schema has changed, and "in none of none" is true of every row.
        if isinstance(values, Iterator):
            raise QueryError(
                f"this lookup takes values that can be read twice, not {type(values).__name__}",
                hint="list(…) keeps them",
            )
        return method(column, values)

    return look


def _is_null(column: Expression, value: object) -> Expression:
    if not isinstance(value, bool):
        raise QueryError(f"isnull takes True or False, not {type(value).__name__}")
    return column.is_null() if value else column.is_not_null()


def _between(column: Expression, value: object) -> Expression:
    return column.compare("between", value)


def _exact(column: Expression, value: object) -> Expression:
    return column.is_null() if value is None else column == value


def _not(column: Expression, value: object) -> Expression:
    return column.is_not_null() if value is None else column != value


LOOKUPS: dict[str, Callable[[Expression, Any], Expression]] = {
    "eq": _exact,
    "ne": _not,
    "gt": Expression.__gt__,
    "gte": Expression.__ge__,
    "lt": Expression.__lt__,
    "lte": Expression.__le__,
    "in": _listed(Expression.in_),
    "not_in": _listed(Expression.not_in),
    "isnull": _is_null,
    "between": _listed(_between),
    "like": Expression.like,
    "contains": _text(Expression.contains),
    "icontains": _text(Expression.icontains),
    "startswith": _text(Expression.startswith),
    "istartswith": _text(Expression.istartswith),
    "endswith": _text(Expression.endswith),
    "iendswith": _text(Expression.iendswith),
}


def condition(table: Table, where: Criteria | None) -> nodes.Node | None:
    """Return the node of the criteria, or None when there are none.

    Raises ColumnNotFound for an unknown column and QueryError for an unknown lookup, each with a
    suggestion. None as a value asks for NULL.
    """
    if where is None:
        return None
    if isinstance(where, Operand):
        return operands.predicate(where)
    if not isinstance(where, Mapping):
        raise QueryError(
            f"criteria are a mapping or an expression, not {type(where).__name__}",
            hint='{"age__gte": 18} or (col("age") >= 18)',
        )
    found: nodes.Node | None = None
    for key, value in where.items():
        found = operands.conjoin(found, _one(table, key, value).node)
    return found


def _one(table: Table, key: str, value: object) -> Expression:
    if not isinstance(key, str):
        raise QueryError(f"criteria name columns by strings, not by {type(key).__name__}")
    # A column whose own name holds "__" wins over a lookup.
    column, lookup = (key, "eq") if table.find_column(key) else _split(table, key)
    reference = Expression(nodes.Ref(table.column(column).name, table.name))
    return LOOKUPS[lookup](reference, value)


def _split(table: Table, key: str) -> tuple[str, str]:
    column, separator, lookup = key.rpartition("__")
    if not separator:
        return key, "eq"
    if lookup in LOOKUPS:
        return column, lookup
    if table.find_column(column):
        raise QueryError(f"there is no lookup {lookup[:40]!r}", hint=suggest(lookup, LOOKUPS))
    raise ColumnNotFound(f"table {table.name!r} has no column {key[:100]!r}", hint=suggest(key, table.column_names))
