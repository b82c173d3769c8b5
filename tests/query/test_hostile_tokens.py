"""A word of any shape, in any place, is quoted or refused; it never becomes SQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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
from noormme_py.errors import CompileError, NoormmeError
from noormme_py.names import fold
from noormme_py.query import nodes
from noormme_py.query.compiler import compile_definition
from noormme_py.query.define import drop
from tests.query.hostile import ATTACKS, CLAUSES, PIECES, SHAPES, TOKENS, plain

tokens = st.lists(st.sampled_from([*PIECES, *ATTACKS, *CLAUSES, *SHAPES]) | st.text(max_size=3), max_size=3).map(
    "".join
)


Place = Callable[[Any, Any], Any]

# Every place of a query where a word of the caller's own can go.
PLACES: dict[str, Place] = {
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


async def try_token(db: Noormme, place: Place, token: str) -> None:
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
async def test_a_hostile_token_is_quoted_or_refused(target: Noormme, place: Place) -> None:
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


async def test_raw_is_the_only_way_to_say_sql(db: Noormme) -> None:
    text = "(select count(*) from users)"
    assert await db.select_from().select(raw(text).as_("x")).scalar() == 4
    assert await db.select_from().select(val(text).as_("x")).scalar() == text
