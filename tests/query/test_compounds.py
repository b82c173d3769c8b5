"""Queries made of queries: compounds, common tables, subqueries, table functions, and SQL of one's own."""

from __future__ import annotations

import pytest

from noormme_py import Noormme, col, fn, val
from noormme_py.errors import ColumnNotFound, CompileError, DatabaseError
from noormme_py.query.select import select_from
from tests.query.shop import Case, ids, promise_of

COMPOUNDS = [
    Case(
        "union gives each row once",
        lambda db: (
            db.select_from("posts").select("likes").union(db.select_from("counters").select("hits")).order_by("likes")
        ),
        'select "likes" from "posts" union select "hits" from "counters" order by "likes"',
        (),
        [(0,), (3,), (5,), (10,)],
    ),
    Case(
        "union_all gives all",
        lambda db: (
            db.select_from("posts")
            .select("likes")
            .union_all(db.select_from("counters").select("hits"))
            .order_by("likes")
        ),
        'select "likes" from "posts" union all select "hits" from "counters" order by "likes"',
        (),
        [(0,), (0,), (3,), (5,), (5,), (10,)],
    ),
    Case(
        "intersect",
        lambda db: db.select_from("posts").select("likes").intersect(db.select_from("counters").select("hits")),
        'select "likes" from "posts" intersect select "hits" from "counters"',
        (),
        [(0,)],
    ),
    Case(
        "except_",
        lambda db: (
            db.select_from("posts")
            .select("likes")
            .except_(db.select_from("counters").select("hits"))
            .order_by("likes", "desc")
        ),
        'select "likes" from "posts" except select "hits" from "counters" order by "likes" desc',
        (),
        [(10,), (5,)],
    ),
    Case(
        "compounds follow one another, order and limits are those of the whole",
        lambda db: (
            ids(db, "users")
            .except_(ids(db, "posts").where("id", "=", 4))
            .union_all(ids(db, "posts").where("id", "=", 1))
            .order_by("id", "desc")
            .limit(2)
            .offset(1)
        ),
        'select "id" from "users" except select "id" from "posts" where "id" = ? union all select "id"'
        ' from "posts" where "id" = ?'
        ' order by "id" desc limit ? offset ?',
        (4, 1, 2, 1),
        [(2,), (1,)],
    ),
    Case(
        "a part keeps its own order and limit",
        lambda db: (
            ids(db, "users")
            .where("id", "=", 3)
            .union_all(db.select_from("posts").select("likes").order_by("likes", "desc").limit(1))
        ),
        'select "id" from "users" where "id" = ?'
        ' union all select "part"."likes" from (select "likes" from "posts" order by "likes" desc limit ?) as "part"',
        (3, 1),
        [(3,), (10,)],
    ),
    Case(
        "a part may be a compound itself",
        lambda db: ids(db, "users").except_(
            ids(db, "users").where("id", "<", 3).union(ids(db, "users").where("id", "=", 4))
        ),
        'select "id" from "users" except select "part"."id" from'
        ' (select "id" from "users" where "id" < ? union select "id" from "users" where "id" = ?) as "part"',
        (3, 4),
        [(3,)],
    ),
    Case(
        "a part may have common tables of its own",
        lambda db: (
            ids(db, "users")
            .where("id", "=", 1)
            .union_all(db.with_("x", ids(db, "users").where("id", "=", 2)).select_from("x").select("id"))
        ),
        'select "id" from "users" where "id" = ? union all select "part"."id" from'
        ' (with "x" as (select "id" from "users" where "id" = ?) select "id" from "x") as "part"',
        (1, 2),
        [(1,), (2,)],
    ),
]

COMMON_TABLES = [
    Case(
        "with_ names a query",
        lambda db: (
            db.with_("grown", db.select_from("users").select("id", "name").where("age", ">", 30))
            .select_from("grown")
            .select_all()
            .order_by("id")
        ),
        'with "grown" as (select "id", "name" from "users" where "age" > ?)'
        ' select "grown"."id", "grown"."name" from "grown" order by "id"',
        (30,),
        [(1, "Ada"), (4, "dee")],
    ),
    Case(
        "a common table sees those before it",
        lambda db: (
            db.with_("a", ids(db, "users").where("id", ">", 1))
            .with_("b", db.select_from("a").select("id").where("id", "<", 4))
            .select_from("b")
            .select("id")
            .order_by("id")
        ),
        'with "a" as (select "id" from "users" where "id" > ?), "b" as (select "id" from "a" where "id" < ?)'
        ' select "id" from "b" order by "id"',
        (1, 4),
        [(2,), (3,)],
    ),
    Case(
        "its columns can be named",
        lambda db: (
            db.with_("t", db.select_from("users").select("id", "active"), columns=("number", "on"))
            .select_from("t")
            .select("t.number", "on")
            .where("on", "=", True)
            .order_by("number")
        ),
        'with "t"("number", "on") as (select "id", "active" from "users")'
        ' select "t"."number", "on" from "t" where "on" = ? order by "number"',
        (1,),
        [(1, True), (3, True)],
    ),
    Case(
        "it can be materialized",
        lambda db: db.with_("t", ids(db, "users"), materialized=True).select_from("t").select(fn.count()),
        'with "t" as materialized (select "id" from "users") select count(*) as "count" from "t"',
        (),
        [(4,)],
    ),
    Case(
        "or not",
        lambda db: db.with_("t", ids(db, "users"), materialized=False).select_from("t").select(fn.count()),
        'with "t" as not materialized (select "id" from "users") select count(*) as "count" from "t"',
        (),
        [(4,)],
    ),
    Case(
        "it can be added to a query",
        lambda db: (
            db.select_from("users")
            .select("name")
            .where("id", "in", db.select_from("few").select("id"))
            .with_("few", ids(db, "posts").where("id", "=", 3))
        ),
        'with "few" as (select "id" from "posts" where "id" = ?)'
        ' select "name" from "users" where "id" in (select "id" from "few")',
        (3,),
        [("Cy",)],
    ),
    Case(
        "every part of a compound sees it",
        lambda db: (
            db.with_("t", ids(db, "users").where("id", "<", 3))
            .select_from("t")
            .select("id")
            .union_all(db.select_from("t").select((col("id") * 10).as_("id")))
            .order_by("id")
        ),
        'with "t" as (select "id" from "users" where "id" < ?)'
        ' select "id" from "t" union all select "id" * ? as "id" from "t" order by "id"',
        (3, 10),
        [(1,), (2,), (10,), (20,)],
    ),
    Case(
        "a recursive one selects from itself",
        lambda db: (
            db.with_recursive(
                "n",
                db.select_from()
                .select(val(1).as_("x"))
                .union_all(db.select_from("n").select((col("x") + 1).as_("x")).where("x", "<", 4)),
            )
            .select_from("n")
            .select("x")
        ),
        'with recursive "n" as (select ? as "x" union all select "x" + ? as "x" from "n" where "x" < ?)'
        ' select "x" from "n"',
        (1, 1, 4),
        [(1,), (2,), (3,), (4,)],
    ),
    Case(
        "a recursive one joins, with named columns",
        lambda db: (
            db.with_recursive(
                "line",
                db.select_from("users")
                .select("id", val(0).as_("depth"))
                .where("id", "=", 1)
                .union(
                    db.select_from("line as l")
                    .inner_join("users as u", lambda on: on.on("u.id", ">", "l.id"))
                    .select("u.id", (col("l.depth") + 1).as_("depth"))
                ),
                columns=("id", "depth"),
            )
            .select_from("line")
            .select(fn.max("depth").as_("deepest"))
        ),
        'with recursive "line"("id", "depth") as (select "id", ? as "depth" from "users" where "id" = ?'
        ' union select "u"."id", "l"."depth" + ? as "depth" from "line" as "l" inner join "users" as "u"'
        ' on "u"."id" > "l"."id")'
        ' select max("depth") as "deepest" from "line"',
        (0, 1, 1),
        [(3,)],
    ),
    Case(
        "a common table hides a table of its name",
        lambda db: db.with_("counters", ids(db, "users").where("id", "=", 2)).select_from("counters").select_all(),
        'with "counters" as (select "id" from "users" where "id" = ?) select "counters"."id" from "counters"',
        (2,),
        [(2,)],
    ),
]

SUBQUERIES = [
    Case(
        "a query in FROM has a name",
        lambda db: (
            db.select_from(db.select_from("users").select("id", "age as years").where("age", ">", 30).as_("old"))
            .select("old.years", "id")
            .order_by("years")
        ),
        'select "old"."years", "id" from (select "id", "age" as "years" from "users" where "age" > ?)'
        ' as "old" order by "years"',
        (30,),
        [(36, 1), (50, 4)],
    ),
    Case(
        "a query is a column, correlated",
        lambda db: (
            db.select_from("users as u")
            .select(
                "u.name",
                db.select_from("posts as p").select(fn.count()).where_ref("p.user_id", "=", "u.id").as_("posts"),
            )
            .order_by("u.id")
        ),
        'select "u"."name", (select count(*) as "count" from "posts" as "p" where "p"."user_id" = "u"."id")'
        ' as "posts"'
        ' from "users" as "u" order by "u"."id"',
        (),
        [("Ada", 2), ("Bob", 1), ("Cy", 0), ("dee", 0)],
    ),
    Case(
        "a query inside sees through two others",
        lambda db: (
            db.select_from("users as u")
            .select("u.id")
            .where(
                "u.id",
                "in",
                db.select_from("posts as p")
                .select("p.user_id")
                .where(
                    "p.likes",
                    "=",
                    db.select_from("posts as q").select(fn.max("q.likes")).where_ref("q.user_id", "=", "u.id"),
                ),
            )
        ).order_by("u.id"),
        'select "u"."id" from "users" as "u" where "u"."id" in (select "p"."user_id" from "posts" as "p"'
        ' where "p"."likes" ='
        ' (select max("q"."likes") as "max" from "posts" as "q" where "q"."user_id" = "u"."id")) order by "u"."id"',
        (),
        [(1,), (2,)],
    ),
    Case(
        "an inner name hides an outer one",
        lambda db: (
            db.select_from("users")
            .select("id")
            .where("id", "=", db.select_from("posts").select(fn.max("id")).where("id", "<", 3))
        ),
        'select "id" from "users" where "id" = (select max("id") as "max" from "posts" where "id" < ?)',
        (3,),
        [(2,)],
    ),
    Case(
        "a query is an argument",
        lambda db: db.select_from().select(
            fn.coalesce(db.select_from("users").select("age").where("id", "=", 3), 7).as_("x")
        ),
        'select coalesce((select "age" from "users" where "id" = ?), ?) as "x"',
        (3, 7),
        [(7,)],
    ),
]


@pytest.mark.parametrize("case", COMPOUNDS, ids=promise_of)
async def test_compounds(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", COMMON_TABLES, ids=promise_of)
async def test_common_tables(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", SUBQUERIES, ids=promise_of)
async def test_subqueries(db: Noormme, case: Case) -> None:
    await case.check(db)


async def test_a_common_table_that_comes_later_hides_the_table_of_its_name(db: Noormme) -> None:
    # In SQLite the name means the common table, which has no title.
    query = db.with_("t", db.select_from("posts").select("title")).with_("posts", ids(db, "users")).select_from("t")
    with pytest.raises(DatabaseError, match="no such column: title"):
        await query.select("title").execute()


async def test_a_query_in_from_does_not_see_what_it_is_joined_with(db: Noormme) -> None:
    inner = db.select_from("posts").select("id").where("name", "=", "Ada")
    with pytest.raises(ColumnNotFound, match="there is no column 'name' in 'posts'"):
        db.select_from("users", inner.as_("p")).select("p.id").compile()
    with pytest.raises(ColumnNotFound, match="there is no column 'name' in 'posts'"):
        db.update_table("users").set({"age": 1}).from_(inner.as_("p")).compile()
    with pytest.raises(ColumnNotFound, match="there is no column 'name' in 'posts'"):
        db.select_from("users").left_join(inner.as_("p"), col("p.id") == 1).select("p.id").compile()


def test_an_order_or_a_limit_before_a_compound_is_refused() -> None:
    for first in (select_from("a").select("x").limit(1), select_from("a").select("x").order_by("x")):
        with pytest.raises(CompileError, match="first part of this union all has an order or a limit"):
            first.union_all(select_from("b").select("x"))
