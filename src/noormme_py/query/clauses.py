"""Clauses that several kinds of query share. Each step returns a new query; the base never changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from noormme_py.errors import CompileError
from noormme_py.frozen import changed
from noormme_py.names import fold
from noormme_py.query import nodes, operands
from noormme_py.query.expressions import Expression
from noormme_py.query.interning import interned, shape_of_interned
from noormme_py.query.operands import Operand
from noormme_py.query.typed import AnySource, TableOf


class Builder(Operand):
    """A query under construction: one frozen node, and whatever runs it, which is not looked at here."""

    __slots__ = ("_runner",)
    node: Any

    def __init__(self, node: nodes.Node, runner: Any = None) -> None:
        self.node = node
        self._runner = runner

    def derive(self, **changes: object) -> Self:
        """Return a query of the same kind with parts of its node replaced."""
        return type(self)(changed(self.node, changes), self._runner)

    def with_(
        self, name: str, query: Operand, *, columns: tuple[str, ...] = (), materialized: bool | None = None
    ) -> Self:
        """Add a common table expression."""
        made = common_table(name, query, columns=columns, materialized=materialized)
        return self.derive(common_tables=(*self.node.common_tables, made))

    def with_recursive(self, name: str, query: Operand, *, columns: tuple[str, ...] = ()) -> Self:
        """Add a common table expression that selects from itself."""
        made = common_table(name, query, columns=columns, is_recursive=True)
        return self.derive(common_tables=(*self.node.common_tables, made))


def common_table(
    name: str,
    query: Operand,
    *,
    columns: tuple[str, ...] = (),
    is_recursive: bool = False,
    materialized: bool | None = None,
) -> nodes.CommonTable:
    """Return the node of one common table expression."""
    return nodes.CommonTable(name, operands.query(query), tuple(columns), is_recursive, materialized)


class Filtered(Builder):
    """A query with a WHERE clause."""

    __slots__ = ()

    def where(self, column: str | Operand, operator: str | None = None, value: object = None) -> Self:
        """Keep the rows for which the condition holds; several are joined by AND.

        >>> select_from("users").select("id").where("age", ">", 18).where("name", "like", "A%")
        select "id" from "users" where "age" > ? and "name" like ?
        """
        return self.derive(where=operands.conjoin(self.node.where, operands.condition(column, operator, value)))

    def or_where(self, column: str | Operand, operator: str | None = None, value: object = None) -> Self:
        """Keep also the rows for which this holds: `(all conditions so far) OR this`."""
        return self.derive(where=operands.disjoin(self.node.where, operands.condition(column, operator, value)))

    def where_ref(self, left: str | Operand, operator: str, right: str | Operand) -> Self:
        """Compare two columns.

        >>> select_from("users").select("id").where_ref("updated_at", ">", "created_at")
        select "id" from "users" where "updated_at" > "created_at"
        """
        right_hand = Operand(operands.reference(right))
        return self.where(left, operator, right_hand)


class On:
    """The condition of a join under construction: `lambda on: on.on("a.id", "=", "b.a_id")`."""

    __slots__ = ("node",)

    def __init__(self, node: nodes.Node | None = None) -> None:
        self.node = node

    def on(self, left: object, operator: str, right: object) -> On:
        """Compare two columns, joined to what is there by AND."""
        return On(operands.conjoin(self.node, self._compare(left, operator, Operand(operands.reference(right)))))

    def on_value(self, left: object, operator: str, value: object) -> On:
        """Compare a column with data, joined to what is there by AND."""
        return On(operands.conjoin(self.node, self._compare(left, operator, value)))

    def or_on(self, left: object, operator: str, right: object) -> On:
        """Compare two columns, joined to what is there by OR."""
        return On(operands.disjoin(self.node, self._compare(left, operator, Operand(operands.reference(right)))))

    def _compare(self, left: object, operator: str, value: object) -> nodes.Node:
        return operands.comparison(operands.reference(left), operator, value)


JoinCondition = str | Expression | Callable[[On], On] | None


class Joined(Builder):
    """A query with joins. The condition is two columns, an expression, or a callback on `On`."""

    __slots__ = ()

    def inner_join(self, source: AnySource, on: JoinCondition, right: str | Operand | None = None) -> Self:
        """Join the rows that match in both.

        >>> select_from("users").select("name").inner_join("posts", "posts.user_id", "users.id")
        select "name" from "users" inner join "posts" on "posts"."user_id" = "users"."id"
        """
        return self._join("inner", source, on, right)

    def left_join(self, source: AnySource, on: JoinCondition, right: str | Operand | None = None) -> Self:
        """Join matching rows, and keep those of the left that have none."""
        return self._join("left", source, on, right)

    def right_join(self, source: AnySource, on: JoinCondition, right: str | Operand | None = None) -> Self:
        """Join matching rows, and keep those of the right that have none (SQLite 3.39 or newer)."""
        return self._join("right", source, on, right)

    def full_join(self, source: AnySource, on: JoinCondition, right: str | Operand | None = None) -> Self:
        """Join matching rows, and keep those of both sides that have none (SQLite 3.39 or newer)."""
        return self._join("full", source, on, right)

    def cross_join(self, source: AnySource) -> Self:
        """Join every row with every row."""
        return self.derive(joins=(*self.node.joins, nodes.Join("cross", operands.source(source))))

    def _join(self, kind: nodes.JoinKind, source: Any, on: JoinCondition, right: str | Operand | None) -> Self:
        if type(source) is str and isinstance(on, str) and type(on) is str and type(right) is str:
            join = _join_by_columns(kind, source, on, right)
        elif right is None and _is_of_names(source, on):
            join = _join_typed(kind, source, on)
        else:
            join = nodes.Join(kind, operands.source(source), _join_condition(on, right))
        return self.derive(joins=(*self.node.joins, join))


@interned
def _join_by_columns(kind: nodes.JoinKind, source: str, left: str, right: str) -> nodes.Join:
    return nodes.Join(kind, operands.source(source), _join_condition(left, right))


def _is_of_names(source: AnySource, on: JoinCondition) -> bool:
    """Whether nothing but names is in a join: what holds data is not kept."""
    is_typed = isinstance(source, (type, TableOf))
    return is_typed and isinstance(on, Expression) and shape_of_interned(on.node) is not None


@interned
def _join_typed(kind: nodes.JoinKind, source: AnySource, on: JoinCondition) -> nodes.Join:
    return nodes.Join(kind, operands.source(source), _join_condition(on, None))


def _join_condition(on: JoinCondition, right: str | Operand | None) -> nodes.Node:
    if right is not None:
        return nodes.Binary(operands.reference(on), "=", operands.reference(right))
    if isinstance(on, str):
        raise CompileError("a join by columns names two: ('posts.user_id', 'users.id')")
    if isinstance(on, Operand):
        return operands.predicate(on)
    made = on(On()) if callable(on) else None
    condition = made.node if isinstance(made, On) else None
    if condition is None:
        raise CompileError("a join needs a condition", hint="for every row with every row use cross_join")
    return condition


class Returning(Builder):
    """A write that can give back the rows it wrote."""

    __slots__ = ()

    def returning(self, *items: object) -> Self:
        """Give back columns of the written rows.

        >>> delete_from("users").where("id", "=", 1).returning("id", "name")
        delete from "users" where "id" = ? returning "id", "name"
        """
        return self.derive(returning=returned(self.node, items))

    def returning_all(self) -> Self:
        """Give back all columns of the written rows."""
        return self.derive(returning=returned(self.node, ("*",)))


def returned(node: Any, items: tuple[object, ...]) -> tuple[nodes.Node, ...]:
    """Return what a write gives back when items are added."""
    return (*node.returning, *map(operands.selection, items))


def column_name(name: object) -> str:
    """Return the name of a column that is to be written."""
    if not isinstance(name, str):
        raise CompileError(f"a column to write is named by a string, not by {type(name).__name__}")
    return name


def assignments(values: Mapping[str, object]) -> tuple[tuple[str, nodes.Node], ...]:
    """Return what a SET clause assigns."""
    if not isinstance(values, Mapping):
        raise CompileError(f"columns and values are given as a mapping, not as {type(values).__name__}")
    for column in values:
        column_name(column)
    return tuple((column, operands.operand(value)) for column, value in values.items())


def insert_alias(table: str) -> str:
    """Return ` as "table"` for a table of which the name would hide `excluded`, the row to be inserted, and else ""."""
    return ' as "table"' if fold(table) == "excluded" else ""
