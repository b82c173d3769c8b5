"""A schema that is made for a file: with all names as they are or not at all, and telling what it is made without."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py.errors import TransferError
from noormme_py.transfer import export, transfer
from tests.postgres.database import Database
from tests.postgres.test_move import SHOP


def made(path: Path, sql: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
    return path


async def test_names_that_postgresql_would_cut_are_refused(pg: Database, tmp_path: Path) -> None:
    # A name may be long in bytes and short in letters.
    long, wide = "t" * 64, "é" * 32
    source = made(
        tmp_path / "own.db",
        f'create table "{long}" (id integer primary key); create table short (id integer primary key, "{wide}" text,'
        f' "{"c" * 63}" text, ctid text);',
    )
    with pytest.raises(TransferError, match="does not take these names") as refused:
        await export(source, pg.dsn, schema="own")
    for name in (f"table '{long}'", f"column '{wide}' of 'short'", "column 'ctid' of 'short'"):
        assert name in str(refused.value)
    assert "c" * 63 not in str(refused.value)
    assert "rename" in (refused.value.hint or "")
    assert pg.rows("select 1 from pg_namespace where nspname = 'own'") == []
    source = made(tmp_path / "b.db", "create table t (id integer primary key)")
    for schema in (long, "", "\udcff", "a\0b"):
        with pytest.raises(TransferError, match="does not take these names: schema"):
            await export(source, pg.dsn, schema=schema)


async def test_keys_take_no_name_that_a_table_needs(pg: Database, tmp_path: Path) -> None:
    source = made(
        tmp_path / "own.db",
        "create table t (id integer primary key, a text unique); create table t_pkey (id integer primary key);"
        "create table t_id_seq (id integer primary key); create table t_a_key (id integer primary key, t_id int,"
        f" constraint {'k' * 70} foreign key (t_id) references t (id)); insert into t values (1, 'x')",
    )
    report = await export(source, pg.dsn, schema="own")
    assert {table.source for table in report.tables} == {"own.t", "own.t_pkey", "own.t_id_seq", "own.t_a_key"}
    assert report.skipped == ()
    pg.execute("insert into own.t (a) values ('y'); insert into own.t_a_key (t_id) values (2)")


async def test_what_a_new_schema_is_made_without_is_told(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    await transfer(pg.dsn, tmp_path / "app.db")
    report = await export(tmp_path / "app.db", pg.dsn, schema="back")
    assert report.skipped == (
        "made without 1 CHECK of SQLite",
        "made without 1 index of SQLite",
        "made without 2 defaults of SQLite",
    )
    own = made(
        tmp_path / "own.db",
        "create table t (id integer primary key, a int check (a > 0), b int as (a + 1), c int unique);"
        "create unique index by_c on t (c); create unique index by_a on t (a) where a > 1; create index by_b on t (b)",
    )
    report = await export(own, pg.dsn, schema="own")
    assert report.skipped == (
        "made without 1 CHECK of SQLite",
        "made without 2 indexes of SQLite",
        "made without 1 generated column of SQLite",
    )


async def test_a_type_goes_to_the_table_whose_column_had_it(pg: Database, tmp_path: Path) -> None:
    pg.execute('create table a (id int primary key); create table "a.b" (c inet)')
    await transfer(pg.dsn, tmp_path / "app.db")
    await export(tmp_path / "app.db", pg.dsn, schema="back")
    assert pg.rows("""select format_type(atttypid, -1) from pg_attribute
        where attrelid = 'back."a.b"'::regclass and attname = 'c'""") == [("inet",)]
