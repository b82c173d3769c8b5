from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from noormme_py import Noormme, col, excluded, fn, val
from noormme_py.errors import ColumnNotFound, CompileError
from noormme_py.query.select import select_from
from tests.query.shop import ABOUT, COUNTERS, HOME, Write, promise_of

INSERTS = [
    Write(
        "one row",
        lambda db: db.insert_into("counters").values({"name": "x", "hits": 1}),
        'insert into "counters" ("name", "hits") values (?, ?)',
        ("x", 1),
        COUNTERS,
        [ABOUT, HOME, ("x", 1, None)],
    ),
    Write(
        "many rows, keys in any order",
        lambda db: db.insert_into("counters").values([{"name": "x", "hits": 1}, {"hits": 2, "name": "y"}]),
        'insert into "counters" ("name", "hits") values (?, ?), (?, ?)',
        ("x", 1, "y", 2),
        COUNTERS,
        [ABOUT, HOME, ("x", 1, None), ("y", 2, None)],
    ),
    Write(
        "rows in several steps",
        lambda db: db.insert_into("counters").values({"name": "x"}).values([{"name": "y"}]),
        'insert into "counters" ("name") values (?), (?)',
        ("x", "y"),
        COUNTERS,
        [ABOUT, HOME, ("x", 0, None), ("y", 0, None)],
    ),
    Write(
        "expressions and queries as values",
        lambda db: db.insert_into("counters").values(
            {"name": fn.upper(val("x")), "hits": select_from("posts").select(fn.sum("likes")), "note": val(1) + 2}
        ),
        'insert into "counters" ("name", "hits", "note") values (upper(?), (select sum("likes") as "sum"'
        ' from "posts"), ? + ?)',
        ("x", 1, 2),
        COUNTERS,
        [("X", 20, "3"), ABOUT, HOME],
    ),
    Write(
        "default values",
        lambda db: db.insert_into("counters").values({}),
        'insert into "counters" default values',
        (),
        "select count(*) from counters where name is null",
        [(1,)],
    ),
    Write(
        "from a query",
        lambda db: (
            db.insert_into("counters")
            .columns("name", "hits")
            .from_select(db.select_from("posts").select("title", "likes").where("id", "<", 3))
        ),
        'insert into "counters" ("name", "hits") select "title", "likes" from "posts" where "id" < ?',
        (3,),
        COUNTERS,
        [("Alpha", 10, None), ("Beta", 0, None), ABOUT, HOME],
    ),
    Write(
        "from a query, into all columns",
        lambda db: db.insert_into("counters").from_select(
            db.select_from("posts").select("title", "likes", val(None).as_("n")).where("id", "=", 2)
        ),
        'insert into "counters" select "title", "likes", ? as "n" from "posts" where "id" = ?',
        (None, 2),
        COUNTERS,
        [("Beta", 0, None), ABOUT, HOME],
    ),
    Write(
        "with a common table",
        lambda db: (
            db.with_("t", db.select_from("posts").select("title").where("id", "=", 1))
            .insert_into("counters")
            .columns("name")
            .from_select(db.select_from("t").select("title"))
        ),
        'with "t" as (select "title" from "posts" where "id" = ?) insert into "counters" ("name")'
        ' select "title" from "t"',
        (1,),
        COUNTERS,
        [("Alpha", 0, None), ABOUT, HOME],
    ),
    Write(
        "a table and columns of any case",
        lambda db: db.insert_into("COUNTERS").values({"NAME": "x"}),
        'insert into "COUNTERS" ("NAME") values (?)',
        ("x",),
        COUNTERS,
        [ABOUT, HOME, ("x", 0, None)],
    ),
]

CONFLICTS = [
    Write(
        "on conflict do nothing",
        lambda db: db.insert_into("counters").values([{"name": "home"}, {"name": "x"}]).on_conflict().do_nothing(),
        'insert into "counters" ("name") values (?), (?) on conflict do nothing',
        ("home", "x"),
        COUNTERS,
        [ABOUT, HOME, ("x", 0, None)],
    ),
    Write(
        "on conflict of a key do nothing",
        lambda db: db.insert_into("counters").values({"name": "home"}).on_conflict("name").do_nothing(),
        'insert into "counters" ("name") values (?) on conflict ("name") do nothing',
        ("home",),
        COUNTERS,
        [ABOUT, HOME],
    ),
    Write(
        "do update with what was to be inserted, and with what is there",
        lambda db: (
            db.insert_into("counters")
            .values({"name": "home", "hits": 5})
            .on_conflict("name")
            .do_update({"hits": col("hits") + excluded("hits"), "note": "again"})
        ),
        'insert into "counters" ("name", "hits") values (?, ?)'
        ' on conflict ("name") do update set "hits" = "hits" + "excluded"."hits", "note" = ?',
        ("home", 5, "again"),
        COUNTERS,
        [ABOUT, ("home", 8, "again")],
    ),
    Write(
        "do update only where",
        lambda db: (
            db.insert_into("counters")
            .values([{"name": "home", "hits": 1}, {"name": "about", "hits": 1}])
            .on_conflict("name")
            .do_update({"hits": excluded("hits")}, where=excluded("hits") > col("counters.hits"))
        ),
        'insert into "counters" ("name", "hits") values (?, ?), (?, ?) on conflict ("name")'
        ' do update set "hits" = "excluded"."hits" where "excluded"."hits" > "counters"."hits"',
        ("home", 1, "about", 1),
        COUNTERS,
        [("about", 1, "new"), HOME],
    ),
    Write(
        "one clause for each key",
        lambda db: (
            db.insert_into("users")
            .values({"id": 9, "email": "ada@x.org", "name": "Eve", "active": True, "joined": datetime(2024, 5, 6)})
            .on_conflict("id")
            .do_nothing()
            .on_conflict("email")
            .do_update({"name": excluded("name")})
        ),
        'insert into "users" ("id", "email", "name", "active", "joined") values (?, ?, ?, ?, ?)'
        ' on conflict ("id") do nothing on conflict ("email") do update set "name" = "excluded"."name"',
        (9, "ada@x.org", "Eve", 1, "2024-05-06 00:00:00"),
        "select id, name from users where id in (1, 9)",
        [(1, "Eve")],
    ),
    Write(
        "from a query, which needs a WHERE then",
        lambda db: (
            db.insert_into("counters")
            .columns("name", "hits")
            .from_select(
                db.select_from("posts")
                .select(val("home").as_("n"), "likes")
                .where("id", "=", 1)
                .union_all(db.select_from("posts").select(val("home").as_("n"), "likes").limit(1))
            )
            .on_conflict("name")
            .do_update({"hits": col("hits") + excluded("hits")})
        ),
        'insert into "counters" ("name", "hits") select ? as "n", "likes" from "posts" where "id" = ?'
        ' union all select "part"."n", "part"."likes" from (select ? as "n", "likes" from "posts" limit ?)'
        ' as "part" where true'
        ' on conflict ("name") do update set "hits" = "hits" + "excluded"."hits"',
        ("home", 1, "home", 1),
        COUNTERS,
        [ABOUT, ("home", 23, None)],
    ),
    Write(
        "from a whole table",
        lambda db: (
            db.insert_into("counters")
            .from_select(db.select_from("counters").select_all())
            .on_conflict("name")
            .do_update({"hits": 7})
        ),
        'insert into "counters" select "counters"."name", "counters"."hits", "counters"."note"'
        ' from "counters" where true'
        ' on conflict ("name") do update set "hits" = ?',
        (7,),
        COUNTERS,
        [("about", 7, "new"), ("home", 7, None)],
    ),
]


@pytest.mark.parametrize("case", INSERTS, ids=promise_of)
async def test_insert(db: Noormme, case: Write) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", CONFLICTS, ids=promise_of)
async def test_on_conflict(db: Noormme, case: Write) -> None:
    await case.check(db)


async def test_on_conflict_finds_a_partial_index(db: Noormme) -> None:
    await db.create_index("active_name").on("users", "name").unique().where(col("active") == True).execute()  # noqa: E712
    row = {"name": "Ada", "age": 99, "active": True, "joined": datetime(2024, 1, 1)}
    query = db.insert_into("users").values(row).on_conflict("name", where=col("active") == True)  # noqa: E712
    upsert = query.do_update({"age": excluded("age")})
    assert upsert.compile().sql.endswith(
        'on conflict ("name") where "active" = 1 do update set "age" = "excluded"."age"'
    )
    await upsert.execute()
    assert await db.select_from("users").select("age").where("id", "=", 1).scalar() == 99
    await query.do_nothing().execute()
    assert await db.select_from("users").select(fn.count()).scalar() == 4


async def test_a_very_long_insert_is_split_and_all_or_nothing(db: Noormme) -> None:
    rows = [{"name": f"n{number}", "hits": number} for number in range(2_500)]
    assert (await db.insert_into("counters").values(rows).execute()).rows_affected == 2_500
    given = (
        await db.insert_into("counters").values([{"name": f"m{n}"} for n in range(2_500)]).returning("name").execute()
    )
    assert [row["name"] for row in given] == [f"m{n}" for n in range(2_500)]
    with pytest.raises(Exception, match="UNIQUE"):
        await (
            db.insert_into("counters").values([{"name": f"k{n}"} for n in range(1_500)] + [{"name": "home"}]).execute()
        )
    assert await db.select_from("counters").select(fn.count()).where("name", "like", "k%").scalar() == 0


async def test_rows_of_uneven_columns_are_refused(db: Noormme) -> None:
    insert = db.insert_into("counters")
    with pytest.raises(CompileError, match=r"in some rows only: 'hits'"):
        insert.values([{"name": "x", "hits": 1}, {"name": "y"}])
    with pytest.raises(CompileError, match=r"in some rows only: 'hitz'") as refused:
        insert.values([{"name": "x"}, {"name": "y", "hitz": 1}])
    assert refused.value.hint is not None
    with pytest.raises(CompileError, match=r"in some rows only: 'hits', 'note'"):
        insert.values({"name": "x", "hits": 1}).values({"name": "y", "note": "n"})
    with pytest.raises(CompileError, match="several rows of defaults"):
        insert.values([{}, {}])
    with pytest.raises(CompileError, match="no rows"):
        insert.values([])


async def test_an_insert_takes_rows_or_a_query(db: Noormme) -> None:
    insert: Any = db.insert_into("counters")
    with pytest.raises(CompileError, match="rows or a query"):
        insert.values({"name": "x"}).from_select(db.select_from("posts").select("title")).compile()
    with pytest.raises(CompileError, match="gives nothing for them"):
        insert.columns("name").compile()
    with pytest.raises(CompileError, match="2 columns are named and the query gives 1"):
        insert.columns("name", "hits").from_select(db.select_from("posts").select("title")).compile()
    with pytest.raises(CompileError, match="a mapping of columns and values"):
        insert.values([("x", 1)])
    with pytest.raises(CompileError, match="named by a string"):
        insert.values({1: "x"})
    with pytest.raises(CompileError, match="a select query is expected"):
        insert.from_select("posts")


async def test_rowid_can_be_written(db: Noormme) -> None:
    await db.insert_into("counters").values({"rowid": 70, "name": "x"}).execute()
    assert await db.select_from("counters").select("rowid").where("name", "=", "x").scalar() == 70


async def test_an_upsert_sees_the_two_rows_by_their_names(db: Noormme) -> None:
    with pytest.raises(ColumnNotFound, match="hitz"):
        db.insert_into("counters").values({"name": "x"}).on_conflict("name").do_update(
            {"hits": excluded("hitz")}
        ).compile()
