"""Compiled queries with what encodes their parameters and decodes their rows, one for each shape of query."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from noormme_py.codec.decode import ResultColumn, RowDecoder, row_decoder, scalar_decoder
from noormme_py.codec.described import described
from noormme_py.codec.encode import Binder
from noormme_py.codec.registry import Codecs
from noormme_py.codec.shapes import DICT, Shape, annotation_of, shape_of
from noormme_py.codec.written import write_collector
from noormme_py.errors import QueryError
from noormme_py.query import nodes
from noormme_py.query.compiler import Compiled, compile_query
from noormme_py.query.scope import Output
from noormme_py.query.shape import QueryShape
from noormme_py.query.statement import Cursor, Statement
from noormme_py.schema.model import Column, Schema

T = TypeVar("T")

_MAX_PLANS = 1_000
_OUTER = frozenset({"left", "right", "full"})


class Plans:
    """The plans of one schema. `max_list` values an IN list binds one by one; `max_variables` a statement has."""

    def __init__(self, schema: Schema, codecs: Codecs, *, max_list: int, max_variables: int) -> None:
        self._schema = schema
        self._codecs = codecs
        self._max_list = max_list
        self._max_variables = max_variables
        # Read and filled by the lanes too: one dict operation at a time is safe among threads.
        self._plans: dict[Any, QueryPlan] = {}

    def plan(self, node: nodes.Query) -> tuple[QueryPlan, list[object]]:
        """Return the plan of a query and its data. Queries of one shape share a plan."""
        shape = QueryShape(node, self._max_list)
        plan = self._plans.get(shape.key) if shape.key is not None else None
        if plan is None:
            compiled = compile_query(node, self._schema, max_list=self._max_list, places=shape.places)
            plan = QueryPlan(node, compiled, self._schema, self._codecs, self._max_variables)
            if shape.key is not None and compiled.is_of_shape:
                if len(self._plans) >= _MAX_PLANS:
                    self._plans.clear()
                self._plans[shape.key] = plan
        return plan, shape.values

    def statement(self, node: nodes.Query, collect: Callable[[Cursor], T]) -> Statement[T]:
        """Return the statement of a query, its data encoded."""
        plan, data = self.plan(node)
        return plan.statement(data, collect)


class QueryPlan:
    """One compiled query with what encodes its parameters and decodes its rows."""

    __slots__ = ("_codecs", "_decoders", "_has_outer_join", "_scalar", "bind", "compiled", "sql", "written")

    def __init__(
        self, node: nodes.Query, compiled: Compiled, schema: Schema, codecs: Codecs, max_variables: int
    ) -> None:
        if len(compiled.slots) > max_variables:
            raise QueryError(
                f"the query has {len(compiled.slots)} parameters, this SQLite takes {max_variables}",
                hint="put the values into a table and join it",
            )
        self.compiled = compiled
        self.sql = compiled.sql
        self.written = write_collector(node, schema)
        self.bind = Binder(compiled.slots, codecs)
        self._codecs = codecs
        # What a row without a match gives is NULL, whatever the column says.
        self._has_outer_join = any(join.kind in _OUTER for join in getattr(node, "joins", ()))
        self._decoders: dict[Any, RowDecoder[Any]] = {}
        self._scalar: RowDecoder[Any] | None = None

    def statement(
        self, data: list[object], collect: Callable[[Cursor], T], named: Mapping[str, object] | None = None
    ) -> Statement[T]:
        """Encode the data of a query of this shape, and what is given for its placeholders."""
        return Statement(self.sql, self.bind(data, named), collect)

    def decoder(self, into: Any) -> RowDecoder[Any]:
        """Return what decodes the rows, into dicts or objects of a class."""
        try:
            found = self._decoders.get(into)
        except TypeError:
            found = None
        if found is None:
            found = self._decoders[into] = self._row_decoder(self._shape(into))
        return found

    def stream_decoder(self, into: Any) -> Callable[[Cursor], Callable[[Sequence[Any]], list[Any]]]:
        """Return what gives, for a cursor, what decodes the rows that it will give."""
        if self.compiled.outputs is None:
            shape = self._shape(into)
            return lambda cursor: row_decoder(described(cursor), shape).all
        decoder = self.decoder(into)
        return lambda _: decoder.all

    def scalar(self) -> RowDecoder[Any]:
        """Return what decodes the first column."""
        if self._scalar is None:
            outputs = self.compiled.outputs
            column = _column(outputs[0], self._codecs) if outputs else ResultColumn("value")
            self._scalar = scalar_decoder(column)
        return self._scalar

    def _shape(self, into: Any) -> Shape:
        if into is None:
            return DICT
        if self.compiled.outputs is None or self._has_outer_join:
            return shape_of(into)
        columns = [output.type for output in self.compiled.outputs if isinstance(output.type, Column)]
        return shape_of(into, {column.name: annotation_of(column, self._codecs) for column in columns})

    def _row_decoder(self, shape: Shape) -> RowDecoder[Any]:
        outputs = self.compiled.outputs
        if outputs is not None:
            return row_decoder([_column(output, self._codecs) for output in outputs], shape)
        # Only the database knows what columns come back.
        return RowDecoder(
            lambda cursor: row_decoder(described(cursor), shape).first(cursor),
            lambda cursor: row_decoder(described(cursor), shape).all(cursor),
        )


def _column(output: Output, codecs: Codecs) -> ResultColumn:
    source = output.type
    label = f"{source.table}.{source.name}" if isinstance(source, Column) else output.name
    return ResultColumn(output.name, codecs.of(source), label)
