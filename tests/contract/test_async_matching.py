"""The row that matches, or a new one, through every door."""

from __future__ import annotations

from typing import Any

import pytest

from noormme_py import col
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.errors import ColumnNotFound, EncodeError, MultipleRows, NotNullViolation, QueryError


async def test_the_row_that_is_there_is_given_as_it_is(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    row, is_new = await users.get_or_create({"email": "ada@x"}, {"name": "nobody"})
    assert (row.id, row.name, is_new) == (1, "Ada", False)
    assert await users.count() == 3


async def test_a_row_that_is_not_there_is_made(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    row, is_new = await users.get_or_create({"email": "zoe@x", "age": None}, {"name": "Zoe"})
    assert (row.email, row.age, row.name, is_new) == ("zoe@x", None, "Zoe", True)
    assert await users.get_or_create({"email": "zoe@x", "age": None}, {"name": "Zoe"}) == (row, False)
    with pytest.raises(NotNullViolation):
        await users.get_or_create({"email": "new@x"})
    assert await users.count() == 4


async def test_none_matches_null(async_door: AsyncExecutor) -> None:
    memberships = async_door.get_repository("memberships")
    row, is_new = await memberships.get_or_create({"user_id": 3, "since": None}, {"club": "go"})
    assert (row.club, is_new) == ("chess", False)


async def test_one_row_is_changed_or_made(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    row, is_new = await users.update_or_create({"email": "ada@x"}, {"age": 37}, defaults={"name": "nobody"})
    assert (row.id, row.name, row.age, is_new) == (1, "Ada", 37, False)
    row, is_new = await users.update_or_create({"email": "zoe@x"}, {"age": 5}, defaults={"name": "Zoe"})
    assert (row.id, row.name, row.age, is_new) == (4, "Zoe", 5, True)
    assert await users.update_or_create({"email": "zoe@x"}, {}) == (row, False)
    assert await users.get_by_id(4) == row


async def test_several_rows_that_match_are_an_error(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    with pytest.raises(MultipleRows):
        await users.get_or_create({"active": True})
    with pytest.raises(MultipleRows):
        await users.update_or_create({"active": True}, {"age": 1})
    assert [row.age for row in await users.find_all()] == [36, 17, None]


@pytest.mark.parametrize(
    ("match", "values", "error"),
    [
        ({}, {}, QueryError),
        (None, {}, QueryError),
        ({"emial": "x"}, {}, ColumnNotFound),
        ({"age__gt": 3}, {}, ColumnNotFound),
        ({7: 3}, {}, QueryError),
        ({"age": "old"}, {}, EncodeError),
        ({"age": col("id")}, {}, QueryError),
        ({"email": "ada@x"}, {"Email": "eve@x"}, QueryError),
        ({"email": "ada@x"}, {"age": "old"}, EncodeError),
        ({"email": "ada@x"}, "name", QueryError),
    ],
)
async def test_what_cannot_be_meant_is_refused_though_the_row_be_there(
    async_door: AsyncExecutor, match: Any, values: Any, error: type[Exception]
) -> None:
    users = async_door.get_repository("users")
    for write in (users.get_or_create, users.update_or_create):
        with pytest.raises(error):
            await write(match, values)
    assert await users.count() == 3
