"""Who waits for whom, for how long, and what he is told when it was too long."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.errors import DatabaseBusy
from tests.engine.neighbour import Neighbour

IMPATIENT = {"busy_timeout": 100}


async def make(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute("create table t (n integer)")


async def test_busy_when_another_process_holds_the_lock(path: Path) -> None:
    await make(path)
    async with Noormme(path, optimization=IMPATIENT) as db:
        with Neighbour(path) as neighbour:
            neighbour.run("begin immediate", "insert into t values (1)")
            for attempt in (db.execute("insert into t values (2)"), db.transaction().__aenter__()):
                with pytest.raises(DatabaseBusy, match="busy_timeout") as caught:
                    await attempt
                assert caught.value.sqlite_code == "SQLITE_BUSY"
            # Readers are not held up.
            assert (await db.execute("select count(*) as n from t")).rows == [{"n": 0}]
            neighbour.execute("commit")
        await db.execute("insert into t values (3)")
        assert (await db.execute("select n from t")).rows == [{"n": 1}, {"n": 3}]


async def test_a_lock_that_is_let_go_in_time_is_waited_for(path: Path) -> None:
    await make(path)
    async with Noormme(path) as db:
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            write = asyncio.ensure_future(db.execute("insert into t values (1)"))
            await asyncio.sleep(0.1)
            assert not write.done()
            neighbour.execute("commit")
            assert (await write).rows_affected == 1


async def test_busy_when_another_task_holds_a_transaction(path: Path) -> None:
    await make(path)
    async with Noormme(path, optimization=IMPATIENT) as db:
        async with db.transaction() as tx:
            # Another task, or this one would be told that it waits for itself.
            with pytest.raises(DatabaseBusy, match="another transaction of this process") as caught:
                await asyncio.ensure_future(db.execute("insert into t values (1)"))
            assert caught.value.sqlite_code == "SQLITE_BUSY"
            await tx.execute("insert into t values (2)")
        assert (await db.execute("select n from t")).rows == [{"n": 2}]


async def test_without_patience_whoever_finds_a_transaction_is_told_at_once(path: Path) -> None:
    await make(path)
    async with Noormme(path, optimization={"busy_timeout": 0}) as db:
        async with db.transaction():
            with pytest.raises(DatabaseBusy):
                await asyncio.ensure_future(db.execute("insert into t values (1)"))
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            with pytest.raises(DatabaseBusy):
                await db.execute("insert into t values (1)")


async def test_without_patience_short_writes_still_stand_in_line(path: Path) -> None:
    """busy_timeout is for those who hold a lock; statements that follow each other are progress."""
    await make(path)
    async with Noormme(path, optimization={"busy_timeout": 0}) as db:
        await asyncio.gather(*(db.execute("insert into t values (?)", [n]) for n in range(40)))
        assert (await db.execute("select count(*) as n from t")).rows == [{"n": 40}]


async def test_a_line_of_transactions_that_moves_is_waited_for(path: Path) -> None:
    """Each holds the lock for a good part of busy_timeout, all together for much longer."""
    await make(path)
    async with Noormme(path, optimization={"busy_timeout": 1_000}) as db:

        async def hold(n: int) -> None:
            async with db.transaction() as tx:
                await tx.execute("insert into t values (?)", [n])
                await asyncio.sleep(0.1)

        await asyncio.gather(*(hold(n) for n in range(12)))
        rows = (await db.execute("select n from t order by rowid")).rows
        assert [row["n"] for row in rows] == list(range(12))


async def test_readers_that_are_all_held_are_told_as_busy(path: Path) -> None:
    await make(path)
    async with (
        Noormme(path, optimization=IMPATIENT, performance={"max_readers": 1}) as db,
        db.transaction(read_only=True),
    ):
        with pytest.raises(DatabaseBusy):
            await asyncio.ensure_future(db.execute("select 1 as one"))


async def test_first_come_first_served(db: Noormme) -> None:
    rows = db.get_repository("t")
    async with db.transaction():
        waiting = [asyncio.ensure_future(rows.create({"n": n})) for n in range(30)]
        await asyncio.sleep(0)
    created = await asyncio.gather(*waiting)
    assert [row.id for row in created] == list(range(1, 31))


async def test_writes_in_rollback_journal_mode_meet_readers_as_busy(path: Path) -> None:
    """Without WAL a reader of another process holds up the commit, which then keeps nothing."""
    async with Noormme(path, optimization={"enable_wal_mode": False, "busy_timeout": 100}) as db:
        await db.execute("create table t (n integer)")
        with Neighbour(path) as neighbour:
            neighbour.execute("begin")
            neighbour.execute("select count(*) from t")
            with pytest.raises(DatabaseBusy):
                await db.execute("insert into t values (1)")
            with pytest.raises(DatabaseBusy):
                async with db.transaction() as tx:
                    await tx.execute("insert into t values (2)")
            neighbour.execute("commit")
            neighbour.check_that_it_can_write()
        await db.execute("insert into t values (3)")
        assert (await db.execute("select n from t")).rows == [{"n": 3}]
