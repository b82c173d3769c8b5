"""Queries compiled once and run many times with values for their placeholders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from noormme_py.client.async_runner import AsyncRunner
from noormme_py.client.catalog import Catalog, QueryPlan
from noormme_py.client.results import WriteResult
from noormme_py.errors import RowNotFound
from noormme_py.query import nodes
from noormme_py.query.statement import Cursor, Statement

M = TypeVar("M")
T = TypeVar("T")


class _Prepared:
    """A query with its compiled form, which is made anew when the schema has changed."""

    __slots__ = ("_catalog", "_data", "_node", "_plan", "_runner")

    def __init__(self, node: nodes.Query, runner: AsyncRunner) -> None:
        self._node = node
        self._runner = runner
        self._catalog = runner.catalog
        self._plan, self._data = self._catalog.plan(node)

    @property
    def sql(self) -> str:
        """The SQL text."""
        return self._plan.compiled.sql

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The names of the placeholders."""
        return self._plan.compiled.parameter_names

    async def _run(self, values: Mapping[str, object], collect: Callable[[QueryPlan], Callable[[Cursor], T]]) -> T:
        def make(catalog: Catalog) -> Statement[T]:
            if catalog is not self._catalog:
                self._catalog = catalog
                self._plan, self._data = catalog.plan(self._node)
            return self._plan.statement(self._data, collect(self._plan), values)

        run = self._runner.run_write if self._plan.compiled.is_write else self._runner.run_read
        return await run(make)


class AsyncPrepared(_Prepared, Generic[M]):
    """A prepared query that gives rows."""

    __slots__ = ("_into",)

    def __init__(self, node: nodes.Query, runner: AsyncRunner, into: Any) -> None:
        super().__init__(node, runner)
        self._into = into
        self._plan.decoder(into)

    async def execute(self, /, **values: object) -> list[M]:
        """Run it with values for its placeholders and return all rows."""
        return await self._run(values, lambda plan: plan.decoder(self._into).all)

    async def execute_take_first(self, /, **values: object) -> M | None:
        """Run it and return the first row, or None."""
        first: M | None = await self._run(values, lambda plan: plan.decoder(self._into).first)
        return first

    async def execute_take_first_or_raise(self, /, **values: object) -> M:
        """Run it and return the first row; raises RowNotFound."""
        row = await self.execute_take_first(**values)
        if row is None:
            raise RowNotFound("the query gave no row")
        return row

    async def scalar(self, /, **values: object) -> Any:
        """Run it and return the first column of the first row, or None."""
        return await self._run(values, lambda plan: plan.scalar().first)


class AsyncPreparedWrite(_Prepared):
    """A prepared write that gives no rows."""

    __slots__ = ()

    async def execute(self, /, **values: object) -> WriteResult:
        """Run it with values for its placeholders and tell how many rows it wrote."""
        return await self._run(values, lambda plan: plan.written)
