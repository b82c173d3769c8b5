"""Scans: which statements walk a table, whatever they call it, and which only look something up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py import Noormme, SyncNoormme, errors
from noormme_py.testing import assert_no_scan

SCHEMA = """
create table orders (id integer primary key, customer integer, note text, total integer);
create index by_customer on orders (customer);
create index "using index odd" on orders (total);
create table lines (id integer primary key, order_id integer, product text);
create table prices (product text primary key, price integer) without rowid;
create table copies (id integer primary key, order_id integer, product text);
create table parts (id integer primary key, order_id integer references orders);
create table log (id integer primary key, text text);
create view large as select zz.id, zz.note from orders as zz where zz.note <> '';
create trigger noted after insert on log begin update orders set note = '' where note = new.text; end;
insert into orders (customer, note, total) values (1, 'a', 10), (2, 'b', 20);
"""

WALKS = [
    ("select * from orders", "orders"),
    ("select * from orders as o where o.note = 'x'", "orders"),
    ('select * from "Orders" as lines where lines.note = 1', "orders"),
    ("select * from orders order by id desc", "orders"),
    ("select count(*) from orders", "orders"),
    ("select customer from orders", "orders"),
    ("select * from orders order by total", "orders"),
    ("select * from orders limit 1", "orders"),
    ("select * from large", "orders"),
    ("with o as materialized (select * from orders) select * from o", "orders"),
    ("select * from orders where id in (select order_id from lines)", "lines"),
    ("select l.id from lines as l join orders as o on o.note = l.product", "orders"),
    ("select price from prices", "prices"),
    ("update orders set total = 1 where note = 'x'", "orders"),
    ("delete from orders where note = 'x'", "orders"),
    ("insert into copies select * from lines", "lines"),
    ("delete from orders where id = 1", "parts"),
    ("insert into log (text) values ('x')", "orders"),
    ("select * from lines order by (select note from orders limit 1)", "orders"),
]
LOOK_UPS = [
    ("select * from orders where id = 1", "orders"),
    ("select * from orders where customer = 1", "orders"),
    ("select * from orders where customer > 1 limit 1", "orders"),
    ("select min(customer) from orders", "orders"),
    ("select max(total), 1 from orders", "orders"),
    ("select max(id) from orders", "orders"),
    ("select price from prices where product = 'x'", "prices"),
    ("select * from lines as orders", "orders"),
    ("select lines.id, note from lines join orders on orders.id = lines.order_id", "orders"),
    ("select * from lines order by (select max(customer) from orders)", "orders"),
    ("insert into orders (customer) values (1)", "orders"),
    ("insert into copies select * from lines", "copies"),
    ("update orders set total = 1 where id = 1", "orders"),
    ("values (1), (2)", "orders"),
    ("select * from orders where id in (1, 2)", "orders"),
]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SyncNoormme]:
    path = tmp_path / "50% done?#.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
    with SyncNoormme(path) as database:
        yield database


@pytest.mark.parametrize(("sql", "table"), WALKS)
def test_a_walk_is_seen(db: SyncNoormme, sql: str, table: str) -> None:
    with pytest.raises(AssertionError, match=f"(?m)^  {table}:$"), assert_no_scan(db, table):
        db.execute(sql)
    with pytest.raises(AssertionError), assert_no_scan(db):
        db.execute(sql)


@pytest.mark.parametrize(("sql", "table"), LOOK_UPS)
def test_a_look_up_is_none(db: SyncNoormme, sql: str, table: str) -> None:
    with assert_no_scan(db, table):
        db.execute(sql)


def test_the_message_shows_statement_and_plan_and_no_values(db: SyncNoormme) -> None:
    with pytest.raises(AssertionError) as caught, assert_no_scan(db, "orders"):
        db.execute("select id from orders as o where note = ?", ["secret"])
    assert str(caught.value).splitlines() == [
        "statements that scan a table: 1",
        "  orders:",
        "    select id from orders as o where note = ?",
        "      SCAN o",
    ]


def test_a_statement_of_a_transaction_is_looked_at_with_its_named_parameters(db: SyncNoormme) -> None:
    with pytest.raises(AssertionError, match=":note"), assert_no_scan(db, "orders"), db.transaction() as tx:
        tx.execute("update orders set total = :total where note = :note", {"note": "x", "total": 1})


def test_foreign_keys_that_are_off_walk_nothing(db: SyncNoormme) -> None:
    is_off = {"enable_foreign_keys": False}
    with SyncNoormme(Path(db.config.location.file), optimization=is_off) as other, assert_no_scan(other, "parts"):
        other.execute("delete from orders where id = 1")


def test_many_sets_of_parameters_are_one_statement(db: SyncNoormme) -> None:
    with assert_no_scan(db):
        db.execute_many("update orders set note = ?2 where id = ?1 and note <> ?2", [[1, "x"], [2, "y"]])
    with pytest.raises(AssertionError, match="SCAN orders"), assert_no_scan(db):
        db.execute_many("update orders set total = ? where note = ? or note = '?'", [[1, "x"], [2, "y"]])


def test_the_writes_of_the_block_are_done_once(db: SyncNoormme) -> None:
    with assert_no_scan(db, "orders"):
        db.execute("insert into orders (total) values (30)")
    assert db.get_repository("orders").count() == 3


def read_and_drop(db: SyncNoormme) -> None:
    db.execute("select * from lines")
    db.drop_table("lines").execute()


def test_what_cannot_be_explained_any_more_is_told(db: SyncNoormme) -> None:
    with pytest.raises(AssertionError, match=r"could not be explained \(no such table"), assert_no_scan(db, "orders"):
        read_and_drop(db)


def test_what_failed_is_not_held_against_the_plan(db: SyncNoormme) -> None:
    with assert_no_scan(db, "orders"), pytest.raises(errors.DatabaseError):
        db.execute("select nothing from nowhere")


def test_names_are_checked_before_the_block_runs(db: SyncNoormme) -> None:
    with pytest.raises(errors.TableNotFound, match="did you mean 'orders'"), assert_no_scan(db, "order"):
        pytest.fail("it ran")
    with pytest.raises(errors.QueryError, match="'large' is a view"), assert_no_scan(db, "large"):
        pytest.fail("it ran")


def fail_after_a_scan(db: SyncNoormme) -> None:
    db.execute("select * from orders")
    raise LookupError


def test_an_error_of_the_block_is_told_as_it_is(db: SyncNoormme) -> None:
    with pytest.raises(LookupError), assert_no_scan(db):
        fail_after_a_scan(db)


async def test_a_plain_with_works_in_an_asynchronous_test(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db") as db:
        await db.execute_script(SCHEMA)
        with assert_no_scan(db):
            await db.get_repository("orders").find_by_id(1)
        with pytest.raises(AssertionError, match="SCAN orders"), assert_no_scan(db, "orders"):
            async with db.transaction() as tx:
                await tx.get_repository("orders").find_many({"note": "x"})


async def test_a_database_in_memory_explains_itself_or_says_that_it_cannot() -> None:
    with SyncNoormme(":memory:") as db:
        db.execute_script(SCHEMA)
        with assert_no_scan(db):
            db.get_repository("orders").find_by_id(1)
        with pytest.raises(AssertionError, match="SCAN orders"), assert_no_scan(db):
            db.get_repository("orders").find_many({"note": "x"})
    async with Noormme(":memory:") as other:
        with pytest.raises(errors.ConfigError, match="in memory"), assert_no_scan(other):
            pytest.fail("it ran")
