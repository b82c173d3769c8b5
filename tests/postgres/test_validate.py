"""Comparing both sides: what differs is found, told by its key, and what only looks different is not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py.errors import CannotOpen, DecodeError, TransferError
from noormme_py.transfer.sync import export, transfer, validate
from tests.postgres.database import Database
from tests.postgres.test_move import SHOP

MANY = """
create table t (id int primary key, v text, n numeric(8,2), at timestamptz);
insert into t select i, 'row ' || i, i / 8.0, timestamptz '2026-01-01 00:00+00' + i * interval '1.5 seconds'
    from generate_series(1, 20000) i;
create table keyless (v int);
insert into keyless select i % 5 from generate_series(1, 100) i;
"""


@pytest.fixture
def moved(pg: Database, tmp_path: Path) -> tuple[Database, Path]:
    pg.execute(SHOP + MANY)
    transfer(pg.dsn, tmp_path / "app.db")
    return pg, tmp_path / "app.db"


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        for sql in statements:
            db.execute(sql)
        db.commit()


def test_both_sides_are_equal_after_a_move(moved: tuple[Database, Path]) -> None:
    pg, path = moved
    report = validate(pg.dsn, path)
    assert report.is_equal
    assert {table.source: table.rows for table in report.tables} == {
        "public.customers": (2, 2),
        "public.keyless": (100, 100),
        "public.orders": (2, 2),
        "public.t": (20000, 20000),
    }
    table = next(table for table in report.tables if table.source == "public.t")
    columns = {column.source: column for column in table.columns}
    assert columns["n"].lowest == ("0.13", "0.13")
    assert columns["n"].highest == ("2500.00", "2500.00")
    assert columns["at"].highest == ("2026-01-01 08:20:00+00", "2026-01-01 08:20:00+00")
    assert columns["v"].nulls == (0, 0)


@pytest.mark.parametrize(
    ("sql", "count", "examples"),
    [
        ("update t set v = 'other' where id = 17", 1, {("changed", ("id = 17",), ("v",))}),
        ("update t set n = n + 0.01 where id in (1, 20000)", 2,
         {("changed", ("id = 1",), ("n",)), ("changed", ("id = 20000",), ("n",))}),
        ("update t set v = null, n = null where id = 3", 1, {("changed", ("id = 3",), ("v", "n"))}),
        ("delete from t where id = 5", 1, {("missing", ("id = 5",), ())}),
        ("insert into t values (20001, 'new', 1, null)", 1, {("extra", ("id = 20001",), ())}),
        ("update t set v = x'00ff' where id = 4", 1, {("changed", ("id = 4",), ("v",))}),
        ("update t set id = 30000 where id = 6", 2,
         {("missing", ("id = 6",), ()), ("extra", ("id = 30000",), ())}),
    ],
)  # fmt: skip
def test_each_difference_is_found_by_its_key(
    moved: tuple[Database, Path], sql: str, count: int, examples: set[tuple[str, tuple[str, ...], tuple[str, ...]]]
) -> None:
    pg, path = moved
    change(path, sql)
    report = validate(pg.dsn, path)
    table = next(table for table in report.tables if table.source == "public.t")
    assert not report.is_equal
    assert not table.is_equal
    assert table.differing == count
    assert {(one.kind, one.key, one.columns) for one in table.examples} == examples
    assert [one.source for one in report.tables if not one.is_equal] == ["public.t"]


def test_values_that_changed_places_are_found(moved: tuple[Database, Path]) -> None:
    pg, path = moved
    change(path, "update t set v = case id when 1 then 'row 2' else 'row 1' end where id in (1, 2)")
    table = next(table for table in validate(pg.dsn, path).tables if table.source == "public.t")
    assert table.differing == 2
    # Each column has the same values as before.
    assert all(column.is_equal for column in table.columns)


@pytest.mark.parametrize(
    "sql",
    [
        "update keyless set v = 9 where rowid = 1",
        "insert into keyless values (1)",
        "delete from keyless where rowid = 1",
    ],
)
def test_rows_without_a_key_count_too(moved: tuple[Database, Path], sql: str) -> None:
    pg, path = moved
    change(path, sql)
    assert not validate(pg.dsn, path).is_equal


def test_what_is_written_otherwise_and_means_the_same_is_equal(moved: tuple[Database, Path]) -> None:
    pg, path = moved
    change(
        path,
        "update t set at = replace(at, ' ', 'T') where id <= 100",
        """update customers set settings = '{"a":[1.0]}', ref = '{' || ref || '}' where id = 1""",
        "update orders set total = '1.1' where id = 2",
    )
    report = validate(pg.dsn, path)
    assert report.is_equal
    rewritten = {table.source: table.rewritten for table in report.tables if table.rewritten}
    assert rewritten == {"public.customers": ("ref", "settings"), "public.orders": ("total",)}


def test_keys_that_are_no_keys_any_more_and_orphans_are_told(moved: tuple[Database, Path]) -> None:
    pg, path = moved
    change(
        path,
        "drop index customers_email_key",
        "insert into customers (id, email, name) values (9, 'ada@example.com', 'x')",
        "insert into orders (id, customer_id, placed, total) values (9, 77, '2026-01-01', '1')",
    )
    report = validate(pg.dsn, path)
    found = {table.source: (table.duplicates, table.orphans) for table in report.tables}
    assert found["public.customers"] == (("customers_email_key: 1",), 0)
    assert found["public.orders"] == ((), 1)
    assert not report.is_equal


def test_tables_and_columns_that_are_gone_are_told(moved: tuple[Database, Path]) -> None:
    pg, path = moved
    change(path, "drop table keyless", "alter table t drop column v", "alter table t add column own int")
    report = validate(pg.dsn, path)
    found = {table.source: (table.is_equal, table.notes) for table in report.tables}
    assert found["public.keyless"] == (False, ("SQLite has no such table",))
    assert found["public.t"] == (
        True,
        ("SQLite has no column 'v' any more", "PostgreSQL has nothing of the column 'own'"),
    )


def test_only_some_tables_are_compared_when_that_is_asked(moved: tuple[Database, Path]) -> None:
    pg, path = moved
    change(path, "delete from t")
    assert validate(pg.dsn, path, exclude=["t"]).is_equal
    assert not validate(pg.dsn, path, include=["t"]).is_equal


def test_many_differences_do_not_fill_the_memory(moved: tuple[Database, Path]) -> None:
    pg, path = moved
    pg.execute("insert into t select i, 'new' from generate_series(100000, 180000) i")
    report = validate(pg.dsn, path)
    table = next(table for table in report.tables if table.source == "public.t")
    assert table.differing == 80001
    assert 0 < len(table.examples) < 30


def test_a_file_that_is_not_there(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    with pytest.raises(CannotOpen):
        validate(pg.dsn, tmp_path / "nothing.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 99}'])
def test_a_report_that_is_none(moved: tuple[Database, Path], text: str) -> None:
    pg, path = moved
    path.with_name("app.db.transfer.json").write_text(text)
    with pytest.raises(TransferError):
        validate(pg.dsn, path)


def test_a_move_of_an_earlier_day_is_compared_without_its_report(moved: tuple[Database, Path]) -> None:
    pg, path = moved
    path.with_name("app.db.transfer.json").unlink()
    assert validate(pg.dsn, path).is_equal


def test_large_rows_that_differ_do_not_fill_the_memory(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        "create table t (id int primary key, v text); insert into t select i, repeat(md5(i::text), 3000) from"
        " generate_series(1, 600) i"
    )
    transfer(pg.dsn, tmp_path / "app.db")
    change(tmp_path / "app.db", "update t set v = v || 'x'")
    [table] = validate(pg.dsn, tmp_path / "app.db").tables
    assert table.differing == 600
    assert {one.columns for one in table.examples} == {("v",)}


def test_rows_count_though_no_column_is_compared(pg: Database, tmp_path: Path) -> None:
    pg.execute("create table t (v text); insert into t values ('a'), ('b'), ('c')")
    report = transfer(pg.dsn, tmp_path / "app.db", hooks={"t.v": lambda value: "x"})
    assert report.rows == 3
    change(tmp_path / "app.db", "delete from t where rowid = 1")
    [table] = validate(pg.dsn, tmp_path / "app.db").tables
    assert (table.is_equal, table.rows) == (False, (3, 2))


@pytest.mark.parametrize("value", ["1000000000000000000", "9e999", "1.9", "x'ff'", "'text'"])
@pytest.mark.parametrize("kind", ["timestamptz", "numeric(10,2)", "real", "double precision", "integer", "boolean"])
def test_values_that_are_none_of_their_type_are_differences(
    pg: Database, tmp_path: Path, kind: str, value: str
) -> None:
    pg.execute(f"create table t (id int primary key, v {kind}); insert into t values (1, null)")
    transfer(pg.dsn, tmp_path / "app.db", types={"timestamptz": "unixepoch"} if kind == "timestamptz" else {})
    change(tmp_path / "app.db", f"update t set v = {value}")
    if kind == "integer" and value == "x'ff'":
        # SQLite makes a text of it that is none.
        with pytest.raises(DecodeError):
            validate(pg.dsn, tmp_path / "app.db")
    else:
        assert not validate(pg.dsn, tmp_path / "app.db").is_equal


def test_a_table_that_postgresql_has_no_more_is_told(moved: tuple[Database, Path]) -> None:
    pg, path = moved
    pg.execute("drop table keyless")
    report = validate(pg.dsn, path)
    gone = next(table for table in report.tables if table.source == "public.keyless")
    assert (gone.is_equal, gone.rows, gone.notes) == (False, (0, 100), ("PostgreSQL has no such table any more",))
    assert validate(pg.dsn, path, exclude=["keyless"]).is_equal
    with pytest.raises(TransferError, match=r"public\.keyless"):
        export(path, pg.dsn)


def test_forms_of_the_move_hold_for_a_part_of_it_too(pg: Database, tmp_path: Path) -> None:
    pg.execute("create table a (v int); create table b (v numeric); insert into b values (1.5)")
    transfer(pg.dsn, tmp_path / "app.db", types={"numeric": "real"})
    assert validate(pg.dsn, tmp_path / "app.db", include=["a"]).is_equal
    assert validate(pg.dsn, tmp_path / "app.db", include=["b"]).is_equal
    assert export(tmp_path / "app.db", pg.dsn, schema="back", include=["a"]).tables[0].source == "back.a"
