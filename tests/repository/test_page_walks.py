"""Walking page after page: nothing that is there all the time is missed or met twice, in any order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py import Expression, SyncNoormme, col
from noormme_py.client.sync_repository import SyncRepository
from noormme_py.errors import QueryError

COLUMNS = "a, n text collate nocase, b integer not null, r real"
TABLES = [
    f"create table t (id integer primary key, {COLUMNS})",
    f"create table t (id integer not null, {COLUMNS})",
    f"create table t (key text collate nocase primary key, id integer, {COLUMNS}) without rowid",
    f"create table t (key text primary key, id integer, {COLUMNS})",
]
INDEXES = ["", "create index i on t (a, n)", "create index i on t (b desc, r)", "create index i on t (n, b)"]


@dataclass(frozen=True)
class Order:
    """One column of an order."""

    column: str
    direction: Literal["asc", "desc"]
    nulls: Literal["first", "last"] | None

    def said(self) -> Expression:
        column = col(self.column)
        return column.asc(nulls=self.nulls) if self.direction == "asc" else column.desc(nulls=self.nulls)

    def sort(self, rows: list[dict[str, Any]]) -> None:
        rows.sort(key=lambda row: rank(self.column, row[self.column]), reverse=self.direction == "desc")
        if self.nulls is not None:
            rows.sort(key=lambda row: (row[self.column] is None) == (self.nulls == "last"))


def rank(column: str, value: Any) -> tuple[Any, ...]:
    """Return what Python orders as SQLite orders the value."""
    if value is None:
        return (0,)
    if isinstance(value, str):
        return (2, value.encode().lower() if column == "n" else value.encode())
    return (3, value) if isinstance(value, bytes) else (1, value)


values = st.fixed_dictionaries(
    {
        "a": st.sampled_from([None, 0, 1, 1.0, 2, 2.5, float("inf"), -1, "", "a", "A", "é", "a\0b", "1", b"", b"a"]),
        "n": st.sampled_from([None, "a", "A", "b", "B", "É", "é"]),
        "b": st.integers(-1, 2),
        "r": st.sampled_from([None, -0.0, 0.1, 1, 1e300, float("-inf")]),
    }
)
orders = st.lists(
    st.builds(
        Order,
        st.sampled_from("anbr"),
        st.sampled_from(["asc", "desc"]),
        st.sampled_from([None, None, "first", "last"]),
    ),
    max_size=3,
    unique_by=lambda order: order.column,
)


def rows_of(made: list[dict[str, Any]], first: int, has_key: bool) -> list[dict[str, Any]]:
    """Number the rows; their keys are in the order of their numbers."""
    keys = ({"key": ("k" if number % 2 and first == 0 else "K") + f"{number:04}"} for number in range(first, 9999))
    return [{"id": first + place, **(next(keys) if has_key else {}), **row} for place, row in enumerate(made)]


@settings(max_examples=150)
@given(
    st.sampled_from(TABLES),
    st.sampled_from(INDEXES),
    st.lists(values, max_size=25),
    orders,
    st.integers(1, 6),
    st.data(),
)
def test_every_row_that_stays_is_met_once_and_in_order(
    table: str, index: str, made: list[dict[str, Any]], order: list[Order], per_page: int, data: st.DataObject
) -> None:
    has_key = "key text" in table
    # The text keys of a table that compares them by case are given in one case.
    rows = rows_of(made, 0 if "collate nocase primary" in table else 1, has_key)
    with SyncNoormme(":memory:") as db:
        db.execute_script(f"{table}; {index}")
        things = db.get_repository("t")
        things.insert_many(rows)
        stays = {row["id"] for row in rows}
        met: list[int] = []
        cursor: str | None = None
        while True:
            page = things.paginate_after(cursor, per_page=per_page, order_by=[one.said() for one in order])
            met += [row.id for row in page.items]
            assert page.has_next == (page.next_cursor is not None)
            if page.next_cursor is None:
                break
            assert len(page.items) == per_page
            cursor = page.next_cursor
            stays -= write_between(things, data, len(met), has_key)
    assert len(met) == len(set(met))
    expected = list(rows)
    for one in reversed(order):
        one.sort(expected)
    kept = [row["id"] for row in expected if row["id"] in stays]
    assert [one for one in met if one in stays] == kept


def write_between(things: SyncRepository[Any], data: st.DataObject, at: int, has_key: bool) -> set[int]:
    """Insert some rows and delete some; return the numbers of those that are gone."""
    new = data.draw(st.lists(values, max_size=2))
    things.insert_many(rows_of(new, 100 + 10 * at, has_key))
    gone = data.draw(st.sets(st.integers(0, 30), max_size=2))
    things.delete_many({"id__in": sorted(gone)})
    return gone


@pytest.mark.parametrize("table", TABLES)
def test_numbered_pages_are_the_rows_cut_into_pieces(table: str) -> None:
    with SyncNoormme(":memory:") as db:
        db.execute_script(table)
        things = db.get_repository("t")
        things.insert_many(rows_of([{"b": number % 3} for number in range(11)], 1, "key text" in table))
        pages = [things.paginate(page, 4, order_by="-b") for page in (1, 2, 3, 4)]
        assert [len(page.items) for page in pages] == [4, 4, 3, 0]
        assert [row for page in pages for row in page.items] == things.find_many(order_by="-b")
        assert {(page.total, page.pages) for page in pages} == {(11, 3)}


def test_keys_that_are_alike_in_the_order_are_told_apart_or_refused() -> None:
    columns = "(name text not null collate nocase, primary key (name collate binary))"
    with SyncNoormme(":memory:") as db:
        db.execute_script(f"create table t {columns}; create table w {columns} without rowid")
        for table in ("t", "w"):
            db.get_repository(table).insert_many([{"name": name} for name in ("a", "A", "b", "B")])
        first = db.get_repository("t").paginate_after(per_page=1)
        rest = db.get_repository("t").paginate_after(first.next_cursor)
        assert [row.name for row in [*first.items, *rest.items]] == ["a", "A", "b", "B"]
        with pytest.raises(QueryError, match="nothing tells the rows of table 'w' apart"):
            db.get_repository("w").paginate_after()
