"""Names and words of any shape are quoted exactly or refused; they never become SQL."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from noormme_py import (
    Expression,
    Noormme,
    case,
    cast,
    col,
    excluded,
    fn,
    groups,
    param,
    raw,
    rows,
    sql,
    table,
    tuple_,
    val,
)
from noormme_py.errors import CompileError, NoormmeError, TableNotFound
from noormme_py.names import fold
from noormme_py.query import nodes
from noormme_py.query.compiler import compile_definition
from noormme_py.query.define import drop

PIECES = [
    *(
        "'",
        '"',
        '""',
        "`",
        "[",
        "]",
        ";",
        "--",
        "/*",
        "*/",
        "\\",
        "(",
        ")",
        ",",
        ".",
        "?",
        "?1",
        ":a",
        "@b",
        "$c",
        "{}",
        "{{",
        "%",
        "_",
        "*",
    ),
    *(" ", "\n", "\r", "\t", "\x1a", "\x7f", "\ufeff", "\u2028", "\u202e", "\x85", "\xa0"),
    *("select", "from", "order by", "null", "rowid", " as ", " AS\n", "excluded", "part", "x.y", "a"),
    *("ſ", "\u212a", "İ", "ı", "é", "e\u0301", "’", "＂", "＇", "；", "ｓelect", "🦀"),
    *("'; drop table sentinel; --", '"; drop table sentinel; --', "x') union select 1; --"),
]
NAMES = [*PIECES, '"quoted"', "'quoted'", "[quoted]", "`quoted`", "a as b", "a.b.c", "users", "x" * 10_000, '"' * 999]
ATTACKS = [
    "'; drop table sentinel; --",
    '"; drop table sentinel; --',
    "`; drop table sentinel",
    "]; drop table sentinel",
    "--",
    "/*",
]
TOKENS = [
    *(
        *ATTACKS,
        "x') union select 1; --",
        "x, (select id from sentinel) as y",
        "1 or 1=1",
        "id",
        "users.id",
        "id as x",
        "*",
        "users.*",
    ),
    *(
        "",
        "\0",
        "a\0b",
        "\n",
        "\r\n",
        "\ufeff",
        "\u202e",
        "\ud800",
        "x\udfffy",
        "ｓelect",
        "null",
        "select",
        "?1",
        ":a",
        "{}",
    ),
    *("x" * 1_000_000, '"' * 1_000_000, " as " * 1_000, "x as " + "y" * 5_000),
]

# SQLite keeps names that begin with "sqlite_" for itself.
names = (
    st.lists(st.sampled_from(PIECES) | st.text(max_size=3), min_size=1, max_size=4)
    .map("".join)
    .filter(lambda name: name and "\0" not in name and not name.lower().startswith(("sqlite_", "true", "false")))
)
tokens = st.lists(st.sampled_from([*PIECES, *TOKENS[:-4]]) | st.text(max_size=3), max_size=3).map("".join)


@dataclass(frozen=True)
class Names:
    """What a table, its key, its other column and an alias are called."""

    table: str
    key: str
    value: str
    alias: str


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def plain(name: str) -> Expression:
    """Return a column by its name alone, where a string with a dot would say a table."""
    return Expression(nodes.Ref(name))


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


Path_ = Callable[[Any, Any], Any]

# Every place of a query where a word of the caller's own can go.
PLACES: dict[str, Path_] = {
    "select": lambda db, x: db.select_from("users").select(x),
    "select, exactly": lambda db, x: db.select_from("users").select(col(x, table="users")),
    "alias": lambda db, x: db.select_from("users").select(col("id").as_(x)),
    "table": lambda db, x: db.select_from(x).select("id"),
    "table, exactly": lambda db, x: db.select_from(table(x)).select("id"),
    "alias of a table": lambda db, x: db.select_from(table("users").as_(x)).select_all(),
    "table of a column": lambda db, x: db.select_from("users").select(col("id", table=x)),
    "all of a table": lambda db, x: db.select_from("users").select_all(x),
    "where": lambda db, x: db.select_from("users").select("id").where(x, "=", 1),
    "operator": lambda db, x: db.select_from("users").select("id").where("id", x, 1),
    "where_ref": lambda db, x: db.select_from("users").select("id").where_ref("id", "=", x),
    "value": lambda db, x: db.select_from("users").select("id").where("name", "=", x),
    "values": lambda db, x: db.select_from("users").select("id").where("name", "in", [x, x + "1"]),
    "many values": lambda db, x: db.select_from("users").select("id").where("name", "in", [x[:99]] * 1_001),
    "pattern": lambda db, x: db.select_from("users").select("id").where("name", "like", x),
    "text in text": lambda db, x: db.select_from("users").select("id").where(col("name").icontains(x)),
    "glob": lambda db, x: db.select_from("users").select("id").where(col("name").startswith(x)),
    "group_by": lambda db, x: db.select_from("users").select(fn.count()).group_by(x),
    "having": lambda db, x: db.select_from("users").select("id").group_by("id").having(x, ">", 1),
    "order_by": lambda db, x: db.select_from("users").select("id").order_by(x),
    "direction": lambda db, x: db.select_from("users").select("id").order_by("id", x),
    "direction of an expression": lambda db, x: (
        db.select_from("users").select("id").order_by(Expression(nodes.Order(nodes.Ref("id"), x)))
    ),
    "nulls": lambda db, x: db.select_from("users").select("id").order_by("id", nulls=x),
    "nulls of an expression": lambda db, x: db.select_from("users").select("id").order_by(col("id").desc(nulls=x)),
    "collation": lambda db, x: db.select_from("users").select("id").order_by("id", collate=x),
    "collation of an expression": lambda db, x: (
        db.select_from("users").select("id").where(col("name").collate(x) == "a")
    ),
    "limit": lambda db, x: db.select_from("users").select("id").limit(x),
    "limit as a value": lambda db, x: db.select_from("users").select("id").limit(val(x)),
    "join": lambda db, x: db.select_from("users").inner_join(x, "posts.user_id", "users.id").select("name"),
    "join on": lambda db, x: db.select_from("users").inner_join("posts", x, "users.id").select("name"),
    "on": lambda db, x: (
        db.select_from("users").left_join("posts", lambda on: on.on("user_id", x, "users.id")).select("name")
    ),
    "common table": lambda db, x: db.with_(x, db.select_from("users").select("id")).select_from(table(x)).select("id"),
    "columns of a common table": lambda db, x: (
        db.with_("t", db.select_from("users").select("id"), columns=(x,)).select_from("t").select_all()
    ),
    "function": lambda db, x: db.select_from("users").select(fn.call(x, "id").as_("y")),
    "argument": lambda db, x: db.select_from("users").select(fn.lower(x)),
    "separator": lambda db, x: db.select_from("users").select(fn.group_concat("id", x)),
    "format": lambda db, x: db.select_from("users").select(fn.strftime(x, "joined", x)),
    "cast": lambda db, x: db.select_from("users").select(cast("id", x).as_("y")),
    "JSON key": lambda db, x: db.select_from("users").select(col("settings").json(x, 0, x).as_("y")),
    "frame": lambda db, x: db.select_from("users").select(fn.sum("id").over(order_by="id", frame=rows(x, 0))),
    "exclude": lambda db, x: db.select_from("users").select(
        fn.sum("id").over(order_by="id", frame=groups(0, 0, exclude=x))
    ),
    "window": lambda db, x: db.select_from("users").select(fn.sum("id").over(partition_by=x, order_by=[x])),
    "filter": lambda db, x: db.select_from("users").select(fn.count().filter(x, "=", 1)),
    "case": lambda db, x: db.select_from("users").select(case(x).when(x).then(x).else_(x).as_("y")),
    "row": lambda db, x: db.select_from("users").select("id").where(tuple_(x, "id") > tuple_(val(x), val(1))),
    "table function": lambda db, x: db.select_from(fn.call("json_each", val(x)).as_("j")).select("j.value"),
    "alias of a function": lambda db, x: db.select_from(fn.call("json_each", val("[1]")).as_(x)).select("value"),
    "column of a function": lambda db, x: db.select_from(fn.call("json_each", val("[1]")).as_("j")).select(plain(x)),
    "placeholder": lambda db, x: db.select_from("users").select("id").where("id", "=", param(x)),
    "fragment": lambda db, x: db.select_from("users").select("id").where(sql("{} = {}", col("name"), x)),
    "insert into": lambda db, x: db.insert_into(x).values({"id": 1}),
    "insert": lambda db, x: db.insert_into("users").values({x: 1}),
    "inserted": lambda db, x: db.insert_into("log").values({"text": x}),
    "columns": lambda db, x: db.insert_into("users").columns(x).from_select(db.select_from("posts").select("id")),
    "conflict": lambda db, x: db.insert_into("log").values({"text": "a"}).on_conflict(x).do_update({x: excluded(x)}),
    "condition of a conflict": lambda db, x: (
        db.insert_into("log").values({"text": "a"}).on_conflict("text", where=col("text") == x).do_nothing()
    ),
    "update": lambda db, x: db.update_table(x).set({"name": "x"}),
    "set": lambda db, x: db.update_table("users").set({x: 1}).where("id", "=", 99),
    "from": lambda db, x: db.update_table("users").set({"name": "x"}).from_(x).where("users.id", "=", 99),
    "delete": lambda db, x: db.delete_from(x).where("id", "=", 99),
    "returning": lambda db, x: db.delete_from("users").where("id", "=", 99).returning(x, col("id").as_(x)),
    "create table": lambda db, x: db.create_table(x).column("id", "integer"),
    "column": lambda db, x: db.create_table("made").column(x, "text").if_not_exists(),
    "type": lambda db, x: db.create_table("made").column("a", x).if_not_exists(),
    "default": lambda db, x: db.create_table("made").column("a", "text", default=x).if_not_exists(),
    "check": lambda db, x: db.create_table("made").column("a", "text", check=col("a") != x).if_not_exists(),
    "collation of a column": lambda db, x: db.create_table("made").column("a", "text", collate=x).if_not_exists(),
    "reference": lambda db, x: db.create_table("made").column("a", "text", references=(x, x)).if_not_exists(),
    "action": lambda db, x: (
        db.create_table("made").column("a", "text", references="users", on_delete=x).if_not_exists()
    ),
    "constraint": lambda db, x: db.create_table("made").column("a", "text").unique("a", name=x).if_not_exists(),
    "key": lambda db, x: db.create_table("made").column("a", "text").primary_key(x).if_not_exists(),
    "foreign key": lambda db, x: db.create_table("made").column("a", "text").foreign_key((x,), x, (x,)).if_not_exists(),
    "alter table": lambda db, x: db.alter_table(x).add_column("a", "text"),
    "rename column": lambda db, x: db.alter_table("log").rename_column(x, "text"),
    "drop column": lambda db, x: db.alter_table("users").drop_column(x),
    "index": lambda db, x: db.create_index(x).on("users", "id"),
    "index on": lambda db, x: db.create_index("i").on(x, "id").if_not_exists(),
    "indexed": lambda db, x: db.create_index("i").on("users", x).if_not_exists(),
    "index where": lambda db, x: db.create_index("i").on("users", "id").where(col("name") == x).if_not_exists(),
    "view": lambda db, x: db.create_view(x).as_select(db.select_from("users").select("id")),
    "columns of a view": lambda db, x: (
        db.create_view("v").columns(x).as_select(db.select_from("users").select("id")).if_not_exists()
    ),
    "value in a view": lambda db, x: (
        db.create_view("v").as_select(db.select_from("users").select(val(x).as_("y"))).if_not_exists()
    ),
    "drop table": lambda db, x: db.drop_table(x + "!"),
    "drop index": lambda db, x: db.drop_index(x).if_exists(),
    "drop view": lambda db, x: db.drop_view(x).if_exists(),
    "drop trigger": lambda db, x: db.drop_trigger(x),
    "repository": lambda db, x: db.get_repository(x).find_all(),
}
# These may well name the sentinel or the users, and rightly do what they say then.
MEANT = {"sentinel", "users", "posts", "log"}


async def try_token(db: Noormme, place: Path_, token: str) -> None:
    try:
        made = place(db, token)
        await (made if isinstance(made, Awaitable) else made.execute())
    except NoormmeError:
        pass


@pytest.fixture
async def target(db: Noormme) -> Noormme:
    await db.execute_script(
        "create table sentinel (id integer); insert into sentinel values (7); create table log (text text unique);"
    )
    return db


async def untouched(db: Noormme) -> None:
    assert (await db.execute("select id from sentinel")).rows == [{"id": 7}]
    names = (await db.execute("select name from sqlite_schema where type = 'table'")).rows
    assert {"users", "posts", "counters", "log", "sentinel"} <= {row["name"] for row in names}
    assert (await db.execute("select count(*) as n, sum(length(name)) as m from users")).rows == [{"n": 4, "m": 11}]


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
async def test_a_hostile_token_is_quoted_or_refused(target: Noormme, place: Path_) -> None:
    for token in TOKENS:
        if fold(token) not in MEANT:
            await try_token(target, place, token)
    await untouched(target)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=tokens)
async def test_any_token_is_quoted_or_refused(target: Noormme, token: str) -> None:
    assume(fold(token) not in MEANT)
    for place in PLACES.values():
        await try_token(target, place, token)
    await untouched(target)


@pytest.mark.parametrize("kind", ["", "database", "table if exists users; --", "TABLE"])
async def test_only_known_kinds_are_dropped(db: Noormme, kind: Any) -> None:
    with pytest.raises(CompileError, match="nothing to drop"):
        compile_definition(drop(kind, "users").node, db.schema)


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


async def test_raw_is_the_only_way_to_say_sql(db: Noormme) -> None:
    text = "(select count(*) from users)"
    assert await db.select_from().select(raw(text).as_("x")).scalar() == 4
    assert await db.select_from().select(val(text).as_("x")).scalar() == text
