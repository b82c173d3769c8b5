from __future__ import annotations

from typing import Any

import pytest

from noormme_py import Noormme, and_, col
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


@pytest.mark.parametrize("case", JOINS, ids=promise_of)
async def test_joins(db: Noormme, case: Case) -> None:
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
