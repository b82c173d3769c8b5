"""Transactions and savepoints: what is kept, what is undone, and what is refused after the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from noormme_py import AsyncTransaction, Noormme
from noormme_py.errors import ConflictError, DatabaseBusy, ReadOnly, TransactionError, UniqueViolation
from tests.engine.neighbour import Neighbour


class Refusal(Exception):
    """What a caller's own block raises."""


async def names(db: Noormme) -> list[str]:
    return [row.name for row in await db.get_repository("users").find_all()]


async def rename(tx: AsyncTransaction, key: int, name: str) -> None:
    await tx.get_repository("users").update(key, {"name": name})


async def test_the_end_of_the_block_commits(async_db: Noormme) -> None:
    async with async_db.transaction() as tx:
        await rename(tx, 1, "A")
        assert (await tx.get_repository("users").get_by_id(1)).name == "A"
        assert await names(async_db) == ["Ada", "Bob", "Eve"]
    assert await names(async_db) == ["A", "Bob", "Eve"]


async def rename_and_refuse(tx: AsyncTransaction, key: int, name: str) -> None:
    await rename(tx, key, name)
    await tx.create_table("made").column("n", "integer").execute()
    raise Refusal


async def test_an_error_rolls_all_of_it_back_and_goes_on(async_db: Noormme) -> None:
    with pytest.raises(Refusal):
        async with async_db.transaction() as tx:
            await rename_and_refuse(tx, 1, "A")
    assert await names(async_db) == ["Ada", "Bob", "Eve"]
    assert "made" not in async_db.schema.table_names()


async def test_a_statement_that_failed_inside_undoes_itself_alone(async_db: Noormme) -> None:
    async with async_db.transaction() as tx:
        await rename(tx, 1, "A")
        with pytest.raises(UniqueViolation):
            await tx.get_repository("users").update(2, {"email": "ada@x"})
        await rename(tx, 3, "E")
    assert await names(async_db) == ["A", "Bob", "E"]


async def test_a_savepoint_is_kept_or_undone_by_itself(async_db: Noormme) -> None:
    async def rename_deeper(tx: AsyncTransaction) -> None:
        async with tx.transaction() as innermost:
            await rename(innermost, 1, "AAA")
        await rename_and_refuse(tx, 3, "E")

    async with async_db.transaction() as tx:
        await rename(tx, 1, "A")
        async with tx.transaction() as inner:
            await rename(inner, 2, "B")
        with pytest.raises(Refusal):
            async with tx.transaction() as inner:
                await rename_deeper(inner)
        assert (await tx.get_repository("users").get_by_id(1)).name == "A"
    assert await names(async_db) == ["A", "B", "Eve"]


async def test_a_script_that_fails_in_a_savepoint_is_undone_with_its_tables(async_db: Noormme) -> None:
    async with async_db.transaction() as tx:
        with pytest.raises(UniqueViolation):
            async with tx.transaction() as inner:
                await inner.execute_script("create table b (n integer); update users set email = 'same'")
        assert "b" not in (await tx.refresh_schema()).table_names()
    assert "b" not in async_db.schema.table_names()


async def test_while_a_savepoint_is_open_only_the_innermost_is_used(async_db: Noormme) -> None:
    async with async_db.transaction() as tx, tx.transaction():
        with pytest.raises(TransactionError, match="use the innermost one"):
            await tx.get_repository("users").count()


async def test_after_its_end_a_transaction_is_refused(async_db: Noormme) -> None:
    async with async_db.transaction() as tx:
        users = tx.get_repository("users")
        async with tx.transaction() as inner:
            pass
        with pytest.raises(TransactionError, match="is over"):
            await inner.execute("select 1")
    for attempt in (tx.execute, tx.execute_script):
        with pytest.raises(TransactionError, match="is over"):
            await attempt("select 1")
    with pytest.raises(TransactionError, match="is over"):
        await users.count()
    with pytest.raises(TransactionError, match="is over"):
        await users.delete(2)


async def test_a_reading_transaction_sees_one_snapshot_and_writes_nothing(async_db: Noormme) -> None:
    async with async_db.transaction(read_only=True) as tx:
        assert await tx.get_repository("users").count() == 3
        await async_db.get_repository("users").delete(2)
        assert await tx.get_repository("users").count() == 3
        with pytest.raises(ReadOnly):
            await tx.get_repository("users").delete(1)
        with pytest.raises(ReadOnly):
            await tx.execute("delete from posts")
    assert await async_db.get_repository("users").count() == 2


async def test_a_reading_transaction_in_memory_writes_nothing_either() -> None:
    async with Noormme(":memory:") as db:
        await db.execute("create table t (n integer)")
        async with db.transaction(read_only=True) as tx:
            with pytest.raises(ReadOnly, match="for reading only"):
                await tx.execute("insert into t values (1)")
        assert await db.get_repository("t").count() == 0


async def test_using_the_database_inside_its_own_transaction_is_told_at_once(async_db: Noormme) -> None:
    async with async_db.transaction():
        with pytest.raises(TransactionError, match="use tx, not db"):
            await async_db.get_repository("users").delete(2)
    assert await async_db.get_repository("users").delete(2)


@pytest.mark.parametrize("durability", ["full", "normal"])
async def test_a_transaction_chooses_its_durability_for_itself(async_db: Noormme, durability: str) -> None:
    asked = {"full": 2, "normal": 1}[durability]
    async with async_db.transaction(durability="full" if durability == "full" else "normal") as tx:
        assert (await tx.execute("pragma synchronous")).rows == [{"synchronous": asked}]
        await rename(tx, 1, "A")
    assert (await async_db.execute("pragma synchronous")).rows == [{"synchronous": 1}]
    assert await names(async_db) == ["A", "Bob", "Eve"]


async def test_a_function_runs_in_a_transaction_and_its_value_comes_back(async_db: Noormme) -> None:
    async def work(tx: AsyncTransaction) -> str:
        await rename(tx, 1, "A")
        return "done"

    assert await async_db.run_in_transaction(work) == "done"
    assert await names(async_db) == ["A", "Bob", "Eve"]


async def test_a_function_that_met_a_conflict_runs_again_from_the_start(async_db: Noormme) -> None:
    tries: list[int] = []

    async def work(tx: AsyncTransaction) -> int:
        posts = tx.get_repository("posts")
        tries.append(await posts.count())
        await posts.create({"user_id": 1, "title": "x"})
        if len(tries) < 3:
            raise ConflictError("somebody was first")
        return await posts.count()

    assert await async_db.run_in_transaction(work) == 4
    assert tries == [3, 3, 3]
    tries.clear()
    with pytest.raises(ConflictError):
        await async_db.run_in_transaction(work, retry=1)
    assert tries == [4, 4]
    assert await async_db.get_repository("posts").count() == 4


async def test_a_function_that_fails_otherwise_runs_once(async_db: Noormme) -> None:
    tries: list[int] = []

    async def work(tx: AsyncTransaction) -> None:
        tries.append(1)
        await rename(tx, 1, "A")
        raise Refusal

    with pytest.raises(Refusal):
        await async_db.run_in_transaction(work)
    assert tries == [1]
    assert await names(async_db) == ["Ada", "Bob", "Eve"]


async def test_a_lock_of_another_process_is_told_and_waited_for(async_db: Noormme, path: Path) -> None:
    async with Noormme(path, optimization={"busy_timeout": 50}) as other:
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            with pytest.raises(DatabaseBusy) as busy:
                await other.get_repository("users").delete(2)
            assert busy.value.held_by == "another process"
            assert await other.get_repository("users").count() == 3
            neighbour.execute("rollback")
        assert await other.get_repository("users").delete(2)
