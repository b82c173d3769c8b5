"""Expressions: columns, values and what is computed of them, with Python's operators."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Generic

from typing_extensions import TypeVar

from noormme_py.errors import CompileError
from noormme_py.frozen import replaced
from noormme_py.query import nodes, operands
from noormme_py.query.operands import Operand

# What a value that it is compared with may be.
T = TypeVar("T", default=Any)

_BRACES = re.compile(r"(\{\{|\}\}|\{\}|\{|\})")


class Expression(Operand, Generic[T]):
    """A SQL expression. Operators make new ones; data on the right-hand side is bound.

    `&`, `|` and `~` are AND, OR and NOT. They bind tighter than comparisons, so write parentheses:
    `(col("age") >= 18) & (col("age") < 65)`.
    """

    __slots__ = ()
    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise CompileError(
            "a SQL expression is neither true nor false in Python",
            hint="join conditions with & and |, not with and/or; test NULL with is_null()",
        )

    def __repr__(self) -> str:
        return f"<Expression {type(self.node).__name__}>"

    def compare(self, operator: str, value: object) -> Expression:
        """Return `self operator value` for any operator that `where` knows."""
        return Expression(operands.comparison(self.node, operator, value))

    def __eq__(self, other: T | Operand) -> Expression:  # type: ignore[override]
        return Expression(operands.comparison(self.node, "=", other))

    def __ne__(self, other: T | Operand) -> Expression:  # type: ignore[override]
        return Expression(operands.comparison(self.node, "!=", other))

    def __lt__(self, other: T | Operand) -> Expression:
        return Expression(operands.comparison(self.node, "<", other))

    def __le__(self, other: T | Operand) -> Expression:
        return Expression(operands.comparison(self.node, "<=", other))

    def __gt__(self, other: T | Operand) -> Expression:
        return Expression(operands.comparison(self.node, ">", other))

    def __ge__(self, other: T | Operand) -> Expression:
        return Expression(operands.comparison(self.node, ">=", other))

    def __and__(self, other: Operand) -> Expression:
        return Expression(operands.conjoin(self.node, operands.predicate(other)))

    def __or__(self, other: Operand) -> Expression:
        return Expression(operands.disjoin(self.node, operands.predicate(other)))

    def __invert__(self) -> Expression:
        return Expression(nodes.Not(self.node))

    def __add__(self, other: object) -> Expression:
        return self._arithmetic("+", other)

    def __radd__(self, other: object) -> Expression:
        return self._reflected("+", other)

    def __sub__(self, other: object) -> Expression:
        return self._arithmetic("-", other)

    def __rsub__(self, other: object) -> Expression:
        return self._reflected("-", other)

    def __mul__(self, other: object) -> Expression:
        return self._arithmetic("*", other)

    def __rmul__(self, other: object) -> Expression:
        return self._reflected("*", other)

    def __truediv__(self, other: object) -> Expression:
        return self._arithmetic("/", other)

    def __rtruediv__(self, other: object) -> Expression:
        return self._reflected("/", other)

    def __mod__(self, other: object) -> Expression:
        return self._arithmetic("%", other)

    def __neg__(self) -> Expression:
        return Expression(nodes.Negative(self.node))

    def concat(self, other: object) -> Expression:
        """Return `self || other`."""
        return self._arithmetic("||", other)

    def in_(self, values: Iterable[T] | Operand) -> Expression:
        """Return `self IN values`; values are data or a query. Nothing is in an empty list."""
        return Expression(operands.membership(self.node, values, is_negated=False))

    def not_in(self, values: Iterable[T] | Operand) -> Expression:
        """Return `self NOT IN values`; a None among them asks for NOT NULL."""
        return Expression(operands.membership(self.node, values, is_negated=True))

    def between(self, low: T | Operand, high: T | Operand) -> Expression:
        """Return `self BETWEEN low AND high`, both ends included."""
        return self.compare("between", (low, high))

    def is_null(self) -> Expression:
        return Expression(nodes.Binary(self.node, "is", nodes.Null()))

    def is_not_null(self) -> Expression:
        return Expression(nodes.Binary(self.node, "is not", nodes.Null()))

    def like(self, pattern: object) -> Expression:
        """Return `self LIKE pattern`, where `%` and `_` are wild and ASCII case does not count."""
        return self.compare("like", pattern)

    def icontains(self, text: str) -> Expression:
        """Return whether the text is in it, taken literally, ASCII case aside."""
        return self._escaped_like(f"%{escape_like(text)}%")

    def istartswith(self, text: str) -> Expression:
        """Return whether it starts with the text, taken literally, ASCII case aside."""
        return self._escaped_like(f"{escape_like(text)}%")

    def iendswith(self, text: str) -> Expression:
        """Return whether it ends with the text, taken literally, ASCII case aside."""
        return self._escaped_like(f"%{escape_like(text)}")

    def contains(self, text: str) -> Expression:
        """Return whether the text is in it, exactly."""
        return self.compare("glob", f"*{escape_glob(text)}*")

    def startswith(self, text: str) -> Expression:
        """Return whether it starts with the text, exactly; an index on the column serves this."""
        return self.compare("glob", f"{escape_glob(text)}*")

    def endswith(self, text: str) -> Expression:
        """Return whether it ends with the text, exactly."""
        return self.compare("glob", f"*{escape_glob(text)}")

    def as_(self, alias: str) -> Expression:
        """Return it under a name, for a SELECT list or a FROM clause."""
        return Expression(nodes.Aliased(self.node, alias))

    def cast(self, type_name: str) -> Expression:
        """Return `CAST(self AS type)`; the value is decoded as that declared type."""
        return Expression(nodes.Cast(self.node, type_name))

    def collate(self, collation: str) -> Expression:
        """Return it compared and ordered by a collation: BINARY, NOCASE, RTRIM or one of your own."""
        return Expression(nodes.Collate(self.node, collation))

    def json(self, *path: str | int) -> Expression:
        """Return the value at a path of keys and array positions inside JSON text.

        >>> col("settings").json("theme", "colors", 0)
        json_extract("settings", '$."theme"."colors"[0]')
        """
        if not path:
            raise CompileError("a JSON path is empty")
        for step in path:
            if isinstance(step, bool) or not isinstance(step, str | int):
                raise CompileError(f"a JSON path is made of strings and integers, not of {type(step).__name__}")
        return Expression(nodes.JsonPath(self.node, path))

    def asc(self, *, nulls: nodes.Nulls | None = None) -> Expression:
        return Expression(nodes.Order(self.node, "asc", nulls))

    def desc(self, *, nulls: nodes.Nulls | None = None) -> Expression:
        return Expression(nodes.Order(self.node, "desc", nulls))

    def _arithmetic(self, operator: str, other: object) -> Expression:
        return Expression(nodes.Binary(self.node, operator, operands.operand(other)))

    def _reflected(self, operator: str, other: object) -> Expression:
        return Expression(nodes.Binary(operands.operand(other), operator, self.node))

    def _escaped_like(self, pattern: str) -> Expression:
        return Expression(nodes.Like(self.node, nodes.Value(pattern), is_escaped=True))


class CaseExpression(Expression):
    """A CASE under construction; it can be used as an expression after its first `then`."""

    __slots__ = ()
    node: nodes.Case

    def when(self, condition: object, operator: str | None = None, value: object = None) -> CaseBranch:
        """Add a branch: `when("age", ">", 18)`, `when(predicate)`, or `when(data)` after `case("column")`."""
        if operator is None and value is None and self.node.operand is not None:
            return CaseBranch(self.node, operands.operand(condition))
        return CaseBranch(self.node, operands.condition(condition, operator, value))

    def else_(self, value: object) -> Expression:
        """Say what it is when no branch holds; without it, that is NULL."""
        return Expression(replaced(self.node, otherwise=operands.operand(value)))


class CaseBranch:
    """A WHEN that waits for its THEN."""

    __slots__ = ("_case", "_met")

    def __init__(self, case: nodes.Case, met: nodes.Node) -> None:
        self._case = case
        self._met = met

    def then(self, value: object) -> CaseExpression:
        branches = (*self._case.branches, (self._met, operands.operand(value)))
        return CaseExpression(replaced(self._case, branches=branches))


def escape_like(text: str) -> str:
    r"""Return the text with `%`, `_` and `\` quoted for LIKE … ESCAPE '\'."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def escape_glob(text: str) -> str:
    """Return the text with the wild characters of GLOB quoted."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)


def col(name: str, *, table: str | None = None) -> Expression:
    """Return a column: `col("age")`, `col("users.age")`, or exactly, `col("odd.name", table="t")`."""
    return Expression(operands.reference(name) if table is None else nodes.Ref(name, table))


def val(value: object) -> Expression:
    """Return data as an expression, where a string would name a column."""
    return Expression(operands.operand(value))


def param(name: str) -> Expression:
    """Return a placeholder whose value comes when the prepared query is run."""
    return Expression(nodes.Param(name))


def excluded(column: str) -> Expression:
    """Return the value that an upsert tried to insert."""
    return Expression(nodes.Ref(column, "excluded"))


def table(name: str) -> Expression:
    """Return a table's name for a `sql` fragment, quoted."""
    return Expression(nodes.TableName(name))


def and_(*conditions: Operand) -> Expression:
    """Return the conditions joined by AND."""
    return Expression(nodes.And(_several(conditions)))


def or_(*conditions: Operand) -> Expression:
    """Return the conditions joined by OR."""
    return Expression(nodes.Or(_several(conditions)))


def not_(condition: Operand) -> Expression:
    """Return the opposite of a condition."""
    return Expression(nodes.Not(operands.predicate(condition)))


def exists(query: Operand) -> Expression:
    """Return whether a query gives any row."""
    return Expression(nodes.Exists(operands.query(query)))


def tuple_(*items: object) -> Expression:
    """Return a row value: `tuple_("a", "b") > tuple_(val(1), val(2))`; strings name columns."""
    return Expression(nodes.Row(tuple(map(operands.argument, items))))


def case(operand: object = None) -> CaseExpression:
    """Begin a CASE: `case().when("age", ">", 18).then("adult").else_("minor")`."""
    return CaseExpression(nodes.Case(None if operand is None else operands.reference(operand), ()))


def cast(operand: object, type_name: str) -> Expression:
    """Return `CAST(operand AS type)`; a string names a column."""
    return Expression(nodes.Cast(operands.argument(operand), type_name))


def sql(text: str, *values: object) -> Expression:
    """Return SQL of your own: each `{}` takes a value, bound, or an expression; `{{` and `}}` are braces.

    >>> sql("lower({}) = {}", col("email"), "ada@example.com")
    lower("email") = ?
    """
    texts = _places(text)
    if len(texts) != len(values) + 1:
        raise CompileError(f"the SQL has {len(texts) - 1} places '{{}}' and {len(values)} values are given")
    return Expression(nodes.Fragment(texts, tuple(map(operands.operand, values))))


def raw(text: str) -> Expression:
    """Return SQL text as it is. Never build it from input: `sql` binds values."""
    return Expression(nodes.Fragment((text,)))


def _places(text: str) -> tuple[str, ...]:
    """Return the pieces of SQL between the places for values."""
    pieces = [""]
    for part in _BRACES.split(text):
        if part == "{}":
            pieces.append("")
        elif part in ("{", "}"):
            raise CompileError(f"the SQL has a single {part!r}", hint=f"{part * 2!r} stands for a brace")
        else:
            pieces[-1] += part[0] if part in ("{{", "}}") else part
    return tuple(pieces)


def _several(conditions: Iterable[Operand]) -> tuple[nodes.Node, ...]:
    items = tuple(map(operands.predicate, conditions))
    if not items:
        raise CompileError("no conditions to join")
    return items
