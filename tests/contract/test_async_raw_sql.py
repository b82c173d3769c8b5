"""Raw SQL, through every door."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from noormme_py import Noormme, Result, col, sql, table
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.errors import (
    DatabaseError,
    EncodeError,
    NotNullViolation,
    QueryError,
    ResultError,
    TransactionError,
    UniqueViolation,
)


async def test_a_read_gives_dicts_of_what_is_stored(async_door: AsyncExecutor) -> None:
    result = await async_door.execute("select name, active, joined from users where id = ?", [1])
    assert result == Result([{"name": "Ada", "active": 1, "joined": "2026-01-05"}], -1)
    named = await async_door.execute("select id from users where joined > :day", {"day": date(2026, 1, 31)})
    assert named.rows == [{"id": 3}]


async def test_a_write_gives_counts_ids_and_rows(async_door: AsyncExecutor) -> None:
    insert = "insert into posts (user_id, title) values (?, ?)"
    assert await async_door.execute(insert, (1, "four")) == Result([], 1, 4)
    assert (await async_door.execute(f"{insert} returning id", (1, "five"))).rows == [{"id": 5}]
    assert (await async_door.execute("update posts set title = title where user_id = 1")).rows_affected == 4
    assert (await async_door.execute("delete from posts")).rows_affected == 5


async def test_a_fragment_is_a_statement(async_door: AsyncExecutor) -> None:
    asked = sql("select max({}) as oldest from {} where id < {}", col("age"), table("users"), 3)
    assert (await async_door.execute(asked)).rows == [{"oldest": 36}]


async def test_many_sets_of_parameters_are_kept_all_or_none(async_door: AsyncExecutor) -> None:
    insert = "insert into users (email, name) values (?, ?)"
    assert await async_door.execute_many(insert, ((f"{n}@x", "N") for n in range(50))) == 50
    with pytest.raises(UniqueViolation):
        await async_door.execute_many(insert, [("new@x", "N"), ("ada@x", "N")])
    with pytest.raises(QueryError):
        await async_door.execute_many("select 1", [()])
    assert await async_door.get_repository("users").count() == 53


async def test_a_script_makes_tables_that_are_then_known(async_door: AsyncExecutor) -> None:
    await async_door.execute_script("create table a (n integer); insert into a values (1); insert into a values (2);")
    assert await async_door.get_repository("a").count() == 2


async def test_a_script_is_kept_all_or_none(async_db: Noormme) -> None:
    with pytest.raises(NotNullViolation):
        await async_db.execute_script(
            "delete from posts; create table b (n integer); insert into users (email) values ('x')"
        )
    assert "b" not in async_db.schema.table_names()
    assert await async_db.get_repository("posts").count() == 3


async def test_a_definition_as_text_is_noticed(async_door: AsyncExecutor) -> None:
    await async_door.execute("create table plain (n integer)")
    assert await async_door.get_repository("plain").count() == 0
    await async_door.execute("alter table plain add column m integer")
    assert [column.name for column in async_door.schema.table("plain").columns] == ["n", "m"]


async def test_what_cannot_be_one_statement_is_refused(async_door: AsyncExecutor) -> None:
    with pytest.raises(QueryError, match="more than one statement"):
        await async_door.execute("select 1 as a; select 2 as b")
    with pytest.raises(TransactionError, match="BEGIN"):
        await async_door.execute("begin")
    with pytest.raises(TransactionError):
        await async_door.execute_script("create table a (n integer); commit;")
    with pytest.raises(ResultError, match="'id'"):
        await async_door.execute("select id, id from users")
    with pytest.raises(EncodeError, match="parameter 1"):
        await async_door.execute("select ? as n", [float("nan")])
    with pytest.raises(DatabaseError, match="syntax error"):
        await async_door.execute("select from where")
    assert (await async_door.execute("select count(*) as n from users")).rows == [{"n": 3}]


async def test_a_pragma_is_read(async_door: AsyncExecutor) -> None:
    assert (await async_door.execute("pragma foreign_keys")).rows == [{"foreign_keys": 1}]


async def test_parameters_that_are_read_once_are_never_lost_in_silence(path: Path) -> None:
    async with Noormme(path) as db, Noormme(path) as other:
        await db.execute("create table t (n integer)")
        assert (await other.refresh_schema()).find_table("t") is not None
        await db.execute("create table made_meanwhile (n integer)")
        with pytest.raises(QueryError, match="nothing was written"):
            await other.execute_many("insert into t (n) values (?)", ((n,) for n in range(5)))
        assert await other.execute_many("insert into t (n) values (?)", ((n,) for n in range(5))) == 5
        await db.execute("create table made_again (n integer)")
        assert await other.execute_many("insert into t (n) values (?)", [(n,) for n in range(5)]) == 5
