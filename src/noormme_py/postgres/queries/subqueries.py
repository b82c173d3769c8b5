"""Queries within expressions."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from noormme_py.frozen import replaced
from noormme_py.postgres.expressions import comparisons
from noormme_py.postgres.expressions.arrays import ONE_DIMENSION, elements
from noormme_py.postgres.expressions.casts import retyped
from noormme_py.postgres.expressions.term import (
    INTEGERS,
    NUMBERS,
    TEXTS,
    Refused,
    Term,
    collated,
    truth,
    wanted_collation,
)
from noormme_py.postgres.expressions.term import value as value_of
from noormme_py.postgres.expressions.type_names import TypeName
from noormme_py.postgres.queries.query_translation import QueryTranslation
from noormme_py.postgres.queries.tables import Selected

_ELEMENTS = frozenset({"text", "varchar", "int2", "int4", "int8"})
_QUERIES = (exp.Select, exp.SetOperation, exp.Subquery)


def scalar(translation: QueryTranslation, node: Any) -> Term:
    """Translate a subquery that stands for one value."""
    selected = translation.select(node)
    term = _only(selected)
    return replaced(
        term,
        sql=f"({selected.sql})",
        is_compound=False,
        constant=None,
        is_null=False,
        collate="",
        document=None,
        path=(),
    )


def exists(translation: QueryTranslation, node: Any) -> Term:
    """Translate EXISTS."""
    return replaced(truth(f"EXISTS ({translation.select(node.this).sql})"), is_compound=False)


def member(translation: QueryTranslation, node: Any) -> Term:
    """Translate IN with a list or a subquery."""
    query = node.args.get("query")
    if query is None:
        return comparisons.in_list(translation, node)
    return _in(translation, translation.term(node.this), query, "IN")


def compared(translation: QueryTranslation, node: Any) -> Term:
    """Translate a comparison, also one with any or all rows of a subquery."""
    listed = comparisons.quantified(node.expression)
    if listed is None:
        return comparisons.comparison(translation, node)
    is_any, query = listed
    while isinstance(query, exp.Paren):
        query = query.this
    operator = comparisons.OPERATORS[type(node)]
    if isinstance(query, exp.Column) and is_any and operator == "=":
        return _among(translation, translation.term(query), [translation.term(node.this)], "")
    if not isinstance(query, _QUERIES):
        return comparisons.comparison(translation, node)
    if (is_any, operator) not in ((True, "="), (False, "<>")):
        raise Refused(f"{operator} with ANY or ALL rows of a subquery has no counterpart in SQLite")
    return _in(translation, translation.term(node.this), query, "IN" if is_any else "NOT IN")


def contains(translation: QueryTranslation, node: Any) -> Term:
    """Translate @> and && of an array that is kept, with one that is written out."""
    joined = " AND " if isinstance(node, exp.ArrayContainsAll) else " OR "
    return _among(translation, translation.term(node.this), elements(translation, node.expression), joined)


def _among(translation: QueryTranslation, array: Term, values: list[Term], joined: str) -> Term:
    """Return whether values are among the elements of an array, which is kept as a list of JSON."""
    element = array.type.removeprefix("_")
    if array.kind != "array" or array.constant is not None or element not in _ELEMENTS or not values:
        raise Refused("an array has no counterpart in SQLite but for one of texts or integers that is a column")
    translation.note(ONE_DIMENSION)
    # A NULL in the array makes = ANY uncertain, and is passed over by @> and &&.
    where = " WHERE value IS NOT NULL" if joined else ""
    said: list[str] = []
    for value in values:
        found = retyped(translation, value, TypeName(element))
        if found.is_null or found.document is not None or (found.type in INTEGERS) != (element in INTEGERS):
            raise Refused(f"{found.type} is looked for in an array of {element}")
        if found.type not in TEXTS | INTEGERS:
            raise Refused(f"{found.type} is looked for in an array of {element}")
        plain = collated(found, "BINARY") if found.collate not in ("", "BINARY") else found
        said.append(f"{plain.operand} IN (SELECT value FROM json_each({array.sql}){where})")
    condition = joined.join(said)
    return value_of(f"CASE WHEN {array.operand} IS NOT NULL THEN {condition} END", "bool")


def _in(translation: QueryTranslation, left: Term, query: exp.Expr, word: str) -> Term:
    selected = translation.select(query)
    right = _only(selected)
    adapted, other = comparisons.alike(translation, left, replaced(right, constant=None))
    if right.form == "decimal text" or (other.sql != right.sql and right.type not in NUMBERS) or right.is_null:
        raise Refused(f"{left.type} among the rows of a subquery of {right.type}")
    if (adapted.collate or "BINARY") != wanted_collation(adapted.type):
        adapted = collated(adapted, wanted_collation(adapted.type))
    return truth(f"{adapted.operand} {word} ({selected.sql})")


def _only(selected: Selected) -> Term:
    if len(selected.columns) != 1:
        raise Refused("a subquery in an expression has more than one column")
    return selected.columns[0][1]
