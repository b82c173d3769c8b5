"""One state of the schema with all that was made for it: row models, table plans, result decoders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache

from noormme_py.codec.decode import ResultColumn, RowDecoder, row_decoder, scalar_decoder
from noormme_py.codec.encode import bind
from noormme_py.codec.registry import Codecs
from noormme_py.codec.shapes import DICT, Shape, shape_of, table_model, table_shape
from noormme_py.errors import QueryError, ResultError
from noormme_py.query import nodes
from noormme_py.query.compiler import Compiled, compile_query
from noormme_py.query.scope import Type
from noormme_py.query.statement import Cursor, Raw
from noormme_py.repository.read_operations import ReadOperations
from noormme_py.repository.table_plan import TablePlan
from noormme_py.repository.write_operations import WriteOperations
from noormme_py.schema.model import Column, Schema

_CACHED_DECODERS = 512


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
        self.codecs = codecs
        self.limits = limits
        self._tables: dict[tuple[str, Any], TableOperations] = {}
        self._decoders: LRUCache[Any, RowDecoder[Any]] = LRUCache(_CACHED_DECODERS)

    def with_schema(self, schema: Schema) -> Catalog:
        """Return a catalog for another state of the same database."""
        return Catalog(schema, self.codecs, self.limits)

    def table(self, name: str, row: Any = None) -> TableOperations:
        """Return the operations of a table; rows are of the table's own model, or of the class given."""
        key = (name, row)
        found = self._tables.get(key)
        if found is None:
            table = self.schema.table(name)
            shape = table_shape(table_model(table, self.codecs)) if row is None else shape_of(row)
            plan: TablePlan[Any] = TablePlan(table, self.schema, self.codecs, shape, self.limits.batch_size)
            found = self._tables[key] = TableOperations(plan, self.limits)
        return found

    def compile(self, node: nodes.Query) -> Compiled:
        """Compile a query against this schema."""
        return compile_query(node, self.schema, max_list=self.limits.batch_size)

    def bind(self, compiled: Compiled, values: Mapping[str, object] | None = None) -> list[Raw]:
        """Encode the parameters of a compiled query."""
        parameters = bind(compiled.slots, self.codecs, values)
        if len(parameters) > self.limits.max_variables:
            raise QueryError(
                f"the query has {len(parameters)} parameters, this SQLite takes {self.limits.max_variables}",
                hint="put the values into a table and join it",
            )
        return parameters

    def decoder(self, compiled: Compiled, into: Any) -> ResultDecoder:
        """Return what decodes the rows of a compiled query."""
        shape = DICT if into is None else shape_of(into)
        if compiled.outputs is None:
            return ResultDecoder(None, shape)
        key = (compiled.sql, into)
        found = self._decoders.get(key)
        if found is None:
            columns = [ResultColumn(o.name, self.codecs.of(o.type), _label(o.type, o.name)) for o in compiled.outputs]
            found = self._decoders[key] = row_decoder(columns, shape)
        return ResultDecoder(found, shape)

    def scalar(self, compiled: Compiled) -> ResultDecoder:
        """Return what decodes the first column of a compiled query."""
        column = ResultColumn("value")
        if compiled.outputs:
            first = compiled.outputs[0]
            column = ResultColumn(first.name, self.codecs.of(first.type), _label(first.type, first.name))
        return ResultDecoder(scalar_decoder(column), DICT)


class ResultDecoder:
    """Decodes the rows of one query; where its columns are not known beforehand, the cursor says them."""

    __slots__ = ("_decoder", "_shape")

    def __init__(self, decoder: RowDecoder[Any] | None, shape: Shape) -> None:
        self._decoder = decoder
        self._shape = shape

    def all(self, cursor: Cursor) -> list[Any]:
        """Collect every row."""
        return self._for(cursor).many(cursor.fetchall())

    def first(self, cursor: Cursor) -> Any:
        """Collect the first row, or None. The rest is not fetched."""
        row = cursor.fetchone()
        return None if row is None else self._for(cursor).one(row)

    def stream(self, cursor: Cursor) -> Callable[[Sequence[Any]], list[Any]]:
        """Return what decodes the rows that the cursor will give."""
        return self._for(cursor).many

    def _for(self, cursor: Cursor) -> RowDecoder[Any]:
        return self._decoder or row_decoder(described(cursor), self._shape)


def described(cursor: Cursor) -> list[ResultColumn]:
    """Return the result columns that a cursor names; raises ResultError when two have one name."""
    names = [column[0] for column in cursor.description or ()]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ResultError(
            "several result columns are named " + ", ".join(map(repr, sorted(twice))) + "; a row can hold only one",
            hint="give them aliases",
        )
    return [ResultColumn(name) for name in names]


def _label(type_: Type, name: str) -> str:
    return f"{type_.table}.{type_.name}" if isinstance(type_, Column) else name
