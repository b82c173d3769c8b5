"""What the names in a parsed statement stand for: its tables, and what comes out of its subqueries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlglot import exp

from noormme_py.names import fold
from noormme_py.optimize.reading.access import Access, Key, Term
from noormme_py.schema.model import Table

_ROWID_NAMES = frozenset({"rowid", "oid", "_rowid_"})


@dataclass(eq=False, slots=True)
class Source:
    """One thing that rows come from in a FROM.

    A table has `table`; what a query gives has `outputs`. What it gives is not looked into when it is `is_closed`:
    a condition on it says nothing of the tables within. `is_open` when its columns are not known.
    """

    alias: str
    table: Table | None = None
    outputs: dict[str, list[Output]] = field(default_factory=dict)
    is_closed: bool = False
    is_open: bool = False
    within: tuple[Source, ...] = ()
    terms: list[Term] = field(default_factory=list)
    branches: list[tuple[Term, ...]] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    order: tuple[Key, ...] = ()
    is_order_free: bool = False
    columns: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        if self.table is None:
            return name in self.outputs
        return self.table.find_column(name) is not None or (name in _ROWID_NAMES and self.table.has_rowid)

    def column(self, name: str) -> str | None:
        """Return the column of the table that an index could hold, or None: the bare rowid."""
        assert self.table is not None
        found = self.table.find_column(name)
        return found.name if found is not None else self.table.rowid_alias

    def access(self) -> Access:
        assert self.table is not None
        return Access(
            self.table.name,
            self.alias,
            tuple(dict.fromkeys(self.terms)),
            tuple(dict.fromkeys(self.branches)),
            self.order,
            self.is_order_free,
            frozenset(self.columns),
            tuple(dict.fromkeys(self.conditions)),
        )


@dataclass(frozen=True, slots=True)
class TableExpression:
    """A table expression of a WITH, and what its own names stand for."""

    query: exp.Expr
    columns: tuple[str, ...]
    known: Mapping[str, TableExpression]


@dataclass(eq=False, slots=True)
class Scope:
    """The names of one SELECT, UPDATE or DELETE. `free` are the sources of outer ones that it names."""

    parent: Scope | None
    known: Mapping[str, TableExpression]
    sources: list[Source] = field(default_factory=list)
    aliases: dict[str, exp.Expr] = field(default_factory=dict)
    free: set[Source] = field(default_factory=set)

    def find(self, column: exp.Expr) -> tuple[Source, str] | None:
        """Return what a column is of, and its folded name there."""
        name, qualifier = fold(column.name), fold(column.text("table"))
        crossed: list[Scope] = []
        scope: Scope | None = self
        while scope is not None:
            source = scope._source_of(name, qualifier)
            if source is not None:
                for inner in crossed:
                    inner.free.add(source)
                return source, name
            if not qualifier and name in scope.aliases:
                return None
            crossed.append(scope)
            scope = scope.parent
        return None

    def _source_of(self, name: str, qualifier: str) -> Source | None:
        if qualifier:
            named = [source for source in self.sources if fold(source.alias) == qualifier]
            return next((source for source in named if source.is_open or source.has(name)), None)
        known = (source for source in self.sources if source.has(name))
        opened = (source for source in self.sources if source.is_open)
        return next(known, None) or (None if name in self.aliases else next(opened, None))

    def within(self) -> frozenset[Source]:
        """Return the tables that rows come from, those of subqueries in its FROM among them."""
        return frozenset(base for source in self.sources for base in bases(source))


@dataclass(frozen=True, slots=True)
class Output:
    """An expression of a SELECT's list, and where its names are known."""

    expression: exp.Expr
    scope: Scope


Nested: TypeAlias = dict[tuple[int, Scope], set[Source]]
"""The sources outside of a query within an expression that it needs, by the id of its node."""


def bases(source: Source) -> Iterator[Source]:
    """Yield the tables in a source that conditions can reach: itself, or those within."""
    if source.table is not None:
        yield source
    for inner in source.within:
        yield from bases(inner)


def references(expression: exp.Expr, scope: Scope, nested: Nested) -> set[Source]:
    """Return the sources whose rows an expression needs."""
    found: set[Source] = set()
    seen: set[int] = set()
    todo = [Output(expression, scope)]
    while todo:
        output = todo.pop()
        node = output.expression
        free = nested.get((id(node), output.scope))
        if free is not None:
            found |= free
        elif isinstance(node, exp.Column):
            # Aliases may go round in a circle in a text that SQLite would refuse.
            if id(node) not in seen:
                seen.add(id(node))
                source, outputs = meaning(node, output.scope)
                todo += outputs
                if source is not None and not outputs:
                    found.add(source)
        else:
            todo += [Output(child, output.scope) for child in node.iter_expressions()]
    return found


def meaning(column: exp.Expr, scope: Scope) -> tuple[Source | None, list[Output]]:
    """Return the source that a column is of, and what else it stands for, where that can be looked into."""
    resolved = scope.find(column)
    if resolved is not None:
        source, name = resolved
        return source, [] if source.is_closed else source.outputs.get(name, [])
    alias = None if column.text("table") else scope.aliases.get(fold(column.name))
    return None, [] if alias is None else [Output(alias, scope)]
