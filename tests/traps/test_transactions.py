"""Every BEGIN is the library's own: no lost update, no upgrade that fails, no transaction that never began."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.errors import ReadOnly, TransactionError
from tests.engine.neighbour import Neighbour, Refused


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(path, performance={"max_readers": 2}, optimization={"busy_timeout": 30_000}) as database:
        await database.execute_script("create table t (id integer primary key, n integer); insert into t values (1, 0)")
        yield database


async def _increment(db: Noormme) -> None:
    async with db.transaction() as tx:
        rows = tx.get_repository("t")
        row = await rows.get_by_id(1)
        # Everybody else gets a turn between the read and the write.
        await asyncio.sleep(0.001)
        await rows.update(1, {"n": row.n + 1})


async def test_ten_increments_at_once_are_ten(db: Noormme) -> None:
    await asyncio.gather(*(_increment(db) for _ in range(10)))
    assert (await db.get_repository("t").get_by_id(1)).n == 10


_INCREMENTS = """
import asyncio, sys
from noormme_py import Noormme

async def main():
    async with Noormme(sys.argv[1], optimization={"busy_timeout": 30_000}) as db:
        for _ in range(10):
            async with db.transaction() as tx:
                rows = tx.get_repository("t")
                await rows.update(1, {"n": (await rows.get_by_id(1)).n + 1})

asyncio.run(main())
"""


async def test_increments_of_several_processes_add_up(db: Noormme, path: Path) -> None:
    others = [await asyncio.create_subprocess_exec(sys.executable, "-c", _INCREMENTS, str(path)) for _ in range(2)]
    # They take some time to start; go on until they are through, so that all of us meet.
    mine = 0
    while any(other.returncode is None for other in others):
        await _increment(db)
        mine += 1
    assert [await other.wait() for other in others] == [0, 0]
    assert (await db.get_repository("t").get_by_id(1)).n == 20 + mine


async def test_a_transaction_that_reads_before_it_writes_is_never_refused(db: Noormme, path: Path) -> None:
    with Neighbour(path) as neighbour:
        async with db.transaction() as tx:
            row = await tx.get_repository("t").get_by_id(1)
            # After a deferred BEGIN this would succeed, and our write fail at once with SQLITE_BUSY_SNAPSHOT.
            with pytest.raises(Refused, match="BUSY"):
                neighbour.execute("update t set n = 100")
            await tx.get_repository("t").update(1, {"n": row.n + 1})
        assert neighbour.execute("select n from t") == [[1]]


async def test_no_way_leads_from_a_reading_to_a_writing_transaction(db: Noormme, path: Path) -> None:
    with Neighbour(path) as neighbour:
        async with db.transaction(read_only=True) as tx:
            assert await tx.get_repository("t").count() == 1
            neighbour.execute("update t set n = 5")
            for attempt in (
                tx.get_repository("t").update(1, {"n": 9}),
                tx.execute("update t set n = 9"),
                tx.execute("with x as (select 1) update t set n = 9"),
                tx.execute_script("update t set n = 9"),
            ):
                with pytest.raises(ReadOnly):
                    await attempt
            for begin in ("begin immediate", "commit", "savepoint s"):
                with pytest.raises(TransactionError):
                    await tx.execute(begin)
        assert neighbour.execute("select n from t") == [[5]]


@pytest.mark.parametrize("control", ["begin", "BEGIN DEFERRED", "begin immediate", "commit", "rollback", "savepoint s"])
async def test_nobody_else_begins_or_ends(db: Noormme, control: str) -> None:
    for attempt in (db.execute(control), db.execute_script(f"update t set n = 9; {control}")):
        with pytest.raises(TransactionError):
            await attempt
    async with db.transaction() as tx:
        with pytest.raises(TransactionError):
            await tx.execute(control)
    assert (await db.get_repository("t").get_by_id(1)).n == 0
