"""Values are parameters: they come back as they went in, and never stand in the SQL."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noormme_py import Noormme, case, col, excluded, fn, param, sql, tuple_, val
from noormme_py.errors import EncodeError
from noormme_py.query import nodes

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.one_of(
    texts,
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.binary(max_size=20),
    st.sampled_from(
        ["'", '"', "'; drop table users; --", "?", ":a", "{}", "\0", "a\0b", "%", "[*]", "\\", "", "🦀", "null"]
    ),
)

# Every place where data goes.
PLACES: dict[str, Callable[[Any, Any], Any]] = {
    "select": lambda db, x: db.select_from().select(val(x).as_("x")),
    "arithmetic": lambda db, x: db.select_from("box").select((col("a") + x).as_("y"), (x - col("a")).as_("z")),
    "append": lambda db, x: db.select_from("box").select(col("a").concat(x).as_("y")),
    "where": lambda db, x: db.select_from("box").select("a").where("a", "=", x).or_where(col("a") > x),
    "in": lambda db, x: db.select_from("box").select("a").where("a", "in", [x, x]),
    "rows": lambda db, x: db.select_from("box").select("a").where(tuple_("a", "a").in_([(x, x)])),
    "row": lambda db, x: db.select_from("box").select("a").where(tuple_("a", "a") >= tuple_(val(x), val(x))),
    "between": lambda db, x: db.select_from("box").select("a").where("a", "between", (x, x)),
    "having": lambda db, x: db.select_from("box").select("a").group_by("a").having("a", "<", x),
    "order": lambda db, x: db.select_from("box").select("a").order_by(fn.coalesce("a", val(x))),
    "join": lambda db, x: (
        db.select_from("box").inner_join("box as b", lambda on: on.on_value("b.a", "=", x)).select("b.a")
    ),
    "case": lambda db, x: db.select_from("box").select(case("a").when(x).then(x).else_(x).as_("y")),
    "call": lambda db, x: db.select_from("box").select(fn.call("quote", val(x))),
    "filter": lambda db, x: db.select_from("box").select(fn.count().filter("a", "=", x)),
    "query": lambda db, x: (
        db.select_from("box")
        .select("a")
        .where("a", "in", db.select_from("box as b").select("b.a").where("b.a", "=", x))
    ),
    "common table": lambda db, x: db.with_("t", db.select_from().select(val(x).as_("x"))).select_from("t").select("x"),
    "compound": lambda db, x: db.select_from("box").select("a").union_all(db.select_from().select(val(x).as_("x"))),
    "fragment": lambda db, x: db.select_from("box").select(sql("quote({}) || {}", x, x).as_("y")),
    "insert": lambda db, x: db.insert_into("box").values([{"a": x}, {"a": x}]),
    "upsert": lambda db, x: (
        db.insert_into("box").values({"a": x}).on_conflict("id").do_update({"a": x}, where=excluded("a") == x)
    ),
    "insert from": lambda db, x: (
        db.insert_into("box").columns("a").from_select(db.select_from().select(val(x).as_("x")))
    ),
    "update": lambda db, x: db.update_table("box").set({"a": x}).where("a", "!=", x).returning(val(x).as_("y")),
    "delete": lambda db, x: db.delete_from("box").where("a", "=", x).returning("a"),
}


@pytest.fixture
async def box(db: Noormme) -> Noormme:
    await db.execute("create table box (id integer primary key, a any)")
    await db.insert_into("box").values({"a": 0}).execute()
    return db


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=values)
async def test_the_sql_is_the_same_whatever_the_value(box: Noormme, value: object) -> None:
    for name, place in PLACES.items():
        made, other = place(box, value).compile(), place(box, "marker").compile()
        assert made.sql == other.sql, name
        assert "marker" not in other.sql
        assert len(made.parameters) == len(other.parameters)
        assert any(same(parameter, value) for parameter in made.parameters), name


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=values)
async def test_a_value_comes_back_as_it_went_in(box: Noormme, value: object) -> None:
    assert same(await box.select_from().select(val(value).as_("x")).scalar(), value)
    await box.delete_from("box").execute()
    stored = await box.insert_into("box").values({"a": value}).returning("a").scalar()
    assert same(stored, value) or (isinstance(value, float) and value == stored)
    assert await box.select_from("box").select(fn.count()).where("a", "=", value).scalar() == 1
    assert await box.select_from("box").select(fn.count()).where("a", "=", param("x")).prepare().scalar(x=value) == 1
    assert await box.select_from("box").select(fn.count()).where("a", "in", [value]).scalar() == 1
    assert await box.select_from("box").select(fn.count()).where("a", "!=", value).scalar() == 0


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts.filter(lambda text: "\0" not in text), part=texts.filter(lambda text: text and "\0" not in text))
async def test_text_is_found_literally(box: Noormme, text: str, part: str) -> None:
    await box.update_table("box").set({"a": text}).execute()
    query = box.select_from("box").select(
        col("a").contains(part).as_("a"),
        col("a").startswith(part).as_("b"),
        col("a").endswith(part).as_("c"),
        col("a").contains(text[1:-1]).as_("d"),
        col("a").icontains(text[1:]).as_("e"),
        col("a").istartswith(text[:2]).as_("f"),
        col("a").iendswith(text[-2:]).as_("g"),
    )
    row = await query.execute_take_first_or_raise()
    assert row == {
        "a": part in text,
        "b": text.startswith(part),
        "c": text.endswith(part),
        "d": True,
        "e": True,
        "f": True,
        "g": True,
    }


def same(one: object, other: object) -> bool:
    return type(one) is type(other) and repr(one) == repr(other)


async def test_what_has_no_form_in_sqlite_is_refused(db: Noormme) -> None:
    for value in (float("nan"), 2**63, -(2**63) - 1, "\ud800", object(), 1j, (1, 2), {1, 2}):
        with pytest.raises(EncodeError) as refused:
            await db.select_from().select(val(value).as_("x")).execute()
        # The type may be named, the value never.
        assert repr(value) not in str(refused.value)


STORED: dict[type, str] = {int: "integer", float: "real", str: "text"}
EQUAL: list[object] = [1, True, 1.0, Decimal(1), "1", 0, False, 0.0, -0.0, ""]


async def test_equal_values_of_other_types_are_never_mixed_up(db: Noormme) -> None:
    assert len({*EQUAL}) == 4, "most of these are equal in Python, and in a cache"
    for value, again in itertools.permutations(EQUAL, 2):
        for each in (value, again):
            wanted = int if isinstance(each, bool | Decimal) else type(each)
            found = (
                await db.select_from()
                .select(val(each).as_("x"), fn.call("typeof", val(each)).as_("t"))
                .execute_take_first_or_raise()
            )
            assert type(found["x"]) is wanted
            assert found["x"] == each
            assert found["t"] == STORED[wanted]


async def test_equal_nodes_are_not_one_query(db: Noormme) -> None:
    one, true, real = nodes.Value(1), nodes.Value(True), nodes.Value(1.0)
    assert one == true == real
    users = db.select_from("users").select("id").order_by("id")
    queries = {users.where("active", "=", value): value for value in (1, True, 1.0)}
    assert len(queries) == 3, "a query is a key by what it is, not by what it equals"
    first, second, third = queries
    assert await first.execute() == await second.execute() == [{"id": 1}, {"id": 3}]
    assert repr(first.compile().parameters) == repr(second.compile().parameters) == "(1,)"
    with pytest.raises(EncodeError):
        third.compile()


async def test_a_prepared_query_takes_each_value_by_its_own_type(db: Noormme) -> None:
    typeof = db.select_from().select(fn.call("typeof", param("x")).as_("t")).prepare()
    assert [await typeof.scalar(x=value) for value in (1, 1.0, "1", b"1", True, None, Decimal("1.5"))] == [
        "integer",
        "real",
        "text",
        "blob",
        "integer",
        "null",
        "real",
    ]


async def test_minus_zero_stays_a_float(db: Noormme) -> None:
    assert repr(await db.select_from().select(val(-0.0).as_("x")).scalar()) == "-0.0"
    assert repr(await db.select_from().select(val(0.0).as_("x")).scalar()) == "0.0"
    assert repr(await db.select_from().select(val(0).as_("x")).scalar()) == "0"
    made = (
        db.create_table("z")
        .column("a", "real", default=-0.0)
        .column("b", "integer", default=0)
        .column("c", "any", default=False)
    )
    assert made.compile() == 'create table "z" ("a" real default -0.0, "b" integer default 0, "c" any default 0)'


async def test_expressions_are_keys_by_what_they_are() -> None:
    one, other = col("a"), col("a")
    assert {one: 1, other: 2}[one] == 1
    assert len({one, other, one}) == 2


async def test_a_value_is_read_when_the_query_is_run(db: Noormme) -> None:
    ids = [1, 2]
    query = db.select_from("users").select("id").where("id", "in", ids).order_by("id")
    ids.append(3)
    assert await query.execute() == [{"id": 1}, {"id": 2}]
    row = {"name": "x", "active": True, "joined": datetime(2024, 1, 1)}
    insert = db.insert_into("users").values(row).returning("name")
    row["name"] = "y"
    assert await insert.scalar() == "x"
