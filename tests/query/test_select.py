from __future__ import annotations

from decimal import Decimal

import pytest

from noormme_py import Noormme, case, cast, col, fn, tuple_, val
from tests.query.shop import Case, promise_of

NEGATIVE = -col("id")

SELECTIONS = [
    Case(
        "a string names a column",
        lambda db: db.select_from("users").select("id", "name").where("id", "=", 1),
        'select "id", "name" from "users" where "id" = ?',
        (1,),
        [(1, "Ada")],
    ),
    Case(
        "a string may say the table and an alias",
        lambda db: db.select_from("users as u").select("u.name as author").limit(1),
        'select "u"."name" as "author" from "users" as "u" limit ?',
        (1,),
        [("Ada",)],
    ),
    Case(
        "AS is read in any case and with any white space",
        lambda db: db.select_from("users  AS\tu").select("name\nAs author").limit(1),
        'select "name" as "author" from "users" as "u" limit ?',
        (1,),
        [("Ada",)],
    ),
    Case(
        "a further select adds columns",
        lambda db: db.select_from("users").select("id").select("name").limit(1),
        'select "id", "name" from "users" limit ?',
        (1,),
        [(1, "Ada")],
    ),
    Case(
        "an expression is computed",
        lambda db: db.select_from("users").select((col("age") * 2 - 1).as_("twice")).where("id", "<", 4),
        'select ("age" * ?) - ? as "twice" from "users" where "id" < ?',
        (2, 1, 4),
        [(71,), (39,), (None,)],
    ),
    Case(
        "operators keep the grouping of Python",
        lambda db: (
            db.select_from("users").select((2 * (col("age") + 4) / 10 % 5).as_("x"), (-col("id")).as_("y")).limit(1)
        ),
        'select ((? * ("age" + ?)) / ?) % ? as "x", -"id" as "y" from "users" limit ?',
        (2, 4, 10, 5, 1),
        [(3, -1)],
    ),
    Case(
        "data may stand on the left of an operator",
        lambda db: (
            db.select_from("users")
            .select((100 - col("age")).as_("x"), (1 + col("age")).as_("y"), (72 / col("age")).as_("z"))
            .limit(1)
        ),
        'select ? - "age" as "x", ? + "age" as "y", ? / "age" as "z" from "users" limit ?',
        (100, 1, 72, 1),
        [(64, 37, 2)],
    ),
    Case(
        "minus twice is no comment",
        lambda db: db.select_from("users").select((-NEGATIVE).as_("x"), (-val(-3)).as_("y")).where("id", "=", 1),
        'select -(-"id") as "x", -? as "y" from "users" where "id" = ?',
        (-3, 1),
        [(1, 3)],
    ),
    Case(
        "|| appends text to anything",
        lambda db: db.select_from("users").select(col("age").concat(" years").as_("x")).limit(1),
        'select "age" || ? as "x" from "users" limit ?',
        (" years", 1),
        [("36 years",)],
    ),
    Case(
        "val gives data where a string would name a column",
        lambda db: db.select_from("users").select(val("name").as_("word"), "name").limit(1),
        'select ? as "word", "name" from "users" limit ?',
        ("name", 1),
        [("name", "Ada")],
    ),
    Case(
        "select_all gives every column by name",
        lambda db: db.select_from("counters").select_all().order_by("name"),
        'select "counters"."name", "counters"."hits", "counters"."note" from "counters" order by "name"',
        (),
        [("about", 0, "new"), ("home", 3, None)],
    ),
    Case(
        "'*' is select_all",
        lambda db: db.select_from("counters").select("*").limit(1),
        'select "counters"."name", "counters"."hits", "counters"."note" from "counters" limit ?',
        (1,),
        [("home", 3, None)],
    ),
    Case(
        "select_all of one table leaves out those joined to it",
        lambda db: (
            db.select_from("counters as c")
            .cross_join("users as u")
            .select_all("c")
            .select("u.id")
            .where("u.id", "=", 1)
            .order_by("c.name")
        ),
        'select "c"."name", "c"."hits", "c"."note", "u"."id" from "counters" as "c" cross join "users" as "u"'
        ' where "u"."id" = ? order by "c"."name"',
        (1,),
        [("about", 0, "new", 1), ("home", 3, None, 1)],
    ),
    Case(
        "'table.*' is select_all of one table",
        lambda db: (
            db.select_from("counters as c", "posts as p").select("c.*").where("p.id", "=", 1).where("c.hits", "=", 3)
        ),
        'select "c"."name", "c"."hits", "c"."note" from "counters" as "c", "posts" as "p"'
        ' where "p"."id" = ? and "c"."hits" = ?',
        (1, 3),
        [("home", 3, None)],
    ),
    Case(
        "a query needs no table",
        lambda db: db.select_from().select(val(1).as_("one"), val(None).as_("nothing")),
        'select ? as "one", ? as "nothing"',
        (1, None),
        [(1, None)],
    ),
    Case(
        "distinct gives each row once",
        lambda db: db.select_from("posts").distinct().select("likes").order_by("likes"),
        'select distinct "likes" from "posts" order by "likes"',
        (),
        [(0,), (5,), (10,)],
    ),
    Case(
        "rowid can be asked for",
        lambda db: db.select_from("counters").select("rowid", "name").where("rowid", "=", 2),
        'select "rowid", "name" from "counters" where "rowid" = ?',
        (2,),
        [(2, "about")],
    ),
    Case(
        "names match as in SQLite, without ASCII case",
        lambda db: db.select_from("USERS").select("NAME", "Users.iD").where("Name", "=", "Ada"),
        'select "NAME", "Users"."iD" from "USERS" where "Name" = ?',
        ("Ada",),
        [("Ada", 1)],
    ),
    Case(
        "apply hands the query to a function",
        lambda db: db.select_from("users").select("id").apply(lambda q: q.where("id", ">", 2)).order_by("id"),
        'select "id" from "users" where "id" > ? order by "id"',
        (2,),
        [(3,), (4,)],
    ),
]

CASES = [
    Case(
        "a searched case",
        lambda db: (
            db.select_from("users")
            .select(
                case().when("age", ">", 30).then("old").when(col("age").is_null()).then("?").else_("young").as_("x")
            )
            .order_by("id")
        ),
        'select case when "age" > ? then ? when "age" is null then ? else ? end as "x" from "users" order by "id"',
        (30, "old", "?", "young"),
        [("old",), ("young",), ("?",), ("old",)],
    ),
    Case(
        "a simple case compares data",
        lambda db: (
            db.select_from("users").select(case("name").when("Ada").then(1).when("Bob").then(2).as_("x")).order_by("id")
        ),
        'select case "name" when ? then ? when ? then ? end as "x" from "users" order by "id"',
        ("Ada", 1, "Bob", 2),
        [(1,), (2,), (None,), (None,)],
    ),
    Case(
        "the data of a simple case are those of its column",
        lambda db: (
            db.select_from("users").select(case("active").when(True).then("yes").else_("no").as_("x")).order_by("id")
        ),
        'select case "active" when ? then ? else ? end as "x" from "users" order by "id"',
        (1, "yes", "no"),
        [("yes",), ("no",), ("yes",), ("no",)],
    ),
    Case(
        "a case is an expression like any other",
        lambda db: (
            db.select_from("users")
            .select("id")
            .where(case("name").when("Ada").then(1).else_(0) + col("id"), "=", 2)
            .order_by("id")
        ),
        'select "id" from "users" where (case "name" when ? then ? else ? end + "id") = ? order by "id"',
        ("Ada", 1, 0, 2),
        [(1,), (2,)],
    ),
    Case(
        "cast is read as the type it makes",
        lambda db: (
            db.select_from("users")
            .select(
                cast("age", "text").as_("a"),
                col("active").cast("integer").as_("b"),
                cast("active", "boolean").as_("c"),
                cast(val("2.50"), "decimal(5, 2)").as_("d"),
            )
            .limit(1)
        ),
        'select cast("age" as text) as "a", cast("active" as integer) as "b", cast("active" as boolean) as "c",'
        ' cast(? as decimal(5, 2)) as "d" from "users" limit ?',
        ("2.50", 1),
        [("36", 1, True, Decimal("2.5"))],
    ),
    Case(
        "a JSON path reaches keys and positions",
        lambda db: (
            db.select_from("users")
            .select(
                col("settings").json("tags", 1).as_("b"),
                col("settings").json("theme"),
                col("settings").json("tags", -1).as_("last"),
            )
            .order_by("id")
        ),
        'select json_extract("settings", \'$."tags"[1]\') as "b", json_extract("settings", \'$."theme"\') as "theme",'
        ' json_extract("settings", \'$."tags"[#-1]\') as "last" from "users" order by "id"',
        (),
        [("b", "dark", "b"), (None, "light", None), (None, None, None), (None, None, "c")],
    ),
    Case(
        "a JSON value compares with Python's",
        lambda db: (
            db.select_from("users")
            .select("id")
            .where(col("settings").json("on"), "=", True)
            .where(col("users.settings").json("tags") == ["a", "b"])
        ),
        'select "id" from "users" where json_extract("settings", \'$."on"\') = ?'
        ' and json_extract("users"."settings", \'$."tags"\') = ?',
        (1, '["a","b"]'),
        [(1,)],
    ),
    Case(
        "a row value compares in order",
        lambda db: (
            db.select_from("posts").select("id").where(tuple_("likes", "id") > tuple_(val(5), val(3))).order_by("id")
        ),
        'select "id" from "posts" where ("likes", "id") > (?, ?) order by "id"',
        (5, 3),
        [(1,), (4,)],
    ),
]


@pytest.mark.parametrize("case", SELECTIONS, ids=promise_of)
async def test_the_select_list(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", CASES, ids=promise_of)
async def test_computed_columns(db: Noormme, case: Case) -> None:
    await case.check(db)


async def test_rows_are_dicts_by_the_names_of_the_result(db: Noormme) -> None:
    query = (
        db.select_from("users as u")
        .select("u.id", "name as who", fn.upper("name"), col("settings").json("theme"))
        .limit(1)
    )
    assert await query.execute() == [{"id": 1, "who": "Ada", "upper": "ADA", "theme": "dark"}]
