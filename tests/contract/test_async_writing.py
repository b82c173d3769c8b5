"""What a repository writes, through every door."""

from __future__ import annotations

from decimal import Decimal

import pytest

from noormme_py import col
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.errors import EncodeError, QueryError, RowNotFound, UniqueViolation


async def test_create_gives_the_row_with_its_defaults(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    zoe = await users.create({"email": "zoe@x", "name": "Zoe"})
    assert (zoe.id, zoe.active, zoe.balance, zoe.age) == (4, True, Decimal(0), None)
    assert await users.get_by_id(4) == zoe
    again = await users.create(zoe.model_copy(update={"id": 9, "email": "again@x"}))
    assert (again.id, again.name) == (9, "Zoe")


async def test_create_many_gives_all_rows_in_order_over_batches(async_door: AsyncExecutor) -> None:
    posts = async_door.get_repository("posts")
    made = await posts.create_many({"user_id": 1, "title": str(n)} for n in range(20))
    assert [row.title for row in made] == [str(n) for n in range(20)]
    assert [row.id for row in made] == list(range(4, 24))
    assert await posts.create_many([]) == []


async def test_insert_many_counts_and_reads_nothing_back(async_door: AsyncExecutor) -> None:
    posts = async_door.get_repository("posts")
    assert await posts.insert_many({"user_id": 3, "title": str(n)} for n in range(15)) == 15
    assert await posts.insert_many([]) == 0
    assert await posts.count() == 18


async def test_many_rows_are_kept_all_or_none(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    rows = [{"email": f"{n}@x", "name": "N"} for n in range(20)] + [{"email": "ada@x", "name": "N"}]
    for write in (users.create_many, users.insert_many):
        with pytest.raises(UniqueViolation):
            await write(rows)
        assert await users.count() == 3


async def test_update_changes_one_row_and_gives_it_back(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    changed = await users.update(2, {"name": "Robert", "balance": Decimal("3.30")})
    assert (changed.id, changed.name, changed.balance, changed.age) == (2, "Robert", Decimal("3.30"), 17)
    assert await users.get_by_id(2) == changed
    assert (await users.get_by_id(1)).name == "Ada"
    with pytest.raises(RowNotFound):
        await users.update(99, {"name": "nobody"})


async def test_update_many_counts_what_it_changed(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    assert await users.update_many({"active": True}, {"age": 40}) == 2
    assert await users.update_many(col("age") == 40, {"age": col("age") + 1}) == 2
    assert [row.age for row in await users.find_all()] == [41, 17, 41]
    assert await users.update_many({"id": 99}, {"age": 1}) == 0
    with pytest.raises(QueryError, match="every row"):
        await users.update_many({}, {"age": 1})
    assert await users.update_many({}, {"age": 1}, all_rows=True) == 3


async def test_upsert_inserts_or_changes(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    changed = await users.upsert({"email": "ada@x", "name": "Countess"}, on="email")
    assert (changed.id, changed.name, changed.age) == (1, "Countess", 36)
    made = await users.upsert({"email": "new@x", "name": "New"}, on=["email"])
    assert made.id == 4
    assert (await users.upsert({"id": 4, "email": "new@x", "name": "Newer"})).name == "Newer"
    assert await users.count() == 4


async def test_upsert_many_inserts_and_changes_over_batches(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    rows = [{"email": f"{n}@x", "name": "N"} for n in range(10)] + [{"email": "bob@x", "name": "B"}]
    assert await users.upsert_many(rows, on="email") == 11
    assert await users.count() == 13
    assert (await users.get_by_id(2)).name == "B"
    memberships = async_door.get_repository("memberships")
    assert await memberships.upsert_many([{"user_id": 1, "club": "go"}, {"user_id": 2, "club": "go"}]) == 1
    assert await memberships.count() == 4


async def test_delete_tells_whether_there_was_a_row(async_door: AsyncExecutor) -> None:
    memberships = async_door.get_repository("memberships")
    assert await memberships.delete((1, "go")) is True
    assert await memberships.delete((1, "go")) is False
    assert await memberships.count() == 2


async def test_delete_many_counts_what_went(async_door: AsyncExecutor) -> None:
    memberships = async_door.get_repository("memberships")
    assert await memberships.delete_many({"club": "chess"}) == 2
    with pytest.raises(QueryError, match="every row"):
        await memberships.delete_many({})
    assert await memberships.delete_many({}, all_rows=True) == 1
    assert await memberships.count() == 0


async def test_an_unfit_value_is_refused_and_nothing_is_written(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    with pytest.raises(EncodeError, match=r"users\.active: a bool is expected, not int"):
        await users.create({"email": "x@x", "name": "X", "active": 1})
    with pytest.raises(EncodeError, match=r"users\.age"):
        await users.insert_many([{"email": "x@x", "name": "X"}, {"email": "y@x", "name": "Y", "age": "old"}])
    assert await users.count() == 3
