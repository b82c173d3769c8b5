"""Groups, order and limits."""

from __future__ import annotations

from typing import Any

import pytest

from noormme_py import Noormme, case, col, fn, raw, val
from noormme_py.errors import CompileError
from tests.query.shop import Case, promise_of

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


@pytest.mark.parametrize("case", GROUPS, ids=promise_of)
async def test_groups(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", ORDERS, ids=promise_of)
async def test_order_and_limits(db: Noormme, case: Case) -> None:
    await case.check(db)


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
