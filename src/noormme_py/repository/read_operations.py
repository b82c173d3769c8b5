"""Reading one table: by key, by criteria, counting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from noormme_py.codec.encode_rows import row_encoder
from noormme_py.errors import CompileError, MultipleRows, QueryError, RowNotFound
from noormme_py.names import fold
from noormme_py.query import nodes, operands
from noormme_py.query.functions import fn
from noormme_py.query.operands import Operand
from noormme_py.query.statement import Cursor, Raw, Statement
from noormme_py.repository.criteria import Criteria, condition
from noormme_py.repository.finders import parse_finder
from noormme_py.repository.row_marks import RowMarks
from noormme_py.repository.table_plan import COMPOUND, Key, TablePlan
from noormme_py.schema.model import Table

R = TypeVar("R")

OrderBy = str | Operand | Sequence[str | Operand] | None
"""`"name"`, `"-created_at"` (descending), an expression with `asc()` or `desc()`, or a list of these."""

# Stands for a value in a finder that is compiled before there is one.
_ANY = object()


class _Finder(NamedTuple):
    """A finder: its columns, whether it gives one row or all, what encodes its values, and its SQL."""

    columns: tuple[str, ...]
    is_one: bool
    encode: Callable[[Iterable[object]], list[Raw]]
    sql: str


class ReadOperations(Generic[R]):
    """The reads of one table. Methods encode at once, so that faults come before any SQL is run."""

    __slots__ = ("_encode_key", "_finders", "_first", "_live", "find_sql", "marks", "plan")

    def __init__(self, plan: TablePlan[R], marks: RowMarks) -> None:
        self.plan = plan
        self.marks = marks
        self._finders: dict[str, _Finder] = {}
        self.find_sql = plan.select_sql + plan.key_sql + marks.live_sql
        self._live = None if marks.hidden is None else marks.hidden.live(plan.table.name)
        # At hand, because this is the statement that is made most often.
        self._encode_key = plan.encode_key
        self._first = plan.first

    def find_by_id(self, key: Key) -> Statement[R | None]:
        """Find the row of a key, or None."""
        encode = self._encode_key
        if encode is None or type(key) in COMPOUND:
            return Statement(self.find_sql, self.plan.key_values(key), self.plan.first)
        return Statement(self.find_sql, encode((key,)), self._first)

    def get_by_id(self, key: Key) -> Statement[R]:
        """Find the row of a key; raises RowNotFound."""
        return Statement(self.find_sql, self.plan.key_values(key), self.got)

    def find_one(self, where: Criteria | None, order_by: OrderBy = None) -> Statement[R | None]:
        """Find the first row that meets the criteria, in the order asked for, then by key."""
        return self.plan.plans.statement(self.select(where, order_by, 1, None), self.plan.first)

    def get_one(self, where: Criteria | None) -> Statement[R]:
        """Find the only row that meets the criteria; raises RowNotFound or MultipleRows."""
        return self.plan.plans.statement(self.select(where, None, 2, None), self._only)

    def find_only(self, where: Criteria) -> Statement[R | None]:
        """Find the only row that meets the criteria, or None; raises MultipleRows."""
        return self.plan.plans.statement(self.select(where, None, 2, None), self._at_most_one)

    def find_many(
        self,
        where: Criteria | None,
        order_by: OrderBy = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Statement[list[R]]:
        """Find all rows that meet the criteria, in the order asked for, then by key."""
        return self.plan.plans.statement(self.select(where, order_by, limit, offset), self.plan.all)

    def count(self, where: Criteria | None) -> Statement[int]:
        """Count the rows that meet the criteria."""
        table = self.plan.table
        node = nodes.Select(
            sources=(nodes.TableName(table.name),),
            items=(nodes.Aliased(fn.count().node, "count"),),
            where=self.condition(where),
        )
        return self.plan.plans.statement(node, _scalar)

    def exists(self, where: Criteria | None) -> Statement[bool]:
        """Tell whether any row meets the criteria."""
        table = self.plan.table
        inner = nodes.Select(
            sources=(nodes.TableName(table.name),),
            items=(nodes.Aliased(nodes.Value(1), "one"),),
            where=self.condition(where),
        )
        node = nodes.Select(items=(nodes.Aliased(nodes.Exists(inner), "found"),))
        return self.plan.plans.statement(node, _truth)

    def find_by(self, name: str, values: tuple[object, ...]) -> Statement[Any]:
        """Find as the finder of this name does; raises AttributeError where it is none."""
        found = self._finders.get(name) or self.finder(name)
        if found is None:
            raise AttributeError(f"table {self.plan.table.name!r} has no finder {name!r}")
        columns, is_one, encode, sql = found
        if len(values) != len(columns):
            raise QueryError(f"{name} takes {len(columns)} values: " + ", ".join(columns))
        parameters = encode(values)
        if None in parameters:
            where = dict(zip(columns, values, strict=True))
            return self.find_one(where) if is_one else self.find_many(where)
        if is_one:
            parameters.append(1)
        return Statement(sql, parameters, self._first if is_one else self.plan.all)

    def finder(self, name: str) -> _Finder | None:
        """Return what a finder of this name does, compiled once, or None; raises AttributeError for unknown columns."""
        parsed = parse_finder(self.plan.table, name)
        if parsed is None:
            return None
        columns, is_one = parsed.columns, parsed.kind == "one"
        where = dict.fromkeys(columns, _ANY)
        plan, _ = self.plan.plans.plan(self.select(where, None, 1 if is_one else None, None))
        encode = row_encoder([self.plan.column(column) for column in columns]).encode
        found = self._finders[name] = _Finder(columns, is_one, encode, plan.sql)
        return found

    def by_key(self, values: Sequence[Raw]) -> Statement[R | None]:
        """Return the statement that finds the row of an encoded key."""
        return Statement(self.find_sql, values, self.plan.first)

    def select(self, where: Criteria | None, order_by: OrderBy, limit: int | None, offset: int | None) -> nodes.Select:
        """Return the query for the rows that meet the criteria, in a total order where the table has one."""
        table = self.plan.table
        return nodes.Select(
            sources=(nodes.TableName(table.name),),
            items=self.plan.items,
            where=self.condition(where),
            order_by=order_of(table, order_by),
            limit=whole("limit", limit),
            offset=whole("offset", offset),
        )

    def condition(self, where: Criteria | None) -> nodes.Node | None:
        """Return the condition of the rows that meet the criteria and are to be seen."""
        return self.visible(condition(self.plan.table, where))

    def visible(self, met: nodes.Node | None) -> nodes.Node | None:
        """Return a condition that holds for rows that are to be seen only."""
        if self._live is None:
            return met
        return self._live if met is None else nodes.And((self._live, met))

    def stream(self, where: Criteria | None, order_by: OrderBy) -> Statement[Callable[[list[Any]], list[R]]]:
        """Find all rows that meet the criteria; the answer decodes them as they come."""
        return self.plan.plans.statement(self.select(where, order_by, None, None), lambda _: self.plan.all)

    def got(self, cursor: Cursor) -> R:
        """Collect the first row; raises RowNotFound."""
        found = self.plan.first(cursor)
        if found is None:
            raise row_not_found(self.plan.table.name)
        return found

    def _only(self, cursor: Cursor) -> R:
        found = self._at_most_one(cursor)
        if found is None:
            raise row_not_found(self.plan.table.name)
        return found

    def _at_most_one(self, cursor: Cursor) -> R | None:
        found = self.plan.all(cursor)
        if len(found) > 1:
            raise MultipleRows(f"several rows of {self.plan.table.name!r} meet the criteria, one was expected")
        return found[0] if found else None


def row_not_found(table: str) -> RowNotFound:
    """Return the error for a row that is not there."""
    return RowNotFound(f"there is no such row in {table!r}", hint="find_* methods give None instead")


def order_of(table: Table, order_by: OrderBy) -> tuple[nodes.Order, ...]:
    """Return the order asked for, made total: by the primary key, and the rowid where NULLs make the key no key."""
    orders = _orders(order_by)
    said = {fold(order.operand.column) for order in orders if isinstance(order.operand, nodes.Ref)}
    keys, _ = last_keys(table)
    return (*orders, *(nodes.Order(nodes.Ref(name)) for name in keys if fold(name) not in said))


def last_keys(table: Table) -> tuple[tuple[str, ...], bool]:
    """Return the columns that every order ends with, and whether they tell all rows apart."""
    keys = table.primary_key
    if table.rowid_alias is not None or (bool(keys) and not any(_may_be_alike(table, name) for name in keys)):
        return keys, True
    if not table.has_rowid:
        return keys, False
    # A column of the user's may have taken one of the rowid's names, or even all.
    rowid = tuple(name for name in ("rowid", "_rowid_", "oid") if table.find_column(name) is None)[:1]
    return (*keys, *rowid), bool(rowid)


def _may_be_alike(table: Table, name: str) -> bool:
    """Whether a column of the primary key lets rows be alike in it that the key holds to be different."""
    column = table.column(name)
    if column.is_nullable:
        return True
    own = column.collation.upper()
    of_keys = [
        part.collation.upper()
        for index in table.indexes
        if index.origin == "primary key"
        for part in index.columns
        if part.name == name
    ]
    return own != "BINARY" and any(collation != own for collation in of_keys)


def _orders(order_by: OrderBy) -> tuple[nodes.Order, ...]:
    if order_by is None:
        return ()
    items = [order_by] if isinstance(order_by, str | Operand) else order_by
    # It is read again when the schema has changed.
    if isinstance(items, Iterator) or not isinstance(items, Iterable):
        raise CompileError(f"an order is said by columns, not by {type(items).__name__}")
    return tuple(_order(item) for item in items)


def _order(item: str | Operand) -> nodes.Order:
    if isinstance(item, str) and item.startswith("-"):
        return nodes.Order(operands.reference(item[1:]), "desc")
    node = operands.reference(item)
    return node if isinstance(node, nodes.Order) else nodes.Order(node)


def whole(name: str, count: int | None) -> nodes.Value | None:
    """Return the node of a limit or an offset; raises CompileError."""
    if count is None:
        return None
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise CompileError(f"{name} takes a whole number from 0 up")
    return nodes.Value(count)


def _scalar(cursor: Cursor) -> int:
    count: int = cursor.fetchone()[0]
    return count


def _truth(cursor: Cursor) -> bool:
    return bool(cursor.fetchone()[0])
