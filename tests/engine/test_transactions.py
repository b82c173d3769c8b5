"""Transactions: kept whole or not at all, the write lock taken at once, savepoints inside."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from noormme_py import AsyncTransaction, Noormme, sql
from noormme_py.errors import ReadOnly, TableNotFound, TransactionError, UniqueViolation
from noormme_py.query.statement import Statement, ask, nothing
from tests.engine.neighbour import Neighbour, Refused, run_python


class GivenUp(Exception):
    pass


def given_up() -> AbstractContextManager[object, bool]:
    """Expect a block to be left by the application's own error."""
    return pytest.raises(GivenUp)


async def numbers(db: Noormme) -> list[int]:
    return [row["n"] for row in await db.select_from("t").select("n").order_by("id").execute()]


async def add(tx: Noormme | AsyncTransaction, *values: int) -> None:
    await tx.get_repository("t").insert_many({"n": n} for n in values)


async def test_what_a_transaction_wrote_is_kept_at_its_end(db: Noormme) -> None:
    async with db.transaction() as tx:
        await add(tx, 1)
        await tx.insert_into("t").values({"n": 2}).execute()
        await tx.execute("insert into t (n) values (?)", [3])
        assert await tx.get_repository("t").count() == 3
        # The others see nothing of it yet.
        assert await numbers(db) == []
    assert await numbers(db) == [1, 2, 3]


async def test_an_error_rolls_all_of_it_back(db: Noormme) -> None:
    async def work() -> None:
        async with db.transaction() as tx:
            await add(tx, 1, 2)
            raise LookupError("of the application")

    with pytest.raises(LookupError, match="of the application"):
        await work()
    assert await numbers(db) == []


async def test_an_error_of_one_statement_may_be_caught_and_the_rest_is_kept(db: Noormme) -> None:
    async with db.transaction() as tx:
        await add(tx, 1)
        with pytest.raises(UniqueViolation):
            await tx.execute("insert into t values (1, 9)")
        with pytest.raises(UniqueViolation):
            # Its first rows are undone, though the transaction goes on.
            await tx.get_repository("t").insert_many([{"id": 8, "n": 8}, {"id": 1, "n": 9}])
        await add(tx, 2)
    assert await numbers(db) == [1, 2]


async def test_savepoints_are_undone_alone(db: Noormme) -> None:
    async with db.transaction() as tx:
        await add(tx, 1)
        with given_up():
            async with tx.transaction() as inner:
                await add(inner, 2)
                async with inner.transaction() as innermost:
                    await add(innermost, 3)
                raise GivenUp
        async with tx.transaction() as inner:
            await add(inner, 4)
            with given_up():
                async with inner.transaction() as innermost:
                    await add(innermost, 5)
                    raise GivenUp
        await add(tx, 6)
    assert await numbers(db) == [1, 4, 6]


async def test_the_outer_transaction_waits_while_an_inner_one_is_open(db: Noormme) -> None:
    async with db.transaction() as tx:
        async with tx.transaction() as inner:
            with pytest.raises(TransactionError, match="inside this one"):
                await add(tx, 1)
            with pytest.raises(TransactionError, match="inside this one"):
                async with tx.transaction():
                    raise AssertionError("two savepoints side by side")
            await add(inner, 2)
        await add(tx, 3)
    assert await numbers(db) == [2, 3]


async def test_leaving_a_transaction_whose_inner_one_is_open_keeps_nothing(db: Noormme) -> None:
    async with db.transaction() as kept:
        await add(kept, 0)

    async def work() -> None:
        async with db.transaction() as tx:
            await add(tx, 1)
            # It is entered, and never left.
            await tx.transaction().__aenter__()

    with pytest.raises(TransactionError, match="inside this one"):
        await work()
    assert await numbers(db) == [0]


async def test_a_transaction_is_of_no_use_after_its_end(db: Noormme) -> None:
    async with db.transaction() as tx:
        users = tx.get_repository("t")
        query = tx.select_from("t").select("n")
        async with tx.transaction() as inner:
            pass
        with pytest.raises(TransactionError, match="over"):
            await inner.execute("select 1")
    for attempt in (
        tx.execute("select 1"),
        tx.execute("insert into t (n) values (1)"),
        tx.refresh_schema(),
        users.count(),
        query.execute(),
        anext(query.stream()),
        tx.transaction().__aenter__(),
    ):
        with pytest.raises(TransactionError, match="over"):
            await attempt
    assert await numbers(db) == []


async def test_a_failed_transaction_is_of_no_use_either(db: Noormme) -> None:
    leaked: list[AsyncTransaction] = []
    with given_up():
        async with db.transaction() as tx:
            leaked.append(tx)
            raise GivenUp
    with pytest.raises(TransactionError, match="over"):
        await leaked[0].execute("insert into t (n) values (1)")


async def test_writing_through_the_database_inside_its_own_transaction_is_told_at_once(db: Noormme) -> None:
    async with db.transaction() as tx:
        await add(tx, 1)
        for attempt in (
            db.execute("insert into t (n) values (2)"),
            db.get_repository("t").create({"n": 2}),
            db.transaction().__aenter__(),
        ):
            with pytest.raises(TransactionError, match="use tx, not db"):
                await attempt
        await add(tx, 3)
    assert await numbers(db) == [1, 3]


async def test_in_memory_reading_through_the_database_is_told_at_once_too() -> None:
    async with Noormme(":memory:") as db:
        async with db.transaction() as tx:
            await tx.execute("create table t (n integer)")
            with pytest.raises(TransactionError, match="use tx, not db"):
                await db.execute("select * from sqlite_schema")
        assert (await db.execute("select count(*) as n from t")).rows == [{"n": 0}]


async def test_a_read_only_transaction_sees_one_snapshot(db: Noormme, path: Path) -> None:
    await add(db, 1)
    async with db.transaction(read_only=True) as tx:
        assert await tx.get_repository("t").count() == 1
        await add(db, 2)
        with Neighbour(path) as neighbour:
            neighbour.execute("insert into t (n) values (3)")
        assert await tx.get_repository("t").count() == 1
        async with tx.transaction() as inner:
            assert await inner.get_repository("t").count() == 1
    assert await db.get_repository("t").count() == 3


async def test_the_snapshot_is_that_of_the_beginning(db: Noormme) -> None:
    async with db.transaction(read_only=True) as tx:
        await add(db, 1)
        assert await tx.get_repository("t").count() == 0


async def test_a_read_only_transaction_writes_nothing(db: Noormme) -> None:
    async with db.transaction(read_only=True) as tx:
        for attempt in (
            tx.execute("insert into t (n) values (1)"),
            tx.get_repository("t").create({"n": 1}),
            tx.update_table("t").set({"n": 1}).execute(),
            tx.create_table("other").column("id", "integer").execute(),
            tx.execute_script("insert into t (n) values (1)"),
            tx.execute_many("insert into t (n) values (?)", [(1,)]),
        ):
            with pytest.raises(ReadOnly):
                await attempt
    assert await numbers(db) == []


async def test_an_operation_that_should_read_cannot_write(db: Noormme) -> None:
    insert = Statement("insert into t (n) values (1)", (), nothing)
    with pytest.raises(ReadOnly):
        await db.run_read(lambda _: ask(insert))
    async with db.transaction(read_only=True) as tx:
        with pytest.raises(ReadOnly):
            await tx.run_read(lambda _: ask(insert))
    assert await numbers(db) == []


async def test_transaction_control_is_not_run_as_sql(db: Noormme) -> None:
    for statement in ("begin", "BEGIN IMMEDIATE", "commit", " /* x */ rollback", "savepoint a", "release a", "end"):
        with pytest.raises(TransactionError, match="transaction"):
            await db.execute(statement)
        async with db.transaction() as tx:
            with pytest.raises(TransactionError, match="transaction"):
                await tx.execute(statement)
        with pytest.raises(TransactionError, match="transaction"):
            await db.execute_script(f"insert into t (n) values (1); {statement};")
    assert await numbers(db) == []


async def test_the_write_lock_is_taken_when_a_transaction_begins(db: Noormme, path: Path) -> None:
    with Neighbour(path) as neighbour:
        async with db.transaction():
            with pytest.raises(Refused, match="BUSY"):
                neighbour.execute("begin immediate")
        neighbour.check_that_it_can_write()
        async with db.transaction(read_only=True) as tx:
            await tx.get_repository("t").count()
            neighbour.check_that_it_can_write()


async def test_no_update_is_lost_among_tasks(db: Noormme) -> None:
    await db.get_repository("t").create({"id": 1, "n": 0})

    async def increment() -> None:
        async with db.transaction() as tx:
            rows = tx.get_repository("t")
            row = await rows.get_by_id(1)
            await asyncio.sleep(0)
            await rows.update(1, {"n": row.n + 1})

    await asyncio.gather(*(increment() for _ in range(50)))
    assert await numbers(db) == [50]


INCREMENTS = """
import asyncio, sys
from noormme_py import Noormme

async def main():
    async with Noormme(sys.argv[1], optimization={"busy_timeout": 30_000}) as db:
        async def increment():
            async with db.transaction() as tx:
                rows = tx.get_repository("t")
                await rows.update(1, {"n": (await rows.get_by_id(1)).n + 1})
        await asyncio.gather(*(increment() for _ in range(20)))

asyncio.run(main())
"""


async def test_no_update_is_lost_among_processes(db: Noormme, path: Path) -> None:
    await db.get_repository("t").create({"id": 1, "n": 0})
    outcomes = await asyncio.gather(*(asyncio.to_thread(run_python, INCREMENTS, path, timeout_s=120) for _ in range(3)))
    assert [outcome.stderr for outcome in outcomes] == ["", "", ""]
    assert await numbers(db) == [60]


async def test_a_table_made_inside_is_known_inside_and_goes_with_it(db: Noormme) -> None:
    with given_up():
        async with db.transaction() as tx:
            await tx.create_table("notes").column("id", "integer", primary_key=True).column("at", "date").execute()
            note = await tx.get_repository("notes").create({})
            assert (note.id, note.at) == (1, None)
            with pytest.raises(TableNotFound):
                db.get_repository("notes")
            raise GivenUp
    assert "notes" not in db.schema
    with pytest.raises(TableNotFound):
        await db.select_from("notes").select_all().execute()


async def test_a_table_made_inside_is_known_outside_afterwards(db: Noormme) -> None:
    async with db.transaction() as tx:
        async with tx.transaction() as inner:
            await inner.execute("create table notes (id integer primary key, body text)")
            assert await inner.get_repository("notes").count() == 0
        assert (await tx.get_repository("notes").create({"body": "x"})).body == "x"
    assert await db.get_repository("notes").count() == 1


async def test_a_table_made_in_a_savepoint_goes_with_it(db: Noormme) -> None:
    async with db.transaction() as tx:
        with given_up():
            async with tx.transaction() as inner:
                await inner.execute("create table notes (id integer primary key, first text)")
                raise GivenUp
        with pytest.raises(TableNotFound):
            tx.get_repository("notes")
        async with tx.transaction() as inner:
            # The schema has the same version number as in the savepoint before, and another table.
            await inner.execute("create table notes (id integer primary key, second text)")
            assert (await inner.get_repository("notes").create({"second": "x"})).second == "x"
        assert (await tx.get_repository("notes").get_by_id(1)).second == "x"
    assert (await db.get_repository("notes").get_by_id(1)).second == "x"


async def test_a_repository_follows_a_definition_inside_its_transaction(db: Noormme) -> None:
    async with db.transaction() as tx:
        rows = tx.get_repository("t")
        await rows.create({"n": 1})
        await tx.alter_table("t").add_column("note", "text", default="none").execute()
        assert (await rows.get_by_id(1)).note == "none"
        assert (await rows.create({"n": 2, "note": "two"})).note == "two"


async def test_repositories_and_fragments_are_bound_to_what_made_them(db: Noormme) -> None:
    outside = db.get_repository("t")
    with given_up():
        async with db.transaction() as tx:
            await tx.get_repository("t").create({"n": 1})
            assert await outside.count() == 0
            assert (await tx.execute(sql("select n from t where n = {}", 1))).rows == [{"n": 1}]
            raise GivenUp
    assert await outside.count() == 0
