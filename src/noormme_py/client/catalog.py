"""One state of the schema with all that was made for it: row models, table plans, query plans."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from noormme_py.codec.plans import Plans
from noormme_py.codec.registry import Codecs
from noormme_py.codec.shapes import shape_of, table_model, table_shape
from noormme_py.errors import QueryError
from noormme_py.frozen import frozen
from noormme_py.repository.read_operations import ReadOperations
from noormme_py.repository.table_plan import TablePlan
from noormme_py.repository.write_operations import WriteOperations
from noormme_py.schema.model import Schema

R = TypeVar("R")


@frozen
class Limits:
    """`batch_size` rows an INSERT carries and values an IN list binds; `max_variables` of one statement."""

    batch_size: int
    max_variables: int


class TableOperations(Generic[R]):
    """The reads and writes of one table with rows of one shape."""

    __slots__ = ("plan", "read", "write")

    def __init__(self, plan: TablePlan[R], limits: Limits) -> None:
        self.plan = plan
        self.read: ReadOperations[R] = ReadOperations(plan)
        self.write: WriteOperations[R] = WriteOperations(
            plan, self.read, batch_size=limits.batch_size, max_variables=limits.max_variables
        )


class Catalog:
    """What is known of one database at one schema version."""

    def __init__(self, schema: Schema, codecs: Codecs, limits: Limits) -> None:
        self.schema = schema
        self.version = schema.version
        self.codecs = codecs
        self.limits = limits
        self.plans = Plans(schema, codecs, max_list=limits.batch_size, max_variables=limits.max_variables)
        # The plan of a query and its data.
        self.plan = self.plans.plan
        self._tables: dict[tuple[str, Any], TableOperations[Any]] = {}

    def with_schema(self, schema: Schema) -> Catalog:
        """Return a catalog for another state of the same database."""
        return Catalog(schema, self.codecs, self.limits)

    def table(self, name: str, row: Any = None) -> TableOperations[Any]:
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
            plan: TablePlan[Any] = TablePlan(table, self.codecs, shape, self.plans)
            found = self._tables[key] = TableOperations(plan, self.limits)
        return found
