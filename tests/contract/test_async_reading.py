"""What a repository reads, through every door."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from noormme_py import col
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.errors import ColumnNotFound, CompileError, MultipleRows, QueryError, RowNotFound, TableNotFound


async def test_a_key_finds_its_row_with_every_column_decoded(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    ada = await users.get_by_id(1)
    assert ada.model_dump() == {
        "id": 1,
        "email": "ada@x",
        "name": "Ada",
        "age": 36,
        "active": True,
        "balance": Decimal("1.10"),
        "joined": date(2026, 1, 5),
    }
    assert await users.find_by_id(1) == ada
    assert await users.find_by_id(99) is None
    with pytest.raises(RowNotFound):
        await users.get_by_id(99)


async def test_a_composite_key_is_a_tuple_or_a_mapping(async_door: AsyncExecutor) -> None:
    memberships = async_door.get_repository("memberships")
    by_tuple = await memberships.get_by_id((1, "chess"))
    assert by_tuple.since == date(2026, 3, 1)
    assert await memberships.get_by_id({"club": "chess", "user_id": 1}) == by_tuple
    assert await memberships.find_by_id((2, "chess")) is None
    with pytest.raises(QueryError):
        await memberships.find_by_id(1)


async def test_one_row_is_the_first_or_the_only_one(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    ada, eve = await users.get_by_id(1), await users.get_by_id(3)
    assert await users.find_one({"active": True}) == ada
    assert await users.find_one({"active": True}, order_by="-name") == eve
    assert await users.find_one(order_by="name") == ada
    assert await users.find_one({"age": 99}) is None
    assert (await users.get_one({"age": 17})).name == "Bob"
    with pytest.raises(RowNotFound):
        await users.get_one({"age": 99})
    with pytest.raises(MultipleRows):
        await users.get_one({"active": True})


async def test_many_rows_are_ordered_limited_and_skipped(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    assert [row.id for row in await users.find_many({"active": True})] == [1, 3]
    assert [row.id for row in await users.find_many(col("id") >= 2, order_by="-name", limit=1)] == [3]
    assert [row.id for row in await users.find_many({"id__in": [1, 2, 3]}, limit=1, offset=1)] == [2]
    assert [row.id for row in await users.find_all()] == [1, 2, 3]
    assert [row.id for row in await users.find_all(order_by=["active", "-id"])] == [2, 3, 1]
    assert [row.id for row in await users.find_all(where={"age__isnull": False}, limit=1, offset=1)] == [2]
    assert [row.id for row in await users.find_all(offset=2)] == [3]
    assert await users.find_all(limit=0) == []


async def test_rows_are_counted_and_looked_for(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    assert await users.count() == 3
    assert await users.count({"joined__gte": date(2026, 2, 1)}) == 1
    assert await users.exists() is True
    assert await users.exists({"balance": Decimal("2.50")}) is True
    assert await users.exists(col("age") > 90) is False


async def test_finders_are_made_of_columns(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    assert (await users.find_by_email("bob@x")).id == 2
    assert (await users.find_one_by_name("Eve")).id == 3
    assert await users.find_by_email("nobody@x") is None
    assert [row.id for row in await users.find_many_by_active(True)] == [1, 3]
    assert [row.id for row in await users.find_many_by_active_and_age(True, 36)] == [1]
    with pytest.raises(AttributeError, match="did you mean 'email'"):
        await users.find_by_emial("ada@x")


async def test_a_view_is_read_as_a_table_is(async_door: AsyncExecutor) -> None:
    adults = async_door.get_repository("adults")
    assert [row.model_dump() for row in await adults.find_all()] == [{"id": 1, "name": "Ada"}]
    assert await adults.count() == 1


async def test_a_mistyped_name_is_told_with_a_suggestion(async_door: AsyncExecutor) -> None:
    with pytest.raises(TableNotFound, match="did you mean 'users'"):
        async_door.get_repository("user")
    with pytest.raises(ColumnNotFound, match="did you mean 'email'"):
        await async_door.get_repository("users").find_many({"emial": "ada@x"})


async def test_the_repository_knows_its_table_and_its_row(async_door: AsyncExecutor) -> None:
    posts = async_door.get_repository("posts")
    assert posts.table.name == "posts"
    assert [column.name for column in posts.table.columns] == ["id", "user_id", "title"]
    assert posts.row_type is type(await posts.get_by_id(1))
    assert repr(posts) == f"<{type(posts).__name__} 'posts'>"


async def test_what_can_be_read_once_only_is_refused(async_door: AsyncExecutor) -> None:
    # An operation is made anew when the schema has changed: `not_in` would then be of nothing, and hold for every row.
    users = async_door.get_repository("users")
    for lookup in ("in", "not_in", "between"):
        with pytest.raises(QueryError, match="read twice, not list_iterator"):
            await users.delete_many({f"id__{lookup}": iter([1, 2])})
    with pytest.raises(QueryError, match="read twice, not generator"):
        await users.find_many({"id__in": (number for number in [1])})
    order: Any = iter(["-id"])
    with pytest.raises(CompileError, match="not by list_iterator"):
        await users.find_many(order_by=order)
    key: Any = iter(["email"])
    with pytest.raises(QueryError, match="not list_iterator"):
        await users.upsert({"email": "ada@x", "name": "Ada"}, on=key)
    assert await users.count() == 3
