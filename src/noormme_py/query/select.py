"""The SELECT builder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from noormme_py.errors import CompileError
from noormme_py.query import nodes, operands
from noormme_py.query.clauses import Filtered, Joined
from noormme_py.query.expressions import Expression
from noormme_py.query.interning import interned
from noormme_py.query.operands import Operand
from noormme_py.query.typed import AnySource, Tabled


class SelectClauses(Filtered, Joined):
    """The clauses of a SELECT behind its list of columns."""

    __slots__ = ()
    node: nodes.Select

    def distinct(self) -> Self:
        """Give each row once."""
        return self.derive(is_distinct=True)

    def group_by(self, *columns: object) -> Self:
        """Make one row of those that have the same values."""
        return self.derive(group_by=(*self.node.group_by, *map(operands.reference, columns)))

    def having(self, column: str | Operand, operator: str | None = None, value: object = None) -> Self:
        """Keep the groups for which the condition holds."""
        return self.derive(having=operands.conjoin(self.node.having, operands.condition(column, operator, value)))

    def order_by(
        self,
        column: object,
        direction: nodes.Direction | None = None,
        *,
        nulls: nodes.Nulls | None = None,
        collate: str | None = None,
    ) -> Self:
        """Order the rows; a further call orders within.

        >>> select_from("users").select("id").order_by("age", "desc", nulls="last").order_by("name", collate="nocase")
        select "id" from "users" order by "age" desc nulls last, "name" collate "nocase"
        """
        if isinstance(column, str) and column.startswith("-"):
            raise CompileError(f"{column[:100]!r} is not a column", hint='say order_by("name", "desc")')
        node = operands.reference(column)
        if isinstance(node, nodes.Order):
            if direction or nulls or collate:
                raise CompileError("the order is said twice", hint="say it in order_by or in asc()/desc(), not in both")
            order = node
        else:
            order = nodes.Order(nodes.Collate(node, collate) if collate else node, direction or "asc", nulls)
        return self.derive(order_by=(*self.node.order_by, order))

    def limit(self, count: object) -> Self:
        """Give this many rows at the most."""
        return self.derive(limit=_count("limit", count))

    def offset(self, count: object) -> Self:
        """Leave out this many rows at the beginning."""
        return self.derive(offset=_count("offset", count))

    def union(self, other: Operand) -> Self:
        """Add the rows of another query, each row once."""
        return self._compound("union", other)

    def union_all(self, other: Operand) -> Self:
        """Add the rows of another query."""
        return self._compound("union all", other)

    def intersect(self, other: Operand) -> Self:
        """Keep the rows that another query gives too."""
        return self._compound("intersect", other)

    def except_(self, other: Operand) -> Self:
        """Leave out the rows that another query gives."""
        return self._compound("except", other)

    def _compound(self, kind: nodes.CompoundKind, other: Operand) -> Self:
        if self.node.order_by or self.node.limit or self.node.offset:
            raise CompileError(
                f"the first part of this {kind} has an order or a limit of its own",
                hint="order and limit after the compound, or select from the part: select_from(part.as_('part'))",
            )
        return self.derive(compounds=(*self.node.compounds, (kind, operands.query(other))))

    def as_(self, alias: str) -> Expression:
        """Return the query under a name, to select from it or as a result column."""
        return Expression(nodes.Aliased(nodes.Subquery(self.node), alias))

    def apply(self, step: Callable[[Self], Self]) -> Self:
        """Return `step(query)`: for clauses that several queries share."""
        return step(self)


class Select(SelectClauses):
    """A SELECT under construction. It is also an operand: in a comparison, an `in`, or a source."""

    __slots__ = ()

    def select(self, *items: object) -> Self:
        """Add result columns.

        >>> select_from("users").select("id", "users.name as author", fn.lower("email").as_("mail"))
        select "id", "users"."name" as "author", lower("email") as "mail" from "users"
        """
        return self.derive(items=selected(self.node, items))

    def select_all(self, table: AnySource | None = None) -> Self:
        """Add all columns, of one table or of all."""
        return self.derive(items=(*self.node.items, star(table)))


def selected(node: nodes.Select, items: tuple[object, ...]) -> tuple[nodes.Node, ...]:
    """Return the list of a SELECT with items added."""
    return (*node.items, *map(operands.selection, items))


def star(table: object) -> nodes.Star:
    """Return the node of all columns, of a table or of every source."""
    if table is None or type(table) is str:
        return _star(table)
    return nodes.Star(table) if isinstance(table, str) else star_of(operands.source(table))


def star_of(source: nodes.Node) -> nodes.Star:
    """Return the node of all columns of a source."""
    if isinstance(source, nodes.TableName):
        return _star(source.name)
    if isinstance(source, nodes.Aliased):
        return _star(source.alias)
    raise CompileError("all columns are those of a table, by its name in the query")


def _count(clause: str, count: object) -> nodes.Node:
    if isinstance(count, Operand):
        return operands.operand(count)
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise CompileError(f"{clause} takes a whole number from 0 up")
    return nodes.Value(count)


def select_from(*sources: AnySource) -> Select:
    """Begin a SELECT that is not bound to a database."""
    return Select(selecting(sources))


def selecting(sources: tuple[object, ...], common_tables: tuple[nodes.CommonTable, ...] = ()) -> nodes.Select:
    """Return the node that a SELECT begins with."""
    first = sources[0] if len(sources) == 1 else None
    if type(first) is str and not common_tables:
        return selecting_one(first)
    return nodes.Select(sources=tuple(map(operands.source, sources)), common_tables=common_tables)


@interned
def selecting_one(source: str | Tabled[Any]) -> nodes.Select:
    """Return the node that a SELECT from one table begins with, which is named or typed."""
    return nodes.Select(sources=(operands.source(source),))


@interned
def _star(table: str | None) -> nodes.Star:
    return nodes.Star(table)
