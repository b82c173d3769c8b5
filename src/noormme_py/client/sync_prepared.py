# Written by scripts/generate_sync.py from async_prepared.py: change that, then run `make fmt`.
"""Queries compiled once and run many times with values for their placeholders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Generic, TypeVar

from noormme_py.client.catalog import Catalog
from noormme_py.client.sync_runner import SyncRunner
from noormme_py.codec.decode import RowDecoder
from noormme_py.codec.written import WriteResult
from noormme_py.errors import RowNotFound
from noormme_py.query import nodes
from noormme_py.query.statement import Cursor, Statement

M = TypeVar("M")
T = TypeVar("T")


class _Prepared:
    """A query with its compiled form, which is made anew when the schema has changed."""

    __slots__ = ("_catalog", "_data", "_node", "_plan", "_runner")

    def __init__(self, node: nodes.Query, runner: SyncRunner) -> None:
        self._node = node
        self._runner = runner
        self._follow(runner.catalog)

    @property
    def sql(self) -> str:
        """The SQL text."""
        return self._plan.sql

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The names of the placeholders."""
        return self._plan.compiled.parameter_names

    def _follow(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._plan, self._data = catalog.plan(self._node)

    def _statement(
        self, catalog: Catalog, values: Mapping[str, object], collect: Callable[[Any], Callable[[Cursor], T]]
    ) -> Statement[T]:
        if catalog is not self._catalog:
            self._follow(catalog)
        plan = self._plan
        return Statement(plan.sql, plan.bind(self._data, values), collect(self))

    # Not a coroutine of its own: each one on the way to the engine costs what a row costs.
    def _run(self, values: Mapping[str, object], collect: Callable[[Any], Callable[[Cursor], T]]) -> T:
        run = self._runner.run_write if self._plan.compiled.is_write else self._runner.run_read
        return run(lambda catalog: self._statement(catalog, values, collect))


class SyncPrepared(_Prepared, Generic[M]):
    """A prepared query that gives rows."""

    __slots__ = ("_decoder", "_into")

    def __init__(self, node: nodes.Query, runner: SyncRunner, into: Any) -> None:
        self._into = into
        super().__init__(node, runner)

    def _follow(self, catalog: Catalog) -> None:
        super()._follow(catalog)
        self._decoder: RowDecoder[M] = self._plan.decoder(self._into)

    def execute(self, /, **values: object) -> list[M]:
        """Run it with values for its placeholders and return all rows."""
        return self._run(values, _all)

    def execute_take_first(self, /, **values: object) -> M | None:
        """Run it and return the first row, or None."""
        first: M | None = self._run(values, _first)
        return first

    def execute_take_first_or_raise(self, /, **values: object) -> M:
        """Run it and return the first row; raises RowNotFound."""
        row = self.execute_take_first(**values)
        if row is None:
            raise RowNotFound("the query gave no row")
        return row

    def scalar(self, /, **values: object) -> Any:
        """Run it and return the first column of the first row, or None."""
        return self._run(values, lambda prepared: prepared._plan.scalar().first)


class SyncPreparedWrite(_Prepared):
    """A prepared write that gives no rows."""

    __slots__ = ()

    def execute(self, /, **values: object) -> WriteResult:
        """Run it with values for its placeholders and tell how many rows it wrote."""
        return self._run(values, _written)


# What collects the answer is asked for only when the plan is the one of the day.
_all: Callable[[Any], Callable[[Cursor], list[Any]]] = attrgetter("_decoder.all")
_first: Callable[[Any], Callable[[Cursor], Any]] = attrgetter("_decoder.first")
_written: Callable[[Any], Callable[[Cursor], WriteResult]] = attrgetter("_plan.written")
