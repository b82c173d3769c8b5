"""Queries bound to a database or a transaction: the builders with their ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from itertools import chain
from typing import Any, TypeVar, overload

from noormme_py.client.async_prepared import AsyncPrepared, AsyncPreparedWrite
from noormme_py.client.async_runner import Answer, AsyncRunner, StreamDecoder
from noormme_py.client.catalog import Catalog
from noormme_py.client.results import CompiledQuery, PlanStep, plan_steps
from noormme_py.codec.plans import QueryPlan
from noormme_py.codec.written import WriteResult
from noormme_py.errors import RowNotFound
from noormme_py.query import nodes
from noormme_py.query.clauses import Builder, Returning
from noormme_py.query.compiler import compile_definition
from noormme_py.query.define import AlterTable, CreateIndex, CreateTable, CreateView, Definition, Drop
from noormme_py.query.select import Select
from noormme_py.query.statement import Cursor, Operation, Statement, ask, atomic, nothing
from noormme_py.query.write import DeleteClauses, InsertClauses, UpdateClauses, batches

M = TypeVar("M")
T = TypeVar("T")
Row = dict[str, Any]


class AsyncQuery(Builder):
    """A query bound to what runs it."""

    __slots__ = ()
    _runner: AsyncRunner

    def compile(self) -> CompiledQuery:
        """Return the SQL text and the encoded parameters; raises what running it would raise before any SQL."""
        plan, data = self._runner.catalog.plan(self.node)
        statement = plan.statement(data, nothing)
        return CompiledQuery(statement.sql, tuple(statement.parameters))

    async def explain(self) -> list[PlanStep]:
        """Return SQLite's plan for the query, which is not run."""

        def make(catalog: Catalog) -> Statement[list[PlanStep]]:
            plan, data = catalog.plan(self.node)
            statement = plan.statement(data, nothing)
            return Statement(f"explain query plan {statement.sql}", statement.parameters, plan_steps)

        return await self._runner.run_read(make)

    def _answer(self, collect: Callable[[QueryPlan], Callable[[Cursor], T]]) -> Answer[T]:
        """Run it in one statement."""

        def make(catalog: Catalog) -> Statement[T]:
            plan, data = catalog.plan(self.node)
            return plan.statement(data, collect(plan))

        if self.node.__class__ is nodes.Select:
            return self._runner.run_read(make)
        return self._runner.run_write(make)

    def _parts(self) -> list[nodes.Insert]:
        """Return what an INSERT of very many rows is run as, nothing where it is one statement."""
        node = self.node
        limits = self._runner.catalog.limits
        if node.__class__ is not nodes.Insert or len(node.rows) <= 1:
            return []
        parts = batches(node, limits.batch_size, limits.max_variables)
        return parts if len(parts) > 1 else []

    def _answers(
        self, parts: list[nodes.Insert], collect: Callable[[QueryPlan], Callable[[Cursor], T]]
    ) -> Answer[list[T]]:
        """Run the parts of an INSERT, all or none, and return their answers."""

        def make(catalog: Catalog) -> Operation[list[T]]:
            planned = [catalog.plan(part) for part in parts]
            return atomic(_each([plan.statement(data, collect(plan)) for plan, data in planned]))

        return self._runner.run_write(make)


class AsyncRows(AsyncQuery):
    """The ends of a query that gives rows: dicts, or objects of the class given as `into`."""

    __slots__ = ()

    @overload
    async def execute(self) -> list[Row]: ...
    @overload
    async def execute(self, into: type[M]) -> list[M]: ...
    async def execute(self, into: Any = None) -> list[Any]:
        """Run it and return all rows."""
        parts = self._parts()
        if parts:
            return [*chain.from_iterable(await self._answers(parts, lambda plan: plan.decoder(into).all))]
        return await self._answer(lambda plan: plan.decoder(into).all)

    @overload
    async def execute_take_first(self) -> Row | None: ...
    @overload
    async def execute_take_first(self, into: type[M]) -> M | None: ...
    async def execute_take_first(self, into: Any = None) -> Any:
        """Run it and return the first row, or None. The SQL is not altered: say limit(1) where that helps."""
        parts = self._parts()
        if parts:
            return (await self._answers(parts, lambda plan: plan.decoder(into).first))[0]
        return await self._answer(lambda plan: plan.decoder(into).first)

    @overload
    async def execute_take_first_or_raise(self) -> Row: ...
    @overload
    async def execute_take_first_or_raise(self, into: type[M]) -> M: ...
    async def execute_take_first_or_raise(self, into: Any = None) -> Any:
        """Run it and return the first row; raises RowNotFound."""
        row = await self.execute_take_first(into)
        if row is None:
            raise RowNotFound("the query gave no row")
        return row

    async def scalar(self) -> Any:
        """Run it and return the first column of the first row, or None."""
        parts = self._parts()
        if parts:
            return (await self._answers(parts, lambda plan: plan.scalar().first))[0]
        return await self._answer(lambda plan: plan.scalar().first)

    @overload
    def prepare(self) -> AsyncPrepared[Row]: ...
    @overload
    def prepare(self, into: type[M]) -> AsyncPrepared[M]: ...
    def prepare(self, into: Any = None) -> Any:
        """Return the query compiled once, to be run many times with values for its placeholders."""
        return AsyncPrepared(self.node, self._runner, into)


class AsyncSelect(Select, AsyncRows):
    """A SELECT bound to what runs it."""

    __slots__ = ()

    @overload
    def stream(self) -> AsyncGenerator[Row]: ...
    @overload
    def stream(self, into: type[M]) -> AsyncGenerator[M]: ...
    def stream(self, into: Any = None) -> AsyncGenerator[Any]:
        """Run it and yield rows as they are read, some hundred at a time; memory stays bounded.

        Leaving the loop early closes the cursor at the generator's end: `contextlib.aclosing` says when.
        """

        def make(catalog: Catalog) -> Statement[StreamDecoder]:
            plan, data = catalog.plan(self.node)
            return plan.statement(data, plan.stream_decoder(into))

        return self._runner.run_stream(make)


class AsyncWrite(AsyncQuery):
    """The ends of a write that gives no rows."""

    __slots__ = ()

    async def execute(self) -> WriteResult:
        """Run it and tell how many rows it wrote."""
        parts = self._parts()
        if not parts:
            return await self._answer(lambda plan: plan.written)
        answers = await self._answers(parts, lambda plan: plan.written)
        return WriteResult(sum(answer.rows_affected for answer in answers), answers[-1].last_insert_id)

    def prepare(self) -> AsyncPreparedWrite:
        """Return the write compiled once, to be run many times with values for its placeholders."""
        return AsyncPreparedWrite(self.node, self._runner)


class AsyncInsertReturning(InsertClauses, Returning, AsyncRows):
    """An INSERT that gives rows back."""

    __slots__ = ()


class AsyncUpdateReturning(UpdateClauses, Returning, AsyncRows):
    """An UPDATE that gives rows back."""

    __slots__ = ()


class AsyncDeleteReturning(DeleteClauses, Returning, AsyncRows):
    """A DELETE that gives rows back."""

    __slots__ = ()


class AsyncInsert(InsertClauses, AsyncWrite):
    """An INSERT bound to what runs it."""

    __slots__ = ()

    def returning(self, *items: object) -> AsyncInsertReturning:
        """Give back columns of the inserted rows."""
        return AsyncInsertReturning(self.node, self._runner).returning(*items)

    def returning_all(self) -> AsyncInsertReturning:
        """Give back all columns of the inserted rows."""
        return AsyncInsertReturning(self.node, self._runner).returning_all()


class AsyncUpdate(UpdateClauses, AsyncWrite):
    """An UPDATE bound to what runs it."""

    __slots__ = ()

    def returning(self, *items: object) -> AsyncUpdateReturning:
        """Give back columns of the changed rows."""
        return AsyncUpdateReturning(self.node, self._runner).returning(*items)

    def returning_all(self) -> AsyncUpdateReturning:
        """Give back all columns of the changed rows."""
        return AsyncUpdateReturning(self.node, self._runner).returning_all()


class AsyncDelete(DeleteClauses, AsyncWrite):
    """A DELETE bound to what runs it."""

    __slots__ = ()

    def returning(self, *items: object) -> AsyncDeleteReturning:
        """Give back columns of the deleted rows."""
        return AsyncDeleteReturning(self.node, self._runner).returning(*items)

    def returning_all(self) -> AsyncDeleteReturning:
        """Give back all columns of the deleted rows."""
        return AsyncDeleteReturning(self.node, self._runner).returning_all()


class AsyncDefinition(Definition):
    """The end of a DDL statement."""

    __slots__ = ()
    _runner: AsyncRunner

    def compile(self) -> str:
        """Return the SQL text."""
        return compile_definition(self.node, self._runner.catalog.schema)

    async def execute(self) -> None:
        """Run it; the discovered schema is refreshed."""
        await self._runner.run_definition(lambda catalog: compile_definition(self.node, catalog.schema))


class AsyncCreateTable(CreateTable, AsyncDefinition):
    """A CREATE TABLE bound to what runs it."""

    __slots__ = ()


class AsyncAlterTable(AlterTable, AsyncDefinition):
    """An ALTER TABLE bound to what runs it."""

    __slots__ = ()


class AsyncCreateIndex(CreateIndex, AsyncDefinition):
    """A CREATE INDEX bound to what runs it."""

    __slots__ = ()


class AsyncCreateView(CreateView, AsyncDefinition):
    """A CREATE VIEW bound to what runs it."""

    __slots__ = ()


class AsyncDrop(Drop, AsyncDefinition):
    """A DROP bound to what runs it."""

    __slots__ = ()


def _each(statements: list[Statement[T]]) -> Operation[list[T]]:
    answers: list[T] = []
    for statement in statements:
        answer = yield from ask(statement)
        answers.append(answer)
    return answers
