"""How Python arguments become nodes: strings that name things, values that are bound.

One rule everywhere: where a *column* is expected a string names it; where a *value* is expected a
string is data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from noormme_py.errors import CompileError
from noormme_py.query import nodes
from noormme_py.query.interning import interned

_ALIASED = re.compile(r"\A(?P<what>.+?)\s+as\s+(?P<alias>\S+)\Z", re.IGNORECASE | re.DOTALL)
_MAX_PARSED = 1000

COMPARISONS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">=", "is", "is not", "glob", "not glob", "match", "regexp"})
ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
PATTERNS = frozenset({"glob", "not glob", "match", "regexp"})
_PLAIN = frozenset({"=", "!=", "<", "<=", ">", ">="})
_OPERATORS = COMPARISONS | {"in", "not in", "like", "not like", "between", "not between"}


class Operand:
    """Anything that stands for a node: an expression or a query under construction."""

    __slots__ = ("node",)

    def __init__(self, node: nodes.Node) -> None:
        self.node = node


def reference(name: object) -> nodes.Node:
    """Return the node for something in a column's place: `"name"`, `"users.name"`, an expression."""
    if type(name) is str:
        return _named(name)
    if isinstance(name, Operand):
        return operand(name)
    if not isinstance(name, str):
        raise CompileError(f"a column is named by a string or an expression, not by {type(name).__name__}")
    return _reference(name)


def _reference(name: str) -> nodes.Node:
    table, dot, column = name.rpartition(".")
    if not dot:
        return nodes.Ref(name)
    if not table or not column or "." in table:
        raise CompileError(
            f"{name[:100]!r} is not a column or a table.column",
            hint='a name that has a dot in it is said with col("the.column", table="the.table")',
        )
    return nodes.Ref(column, table)


_named = interned(_reference)


def operand(value: object) -> nodes.Node:
    """Return the node for something in a value's place: data is bound, a query is put in parentheses."""
    if isinstance(value, Operand):
        node = value.node
        return nodes.Subquery(node) if isinstance(node, nodes.Select) else node
    return nodes.Value(value)


def argument(value: object) -> nodes.Node:
    """Return the node for a function's argument: a string names a column, other data is bound."""
    return reference(value) if isinstance(value, str) else operand(value)


def selection(item: object) -> nodes.Node:
    """Return the node for an item of a SELECT list: `"name"`, `"users.name as author"`, `"users.*"`."""
    if type(item) is str:
        return _selected(item)
    if isinstance(item, Operand):
        return operand(item)
    return _selection(item) if isinstance(item, str) else reference(item)


def _selection(item: str) -> nodes.Node:
    what, alias = _split_alias(item)
    if what == "*" or what.endswith(".*"):
        if alias is not None:
            raise CompileError("all columns cannot have one alias")
        return nodes.Star(what[:-2] or None)
    node = reference(what)
    return node if alias is None else nodes.Aliased(node, alias)


_selected = interned(_selection)


def source(item: object) -> nodes.Node:
    """Return the node for something to select from: `"users"`, `"users as u"`, a typed table, a query with an alias."""
    if isinstance(item, Operand):
        if isinstance(item.node, nodes.Select):
            raise CompileError("a query to select from needs a name", hint='give it one: query.as_("recent")')
        return item.node
    if not isinstance(item, str):
        return _declared(item)
    return _table(item) if type(item) is str else _source(item)


def _declared(item: object) -> nodes.Node:
    """Return the node that a typed table has of itself, as a class and under an alias."""
    node = getattr(item, "__source__", None)
    if isinstance(node, nodes.Node):
        return node
    raise CompileError(f"a table is named by a string or a typed table, not by {type(item).__name__}")


def _source(item: str) -> nodes.Node:
    what, alias = _split_alias(item)
    return nodes.TableName(what) if alias is None else nodes.Aliased(nodes.TableName(what), alias)


_table = interned(_source)


def query(item: object) -> nodes.Select:
    """Return the SELECT that an operand holds."""
    node = item.node if isinstance(item, Operand) else None
    if isinstance(node, nodes.Select):
        return node
    raise CompileError(f"a select query is expected here, not {type(item).__name__}")


def predicate(item: object) -> nodes.Node:
    """Return the node of a condition."""
    if isinstance(item, Operand) and not isinstance(item.node, nodes.Select):
        return item.node
    raise CompileError(f"a condition is expected here, not {type(item).__name__}")


def condition(column: object, operator: str | None, value: object) -> nodes.Node:
    """Return the node of `column operator value`, or of the predicate that stands in the column's place."""
    if operator is not None:
        return comparison(reference(column), operator, value)
    if value is not None:
        raise CompileError("a value is given without an operator")
    return predicate(column)


def comparison(left: nodes.Node, operator: str, value: object) -> nodes.Node:
    """Return the node of `left operator value`, the value bound unless it is an expression."""
    if type(operator) is str and operator in _PLAIN and value is not None:
        return nodes.Binary(left, operator, operand(value))
    op = " ".join(operator.split()).lower() if isinstance(operator, str) else ""
    if op in ("in", "not in"):
        return membership(left, value, is_negated=op == "not in")
    if op in ("between", "not between"):
        low, high = _pair(value)
        if low is None or high is None:
            raise CompileError(f"{op!r} with None is never true in SQL", hint="compare with '>=' or '<=' alone")
        return nodes.Between(left, operand(low), operand(high), is_negated=op == "not between")
    if op in ("like", "not like"):
        if value is None:
            raise CompileError(f"{op!r} with None is never true in SQL", hint="use 'is' or 'is not'")
        return nodes.Like(left, operand(value), is_negated=op == "not like")
    if op == "==":
        op = "="
    if op not in COMPARISONS:
        raise CompileError(
            f"{str(operator)[:40]!r} is not an operator",
            hint="there are " + ", ".join(sorted(_OPERATORS)),
        )
    if value is None:
        if op in ("is", "is not"):
            return nodes.Binary(left, op, nodes.Null())
        raise CompileError(f"{op!r} with None is never true in SQL", hint="use 'is' or 'is not'")
    return nodes.Binary(left, op, operand(value))


def membership(left: nodes.Node, values: object, *, is_negated: bool) -> nodes.Node:
    """Return the node of `left IN values`, values being a query or an iterable of data."""
    if isinstance(values, Operand) and isinstance(values.node, nodes.Param):
        return nodes.InList(left, values.node, is_negated)
    if isinstance(values, Operand):
        return nodes.InQuery(left, query(values), is_negated)
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise CompileError(f"'in' takes a list or a query, not {type(values).__name__}")
    return nodes.InList(left, tuple(values), is_negated)


def conjoin(first: nodes.Node | None, second: nodes.Node) -> nodes.Node:
    """Return both conditions joined by AND."""
    if first is None:
        return second
    return nodes.And((*first.items, second) if isinstance(first, nodes.And) else (first, second))


def disjoin(first: nodes.Node | None, second: nodes.Node) -> nodes.Node:
    """Return both conditions joined by OR."""
    if first is None:
        return second
    return nodes.Or((*first.items, second) if isinstance(first, nodes.Or) else (first, second))


def _split_alias(text: str) -> tuple[str, str | None]:
    # A text this long is no "column as alias": it is one name, and looking for " as " could be slow.
    match = _ALIASED.match(text) if len(text) <= _MAX_PARSED else None
    return (match["what"], match["alias"]) if match else (text, None)


def _pair(value: object) -> tuple[object, object]:
    if isinstance(value, tuple | list) and len(value) == 2:
        return value[0], value[1]
    raise CompileError("'between' takes a pair: (low, high)")
