"""Which names a part of a query may use, and what type each has. Names are checked here.

A type is the schema's `Column` where a value comes from one, a `Kind` where SQL itself says it, `OneOf`
several where it may come from each, or None for a value handed on as SQLite gives it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import TypeAlias

from noormme_py.errors import ColumnNotFound, CompileError, TableNotFound
from noormme_py.frozen import frozen
from noormme_py.names import fold, suggest
from noormme_py.query import nodes
from noormme_py.schema.model import Column, Schema, Table
from noormme_py.schema.types import Kind


@frozen
class OneOf:
    """The type of a value that may be of any of these. Whether they are read alike, only their codecs tell."""

    types: tuple[Column | Kind, ...]


Type: TypeAlias = Column | Kind | OneOf | None
ROWID_NAMES = frozenset({"rowid", "_rowid_", "oid"})


@frozen
class Output:
    """One column that a query or a table gives."""

    name: str
    type: Type
    is_hidden: bool = False


Outputs: TypeAlias = tuple[Output, ...]


@frozen
class Source:
    """One thing selected from, by the name it has in the query. No `outputs`: nothing is known of it."""

    name: str
    outputs: Outputs | None
    has_rowid: bool = False
    _by_name: dict[str, Output] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {fold(o.name): o for o in self.outputs or ()})

    def find(self, column: str) -> Output | None:
        found = self._by_name.get(fold(column))
        if found is None and self.has_rowid and fold(column) in ROWID_NAMES:
            return Output(column, "int", is_hidden=True)
        return found


@frozen
class Scope:
    """The names visible at one place: sources, result aliases, and those of the queries around.

    Without a schema nothing is known of the tables, and no name is refused. `is_returning` marks the
    scope of a RETURNING clause.
    """

    schema: Schema | None
    sources: tuple[Source, ...] = ()
    aliases: Outputs = ()
    common_tables: tuple[tuple[str, Outputs | None], ...] = ()
    parent: Scope | None = None
    is_returning: bool = False

    def table_source(self, name: str, alias: str | None = None) -> Source:
        """Return the source for a table, a view or a common table expression."""
        for scope in self._outward():
            for known, outputs in reversed(scope.common_tables):
                if fold(known) == fold(name):
                    return Source(alias or name, outputs)
        if self.schema is None:
            return Source(alias or name, None)
        table = self.schema.find_table(name)
        if table is None:
            raise TableNotFound(
                f"there is no table or view {name[:100]!r}",
                hint=suggest(name, [*self.schema.table_names(), *self._common_table_names()]),
            )
        return Source(alias or name, table_outputs(table), table.has_rowid)

    def resolve(self, ref: nodes.Ref) -> Type:
        """Return the type of a column; raises ColumnNotFound or CompileError when it is not one."""
        found = self.find(ref)
        return None if found is None else found.type

    def find(self, ref: nodes.Ref) -> Output | None:
        """Return a column, or None when it may be one of a source that nothing is known of."""
        for scope in self._outward():
            if ref.table is not None:
                source = scope._source(ref.table)
                if source is not None:
                    return _column_of(source, ref.column)
                continue
            found = [output for s in scope.sources if (output := s.find(ref.column)) is not None]
            if len(found) > 1:
                owners = [s.name for s in scope.sources if s.find(ref.column) is not None]
                raise CompileError(
                    f"the column {ref.column[:100]!r} is in several tables",
                    hint="say which: " + " or ".join(repr(f"{owner}.{ref.column}") for owner in owners),
                )
            if found:
                return found[0]
            for alias in scope.aliases:
                if fold(alias.name) == fold(ref.column):
                    return alias
            if any(source.outputs is None for source in scope.sources):
                return None
        if self.schema is None:
            return None
        raise self._not_found(ref)

    def expand(self, star: nodes.Star) -> list[tuple[Source, Output]] | None:
        """Return the visible columns that a star stands for, or None when a source is unknown."""
        sources = self.sources
        if star.table is not None:
            source = self._source(star.table)
            if source is None:
                if self.schema is None:
                    return None
                raise TableNotFound(
                    f"the query has no table {star.table[:100]!r}",
                    hint=suggest(star.table, [s.name for s in self.sources]),
                )
            sources = (source,)
        if any(source.outputs is None for source in sources):
            return None
        return [(s, o) for s in sources for o in s.outputs or () if not o.is_hidden]

    def _source(self, name: str) -> Source | None:
        wanted = fold(name)
        return next((s for s in self.sources if fold(s.name) == wanted), None)

    def _outward(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def _common_table_names(self) -> list[str]:
        return [name for scope in self._outward() for name, _ in scope.common_tables]

    def _not_found(self, ref: nodes.Ref) -> ColumnNotFound | TableNotFound:
        sources = [s for scope in self._outward() for s in scope.sources]
        if ref.table is not None:
            return TableNotFound(
                f"the query has no table {ref.table[:100]!r}",
                hint=suggest(ref.table, [s.name for s in sources]),
            )
        where = "in " + ", ".join(repr(s.name) for s in sources) if sources else "at this place"
        known = [o.name for s in sources for o in s.outputs or () if not o.is_hidden]
        known += [alias.name for scope in self._outward() for alias in scope.aliases]
        return ColumnNotFound(f"there is no column {ref.column[:100]!r} {where}", hint=suggest(ref.column, known))


def table_outputs(table: Table) -> Outputs:
    """Return what a table gives, its hidden columns marked."""
    return tuple(Output(column.name, column, column.is_hidden) for column in table.columns)


def _column_of(source: Source, name: str) -> Output | None:
    found = source.find(name)
    if found is not None or source.outputs is None:
        return found
    raise ColumnNotFound(
        f"{source.name!r} has no column {name[:100]!r}",
        hint=suggest(name, [o.name for o in source.outputs if not o.is_hidden]),
    )
