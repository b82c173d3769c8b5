from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from noormme_py import Noormme, col, fn, groups, range_, rows, val
from noormme_py.client.async_queries import AsyncSelect
from noormme_py.errors import CompileError, DatabaseError
from noormme_py.query.nodes import Frame
from tests.query.shop import Case, promise_of, values_of


def posts(db: Noormme, value: object) -> AsyncSelect:
    return db.select_from("posts").select(value)


def one(promise: str, value: object, sql: str, parameters: tuple[object, ...], expected: object) -> Case:
    """An expression over the posts that gives one row."""
    return Case(promise, lambda db: posts(db, value), f'select {sql} from "posts"', parameters, [(expected,)])


def ada(promise: str, value: object, sql: str, parameters: tuple[object, ...], expected: object) -> Case:
    """An expression over the row of Ada."""
    return Case(
        promise,
        lambda db: db.select_from("users").select(value).where("id", "=", 1),
        f'select {sql} from "users" where "id" = ?',
        (*parameters, 1),
        [(expected,)],
    )


AGGREGATES = [
    one("count of rows", fn.count(), 'count(*) as "count"', (), 4),
    one("count of values", fn.count("user_id"), 'count("user_id") as "count"', (), 3),
    one("count distinct", fn.count("likes").distinct(), 'count(distinct "likes") as "count"', (), 3),
    one("sum", fn.sum("likes"), 'sum("likes") as "sum"', (), 20),
    one("total is a float", fn.total("likes"), 'total("likes") as "total"', (), 20.0),
    one("avg", fn.avg("likes"), 'avg("likes") as "avg"', (), 5.0),
    one("min", fn.min("likes"), 'min("likes") as "min"', (), 0),
    one("max", fn.max(col("likes") + 1), 'max("likes" + ?) as "max"', (1,), 11),
    one("sum distinct", fn.sum("likes").distinct().as_("s"), 'sum(distinct "likes") as "s"', (), 15),
    one(
        "group_concat with a separator",
        fn.group_concat("id", " + ").as_("ids"),
        'group_concat("id", ?) as "ids"',
        (" + ",),
        "1 + 2 + 3 + 4",
    ),
    one(
        "group_concat of each value once",
        fn.group_concat("published").distinct(),
        'group_concat(distinct "published") as "group_concat"',
        (),
        "1,0",
    ),
    one("filter", fn.count().filter("likes", ">", 4), 'count(*) filter (where "likes" > ?) as "count"', (4,), 3),
    one(
        "filters are joined by and",
        fn.sum("likes").filter("published", "=", True).filter(col("user_id").is_not_null()),
        'sum("likes") filter (where "published" = ? and "user_id" is not null) as "sum"',
        (1,),
        15,
    ),
    one(
        "a condition counts",
        fn.sum(col("likes") > 4).as_("n"),
        'sum("likes" > ?) as "n"',
        (4,),
        3,
    ),
    one(
        "distinct and filter together",
        fn.count("likes").distinct().filter("likes", "<", 10),
        'count(distinct "likes") filter (where "likes" < ?) as "count"',
        (10,),
        2,
    ),
]

SCALARS = [
    ada("lower", fn.lower("name"), 'lower("name") as "lower"', (), "ada"),
    ada("upper", fn.upper("name"), 'upper("name") as "upper"', (), "ADA"),
    ada("length", fn.length("name"), 'length("name") as "length"', (), 3),
    ada("trim", fn.trim(val("  x ")), 'trim(?) as "trim"', ("  x ",), "x"),
    ada("substr to the end", fn.substr("name", 2), 'substr("name", ?) as "substr"', (2,), "da"),
    ada("substr of a length", fn.substr("name", 1, 2), 'substr("name", ?, ?) as "substr"', (1, 2), "Ad"),
    ada("replace", fn.replace("name", "A", "E"), 'replace("name", ?, ?) as "replace"', ("A", "E"), "Eda"),
    ada("abs", fn.abs(-col("age")), 'abs(-"age") as "abs"', (), 36),
    ada("round", fn.round(col("age") / 5.0, 1), 'round("age" / ?, ?) as "round"', (5.0, 1), 7.2),
    ada("coalesce", fn.coalesce("email", val("none")), 'coalesce("email", ?) as "coalesce"', ("none",), "ada@x.org"),
    ada(
        "coalesce takes several", fn.coalesce(val(None), "age", 0), 'coalesce(?, "age", ?) as "coalesce"', (None, 0), 36
    ),
    ada("nullif", fn.nullif("age", 36), 'nullif("age", ?) as "nullif"', (36,), None),
    ada("min of several", fn.min("age", "id", 7), 'min("age", "id", ?) as "min"', (7,), 1),
    ada("max of several", fn.max("age", 7), 'max("age", ?) as "max"', (7,), 36),
    ada("date", fn.date("joined"), 'date("joined") as "date"', (), "2024-01-02"),
    ada(
        "date with modifiers",
        fn.date("joined", "start of month", "+1 day"),
        'date("joined", ?, ?) as "date"',
        ("start of month", "+1 day"),
        "2024-01-02",
    ),
    ada(
        "datetime",
        fn.datetime("joined", "+1 hour"),
        'datetime("joined", ?) as "datetime"',
        ("+1 hour",),
        "2024-01-02 04:04:05",
    ),
    ada("strftime", fn.strftime("%Y", "joined"), 'strftime(?, "joined") as "strftime"', ("%Y",), "2024"),
    ada(
        "strftime with modifiers",
        fn.strftime("%d", "joined", "+1 day"),
        'strftime(?, "joined", ?) as "strftime"',
        ("%d", "+1 day"),
        "03",
    ),
    ada("any other by its name", fn.call("instr", "name", val("d")), 'instr("name", ?) as "instr"', ("d",), 2),
    ada("a call without arguments", fn.call("Typeof", 1.5), 'Typeof(?) as "typeof"', (1.5,), "real"),
    ada("functions nest", fn.upper(fn.substr("name", 2)), 'upper(substr("name", ?)) as "upper"', (2,), "DA"),
]


def window(promise: str, value: object, sql: str, parameters: tuple[object, ...], expected: list[object]) -> Case:
    """A window function over the posts, by id; the likes are 10, 0, 5, 5 and the users 1, 1, 2, NULL."""
    return Case(
        promise,
        lambda db: posts(db, value).order_by("id"),
        f'select {sql} from "posts" order by "id"',
        parameters,
        [(found,) for found in expected],
    )


RUNNING = 'over (order by "likes", "id"'
WINDOWS = [
    window(
        "row_number",
        fn.row_number().over(order_by="likes").as_("n"),
        'row_number() over (order by "likes") as "n"',
        (),
        [4, 1, 2, 3],
    ),
    window(
        "rank",
        fn.rank().over(order_by=col("likes").desc()),
        'rank() over (order by "likes" desc) as "rank"',
        (),
        [1, 4, 2, 2],
    ),
    window(
        "dense_rank",
        fn.dense_rank().over(order_by="likes"),
        'dense_rank() over (order by "likes") as "dense_rank"',
        (),
        [3, 1, 2, 2],
    ),
    window(
        "percent_rank",
        fn.percent_rank().over(order_by="id"),
        'percent_rank() over (order by "id") as "percent_rank"',
        (),
        [0.0, 1 / 3, 2 / 3, 1.0],
    ),
    window(
        "cume_dist",
        fn.cume_dist().over(order_by="id"),
        'cume_dist() over (order by "id") as "cume_dist"',
        (),
        [0.25, 0.5, 0.75, 1.0],
    ),
    window("ntile", fn.ntile(2).over(order_by="id"), 'ntile(?) over (order by "id") as "ntile"', (2,), [1, 1, 2, 2]),
    window(
        "lag",
        fn.lag("title").over(order_by="id"),
        'lag("title", ?) over (order by "id") as "lag"',
        (1,),
        [None, "Alpha", "Beta", "Gamma"],
    ),
    window(
        "lead",
        fn.lead("title", 2).over(order_by="id"),
        'lead("title", ?) over (order by "id") as "lead"',
        (2,),
        ["Gamma", "50%_off", None, None],
    ),
    window(
        "first_value",
        fn.first_value("id").over(order_by="likes"),
        'first_value("id") over (order by "likes") as "first_value"',
        (),
        [2, 2, 2, 2],
    ),
    window(
        "last_value",
        fn.last_value("id").over(order_by="id"),
        'last_value("id") over (order by "id") as "last_value"',
        (),
        [1, 2, 3, 4],
    ),
    window(
        "nth_value",
        fn.nth_value("id", 2).over(order_by="id"),
        'nth_value("id", ?) over (order by "id") as "nth_value"',
        (2,),
        [None, 2, 2, 2],
    ),
    window("an empty window is all rows", fn.count().over(), 'count(*) over () as "count"', (), [4, 4, 4, 4]),
    window(
        "partition_by takes a list",
        fn.sum("likes").over(partition_by=["user_id", "published"]),
        'sum("likes") over (partition by "user_id", "published") as "sum"',
        (),
        [10, 0, 5, 5],
    ),
    window(
        "partition and order",
        fn.sum("likes").over(partition_by="user_id", order_by=("likes", "id")),
        'sum("likes") over (partition by "user_id" order by "likes", "id") as "sum"',
        (),
        [10, 0, 5, 5],
    ),
    window(
        "a filter inside a window",
        fn.count().filter("likes", "=", 5).over(order_by="id"),
        'count(*) filter (where "likes" = ?) over (order by "id") as "count"',
        (5,),
        [0, 0, 1, 2],
    ),
]


def frame(promise: str, over: Frame, sql: str, expected: list[object]) -> Case:
    value = fn.group_concat("id").over(order_by="likes", frame=over)
    return window(promise, value, f'group_concat("id") over (order by "likes" {sql}) as "group_concat"', (), expected)


# By likes the posts stand as 2 (0), 3 and 4 (5), 1 (10).
FRAMES = [
    frame(
        "rows up to here",
        rows(None, 0),
        "rows between unbounded preceding and current row",
        ["2,3,4,1", "2", "2,3", "2,3,4"],
    ),
    frame("rows around", rows(-1, 1), "rows between 1 preceding and 1 following", ["4,1", "2,3", "2,3,4", "3,4,1"]),
    frame("all rows", rows(None, None), "rows between unbounded preceding and unbounded following", ["2,3,4,1"] * 4),
    frame(
        "rows to come", rows(1, None), "rows between 1 following and unbounded following", [None, "3,4,1", "4,1", "1"]
    ),
    frame("rows gone by", rows(-2, -1), "rows between 2 preceding and 1 preceding", ["3,4", None, "2", "2,3"]),
    frame(
        "range by distance",
        range_(-5, 0),
        "range between 5 preceding and current row",
        ["3,4,1", "2", "2,3,4", "2,3,4"],
    ),
    frame(
        "groups of peers", groups(0, 1), "groups between current row and 1 following", ["1", "2,3,4", "3,4,1", "3,4,1"]
    ),
    frame(
        "without the current row",
        rows(-1, 1, exclude="current row"),
        "rows between 1 preceding and 1 following exclude current row",
        ["4", "3", "2,4", "3,1"],
    ),
    frame(
        "without its peers",
        groups(0, 0, exclude="ties"),
        "groups between current row and current row exclude ties",
        ["1", "2", "3", "4"],
    ),
    frame(
        "without its group",
        groups(-1, 0, exclude="group"),
        "groups between 1 preceding and current row exclude group",
        ["3,4", None, "2", "2"],
    ),
    frame(
        "with all",
        range_(0, 0, exclude="no others"),
        "range between current row and current row exclude no others",
        ["1", "2", "3,4", "3,4"],
    ),
]


@pytest.mark.parametrize("case", AGGREGATES, ids=promise_of)
async def test_aggregates(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", SCALARS, ids=promise_of)
async def test_functions_of_a_row(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", WINDOWS, ids=promise_of)
async def test_window_functions(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", FRAMES, ids=promise_of)
async def test_window_frames(db: Noormme, case: Case) -> None:
    await case.check(db)


async def test_an_aggregate_in_an_order(db: Noormme) -> None:
    query = posts(db, fn.group_concat("id").order_by(col("likes").desc(), "id").as_("ids"))
    assert query.compile().sql == 'select group_concat("id" order by "likes" desc, "id") as "ids" from "posts"'
    if sqlite3.sqlite_version_info >= (3, 44):
        assert values_of(await query.execute()) == [("1,3,4,2",)]
    else:
        with pytest.raises(DatabaseError, match="near"):
            await query.execute()


@pytest.mark.parametrize("name", ["", "lower(x); --", "a b", 'x"y', "lower\n", "läng", "1x", "x" * 100, 5], ids=repr)
async def test_only_plain_function_names_are_taken(db: Noormme, name: str) -> None:
    with pytest.raises(CompileError, match="function"):
        posts(db, fn.call(name, "id")).compile()


async def test_frames_take_known_words_and_whole_numbers(db: Noormme) -> None:
    def over(frame: Frame) -> AsyncSelect:
        return posts(db, fn.sum("id").over(order_by="id", frame=frame))

    hostile: Any = "1 preceding; --"
    with pytest.raises(CompileError, match="a frame bound is an integer or None"):
        over(rows(hostile, 0)).compile()
    with pytest.raises(CompileError, match="a frame bound is an integer or None"):
        over(rows(True, 0)).compile()
    with pytest.raises(CompileError, match="cannot be excluded"):
        over(rows(0, 0, exclude=hostile)).compile()


async def test_coalesce_of_one_is_refused() -> None:
    with pytest.raises(CompileError, match="two or more"):
        fn.coalesce("a")
