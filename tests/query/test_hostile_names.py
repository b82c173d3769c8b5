"""Names and words of any shape are quoted exactly or refused; they never become SQL."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from noormme_py import (
    Noormme,
    case,
    col,
    excluded,
    fn,
    param,
    sql,
    table,
)
from noormme_py.errors import CompileError, TableNotFound
from noormme_py.names import fold
from tests.query.hostile import NAMES, PIECES, plain

# SQLite keeps names that begin with "sqlite_" for itself.
names = (
    st.lists(st.sampled_from(PIECES) | st.text(max_size=3), min_size=1, max_size=4)
    .map("".join)
    .filter(lambda name: name and "\0" not in name and not name.lower().startswith(("sqlite_", "true", "false")))
)


@dataclass(frozen=True)
class Names:
    """What a table, its key, its other column and an alias are called."""

    table: str
    key: str
    value: str
    alias: str


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def check(n: Names) -> None:
    """Make a table of these names by hand, use it in every way, and find what is to be found."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "hostile.db")
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(
                "pragma synchronous = off; begin;"
                f"create table {quoted(n.table)} ({quoted(n.key)} integer primary key, {quoted(n.value)} boolean);"
                f"insert into {quoted(n.table)} values (1, 1), (2, 0), (3, null);"
                "create table sentinel (id integer); insert into sentinel values (7); commit;"
            )
        async with Noormme(path, optimization={"synchronous": "OFF"}) as db:
            await read(db, n)
            await write(db, n)
            await define(db, n)
        with closing(sqlite3.connect(path)) as connection:
            left = connection.execute(f"select {quoted(n.key)}, {quoted(n.value)} from {quoted(n.table)}").fetchall()
            assert left == [(1, 1), (2, 0), (3, None)]
            assert connection.execute("select id from sentinel").fetchall() == [(7,)]
            found = connection.execute("select name from sqlite_schema where type in ('table', 'view')").fetchall()
            assert {name for (name,) in found} == {n.table, "sentinel"}


async def read(db: Noormme, n: Names) -> None:
    this, key, value = table(n.table), col(n.key, table=n.table), col(n.value, table=n.table)
    all_rows = db.select_from(this).select(key, value)
    assert await all_rows.order_by(key).execute() == [
        {n.key: i, n.value: v} for i, v in ((1, True), (2, False), (3, None))
    ]
    assert await db.select_from(this).select_all().where(key == 2).execute() == [{n.key: 2, n.value: False}]
    assert await db.select_from(this).select(value.as_(n.alias)).where(plain(n.key) == 1).execute() == [{n.alias: True}]

    aliased = db.select_from(this.as_(n.alias)).select(col(n.value, table=n.alias))
    assert await aliased.where(col(n.key, table=n.alias).in_([2, 9])).scalar() is False
    inner = db.select_from(all_rows.as_(n.alias)).select(col(n.key, table=n.alias))
    assert await inner.where(plain(n.value).is_null()).execute() == [{n.key: 3}]
    common = db.with_(n.alias, all_rows, columns=(n.value, n.key)).select_from(table(n.alias))
    assert await common.select(plain(n.value)).where(plain(n.key) == True).scalar() == 1  # noqa: E712
    left, right = col(n.key, table="l"), col(n.key, table="r")
    joined = db.select_from(this.as_("l")).left_join(this.as_("r"), lambda on: on.on(left, "<", right))
    assert await joined.select(fn.count()).scalar() == 4

    grouped = db.select_from(this).select(fn.max(key).as_(n.alias)).group_by(plain(n.value)).having(value.is_not_null())
    assert await grouped.order_by(plain(n.alias), "desc").execute() == [{n.alias: 2}, {n.alias: 1}]
    union = all_rows.union(all_rows).order_by(plain(n.key), "desc", collate="binary").limit(1)
    assert await union.execute() == [{n.key: 3, n.value: None}]
    window = fn.row_number().over(partition_by=value, order_by=key.desc())
    assert await db.select_from(this).select(window.as_(n.alias)).where(key == 2).scalar() == 1
    assert await all_rows.where(key == param(n.alias)).prepare().execute(**{n.alias: 1}) == [{n.key: 1, n.value: True}]
    assert (await db.execute(sql("select {} as x from {} where {} = 2", key, this, plain(n.key)))).rows == [{"x": 2}]
    repository = db.get_repository(n.table)
    assert await repository.count({n.key: 1}) == 1


async def write(db: Noormme, n: Names) -> None:
    # A string may say an alias here, so a table whose own name reads like one is given as an expression.
    dynamic: Any = db
    this, key, value = table(n.table), col(n.key, table=n.table), col(n.value, table=n.table)
    insert = db.insert_into(n.table).values({n.key: 9, n.value: True})
    assert await insert.returning(key, value.as_(n.alias)).execute() == [{n.key: 9, n.alias: True}]
    upsert = insert.on_conflict(plain(n.key)).do_update({n.value: False}, where=excluded(n.value) == True)  # noqa: E712
    assert await upsert.returning_all().execute() == [{n.key: 9, n.value: False}]
    update = dynamic.update_table(this.as_(n.alias)).set({n.value: case(plain(n.value)).when(False).then(True)})
    assert await update.where(col(n.key, table=n.alias) == 9).returning(plain(n.value)).scalar() is True
    copied = (
        db.insert_into(n.table)
        .columns(n.key)
        .from_select(db.select_from(this).select((key + 1).as_(n.alias)).where(key == 9))
    )
    assert (await copied.execute()).rows_affected == 1
    assert (await dynamic.delete_from(this).where(key.in_([9, 10])).execute()).rows_affected == 2


async def define(db: Noormme, n: Names) -> None:
    made = db.create_table(n.alias).column(n.key, "integer", primary_key=True).column(n.value, "text", default=n.table)
    await made.check(plain(n.value) != n.alias, name=n.key).unique(n.value, name=n.value).execute()
    assert await db.insert_into(n.alias).values({n.key: 1}).returning_all().execute() == [{n.key: 1, n.value: n.table}]
    await db.create_index("x" + n.alias).on(n.alias, plain(n.value).desc()).where(plain(n.key).is_not_null()).execute()
    await db.drop_index("x" + n.alias).execute()
    await db.alter_table(n.alias).rename_column(n.value, "y" + n.value).execute()
    await db.alter_table(n.alias).add_column("z" + n.value, "integer", references=(n.table, n.key)).execute()
    await db.alter_table(n.alias).drop_column("z" + n.value).execute()
    await db.alter_table(n.alias).rename_to("t" + n.alias).execute()
    await (
        db.create_view("v" + n.alias)
        .columns(n.alias)
        .as_select(db.select_from(table(n.table)).select(plain(n.key)))
        .execute()
    )
    assert await db.select_from(table("v" + n.alias)).select(fn.max(plain(n.alias)).as_("x")).scalar() == 3
    await db.drop_view("v" + n.alias).execute()
    await db.drop_table("t" + n.alias).execute()


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:40])
async def test_a_hostile_name_is_quoted_exactly(name: str) -> None:
    await check(Names(name, name, "value", "other"))
    await check(Names("thing", "key", name + "'", name))


@settings(max_examples=25)
@given(names, names, names, names)
async def test_any_name_is_quoted_exactly(source: str, key: str, value: str, alias: str) -> None:
    assume(len({fold(name) for name in (source, alias, "sentinel")}) == 3)
    assume(len({fold(name) for name in (key, value, alias)}) == 3)
    await check(Names(source, key, value, alias))


async def test_names_that_only_look_alike_are_different(db: Noormme) -> None:
    await db.execute('create table "ſhop" ("K" integer, "\u212a" integer)')
    await db.insert_into("ſhop").values({"K": 1, "\u212a": 2}).execute()
    assert await db.select_from("ſhop").select("k", "\u212a").execute() == [{"k": 1, "\u212a": 2}]
    with pytest.raises(TableNotFound):
        db.select_from("shop").select("k").compile()


async def test_a_column_named_true_is_never_taken_for_text(db: Noormme) -> None:
    await db.execute('create table t ("true" text, "false" text)')
    await db.insert_into("t").values({"true": "x", "false": "y"}).execute()
    inner = db.select_from("t").select("true", "false")
    assert await inner.where("true", "=", "x").order_by("false").execute() == [{"true": "x", "false": "y"}]
    with pytest.raises(CompileError, match="call a column 'true'"):
        await db.select_from(inner.as_("q")).select("true").execute()
    with pytest.raises(CompileError, match="call a column 'FALSE'"):
        await db.with_("q", inner, columns=("a", "FALSE")).select_from("q").select("a").execute()
    assert await db.with_("q", inner, columns=("a", "b")).select_from("q").select("b").scalar() == "y"
