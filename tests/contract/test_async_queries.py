"""What the builder reads, and each of its ends, through every door."""

from __future__ import annotations

from contextlib import aclosing
from datetime import date
from decimal import Decimal

import pytest

from noormme_py import PlanStep, col, fn, param, val
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.errors import ColumnNotFound, CompileError, RowNotFound, TableNotFound


async def test_select_gives_dicts_decoded_by_column(async_door: AsyncExecutor) -> None:
    query = async_door.select_from("users").select("name", "active", "balance", "joined").where("id", "=", 1)
    row = {"name": "Ada", "active": True, "balance": Decimal("1.10"), "joined": date(2026, 1, 5)}
    assert await query.execute() == [row]
    assert await query.execute_take_first() == row
    assert await query.execute_take_first_or_raise() == row
    assert await query.scalar() == "Ada"


async def test_no_row_is_none_or_an_error(async_door: AsyncExecutor) -> None:
    query = async_door.select_from("users").select("joined").where("id", "=", 99)
    assert await query.execute() == []
    assert await query.execute_take_first() is None
    assert await query.scalar() is None
    with pytest.raises(RowNotFound):
        await query.execute_take_first_or_raise()


async def test_clauses_filter_group_order_and_cut(async_door: AsyncExecutor) -> None:
    posts = async_door.select_from("posts")
    grouped = posts.select("user_id", fn.count().as_("n")).group_by("user_id")
    assert await grouped.having(fn.count(), ">", 1).execute() == [{"user_id": 1, "n": 2}]
    assert await posts.select("title").order_by("title", "desc").limit(1).offset(1).execute() == [{"title": "three"}]
    either = posts.select("id").where("title", "=", "one").or_where(col("title") == "three").order_by("id")
    assert await either.execute() == [{"id": 1}, {"id": 3}]
    assert await posts.select("user_id").distinct().order_by("user_id").execute() == [{"user_id": 1}, {"user_id": 3}]


async def test_joins_decode_the_columns_of_both_sides(async_door: AsyncExecutor) -> None:
    inner = (
        async_door.select_from("posts as p")
        .inner_join("users as u", "u.id", "p.user_id")
        .select("p.title", "u.joined")
        .order_by("p.id")
    )
    assert await inner.execute() == [
        {"title": "one", "joined": date(2026, 1, 5)},
        {"title": "two", "joined": date(2026, 1, 5)},
        {"title": "three", "joined": date(2026, 2, 1)},
    ]
    left = (
        async_door.select_from("users as u")
        .left_join("posts as p", lambda on: on.on("p.user_id", "=", "u.id").on_value("p.title", "!=", "one"))
        .select("u.name", "p.title")
        .order_by("u.id")
    )
    assert [tuple(row.values()) for row in await left.execute()] == [("Ada", "two"), ("Bob", None), ("Eve", "three")]
    cross = async_door.select_from("users as a").cross_join("users as b").select(fn.count().as_("n"))
    assert await cross.scalar() == 9


async def test_common_tables_plain_and_recursive(async_door: AsyncExecutor) -> None:
    old = async_door.select_from("users").select("id", "name").where("age", ">", 18)
    assert await async_door.with_("old", old).select_from("old").select("name").execute() == [{"name": "Ada"}]
    one = async_door.select_from().select(val(1).as_("n"))
    more = async_door.select_from("numbers").select((col("n") + 1).as_("n")).where("n", "<", 4)
    numbers = async_door.with_recursive("numbers", one.union_all(more))
    assert await numbers.select_from("numbers").select(fn.sum("n").as_("sum")).scalar() == 10


async def test_compounds_take_the_order_of_the_whole(async_door: AsyncExecutor) -> None:
    young = async_door.select_from("users").select("id").where("age", "<", 18)
    active = async_door.select_from("users").select("id").where("active", "=", True)
    assert await young.union(active).order_by("id").execute() == [{"id": 1}, {"id": 2}, {"id": 3}]
    assert len(await active.union_all(active).execute()) == 4
    assert await active.intersect(young).execute() == []
    assert await active.except_(young).order_by("id").execute() == [{"id": 1}, {"id": 3}]


async def test_a_prepared_query_runs_with_other_values(async_door: AsyncExecutor) -> None:
    query = async_door.select_from("users").select("name", "joined").where("id", "=", param("id")).prepare()
    assert query.parameter_names == ("id",)
    assert query.sql == 'select "name", "joined" from "users" where "id" = ?'
    assert await query.execute(id=2) == [{"name": "Bob", "joined": None}]
    assert await query.execute_take_first(id=99) is None
    assert await query.scalar(id=3) == "Eve"
    assert await query.execute_take_first_or_raise(id=3) == {"name": "Eve", "joined": date(2026, 2, 1)}
    with pytest.raises(RowNotFound):
        await query.execute_take_first_or_raise(id=99)


async def test_a_stream_gives_every_row_once_and_may_be_left(async_door: AsyncExecutor) -> None:
    await async_door.get_repository("posts").insert_many({"user_id": 1, "title": str(n)} for n in range(1_200))
    query = async_door.select_from("posts").select("id").order_by("id")
    assert [row["id"] async for row in query.stream()] == list(range(1, 1_204))
    async with aclosing(query.stream()) as rows:
        assert await anext(rows) == {"id": 1}
    assert await async_door.get_repository("posts").count() == 1_203


async def test_compile_shows_the_text_and_the_parameters(async_door: AsyncExecutor) -> None:
    compiled = async_door.select_from("users").select("id").where("joined", ">", date(2026, 1, 1)).compile()
    assert compiled.sql == 'select "id" from "users" where "joined" > ?'
    assert compiled.parameters == ("2026-01-01",)


async def test_explain_gives_the_plan_and_runs_nothing(async_door: AsyncExecutor) -> None:
    steps = await async_door.select_from("users").select("id").where("email", "=", "x").explain()
    assert [type(step) for step in steps] == [PlanStep]
    assert steps[0].detail.startswith("SEARCH users USING COVERING INDEX")
    assert len(await async_door.delete_from("posts").explain()) <= 1
    assert await async_door.get_repository("posts").count() == 3


async def test_a_wrong_name_is_an_error_before_any_sql(async_door: AsyncExecutor) -> None:
    with pytest.raises(ColumnNotFound, match="did you mean 'name'"):
        await async_door.select_from("users").select("nmae").execute()
    with pytest.raises(TableNotFound, match="did you mean 'users'"):
        await async_door.select_from("user").select_all().execute()
    with pytest.raises(CompileError, match="None is never true"):
        async_door.select_from("users").select("id").where("age", "=", None)
