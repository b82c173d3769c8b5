"""Cancelled or forgotten, nothing is left behind: no lock, no running query, no process that hangs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from noormme_py import Noormme
from tests.engine.neighbour import Neighbour, run_python

_ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as n from n"


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(path, performance={"max_readers": 1}, optimization={"busy_timeout": 500}) as database:
        await database.execute("create table t (id integer primary key, n integer)")
        yield database


async def _cancel(task: asyncio.Task[object]) -> None:
    # It must be well into its wait, which nothing tells from outside.
    await asyncio.sleep(0.05)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_begin_cancelled_while_it_waits_leaves_no_lock(db: Noormme, path: Path) -> None:
    async def work() -> object:
        async with db.transaction() as tx:
            return await tx.execute("insert into t (n) values (1)")

    with Neighbour(path) as neighbour:
        neighbour.execute("begin immediate")
        await _cancel(asyncio.create_task(work()))
        neighbour.execute("rollback")
        neighbour.check_that_it_can_write()
        await asyncio.wait_for(db.execute("insert into t (n) values (2)"), 20)
        assert neighbour.execute("select n from t") == [[2]]


async def test_a_cancelled_wait_for_the_writer_leaves_it_to_the_next(db: Noormme) -> None:
    async with db.transaction() as tx:
        await _cancel(asyncio.create_task(db.execute("insert into t (n) values (1)")))
        await tx.execute("insert into t (n) values (2)")
    await asyncio.wait_for(db.execute("insert into t (n) values (3)"), 20)
    assert [row.n for row in await db.get_repository("t").find_all()] == [2, 3]


async def test_a_cancelled_query_stops_running(db: Noormme) -> None:
    await _cancel(asyncio.create_task(db.execute(_ENDLESS)))
    # There is one reader: were the query still running, this would wait for ever.
    assert await asyncio.wait_for(db.get_repository("t").count(), 20) == 0


async def test_a_cancelled_write_stops_running_and_keeps_nothing(db: Noormme, path: Path) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    await _cancel(asyncio.create_task(db.execute(f"insert into t (n) {endless}")))
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
    assert await asyncio.wait_for(db.get_repository("t").count(), 20) == 0


_FORGETFUL = """
import asyncio, sys
from noormme_py import Noormme

async def main():
    global kept
    db = await Noormme(sys.argv[1]).initialize()
    await db.execute("create table t (n integer)")
    kept = db, db.transaction()
    await (await kept[1].__aenter__()).execute("insert into t values (1)")

asyncio.run(main())
"""


async def test_a_process_that_closes_nothing_ends(path: Path) -> None:
    # run_python fails when the program does not end by itself.
    outcome = run_python(_FORGETFUL, path)
    assert outcome.returncode == 0, outcome.stderr
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select count(*) from t") == [[0]]
