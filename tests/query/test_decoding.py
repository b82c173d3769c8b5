"""Rows of a builder are decoded as those of a repository, wherever in the query their columns come from."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from noormme_py import Noormme, case, cast, col, fn, val
from noormme_py.errors import CompileError, ResultError


class Color(Enum):
    RED = "r"


KINDS: dict[str, Any] = {
    "flag": True,
    "day": date(2024, 2, 29),
    "at": datetime(2024, 2, 29, 23, 59, 59, 123456),
    "hour": time(1, 2, 3),
    "span": timedelta(days=1, microseconds=1),
    "price": Decimal("1.10"),
    "key": UUID(int=7),
    "data": {"a": [1, None, "x"]},
    "raw": b"\x00\xff",
    "ratio": 1.5,
    "number": 2**62,
    "text": "ü\0x",
    "color": Color.RED,
}

SCHEMA = """
create table things (
    id integer primary key, flag boolean, day date, at datetime, hour time, span interval, price decimal_text,
    key uuid, data json, raw blob, ratio real, number integer, text text, color text
);
create table notes (id integer primary key, thing_id integer references things (id), flag boolean, word text);
create view seen as select id, flag, at as moment, price from things;
"""


@pytest.fixture
async def db(tmp_path: Path) -> AsyncGenerator[Noormme]:
    with closing(sqlite3.connect(tmp_path / "things.db")) as connection:
        connection.executescript(SCHEMA)
    codecs: dict[str, Any] = {"things.color": Color, "things.price": Decimal}
    async with Noormme(tmp_path / "things.db", codecs=codecs) as opened:
        await opened.insert_into("things").values({"id": 1, **KINDS}).execute()
        await opened.insert_into("things").values({"id": 2}).execute()
        await opened.insert_into("notes").values({"id": 1, "thing_id": 1, "flag": False, "word": "x"}).execute()
        yield opened


ALL = ["id", *KINDS]
THING = {"id": 1, **KINDS}


def inner(db: Noormme) -> Any:
    return db.select_from("things").select(*ALL)


WAYS: list[tuple[str, Callable[[Noormme], Any]]] = [
    ("by name", lambda db: db.select_from("things").select(*ALL)),
    ("all", lambda db: db.select_from("things").select_all()),
    ("by an alias of the table", lambda db: db.select_from("things as t").select(*(f"t.{name}" for name in ALL))),
    ("under aliases", lambda db: db.select_from("things").select(*(f"{name} as {name}" for name in ALL))),
    (
        "of a joined table",
        lambda db: db.select_from("notes").inner_join("things", "things.id", "notes.thing_id").select_all("things"),
    ),
    ("of a query in FROM", lambda db: db.select_from(inner(db).as_("q")).select_all()),
    (
        "of a query in a query in FROM",
        lambda db: db.select_from(db.select_from(inner(db).as_("q")).select_all().as_("r")).select(*ALL),
    ),
    ("of a common table", lambda db: db.with_("c", inner(db)).select_from("c").select(*ALL)),
    (
        "of a common table with names",
        lambda db: (
            db.with_("c", inner(db), columns=tuple(f"_{n}" for n in ALL))
            .select_from("c")
            .select(*(f"_{n} as {n}" for n in ALL))
        ),
    ),
    (
        "of a recursive common table",
        lambda db: (
            db.with_recursive(
                "c", inner(db).union(db.select_from("things as t").inner_join("c", "c.id", "t.id").select_all("t"))
            )
            .select_from("c")
            .select_all()
        ),
    ),
    ("of a compound", lambda db: inner(db).union_all(inner(db)).limit(9)),
    (
        "of columns as queries",
        lambda db: db.select_from("things as t").select(
            *(db.select_from("things as u").select(n).where_ref("u.id", "=", "t.id").as_(n) for n in ALL)
        ),
    ),
    (
        "of functions that pick a value",
        lambda db: db.select_from("things").select(*(fn.coalesce(n, None).as_(n) for n in ALL)),
    ),
    (
        "of aggregates that pick a value",
        lambda db: db.select_from("things").select(*(fn.max(n).as_(n) for n in ALL)).where("id", "=", 1),
    ),
    (
        "of windows",
        lambda db: db.select_from("things").select(*(fn.first_value(n).over(order_by="id").as_(n) for n in ALL)),
    ),
    (
        "of a case",
        lambda db: db.select_from("things").select(*(case().when("id", "=", 1).then(col(n)).as_(n) for n in ALL)),
    ),
    (
        "of collated columns",
        lambda db: db.select_from("things").select(*(col(n).collate("binary").as_(n) for n in ALL)),
    ),
    (
        "of returning",
        lambda db: db.update_table("things").set({"text": KINDS["text"]}).where("id", "=", 1).returning_all(),
    ),
    (
        "of returning under an alias",
        lambda db: (
            db.update_table("things as t")
            .set({"text": KINDS["text"]})
            .where("id", "=", 1)
            .returning(*(f"t.{n}" for n in ALL))
        ),
    ),
]


@pytest.mark.parametrize("build", [way[1] for way in WAYS], ids=[way[0] for way in WAYS])
async def test_every_kind_is_read_back(db: Noormme, build: Callable[[Noormme], Any]) -> None:
    row = (await build(db).execute())[0]
    assert row == THING
    assert [type(value) for value in row.values()] == [type(value) for value in THING.values()]


async def test_the_repository_reads_the_same(db: Noormme) -> None:
    row = await db.get_repository("things").find_by_id(1)
    assert row is not None
    assert row.model_dump() == THING
    assert await db.select_from("things").select_all().where("id", "=", 1).execute_take_first() == THING


async def test_null_is_none_whatever_the_kind(db: Noormme) -> None:
    assert await db.select_from("things").select_all().where("id", "=", 2).execute() == [dict.fromkeys(ALL) | {"id": 2}]


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ("data", "ratio")])
async def test_every_kind_is_compared_with(db: Noormme, name: str) -> None:
    things = db.select_from("things").select("id")
    value = KINDS[name]
    for query in (
        things.where(name, "=", value),
        things.where(name, "in", [value]),
        things.where(name, "between", (value, value)),
        things.where(val(value) == col(name)),
        things.where(case(name).when(value).then(1).else_(0) == 1),
        things.where(fn.coalesce(name, val(value)) == value).where("id", "=", 1),
    ):
        assert await query.execute() == [{"id": 1}]
    assert await things.where(name, "!=", value).execute() == []


async def test_a_left_join_gives_none_for_what_is_not_there(db: Noormme) -> None:
    query = db.select_from("things as t").left_join("notes as n", "n.thing_id", "t.id")
    rows = await query.select("t.id", "n.flag as noted", "t.flag").order_by("t.id").execute()
    assert rows == [{"id": 1, "noted": False, "flag": True}, {"id": 2, "noted": None, "flag": None}]


async def test_a_view_is_read_as_its_table(db: Noormme) -> None:
    await db.refresh_schema()
    row = await db.select_from("seen").select("flag", "moment").execute_take_first()
    assert row == {"flag": True, "moment": KINDS["at"]}


async def test_conditions_are_bools(db: Noormme) -> None:
    query = db.select_from("things").select(
        (col("id") > 0).as_("a"),
        col("text").is_null().as_("b"),
        col("id").in_([1]).as_("c"),
        col("text").like("x").as_("d"),
        col("text").contains("x").as_("e"),
        (~(col("id") == 1)).as_("f"),
        ((col("id") == 1) & (col("flag") == True)).as_("g"),  # noqa: E712
        col("id").between(0, 9).as_("h"),
        fn.max(col("id") > 5).as_("i"),
    )
    row = await query.where("id", "=", 1).execute_take_first_or_raise()
    assert list(row.values()) == [True, False, True, False, False, False, True, True, 0]


async def test_cast_says_how_a_value_is_read(db: Noormme) -> None:
    query = db.select_from("things").select(
        cast("flag", "integer").as_("a"),
        cast(val(1), "boolean").as_("b"),
        cast(val("[1]"), "json").as_("c"),
        cast(val(12), "text").as_("d"),
    )
    row = await query.where("id", "=", 1).execute_take_first_or_raise()
    assert repr(row) == "{'a': 1, 'b': True, 'c': 0, 'd': '12'}"


async def test_a_mixture_of_kinds_in_a_compound_is_given_as_it_is_stored(db: Noormme) -> None:
    rows = (
        await db.select_from("things").select("flag as x").union_all(db.select_from("things").select("day")).execute()
    )
    assert [row["x"] for row in rows] == [1, None, "2024-02-29", None]


async def test_a_mixture_of_kinds_in_one_value_is_given_as_it_is_stored(db: Noormme) -> None:
    query = db.select_from("things").select(
        fn.coalesce("flag", fn.length("text")).as_("a"),
        fn.coalesce(fn.nullif("flag", True), col("day")).as_("b"),
        case().when("flag", "=", False).then(col("flag")).else_(col("at")).as_("c"),
        fn.nullif("flag", col("id") + 1).as_("d"),
        fn.coalesce(fn.nullif("flag", True), col("flag")).as_("e"),
    )
    row = await query.where("id", "=", 1).execute_take_first_or_raise()
    assert repr(row) == "{'a': 1, 'b': '2024-02-29', 'c': '2024-02-29 23:59:59.123456', 'd': True, 'e': True}"


async def test_parts_of_a_compound_of_one_kind_are_decoded(db: Noormme) -> None:
    query = db.select_from("things").select("flag").union_all(db.select_from("notes").select("flag"))
    assert [row["flag"] for row in await query.execute()] == [True, None, False]


async def test_what_nobody_knows_is_given_as_it_is_stored(db: Noormme) -> None:
    query = db.select_from("things").select(
        (col("price") + 1).as_("a"), col("data").json("a").as_("b"), fn.date("at").as_("c")
    )
    row = await query.where("id", "=", 1).execute_take_first_or_raise()
    assert row == {"a": 2.1, "b": '[1,null,"x"]', "c": "2024-02-29"}


TWICE: list[tuple[str, Callable[[Noormme], Any]]] = [
    ("a column twice", lambda db: db.select_from("notes").select("id", "id")),
    ("in another case", lambda db: db.select_from("notes").select("id", "word as ID")),
    ("columns of two tables", lambda db: db.select_from("notes as n").cross_join("things as t").select("n.id", "t.id")),
    (
        "all columns of two tables",
        lambda db: db.select_from("notes").inner_join("things", "things.id", "notes.thing_id").select_all(),
    ),
    ("two functions", lambda db: db.select_from("notes").select(fn.max("id"), fn.max("word"))),
    (
        "in a query in FROM",
        lambda db: db.select_from(
            db.select_from("notes as n").cross_join("things as t").select("n.flag", "t.flag").as_("q")
        ).select("q.flag"),
    ),
    (
        "in a common table",
        lambda db: db.with_("q", db.select_from("notes").select("id", "id")).select_from("q").select("id"),
    ),
    (
        "in the names of a common table",
        lambda db: (
            db.with_("q", db.select_from("notes").select("id", "word"), columns=("a", "A")).select_from("q").select("a")
        ),
    ),
    ("in returning", lambda db: db.delete_from("notes").returning("id", "word as id")),
]


@pytest.mark.parametrize("build", [way[1] for way in TWICE], ids=[way[0] for way in TWICE])
async def test_two_columns_of_one_name_are_refused_with_a_hint(db: Noormme, build: Callable[[Noormme], Any]) -> None:
    with pytest.raises(CompileError, match="two result columns are named") as refused:
        await build(db).execute()
    assert refused.value.hint is not None
    assert " as other'" in refused.value.hint


async def test_two_columns_of_one_name_of_an_unknown_source_are_refused_too(db: Noormme) -> None:
    each = fn.call("json_each", val("[1]"))
    with pytest.raises(ResultError, match="several result columns are named"):
        await db.select_from(each.as_("a"), each.as_("b")).select_all().execute()


async def test_a_computed_column_has_a_name(db: Noormme) -> None:
    with pytest.raises(CompileError, match=r"needs a name") as refused:
        await db.select_from("notes").select(col("id") + 1).execute()
    assert refused.value.hint == 'give it one: expression.as_("name")'
    with pytest.raises(CompileError, match=r"needs a name"):
        db.select_from(db.select_from("notes").select(val(1)).as_("q")).select_all().compile()
    with pytest.raises(CompileError, match=r"a query to select from needs a name"):
        db.select_from(db.select_from("notes").select("id"))
