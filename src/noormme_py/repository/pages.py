"""Rows page by page: by the page's number, or after the row that a cursor names."""

from __future__ import annotations

from typing import Generic, TypeVar

from noormme_py.errors import QueryError
from noormme_py.frozen import changed, frozen
from noormme_py.query import nodes, operands
from noormme_py.query.statement import Operation, Statement, ask, atomic
from noormme_py.repository.criteria import Criteria
from noormme_py.repository.cursors import Cursors
from noormme_py.repository.keyset import Keyset
from noormme_py.repository.preload import Preload, RawRows, raw_rows
from noormme_py.repository.read_operations import OrderBy, ReadOperations

R = TypeVar("R")


@frozen
class Page(Generic[R]):
    """One page by its number, from 1. `total` are the rows of all pages, counted at the moment of reading."""

    items: list[R]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.per_page)

    @property
    def has_next(self) -> bool:
        return self.page < self.pages

    @property
    def has_previous(self) -> bool:
        return self.page > 1


@frozen
class CursorPage(Generic[R]):
    """One page by its place. `next_cursor` is where the next one begins, None on the last."""

    items: list[R]
    next_cursor: str | None

    @property
    def has_next(self) -> bool:
        return self.next_cursor is not None


class PageOperations(Generic[R]):
    """The pages of one table. A page with all that belongs to it is read of one moment."""

    __slots__ = ("_cursors", "_read")

    def __init__(self, read: ReadOperations[R], cursors: Cursors) -> None:
        self._read = read
        self._cursors = cursors

    def numbered(
        self, where: Criteria | None, order_by: OrderBy, page: int, per_page: int, load: Preload[R] | None = None
    ) -> Operation[Page[R]]:
        """Read a page and count the rows of all."""
        _from_one("page", page)
        _from_one("per_page", per_page)
        count = self._read.count(where)
        found = self._found(self._read.select(where, order_by, per_page, (page - 1) * per_page))
        return atomic(self._numbered(count, found, page, per_page, load))

    def after(
        self,
        cursor: str | None,
        where: Criteria | None,
        order_by: OrderBy,
        per_page: int,
        load: Preload[R] | None = None,
    ) -> Operation[CursorPage[R]]:
        """Read the page that comes after a row, or the first one."""
        _from_one("per_page", per_page)
        plan = self._read.plan
        keyset = Keyset(plan.table, order_by)
        key = None if cursor is None else self._cursors.opened(keyset.text, cursor)
        # One more tells whether there is a next page.
        query = self._read.select(where, order_by, per_page + 1, None)
        shown = [column.name for column in plan.columns]
        beside = [name for name in keyset.columns if name not in shown]
        items = (*query.items, *map(nodes.Ref, beside))
        places = [[*shown, *beside].index(name) for name in keyset.columns]
        found: list[Statement[RawRows]] = []
        for condition, order in keyset.parts(key):
            met = query.where if condition is None else _both(condition, query.where)
            found.append(self._found(changed(query, {"items": items, "where": met, "order_by": order})))
        return atomic(self._after(found, keyset, places, per_page, load))

    def _found(self, query: nodes.Select) -> Statement[RawRows]:
        return self._read.plan.plans.statement(query, raw_rows)

    def _numbered(
        self, count: Statement[int], found: Statement[RawRows], page: int, per_page: int, load: Preload[R] | None
    ) -> Operation[Page[R]]:
        total = yield from ask(count)
        raw = yield from ask(found)
        return Page((yield from self._rows(raw, load)), total, page, per_page)

    def _after(
        self,
        found: list[Statement[RawRows]],
        keyset: Keyset,
        places: list[int],
        per_page: int,
        load: Preload[R] | None,
    ) -> Operation[CursorPage[R]]:
        raw: RawRows = []
        for part in found:
            raw += yield from ask(part)
            if len(raw) > per_page:
                break
        is_last = len(raw) <= per_page
        del raw[per_page:]
        next_cursor = None if is_last else self._cursors.sealed(keyset.text, [raw[-1][place] for place in places])
        return CursorPage((yield from self._rows(raw, load)), next_cursor)

    def _rows(self, raw: RawRows, load: Preload[R] | None) -> Operation[list[R]]:
        plan = self._read.plan
        width = len(plan.columns)
        rows = plan.all([row[:width] for row in raw])
        if load is not None:
            yield from load.into(raw, rows)
        return rows


def _both(first: nodes.Node, second: nodes.Node | None) -> nodes.Node:
    return first if second is None else operands.conjoin(first, second)


def _from_one(name: str, number: int) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise QueryError(f"{name} takes a whole number from 1 up")
