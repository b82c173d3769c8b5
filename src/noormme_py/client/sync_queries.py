# Written by scripts/generate_sync.py from async_queries.py: change that, then run `make fmt`.
"""Queries and definitions bound to a database or a transaction: the builders with their ends."""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import chain
from typing import Any, Generic, Self, overload

from typing_extensions import TypeVar

from noormme_py.client.catalog import Catalog
from noormme_py.client.results import CompiledQuery, PlanStep, plan_steps
from noormme_py.client.sync_prepared import SyncPrepared
from noormme_py.client.sync_runner import StreamDecoder, SyncRunner
from noormme_py.codec.plans import QueryPlan
from noormme_py.errors import CompileError, RowNotFound
from noormme_py.frozen import changed
from noormme_py.query import nodes
from noormme_py.query.clauses import Builder
from noormme_py.query.compiler import compile_definition
from noormme_py.query.define import AlterTable, CreateIndex, CreateTable, CreateView, Definition, Drop
from noormme_py.query.operands import Operand
from noormme_py.query.select import SelectClauses, selected, star, star_of
from noormme_py.query.statement import Cursor, Operation, Statement, ask, atomic, nothing
from noormme_py.query.typed import AnySource, Tabled, row_of
from noormme_py.query.write import batches

Row = dict[str, Any]
M = TypeVar("M", default=Row)
R = TypeVar("R")
T = TypeVar("T")


class SyncQuery(Builder):
    """A query bound to what runs it. It may know of a typed table what class its rows have."""

    __slots__ = ("_row",)
    _runner: SyncRunner

    def __init__(self, node: nodes.Node, runner: SyncRunner, row: Any = None) -> None:
        self.node = node
        self._runner = runner
        self._row = row

    def derive(self, **changes: object) -> Self:
        # Each step of a query comes by here: calling the class would take twice as long.
        made = object.__new__(type(self))
        made.node = changed(self.node, changes)
        made._runner = self._runner
        made._row = self._row
        return made

    def compile(self) -> CompiledQuery:
        """Return the SQL text and the encoded parameters; raises what running it would raise before any SQL."""
        plan, data = self._runner.catalog.plan(self.node)
        statement = plan.statement(data, nothing)
        return CompiledQuery(statement.sql, tuple(statement.parameters))

    def explain(self) -> list[PlanStep]:
        """Return SQLite's plan for the query, which is not run."""

        def make(catalog: Catalog) -> Statement[list[PlanStep]]:
            plan, data = catalog.plan(self.node)
            statement = plan.statement(data, nothing)
            return Statement(f"explain query plan {statement.sql}", statement.parameters, plan_steps)

        return self._runner.run_read(make)

    def _answer(self, collect: Callable[[QueryPlan], Callable[[Cursor], T]]) -> T:
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

    def _answers(self, parts: list[nodes.Insert], collect: Callable[[QueryPlan], Callable[[Cursor], T]]) -> list[T]:
        """Run the parts of an INSERT, all or none, and return their answers."""

        def make(catalog: Catalog) -> Operation[list[T]]:
            planned = [catalog.plan(part) for part in parts]
            return atomic(_each([plan.statement(data, collect(plan)) for plan, data in planned]))

        return self._runner.run_write(make)


class SyncRows(SyncQuery, Generic[M]):
    """The ends of a query that gives rows: dicts, rows of a typed table, or objects of the class given as `into`."""

    __slots__ = ()

    @overload
    def execute(self) -> list[M]: ...
    @overload
    def execute(self, into: type[R]) -> list[R]: ...
    def execute(self, into: Any = None) -> list[Any]:
        """Run it and return all rows."""
        into = self._row if into is None else into
        parts = self._parts()
        if parts:
            return [*chain.from_iterable(self._answers(parts, lambda plan: plan.decoder(into).all))]
        return self._answer(lambda plan: plan.decoder(into).all)

    @overload
    def execute_take_first(self) -> M | None: ...
    @overload
    def execute_take_first(self, into: type[R]) -> R | None: ...
    def execute_take_first(self, into: Any = None) -> Any:
        """Run it and return the first row, or None. The SQL is not altered: say limit(1) where that helps."""
        into = self._row if into is None else into
        parts = self._parts()
        if parts:
            return (self._answers(parts, lambda plan: plan.decoder(into).first))[0]
        return self._answer(lambda plan: plan.decoder(into).first)

    @overload
    def execute_take_first_or_raise(self) -> M: ...
    @overload
    def execute_take_first_or_raise(self, into: type[R]) -> R: ...
    def execute_take_first_or_raise(self, into: Any = None) -> Any:
        """Run it and return the first row; raises RowNotFound."""
        row = self.execute_take_first(into)
        if row is None:
            raise RowNotFound("the query gave no row")
        return row

    def scalar(self) -> Any:
        """Run it and return the first column of the first row, or None."""
        parts = self._parts()
        if parts:
            return (self._answers(parts, lambda plan: plan.scalar().first))[0]
        return self._answer(lambda plan: plan.scalar().first)

    @overload
    def prepare(self) -> SyncPrepared[M]: ...
    @overload
    def prepare(self, into: type[R]) -> SyncPrepared[R]: ...
    def prepare(self, into: Any = None) -> Any:
        """Return the query compiled once, to be run many times with values for its placeholders."""
        return SyncPrepared(self.node, self._runner, self._row if into is None else into)


class SyncSelect(SelectClauses, SyncRows[M]):
    """A SELECT bound to what runs it. It is also an operand: in a comparison, an `in`, or a source."""

    __slots__ = ()

    def select(self, *items: object) -> SyncSelect:
        """Add result columns. The rows are dicts then."""
        return SyncSelect(changed(self.node, {"items": selected(self.node, items)}), self._runner)

    def select_all(self, table: AnySource | None = None) -> SyncSelect:
        """Add all columns, of one table or of all. The rows are dicts then."""
        return SyncSelect(changed(self.node, {"items": (*self.node.items, star(table))}), self._runner)

    @overload
    def stream(self) -> Generator[M]: ...
    @overload
    def stream(self, into: type[R]) -> Generator[R]: ...
    def stream(self, into: Any = None) -> Generator[Any]:
        """Run it and yield rows as they are read, some hundred at a time; memory stays bounded.

        Leaving the loop early closes the cursor at the generator's end: `contextlib.closing` says when.
        """
        into = self._row if into is None else into

        def make(catalog: Catalog) -> Statement[StreamDecoder]:
            plan, data = catalog.plan(self.node)
            return plan.statement(data, plan.stream_decoder(into))

        return self._runner.run_stream(make)


class SyncSelectFrom(SelectClauses, SyncQuery, Generic[M]):
    """A SELECT from a typed table that does not select anything yet."""

    __slots__ = ()

    def select(self, *items: object) -> SyncSelect:
        """Say the result columns. The rows are dicts."""
        return SyncSelect(changed(self.node, {"items": selected(self.node, items)}), self._runner)

    @overload
    def select_all(self) -> SyncSelect[M]: ...
    @overload
    def select_all(self, table: str | Operand) -> SyncSelect: ...
    @overload
    def select_all(self, table: Tabled[R]) -> SyncSelect[R]: ...
    def select_all(self, table: Any = None) -> SyncSelect[Any]:
        """Take all columns of the table, or of another typed table of the query. The rows are of its class.

        After a join the table has to be said; raises CompileError otherwise.
        """
        if table is not None:
            items: tuple[nodes.Node, ...] = (star(table),)
            return SyncSelect(changed(self.node, {"items": items}), self._runner, row_of(table))
        if self.node.joins:
            raise CompileError(
                "select_all() after a join does not say of which table",
                hint="say it, as in select_all(Users), or name columns with select(…)",
            )
        items = (star_of(self.node.sources[0]),)
        return SyncSelect(changed(self.node, {"items": items}), self._runner, self._row)


class SyncDefinition(Definition):
    """The end of a DDL statement."""

    __slots__ = ()
    _runner: SyncRunner

    def compile(self) -> str:
        """Return the SQL text."""
        return compile_definition(self.node, self._runner.catalog.schema)

    def execute(self) -> None:
        """Run it; the discovered schema is refreshed."""
        self._runner.run_definition(lambda catalog: compile_definition(self.node, catalog.schema))


class SyncCreateTable(CreateTable, SyncDefinition):
    """A CREATE TABLE bound to what runs it."""

    __slots__ = ()


class SyncAlterTable(AlterTable, SyncDefinition):
    """An ALTER TABLE bound to what runs it."""

    __slots__ = ()


class SyncCreateIndex(CreateIndex, SyncDefinition):
    """A CREATE INDEX bound to what runs it."""

    __slots__ = ()


class SyncCreateView(CreateView, SyncDefinition):
    """A CREATE VIEW bound to what runs it."""

    __slots__ = ()


class SyncDrop(Drop, SyncDefinition):
    """A DROP bound to what runs it."""

    __slots__ = ()


def _each(statements: list[Statement[T]]) -> Operation[list[T]]:
    answers: list[T] = []
    for statement in statements:
        answer = yield from ask(statement)
        answers.append(answer)
    return answers
