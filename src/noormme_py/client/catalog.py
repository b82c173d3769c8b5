"""One state of the schema with all that was made for it: row models, table plans, result decoders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from noormme_py.client.results import WriteResult, described, write_collector
from noormme_py.codec.decode import ResultColumn, RowDecoder, row_decoder, scalar_decoder
from noormme_py.codec.encode import Binder
from noormme_py.codec.registry import Codecs
from noormme_py.codec.shapes import DICT, Shape, shape_of, table_model, table_shape
from noormme_py.errors import QueryError
from noormme_py.query import nodes
from noormme_py.query.compiler import Compiled, compile_query
from noormme_py.query.scope import Output
from noormme_py.query.shape import QueryShape
from noormme_py.query.statement import Cursor, Statement
from noormme_py.repository.read_operations import ReadOperations
from noormme_py.repository.table_plan import TablePlan
from noormme_py.repository.write_operations import WriteOperations
from noormme_py.schema.model import Column, Schema

T = TypeVar("T")

_MAX_PLANS = 1_000


@dataclass(frozen=True, slots=True)
class Limits:
    """`batch_size` rows an INSERT carries and values an IN list binds; `max_variables` of one statement."""

    batch_size: int
    max_variables: int


class TableOperations:
    """The reads and writes of one table with rows of one shape."""

    __slots__ = ("plan", "read", "write")

    def __init__(self, plan: TablePlan[Any], limits: Limits) -> None:
        self.plan = plan
        self.read: ReadOperations[Any] = ReadOperations(plan)
        self.write: WriteOperations[Any] = WriteOperations(
            plan, self.read, batch_size=limits.batch_size, max_variables=limits.max_variables
        )


class Catalog:
    """What is known of one database at one schema version."""

    def __init__(self, schema: Schema, codecs: Codecs, limits: Limits) -> None:
        self.schema = schema
        self.version = schema.version
        self.codecs = codecs
        self.limits = limits
        self._tables: dict[tuple[str, Any], TableOperations] = {}
        # Read and filled by the lanes too: one dict operation at a time is safe among threads.
        self._plans: dict[Any, QueryPlan] = {}

    def with_schema(self, schema: Schema) -> Catalog:
        """Return a catalog for another state of the same database."""
        return Catalog(schema, self.codecs, self.limits)

    def table(self, name: str, row: Any = None) -> TableOperations:
        """Return the operations of a table; rows are of the table's own model, or of the class given."""
        key = (name, row)
        try:
            found = self._tables.get(key)
        except TypeError:
            # What cannot be hashed is neither a name nor a class, and that is told below.
            found = None
        if found is None:
            if not isinstance(name, str):
                raise QueryError(f"a table is named by a string, not by {type(name).__name__}")
            table = self.schema.table(name)
            shape = table_shape(table_model(table, self.codecs)) if row is None else shape_of(row)
            plan: TablePlan[Any] = TablePlan(table, self.schema, self.codecs, shape, self.limits.batch_size)
            found = self._tables[key] = TableOperations(plan, self.limits)
        return found

    def plan(self, node: nodes.Query) -> tuple[QueryPlan, list[object]]:
        """Return the plan of a query and its data. Queries of one shape share a plan."""
        shape = QueryShape(node, self.limits.batch_size)
        plan = self._plans.get(shape.key) if shape.key is not None else None
        if plan is None:
            compiled = compile_query(node, self.schema, max_list=self.limits.batch_size, places=shape.places)
            collect = write_collector(node, self.schema)
            plan = QueryPlan(compiled, self.codecs, self.limits.max_variables, collect)
            if shape.key is not None and compiled.is_of_shape:
                if len(self._plans) >= _MAX_PLANS:
                    self._plans.clear()
                self._plans[shape.key] = plan
        return plan, shape.values


class QueryPlan:
    """One compiled query with what encodes its parameters and decodes its rows."""

    __slots__ = ("_binder", "_codecs", "_decoders", "_max_variables", "_scalar", "compiled", "written")

    def __init__(
        self, compiled: Compiled, codecs: Codecs, max_variables: int, written: Callable[[Cursor], WriteResult]
    ) -> None:
        self.compiled = compiled
        self.written = written
        self._codecs = codecs
        self._binder = Binder(compiled.slots, codecs)
        self._max_variables = max_variables
        self._decoders: dict[Any, ResultDecoder] = {}
        self._scalar: ResultDecoder | None = None

    def statement(
        self, data: list[object], collect: Callable[[Cursor], T], named: Mapping[str, object] | None = None
    ) -> Statement[T]:
        """Return the query with its data, and values for its placeholders."""
        parameters = self._binder(data, named)
        if len(parameters) > self._max_variables:
            raise QueryError(
                f"the query has {len(parameters)} parameters, this SQLite takes {self._max_variables}",
                hint="put the values into a table and join it",
            )
        return Statement(self.compiled.sql, parameters, collect)

    def decoder(self, into: Any) -> ResultDecoder:
        """Return what decodes the rows, into dicts or objects of a class."""
        try:
            found = self._decoders.get(into)
        except TypeError:
            found = None
        if found is None:
            shape = DICT if into is None else shape_of(into)
            outputs = self.compiled.outputs
            decoder = None if outputs is None else row_decoder([_column(o, self._codecs) for o in outputs], shape)
            found = self._decoders[into] = ResultDecoder(decoder, shape)
        return found

    def scalar(self) -> ResultDecoder:
        """Return what decodes the first column."""
        if self._scalar is None:
            outputs = self.compiled.outputs
            column = _column(outputs[0], self._codecs) if outputs else ResultColumn("value")
            self._scalar = ResultDecoder(scalar_decoder(column), DICT)
        return self._scalar


class ResultDecoder:
    """Decodes the rows of one query; where its columns are not known beforehand, the cursor says them."""

    __slots__ = ("_decoder", "_shape")

    def __init__(self, decoder: RowDecoder[Any] | None, shape: Shape) -> None:
        self._decoder = decoder
        self._shape = shape

    def all(self, cursor: Cursor) -> list[Any]:
        """Collect every row."""
        return self._for(cursor).all(cursor)

    def first(self, cursor: Cursor) -> Any:
        """Collect the first row, or None. The rest is not fetched."""
        return self._for(cursor).first(cursor)

    def stream(self, cursor: Cursor) -> Callable[[Sequence[Any]], list[Any]]:
        """Return what decodes the rows that the cursor will give."""
        return self._for(cursor).all

    def _for(self, cursor: Cursor) -> RowDecoder[Any]:
        return self._decoder or row_decoder(described(cursor), self._shape)


def _column(output: Output, codecs: Codecs) -> ResultColumn:
    source = output.type
    label = f"{source.table}.{source.name}" if isinstance(source, Column) else output.name
    return ResultColumn(output.name, codecs.of(source), label)
