"""Reading one table: by key, by criteria, counting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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

    __slots__ = ("_encode_key", "_finders", "_first", "find_sql", "plan")

    def __init__(self, plan: TablePlan[R]) -> None:
        self.plan = plan
        self._finders: dict[str, _Finder] = {}
        self.find_sql = plan.select_sql + plan.key_sql
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
        return self.plan.plans.statement(self._select(where, order_by, 1, None), self.plan.first)

    def get_one(self, where: Criteria | None) -> Statement[R]:
        """Find the only row that meets the criteria; raises RowNotFound or MultipleRows."""
        return self.plan.plans.statement(self._select(where, None, 2, None), self._only)

    def find_many(
        self,
        where: Criteria | None,
        order_by: OrderBy = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Statement[list[R]]:
        """Find all rows that meet the criteria, in the order asked for, then by key."""
        return self.plan.plans.statement(self._select(where, order_by, limit, offset), self.plan.all)

    def count(self, where: Criteria | None) -> Statement[int]:
        """Count the rows that meet the criteria."""
        table = self.plan.table
        node = nodes.Select(
            sources=(nodes.TableName(table.name),),
            items=(nodes.Aliased(fn.count().node, "count"),),
            where=condition(table, where),
        )
        return self.plan.plans.statement(node, _scalar)

    def exists(self, where: Criteria | None) -> Statement[bool]:
        """Tell whether any row meets the criteria."""
        table = self.plan.table
        inner = nodes.Select(
            sources=(nodes.TableName(table.name),),
            items=(nodes.Aliased(nodes.Value(1), "one"),),
            where=condition(table, where),
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
        plan, _ = self.plan.plans.plan(self._select(where, None, 1 if is_one else None, None))
        encode = row_encoder([self.plan.column(column) for column in columns]).encode
        found = self._finders[name] = _Finder(columns, is_one, encode, plan.sql)
        return found

    def by_key(self, values: Sequence[Raw]) -> Statement[R | None]:
        """Return the statement that finds the row of an encoded key."""
        return Statement(self.find_sql, values, self.plan.first)

    def _select(self, where: Criteria | None, order_by: OrderBy, limit: int | None, offset: int | None) -> nodes.Select:
        table = self.plan.table
        return nodes.Select(
            sources=(nodes.TableName(table.name),),
            items=self.plan.items,
            where=condition(table, where),
            order_by=order_of(table, order_by),
            limit=whole("limit", limit),
            offset=whole("offset", offset),
        )

    def got(self, cursor: Cursor) -> R:
        """Collect the first row; raises RowNotFound."""
        found = self.plan.first(cursor)
        if found is None:
            raise row_not_found(self.plan.table.name)
        return found

    def _only(self, cursor: Cursor) -> R:
        found = self.plan.all(cursor)
        if not found:
            raise row_not_found(self.plan.table.name)
        if len(found) > 1:
            raise MultipleRows(f"several rows of {self.plan.table.name!r} meet the criteria, one was expected")
        return found[0]


def row_not_found(table: str) -> RowNotFound:
    """Return the error for a row that is not there."""
    return RowNotFound(f"there is no such row in {table!r}", hint="find_* methods give None instead")


def order_of(table: Table, order_by: OrderBy) -> tuple[nodes.Order, ...]:
    """Return the order asked for, made total: by the primary key, and the rowid where NULLs make the key no key."""
    orders = _orders(order_by)
    said = {fold(order.operand.column) for order in orders if isinstance(order.operand, nodes.Ref)}
    keys = table.primary_key
    is_total = bool(keys) and not any(table.column(name).is_nullable for name in keys)
    if table.has_rowid and table.rowid_alias is None and not is_total:
        # A column of the user's may have taken one of the rowid's names, or even all.
        keys += tuple(name for name in ("rowid", "_rowid_", "oid") if table.find_column(name) is None)[:1]
    return (*orders, *(nodes.Order(nodes.Ref(name)) for name in keys if fold(name) not in said))


def _orders(order_by: OrderBy) -> tuple[nodes.Order, ...]:
    if order_by is None:
        return ()
    items = [order_by] if isinstance(order_by, str | Operand) else order_by
    if not isinstance(items, Iterable):
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
