"""The rows that come after a row in an order, as conditions that an index can serve one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from noormme_py.errors import QueryError
from noormme_py.frozen import frozen
from noormme_py.names import fold
from noormme_py.query import nodes
from noormme_py.query.scope import ROWID_NAMES
from noormme_py.query.statement import Raw
from noormme_py.repository.read_operations import OrderBy, last_keys, order_of
from noormme_py.schema.model import Table

Part: TypeAlias = tuple[nodes.Node | None, tuple[nodes.Order, ...]]
"""A run of rows in the order: the condition that they meet, and what they are still to be ordered by."""


@frozen
class _Key:
    """A column of the order. `has_nulls_first` tells on which side its NULLs are, where it has any."""

    column: str
    order: nodes.Order
    is_nullable: bool
    has_nulls_first: bool

    def same(self, value: Raw) -> nodes.Node:
        reference = nodes.Ref(self.column)
        return _null_test("is", reference) if value is None else nodes.Binary(reference, "=", _exactly(value))

    def beyond(self, value: Raw) -> Iterator[tuple[nodes.Node, bool]]:
        """Yield conditions of what comes after a value, in order, each with whether it is of NULLs."""
        reference = nodes.Ref(self.column)
        if value is None:
            if self.has_nulls_first:
                yield _null_test("is not", reference), False
            return
        yield nodes.Binary(reference, ">" if self.order.direction == "asc" else "<", _exactly(value)), False
        if self.is_nullable and not self.has_nulls_first:
            yield _null_test("is", reference), True


class Keyset:
    """A total order of a table's rows by columns.

    What comes after a row is read in parts: first the rows that are like it in all columns but the last, then those
    like it in all but the last two, and so on. Each part is a search in an index on these columns, whatever their
    directions and wherever their NULLs, and most pages end within the first or second part.
    """

    __slots__ = ("_keys", "columns", "text")

    def __init__(self, table: Table, order_by: OrderBy) -> None:
        """Raise QueryError for an order by something that is no column, or that does not tell rows apart."""
        orders = order_of(table, order_by)
        self._keys: list[_Key] = []
        for order in orders:
            key = _key(table, order)
            if all(fold(key.column) != fold(known.column) for known in self._keys):
                self._keys.append(key)
        self.columns = tuple(key.column for key in self._keys)
        if not last_keys(table)[1]:
            raise QueryError(
                f"nothing tells the rows of {table.kind} {table.name!r} apart, so none is a place to go on from",
                hint="paginate() counts rows instead",
            )
        said = [[key.column, key.order.direction, key.has_nulls_first] for key in self._keys]
        # What a cursor is bound to.
        self.text = json.dumps([table.name, said])

    def parts(self, after: Sequence[Raw] | None) -> Iterator[Part]:
        """Yield what comes after a row, given by the values of `columns`; without one, all rows."""
        keys = self._keys
        if after is None:
            yield None, tuple(key.order for key in keys)
            return
        for place in reversed(range(len(keys))):
            within = [key.same(value) for key, value in zip(keys[:place], after, strict=False)]
            further = tuple(key.order for key in keys[place + 1 :])
            for condition, is_of_nulls in keys[place].beyond(after[place]):
                order = keys[place].order
                here = () if is_of_nulls else (nodes.Order(order.operand, order.direction),)
                yield nodes.And((*within, condition)) if within else condition, (*here, *further)


def _key(table: Table, order: nodes.Order) -> _Key:
    reference = order.operand
    if not isinstance(reference, nodes.Ref) or (
        reference.table is not None and fold(reference.table) != fold(table.name)
    ):
        raise QueryError(
            "pages after a cursor are ordered by columns, and this order is computed",
            hint="paginate() takes any order; a generated column makes this one a column",
        )
    has_nulls_first = (order.nulls or ("first" if order.direction == "asc" else "last")) == "first"
    column = table.find_column(reference.column)
    if column is None and table.has_rowid and fold(reference.column) in ROWID_NAMES:
        return _Key(fold(reference.column), order, False, has_nulls_first)
    column = table.column(reference.column)
    is_nullable = column.is_nullable and column.name != table.rowid_alias
    return _Key(column.name, order, is_nullable, has_nulls_first)


def _exactly(value: Raw) -> nodes.Node:
    # Between pieces of text a value is bound as it is: it came out of the column.
    return nodes.Fragment(("", ""), (nodes.Value(value),))


def _null_test(operator: str, reference: nodes.Node) -> nodes.Node:
    return nodes.Binary(reference, operator, nodes.Null())
