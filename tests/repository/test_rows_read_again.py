"""Rows that change while they are written, and the order of rows that their key does not settle."""

from __future__ import annotations

import pytest

from noormme_py import Noormme


async def test_a_row_that_follows_its_own_key_is_read_again(db: Noormme) -> None:
    await db.execute_script(
        "create table nodes (id integer primary key, up integer references nodes on update cascade)"
    )
    nodes = db.get_repository("nodes")
    await nodes.create({"id": 1, "up": 1})
    moved = await nodes.update(1, {"id": 2})
    assert (moved.id, moved.up) == (2, 2)


@pytest.mark.parametrize(
    ("columns", "last"),
    [
        ("rowid text, n int", "_rowid_"),
        ("RowID text, _rowid_ text, n int", "oid"),
        ("n int, code text primary key", "rowid"),
        ("n int, a int, b int, primary key (a, b)", "rowid"),
    ],
)
async def test_the_rowid_settles_the_order_where_no_key_does(db: Noormme, columns: str, last: str) -> None:
    await db.execute_script(f"create table t ({columns}); insert into t (n) values (1), (2); update t set n = 3 - n;")
    statement = db.catalog.table("t").read.find_many(None, "-n")
    assert statement.sql.split(" order by ")[1].endswith(f', "{last}"')
    assert [row.n for row in await db.get_repository("t").find_all()] == [2, 1]


@pytest.mark.parametrize(
    "definition",
    [
        "(id integer primary key, n int)",
        "(id text not null primary key, n int)",
        "(id text primary key, n int) without rowid",
        "(id text primary key, n int) strict",
        "(rowid text, _rowid_ text, oid text, n int)",
    ],
)
async def test_the_rowid_is_not_named_without_need(db: Noormme, definition: str) -> None:
    await db.execute_script(f"create table t {definition}")
    order = db.catalog.table("t").read.find_many(None, "n").sql.partition(" order by ")[2]
    assert order in ('"n", "id"', '"n"')
    assert await db.get_repository("t").find_all(order_by="n") == []
