"""Queries compiled once and run many times with values for their placeholders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

from noormme_py.client.async_runner import Answer, AsyncRunner
from noormme_py.client.catalog import Catalog
from noormme_py.codec.decode import RowDecoder
from noormme_py.codec.plans import QueryPlan
from noormme_py.codec.written import WriteResult
from noormme_py.errors import RowNotFound
from noormme_py.query import nodes
from noormme_py.query.statement import Cursor, Statement

M = TypeVar("M")
T = TypeVar("T")


class _Known(NamedTuple):
    """A query compiled for one catalog. It is replaced whole, because threads share the synchronous twin."""

    catalog: Catalog
    plan: QueryPlan
    data: list[object]
    decoder: RowDecoder[Any] | None


class _Prepared:
    """A query with its compiled form, which is made anew when the schema has changed."""

    __slots__ = ("_known", "_node", "_runner")

    def __init__(self, node: nodes.Query, runner: AsyncRunner) -> None:
        self._node = node
        self._runner = runner
        self._known = self._compiled(runner.catalog)

    @property
    def sql(self) -> str:
        """The SQL text."""
        return self._known.plan.sql

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The names of the placeholders."""
        return self._known.plan.compiled.parameter_names

    def _compiled(self, catalog: Catalog) -> _Known:
        return _Known(catalog, *catalog.plan(self._node), None)

    def _statement(
        self, catalog: Catalog, values: Mapping[str, object], collect: Callable[[Any], Callable[[Cursor], T]]
    ) -> Statement[T]:
        known = self._known
        if catalog is not known.catalog:
            known = self._known = self._compiled(catalog)
        return known.plan.statement(known.data, collect(known), values)

    # Not a coroutine of its own: each one on the way to the engine costs what a row costs.
    def _run(self, values: Mapping[str, object], collect: Callable[[Any], Callable[[Cursor], T]]) -> Answer[T]:
        run = self._runner.run_write if self._known.plan.compiled.is_write else self._runner.run_read
        return run(lambda catalog: self._statement(catalog, values, collect))


class AsyncPrepared(_Prepared, Generic[M]):
    """A prepared query that gives rows."""

    __slots__ = ("_into",)

    def __init__(self, node: nodes.Query, runner: AsyncRunner, into: Any) -> None:
        self._into = into
        super().__init__(node, runner)

    def _compiled(self, catalog: Catalog) -> _Known:
        plan, data = catalog.plan(self._node)
        return _Known(catalog, plan, data, plan.decoder(self._into))

    def execute(self, /, **values: object) -> Answer[list[M]]:
        """Run it with values for its placeholders and return all rows."""
        return self._run(values, _all)

    def execute_take_first(self, /, **values: object) -> Answer[M | None]:
        """Run it and return the first row, or None."""
        first: Answer[M | None] = self._run(values, _first)
        return first

    async def execute_take_first_or_raise(self, /, **values: object) -> M:
        """Run it and return the first row; raises RowNotFound."""
        row = await self.execute_take_first(**values)
        if row is None:
            raise RowNotFound("the query gave no row")
        return row

    def scalar(self, /, **values: object) -> Answer[Any]:
        """Run it and return the first column of the first row, or None."""
        return self._run(values, lambda known: known.plan.scalar().first)


class AsyncPreparedWrite(_Prepared):
    """A prepared write that gives no rows."""

    __slots__ = ()

    def execute(self, /, **values: object) -> Answer[WriteResult]:
        """Run it with values for its placeholders and tell how many rows it wrote."""
        return self._run(values, _written)


# What collects the answer, of the form of the query that is run.
_all: Callable[[Any], Callable[[Cursor], list[Any]]] = attrgetter("decoder.all")
_first: Callable[[Any], Callable[[Cursor], Any]] = attrgetter("decoder.first")
_written: Callable[[Any], Callable[[Cursor], WriteResult]] = attrgetter("plan.written")
