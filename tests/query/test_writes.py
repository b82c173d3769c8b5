from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from noormme_py import Noormme, WriteResult, col, fn
from noormme_py.errors import CompileError, EncodeError, QueryError
from tests.query.shop import ABOUT, COUNTERS, HOME, Give, Write, promise_of, values_of

UPDATES = [
    Write(
        "set data",
        lambda db: db.update_table("counters").set({"hits": 1, "note": None}).where("name", "=", "about"),
        'update "counters" set "hits" = ?, "note" = ? where "name" = ?',
        (1, None, "about"),
        COUNTERS,
        [("about", 1, None), HOME],
    ),
    Write(
        "set what is computed from the row as it was",
        lambda db: db.update_table("counters").set({"hits": col("hits") + 1}).set({"note": col("hits")}),
        'update "counters" set "hits" = "hits" + ?, "note" = "hits"',
        (1,),
        COUNTERS,
        [("about", 1, "0"), ("home", 4, "3")],
    ),
    Write(
        "set what a query gives",
        lambda db: (
            db.update_table("counters as c")
            .set({"hits": db.select_from("posts").select(fn.count()).where_ref("likes", ">", "c.hits")})
            .or_where("c.name", "=", "home")
        ),
        'update "counters" as "c" set "hits" = (select count(*) as "count" from "posts" where "likes" > "c"."hits")'
        ' where "c"."name" = ?',
        ("home",),
        COUNTERS,
        [ABOUT, ("home", 3, None)],
    ),
    Write(
        "from another table",
        lambda db: (
            db.update_table("posts")
            .set({"title": col("u.name")})
            .from_("users as u")
            .where_ref("posts.user_id", "=", "u.id")
        ),
        'update "posts" set "title" = "u"."name" from "users" as "u" where "posts"."user_id" = "u"."id"',
        (),
        "select title from posts order by id",
        [("Ada",), ("Ada",), ("Bob",), ("50%_off",)],
    ),
    Write(
        "from a query and a join",
        lambda db: (
            db.update_table("posts as p")
            .set({"likes": col("s.n")})
            .from_(db.select_from("users").select("id as u", "age as n").as_("s"))
            .inner_join("users as v", "v.id", "s.u")
            .where_ref("p.user_id", "=", "v.id")
            .where("p.id", ">", 1)
        ),
        'update "posts" as "p" set "likes" = "s"."n" from (select "id" as "u", "age" as "n" from "users") as "s"'
        ' inner join "users" as "v" on "v"."id" = "s"."u" where "p"."user_id" = "v"."id" and "p"."id" > ?',
        (1,),
        "select likes from posts order by id",
        [(10,), (36,), (20,), (5,)],
    ),
    Write(
        "with a common table",
        lambda db: (
            db.with_("t", db.select_from("users").select(fn.max("age").as_("age")))
            .update_table("counters")
            .set({"hits": col("t.age")})
            .from_("t")
            .where("name", "=", "home")
        ),
        'with "t" as (select max("age") as "age" from "users")'
        ' update "counters" set "hits" = "t"."age" from "t" where "name" = ?',
        ("home",),
        COUNTERS,
        [ABOUT, ("home", 50, None)],
    ),
]

DELETES = [
    Write("delete all", lambda db: db.delete_from("counters"), 'delete from "counters"', (), COUNTERS, []),
    Write(
        "delete where",
        lambda db: db.delete_from("counters").where("hits", ">", 0).or_where("name", "=", "x"),
        'delete from "counters" where "hits" > ? or "name" = ?',
        (0, "x"),
        COUNTERS,
        [ABOUT],
    ),
    Write(
        "delete by another table",
        lambda db: db.delete_from("posts as p").where(
            "p.user_id", "in", db.select_from("users").select("id").where("active", "=", True)
        ),
        'delete from "posts" as "p" where "p"."user_id" in (select "id" from "users" where "active" = ?)',
        (1,),
        "select id from posts order by id",
        [(3,), (4,)],
    ),
    Write(
        "delete with a common table",
        lambda db: (
            db.with_recursive("t", db.select_from("posts").select("id").where("id", "=", 4))
            .delete_from("posts")
            .where("id", "in", db.select_from("t").select("id"))
        ),
        'with recursive "t" as (select "id" from "posts" where "id" = ?)'
        ' delete from "posts" where "id" in (select "id" from "t")',
        (4,),
        "select id from posts order by id",
        [(1,), (2,), (3,)],
    ),
]

RETURNING = [
    Give(
        "insert returning",
        lambda db: (
            db.insert_into("users")
            .values({"name": "Eve", "active": False, "joined": datetime(2024, 1, 1)})
            .returning("id", "active", "joined as since")
        ),
        'insert into "users" ("name", "active", "joined") values (?, ?, ?)'
        ' returning "id", "active", "joined" as "since"',
        ("Eve", 0, "2024-01-01 00:00:00"),
        [(5, False, datetime(2024, 1, 1))],
    ),
    Give(
        "insert returning all",
        lambda db: db.insert_into("counters").values([{"name": "x"}, {"name": "y"}]).returning_all(),
        'insert into "counters" ("name") values (?), (?) returning "name", "hits", "note"',
        ("x", "y"),
        [("x", 0, None), ("y", 0, None)],
    ),
    Give(
        "upsert returning",
        lambda db: (
            db.insert_into("counters")
            .values({"name": "home"})
            .on_conflict("name")
            .do_update({"hits": 0})
            .returning("hits", col("name"))
        ),
        'insert into "counters" ("name") values (?) on conflict ("name") do update set "hits" = ?'
        ' returning "hits", "name"',
        ("home", 0),
        [(0, "home")],
    ),
    Give(
        "update returning, computed",
        lambda db: (
            db.update_table("users")
            .set({"age": 1})
            .where("id", "=", 1)
            .returning("name", (col("age") + 1).as_("next"))
            .returning("active")
        ),
        'update "users" set "age" = ? where "id" = ? returning "name", "age" + ? as "next", "active"',
        (1, 1, 1),
        [("Ada", 2, True)],
    ),
    Give(
        "update returning all, under an alias",
        lambda db: db.update_table("counters as c").set({"note": "n"}).where("c.name", "=", "home").returning_all(),
        'update "counters" as "c" set "note" = ? where "c"."name" = ? returning "name", "hits", "note"',
        ("n", "home"),
        [("home", 3, "n")],
    ),
    Give(
        "returning by the alias, inside expressions too",
        lambda db: (
            db.update_table("users as u")
            .set({"age": 1})
            .where("u.id", "=", 1)
            .returning("u.id", col("u.name").as_("n"), fn.upper("u.name"), "u.active")
        ),
        'update "users" as "u" set "age" = ? where "u"."id" = ?'
        ' returning "id", "name" as "n", upper("name") as "upper", "active"',
        (1, 1),
        [(1, "Ada", "ADA", True)],
    ),
    Give(
        "returning a query",
        lambda db: (
            db.update_table("users")
            .set({"age": 1})
            .where("id", "=", 1)
            .returning(
                db.select_from("posts").select(fn.count()).where_ref("posts.user_id", "=", "users.id").as_("posts")
            )
        ),
        'update "users" set "age" = ? where "id" = ?'
        ' returning (select count(*) as "count" from "posts" where "posts"."user_id" = "users"."id") as "posts"',
        (1, 1),
        [(2,)],
    ),
    Give(
        "delete returning",
        lambda db: db.delete_from("users as u").where("u.id", "=", 3).returning("u.name", "active"),
        'delete from "users" as "u" where "u"."id" = ? returning "name", "active"',
        (3,),
        [("Cy", True)],
    ),
]


@pytest.mark.parametrize("case", UPDATES, ids=promise_of)
async def test_update(db: Noormme, case: Write) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", DELETES, ids=promise_of)
async def test_delete(db: Noormme, case: Write) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", RETURNING, ids=promise_of)
async def test_returning(db: Noormme, case: Give) -> None:
    await case.check(db)


async def test_writes_tell_how_many_rows(db: Noormme) -> None:
    insert = db.insert_into("posts").values([{"title": "x", "published": True}] * 2)
    assert await insert.execute() == WriteResult(2, 6)
    assert await db.update_table("posts").set({"likes": 0}).where("id", ">", 3).execute() == WriteResult(3)
    assert await db.delete_from("posts").where("id", "=", 99).execute() == WriteResult(0)


async def test_an_update_says_something(db: Noormme) -> None:
    update: Any = db.update_table("posts")
    with pytest.raises(CompileError, match="sets nothing"):
        update.set({}).compile()
    with pytest.raises(CompileError, match="given as a mapping"):
        update.set([("likes", 1)])
    with pytest.raises(CompileError, match="named by a string"):
        update.set({1: 2})
    with pytest.raises(CompileError, match="joins nothing"):
        update.set({"likes": 1}).inner_join("users", "users.id", "posts.user_id").compile()
    with pytest.raises(CompileError, match="two sources are both named 'posts'"):
        update.set({"likes": 1}).from_("posts").compile()
    with pytest.raises(CompileError, match="do_nothing"):
        db.insert_into("counters").values({"name": "x"}).on_conflict("name").do_update({})
    with pytest.raises(CompileError, match="only a table can be written to"):
        db.update_table(db.select_from("posts").select("id").as_("x")).set({"id": 1}).compile()  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]


async def test_a_value_that_the_column_cannot_hold_never_reaches_the_database(db: Noormme) -> None:
    for write in (
        db.insert_into("users").values({"name": "x", "active": "yes", "joined": datetime(2024, 1, 1)}),
        db.update_table("users").set({"active": 1}),
        db.insert_into("counters").values({"name": "home"}).on_conflict("name").do_update({"hits": "many"}),
    ):
        with pytest.raises(EncodeError):
            await write.execute()
    assert values_of((await db.execute(COUNTERS)).rows) == [ABOUT, HOME]


async def test_a_generated_column_is_not_written(db: Noormme) -> None:
    await db.execute("create table g (a integer, b integer generated always as (a * 2) virtual)")
    with pytest.raises(QueryError, match=r"g\.b is generated"):
        await db.insert_into("g").values({"b": 1}).execute()
    with pytest.raises(QueryError, match=r"g\.b is generated"):
        await db.update_table("g").set({"b": 1}).execute()
    given = await db.insert_into("g").values({"a": 4}).returning("b").execute()
    assert given == [{"b": 8}]
