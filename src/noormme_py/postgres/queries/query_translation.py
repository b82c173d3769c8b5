"""A query on its way: which tables there are, and what names mean at the place that is being translated."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from sqlglot import exp

from noormme_py.postgres.expressions.term import Term
from noormme_py.postgres.expressions.translation import Names as ColumnNames
from noormme_py.postgres.expressions.translation import Rules, Translation
from noormme_py.postgres.queries.tables import JoinedNames, Names, Selected

Columns: TypeAlias = "tuple[tuple[str, Term], ...]"
Render: TypeAlias = "Callable[[QueryTranslation, exp.Expr, Sequence[str]], Selected]"


class QueryTranslation(Translation):
    """One query on its way, with those that stand in it; `select` renders one of them."""

    def __init__(self, rules: Rules, tables: Names, render: Render) -> None:
        super().__init__(rules, JoinedNames(), "query")
        self.tables = tables
        self.ctes: dict[str, Columns] = {}
        self.windows: dict[str, exp.Expr] = {}
        self._render = render

    def select(self, node: exp.Expr, names: Sequence[str] = ()) -> Selected:
        """Return a query that stands in this one; `names` are those of its columns, where they are said."""
        return self._render(self, node, names)

    @contextmanager
    def inside(self) -> Generator[ColumnNames]:
        """Keep what is declared within from what stands around, and give the names that are known there."""
        names, ctes, windows = self.names, dict(self.ctes), self.windows
        try:
            yield names
        finally:
            self.names, self.ctes, self.windows = names, ctes, windows
