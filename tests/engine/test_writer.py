"""A lone write and what may stand in its way: a checkpoint, the caller's own transaction, the end of the database."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.engine import writer as writer_module
from noormme_py.errors import Closed, TransactionError

ENDLESS = "with recursive c (n) as (select 1 union all select n + 1 from c) select max(n) as n from c"
LONG_S = 30


async def test_a_write_that_waits_for_a_checkpoint_as_the_database_closes_is_told_so(path: Path) -> None:
    db = Noormme(path, optimization={"wal_autocheckpoint": 2}, performance={"max_readers": 1})
    await db.initialize()
    await db.execute("create table t (id integer primary key, n integer)")
    rows = db.get_repository("t")
    begun: list[asyncio.Task[object]] = []

    async def hold() -> None:
        async with db.transaction() as tx:
            await tx.execute("insert into t (n) values (1)")
            # The checkpoint stands in line behind the transaction, and the write behind the checkpoint.
            for waiting in (db.checkpoint(), rows.create({"n": 2}), db.close()):
                begun.append(asyncio.ensure_future(waiting))
                await asyncio.sleep(0.01)

    with pytest.raises(Closed):
        await hold()
    checkpoint, write, close = begun
    with pytest.raises(Closed):
        await asyncio.wait_for(write, LONG_S)
    with pytest.raises(Closed):
        await asyncio.wait_for(checkpoint, LONG_S)
    await asyncio.wait_for(close, LONG_S)


async def test_a_write_outside_of_the_own_transaction_is_told_at_once_though_a_checkpoint_waits(path: Path) -> None:
    never_ms = 600_000
    async with Noormme(path, optimization={"wal_autocheckpoint": 2, "busy_timeout": never_ms}) as db:
        await db.execute("create table t (id integer primary key, n integer)")
        rows = db.get_repository("t")
        await rows.create({"n": 1})
        await rows.create({"n": 1})
        async with db.transaction():
            with pytest.raises(TransactionError, match="use tx, not db"):
                async with asyncio.timeout(LONG_S):
                    await rows.create({"n": 2})


async def test_on_a_slow_disk_the_first_commit_of_a_log_is_the_lanes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Noormme(path) as db:
        await db.execute("create table t (id integer primary key, n integer)")
        rows = db.get_repository("t")
        lanes: list[str] = []
        db.observe(lambda finished: lanes.append(finished.lane) if finished.sql.startswith("insert") else None)
        # Every disk is slow by this measure.
        monkeypatch.setattr(writer_module, "BOUND_NS", 0)
        for _ in range(3):
            await db.checkpoint()
            await rows.create({"n": 1})
            await rows.create({"n": 1})
        assert lanes == ["loop", "loop", "writer", "loop", "writer", "loop"]
