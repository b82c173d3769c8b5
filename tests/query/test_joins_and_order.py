from __future__ import annotations

from typing import Any

import pytest

from noormme_py import Noormme, and_, case, col, fn, raw, val
from noormme_py.errors import CompileError
from tests.query.shop import Case, promise_of

JOINS = [
    Case(
        "inner_join by two columns",
        lambda db: (
            db.select_from("posts as p")
            .inner_join("users as u", "u.id", "p.user_id")
            .select("p.title", "u.name")
            .order_by("p.id")
        ),
        'select "p"."title", "u"."name" from "posts" as "p" inner join "users" as "u"'
        ' on "u"."id" = "p"."user_id" order by "p"."id"',
        (),
        [("Alpha", "Ada"), ("Beta", "Ada"), ("Gamma", "Bob")],
    ),
    Case(
        "left_join keeps the left",
        lambda db: (
            db.select_from("posts")
            .left_join("users", "users.id", "posts.user_id")
            .select("title", "name")
            .where("posts.id", ">", 2)
            .order_by("posts.id")
        ),
        'select "title", "name" from "posts" left join "users" on "users"."id" = "posts"."user_id"'
        ' where "posts"."id" > ? order by "posts"."id"',
        (2,),
        [("Gamma", "Bob"), ("50%_off", None)],
    ),
    Case(
        "right_join keeps the right",
        lambda db: (
            db.select_from("posts")
            .right_join("users", "users.id", "posts.user_id")
            .select("title", "name")
            .where("users.id", ">", 1)
            .order_by("users.id")
        ),
        'select "title", "name" from "posts" right join "users" on "users"."id" = "posts"."user_id"'
        ' where "users"."id" > ? order by "users"."id"',
        (1,),
        [("Gamma", "Bob"), (None, "Cy"), (None, "dee")],
    ),
    Case(
        "full_join keeps both",
        lambda db: (
            db.select_from("posts")
            .full_join("users", "users.id", "posts.user_id")
            .select("title", "name")
            .order_by("title")
            .order_by("name")
        ),
        'select "title", "name" from "posts" full join "users" on "users"."id" = "posts"."user_id"'
        ' order by "title", "name"',
        (),
        [(None, "Cy"), (None, "dee"), ("50%_off", None), ("Alpha", "Ada"), ("Beta", "Ada"), ("Gamma", "Bob")],
    ),
    Case(
        "cross_join takes no condition",
        lambda db: (
            db.select_from("counters")
            .cross_join("posts")
            .select("counters.name", "posts.id")
            .where("posts.id", "<", 2)
            .order_by("name")
        ),
        'select "counters"."name", "posts"."id" from "counters" cross join "posts" where "posts"."id" < ?'
        ' order by "name"',
        (2,),
        [("about", 1), ("home", 1)],
    ),
    Case(
        "a join on a callback compares columns and data",
        lambda db: (
            db.select_from("users as u")
            .left_join(
                "posts as p",
                lambda on: (
                    on.on("p.user_id", "=", "u.id").on_value("p.likes", ">", 5).on_value("p.published", "=", True)
                ),
            )
            .select("u.name", "p.title")
            .where("u.id", "<=", 2)
            .order_by("u.id")
        ),
        'select "u"."name", "p"."title" from "users" as "u" left join "posts" as "p"'
        ' on "p"."user_id" = "u"."id" and "p"."likes" > ? and "p"."published" = ? where "u"."id" <= ?'
        ' order by "u"."id"',
        (5, 1, 2),
        [("Ada", "Alpha"), ("Bob", None)],
    ),
    Case(
        "or_on is the other way to match",
        lambda db: (
            db.select_from("users as u")
            .inner_join("posts as p", lambda on: on.on("p.user_id", "=", "u.id").or_on("p.id", "=", "u.id"))
            .select("u.id as u", "p.id as p")
            .order_by("u.id")
            .order_by("p.id")
        ),
        'select "u"."id" as "u", "p"."id" as "p" from "users" as "u" inner join "posts" as "p"'
        ' on "p"."user_id" = "u"."id" or "p"."id" = "u"."id" order by "u"."id", "p"."id"',
        (),
        [(1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (4, 4)],
    ),
    Case(
        "a join on an expression",
        lambda db: (
            db.select_from("users as u")
            .inner_join("posts as p", and_(col("p.user_id") == col("u.id"), col("p.likes").between(1, 9)))
            .select("p.id")
        ),
        'select "p"."id" from "users" as "u" inner join "posts" as "p" on "p"."user_id" = "u"."id"'
        ' and "p"."likes" between ? and ?',
        (1, 9),
        [(3,)],
    ),
    Case(
        "a table joined with itself",
        lambda db: (
            db.select_from("users as a")
            .inner_join("users as b", lambda on: on.on("a.age", "<", "b.age"))
            .select("a.name", "b.name as older")
            .order_by("a.id")
            .order_by("b.id")
        ),
        'select "a"."name", "b"."name" as "older" from "users" as "a" inner join "users" as "b"'
        ' on "a"."age" < "b"."age" order by "a"."id", "b"."id"',
        (),
        [("Ada", "dee"), ("Bob", "Ada"), ("Bob", "dee")],
    ),
    Case(
        "joins follow one another",
        lambda db: (
            db.select_from("posts as p")
            .inner_join("users as u", "u.id", "p.user_id")
            .left_join("users as v", "v.id", "p.likes")
            .select("p.id", "u.id as u", "v.id as v")
            .where("p.id", "=", 3)
        ),
        'select "p"."id", "u"."id" as "u", "v"."id" as "v" from "posts" as "p" inner join "users" as "u"'
        ' on "u"."id" = "p"."user_id"'
        ' left join "users" as "v" on "v"."id" = "p"."likes" where "p"."id" = ?',
        (3,),
        [(3, 2, None)],
    ),
    Case(
        "select_all over a join gives the columns of every table",
        lambda db: (
            db.select_from("counters as c")
            .inner_join(db.select_from("posts").select("id as post", "likes").as_("p"), "p.likes", "c.hits")
            .select_all()
        ),
        'select "c"."name", "c"."hits", "c"."note", "p"."post", "p"."likes" from "counters" as "c"'
        ' inner join (select "id" as "post", "likes" from "posts") as "p" on "p"."likes" = "c"."hits"',
        (),
        [("about", 0, "new", 2, 0)],
    ),
]

GROUPS = [
    Case(
        "group_by and having",
        lambda db: (
            db.select_from("posts").select("likes", fn.count().as_("n")).group_by("likes").having(fn.count(), ">", 1)
        ),
        'select "likes", count(*) as "n" from "posts" group by "likes" having count(*) > ?',
        (1,),
        [(5, 2)],
    ),
    Case(
        "having may name a result",
        lambda db: (
            db.select_from("posts")
            .select("likes", fn.count().as_("n"))
            .group_by("likes")
            .having("n", "=", 1)
            .having("likes", ">", 0)
        ),
        'select "likes", count(*) as "n" from "posts" group by "likes" having "n" = ? and "likes" > ?',
        (1, 0),
        [(10, 1)],
    ),
    Case(
        "having takes a predicate",
        lambda db: db.select_from("posts").select("user_id").group_by("user_id").having(fn.sum("likes") == 10),
        'select "user_id" from "posts" group by "user_id" having sum("likes") = ?',
        (10,),
        [(1,)],
    ),
    Case(
        "group_by takes expressions, aliases and several columns",
        lambda db: (
            db.select_from("users")
            .select(fn.length("name").as_("n"), "active", fn.count().as_("c"))
            .group_by("n", col("active"))
            .order_by("n")
            .order_by("active")
        ),
        'select length("name") as "n", "active", count(*) as "c" from "users" group by "n", "active"'
        ' order by "n", "active"',
        (),
        [(2, True, 1), (3, False, 2), (3, True, 1)],
    ),
]

ORDERS = [
    Case(
        "order_by takes a direction",
        lambda db: db.select_from("users").select("id").order_by("age", "desc"),
        'select "id" from "users" order by "age" desc',
        (),
        [(4,), (1,), (2,), (3,)],
    ),
    Case(
        "NULLs go where they are told",
        lambda db: db.select_from("users").select("id").order_by("age", "asc", nulls="last"),
        'select "id" from "users" order by "age" nulls last',
        (),
        [(2,), (1,), (4,), (3,)],
    ),
    Case(
        "NULLs first, downwards",
        lambda db: db.select_from("users").select("id").order_by("age", "desc", nulls="first"),
        'select "id" from "users" order by "age" desc nulls first',
        (),
        [(3,), (4,), (1,), (2,)],
    ),
    Case(
        "text is ordered by bytes",
        lambda db: db.select_from("users").select("name").order_by("name"),
        'select "name" from "users" order by "name"',
        (),
        [("Ada",), ("Bob",), ("Cy",), ("dee",)],
    ),
    Case(
        "or by a collation",
        lambda db: (
            db.select_from("users")
            .select("email")
            .where("email", "is not", None)
            .order_by("email", "desc", collate="nocase")
        ),
        'select "email" from "users" where "email" is not null order by "email" collate "nocase" desc',
        (),
        [("dee@y.org",), ("CY@x.org",), ("ada@x.org",)],
    ),
    Case(
        "asc() and desc() say it in the expression",
        lambda db: (
            db.select_from("posts")
            .select("id")
            .order_by(col("likes").desc(nulls="last"))
            .order_by(col("title").asc(nulls="first"))
        ),
        'select "id" from "posts" order by "likes" desc nulls last, "title" nulls first',
        (),
        [(1,), (4,), (3,), (2,)],
    ),
    Case(
        "an expression orders",
        lambda db: (
            db.select_from("users").select("id").order_by(case("name").when("Cy").then(0).else_(1)).order_by(-col("id"))
        ),
        'select "id" from "users" order by case "name" when ? then ? else ? end, -"id"',
        ("Cy", 0, 1),
        [(3,), (4,), (2,), (1,)],
    ),
    Case(
        "an alias of the result comes before a column of the tables",
        lambda db: (
            db.select_from("users as u")
            .inner_join("posts as p", "p.user_id", "u.id")
            .select("p.id as id")
            .order_by("id", "desc")
        ),
        'select "p"."id" as "id" from "users" as "u" inner join "posts" as "p" on "p"."user_id" = "u"."id"'
        ' order by "id" desc',
        (),
        [(3,), (2,), (1,)],
    ),
    Case(
        "limit and offset",
        lambda db: db.select_from("users").select("id").order_by("id").limit(2).offset(1),
        'select "id" from "users" order by "id" limit ? offset ?',
        (2, 1),
        [(2,), (3,)],
    ),
    Case(
        "offset alone",
        lambda db: db.select_from("users").select("id").order_by("id").offset(3),
        'select "id" from "users" order by "id" limit -1 offset ?',
        (3,),
        [(4,)],
    ),
    Case(
        "a limit of nothing gives nothing",
        lambda db: db.select_from("users").select("id").limit(0),
        'select "id" from "users" limit ?',
        (0,),
        [],
    ),
    Case(
        "the last limit counts",
        lambda db: db.select_from("users").select("id").order_by("id").limit(9).limit(1),
        'select "id" from "users" order by "id" limit ?',
        (1,),
        [(1,)],
    ),
    Case(
        "limit takes an expression",
        lambda db: db.select_from("users").select("id").order_by("id").limit(val(1) + 1).offset(raw("1 + 1")),
        'select "id" from "users" order by "id" limit ? + ? offset 1 + 1',
        (1, 1),
        [(3,), (4,)],
    ),
]


@pytest.mark.parametrize("case", JOINS, ids=promise_of)
async def test_joins(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", GROUPS, ids=promise_of)
async def test_groups(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", ORDERS, ids=promise_of)
async def test_order_and_limits(db: Noormme, case: Case) -> None:
    await case.check(db)


async def test_a_join_without_a_condition_is_refused(db: Noormme) -> None:
    query: Any = db.select_from("users")
    with pytest.raises(CompileError, match="cross_join"):
        query.inner_join("posts", None)
    with pytest.raises(CompileError, match="a join needs a condition"):
        query.inner_join("posts", lambda on: on)
    with pytest.raises(CompileError, match="a join needs a condition"):
        query.inner_join("posts", lambda on: None)
    with pytest.raises(CompileError, match="names two"):
        query.inner_join("posts", "posts.user_id")


@pytest.mark.parametrize("direction", ["DESC", "asc nulls last", "desc; drop table users", "desc --", 1], ids=repr)
async def test_only_known_directions_are_taken(db: Noormme, direction: Any) -> None:
    query = db.select_from("users").select("id").order_by("id", direction)
    with pytest.raises(CompileError, match="not a direction"):
        query.compile()


@pytest.mark.parametrize("nulls", ["FIRST", "first, id", "middle"])
async def test_nulls_are_first_or_last(db: Noormme, nulls: Any) -> None:
    query = db.select_from("users").select("id").order_by("id", nulls=nulls)
    with pytest.raises(CompileError, match="no place for NULLs"):
        query.compile()


async def test_an_order_is_said_once(db: Noormme) -> None:
    with pytest.raises(CompileError, match="said twice"):
        db.select_from("users").order_by(col("id").desc(), "asc")


@pytest.mark.parametrize("count", [-1, 1.5, "3", True, None], ids=repr)
async def test_limits_are_whole_numbers(db: Noormme, count: object) -> None:
    with pytest.raises(CompileError, match="a whole number from 0 up"):
        db.select_from("users").limit(count)
    with pytest.raises(CompileError, match="a whole number from 0 up"):
        db.select_from("users").offset(count)
