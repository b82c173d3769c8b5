"""What stands in the FROM of a query, and what the names of columns mean there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from noormme_py.frozen import frozen, replaced
from noormme_py.names import quote
from noormme_py.postgres.expressions.scope import ScopeColumn
from noormme_py.postgres.expressions.term import Refused, Term, column_term
from noormme_py.postgres.expressions.translation import Names as ColumnNames


@frozen
class QueryTable:
    """A table or a view: its name in SQLite, and its columns by their names in PostgreSQL, in order."""

    name: str
    columns: Mapping[str, ScopeColumn]


Names: TypeAlias = Callable[[str | None, str], QueryTable | None]
"""Finds a table by its schema, None where the query names none, and its name; None for what was not moved."""


@frozen
class Selected:
    """A query in SQLite's SQL, with what is known of each column that it gives."""

    sql: str
    columns: tuple[tuple[str, Term], ...]


@frozen
class Source:
    """What one name in FROM stands for: the columns by their names, already qualified."""

    alias: str
    columns: tuple[tuple[str, Term], ...]


@frozen
class JoinedNames:
    """The names that a query sees: those of its sources, and around them those of the query that it stands in.

    `merged` are the columns of USING, which belong to no source in particular and stand in front.
    """

    sources: tuple[Source, ...] = ()
    merged: tuple[tuple[str, Term], ...] = ()
    outer: ColumnNames | None = None

    def find(self, qualifier: str | None, name: str) -> Term:
        if qualifier is None:
            for merged, term in self.merged:
                if merged == name:
                    return term
        found = [
            term
            for source in self.sources
            if qualifier is None or source.alias == qualifier
            for column, term in source.columns
            if column == name
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise Refused(f"the column {name!r} is there more than once")
        is_known = any(source.alias == qualifier for source in self.sources)
        if self.outer is None or is_known:
            raise Refused(f"there is no column {name if qualifier is None else f'{qualifier}.{name}'!r}")
        return self.outer.find(qualifier, name)

    def all(self) -> list[tuple[str, Term]]:
        """Return the columns that * stands for."""
        hidden = {name for name, _ in self.merged}
        rest = [(name, term) for source in self.sources for name, term in source.columns if name not in hidden]
        return [*self.merged, *rest]

    def all_of(self, qualifier: str) -> list[tuple[str, Term]]:
        """Return the columns that `qualifier.*` stands for."""
        found = [source for source in self.sources if source.alias == qualifier]
        if len(found) != 1:
            raise Refused(f"there is no table {qualifier!r} in FROM")
        return list(found[0].columns)

    def beside(self, other: JoinedNames) -> JoinedNames:
        """Return the names of both."""
        twice = {source.alias for source in self.sources} & {source.alias for source in other.sources}
        if twice:
            raise Refused(f"the name {min(twice)!r} is there twice in FROM")
        return replaced(self, sources=(*self.sources, *other.sources), merged=(*self.merged, *other.merged))


def table_source(table: QueryTable, alias: str, renamed: Sequence[str] = ()) -> Source:
    """Return the columns of a table; `renamed` are other names for the first of them."""
    names = [*renamed, *list(table.columns)[len(renamed) :]]
    columns: list[tuple[str, Term]] = []
    for name, column in zip(names, table.columns.values(), strict=False):
        columns.append((name, column_term(column, f"{quote(alias)}.{quote(column.name)}")))
    return Source(alias, tuple(columns))


def derived_source(columns: Sequence[tuple[str, Term]], alias: str) -> Source:
    """Return the columns of a query that stands in FROM."""
    return Source(
        alias,
        tuple(
            (
                name,
                replaced(
                    term,
                    sql=f"{quote(alias)}.{quote(name)}",
                    is_compound=False,
                    constant=None,
                    is_null=False,
                    document=None,
                    path=(),
                    collate=term.collate or "BINARY",
                ),
            )
            for name, term in columns
        ),
    )
