"""Another process holds a lock of some kind: who waits, who does not, and what is left when it lets go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, Literal

import pytest

from noormme_py import Noormme
from noormme_py.errors import DatabaseBusy
from tests.engine.files import is_there, log_of, size_of
from tests.engine.neighbour import Neighbour, Refused

PATIENT = {"busy_timeout": 20_000}
IMPATIENT = {"busy_timeout": 100}


async def make(path: Path, rows: int = 0) -> None:
    async with Noormme(path) as db:
        await db.execute("create table t (id integer primary key, n integer)")
        await db.get_repository("t").insert_many({"n": n} for n in range(rows))


async def begin_and_add(db: Noormme, n: int) -> None:
    async with db.transaction() as tx:
        await tx.get_repository("t").create({"n": n})


async def test_every_kind_of_write_waits_for_the_write_lock_and_every_kind_of_read_goes_on(path: Path) -> None:
    await make(path, 3)
    async with Noormme(path, optimization=PATIENT) as db:
        rows = db.get_repository("t")
        with Neighbour(path) as neighbour:
            neighbour.run("begin immediate", "delete from t")
            writes: list[asyncio.Future[Any]] = [
                asyncio.ensure_future(rows.create({"n": 10})),
                asyncio.ensure_future(rows.create({"n": 11})),
                asyncio.ensure_future(rows.insert_many([{"n": 12}] * 3)),
                asyncio.ensure_future(begin_and_add(db, 13)),
            ]
            assert await rows.count() == 3
            assert [row["n"] async for row in db.select_from("t").select("n").stream()] == [0, 1, 2]
            async with db.transaction(read_only=True) as tx:
                assert await tx.get_repository("t").count() == 3
            assert not any(write.done() for write in writes)
            neighbour.execute("commit")
            await asyncio.gather(*writes)
        assert sorted(row.n for row in await rows.find_all()) == [10, 11, 12, 12, 12, 13]


async def test_every_kind_of_write_that_waited_too_long_has_kept_nothing(path: Path) -> None:
    await make(path)
    async with Noormme(path, optimization=IMPATIENT) as db:
        rows = db.get_repository("t")
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            outcomes = await asyncio.gather(
                *(rows.create({"n": n}) for n in range(3)),
                rows.insert_many([{"n": 9}] * 3),
                begin_and_add(db, 10),
                return_exceptions=True,
            )
            assert [type(outcome) for outcome in outcomes] == [DatabaseBusy] * 5
            neighbour.execute("commit")
            neighbour.check_that_it_can_write()
        assert await rows.count() == 0
        await rows.create({"n": 1})


@pytest.mark.parametrize("kind", ["create", "insert_many", "transaction", "definition"])
async def test_whoever_gives_up_waiting_for_another_process_is_free_while_the_lock_is_still_held(
    path: Path, kind: Literal["create", "insert_many", "transaction", "definition"]
) -> None:
    """SQLite's own wait cannot be interrupted: as one piece it would go on for ten minutes here."""
    await make(path)
    async with Noormme(path, optimization={"busy_timeout": 600_000}) as db:
        rows = db.get_repository("t")
        works: dict[str, Callable[[], Awaitable[Any]]] = {
            "create": lambda: rows.create({"n": 1}),
            "insert_many": lambda: rows.insert_many([{"n": 1}]),
            "transaction": lambda: begin_and_add(db, 1),
            "definition": lambda: db.execute("create table other (n integer)"),
        }
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            waiting = asyncio.ensure_future(works[kind]())
            await asyncio.wait({waiting}, timeout=0.1)
            waiting.cancel()
            done, _ = await asyncio.wait({waiting}, timeout=30)
            assert done, "it waits on for a lock that it does not want any more"
            assert waiting.cancelled()
            # The lane is free for the next one too, who waits for the lock in his turn.
            next_one = asyncio.ensure_future(rows.create({"n": 2}))
            await asyncio.sleep(0.01)
            neighbour.execute("commit")
            await next_one
            assert neighbour.execute("select n from t") == [[2]]


async def test_a_file_held_exclusively_is_waited_for_by_writes_and_in_wal_mode_still_read(path: Path) -> None:
    await make(path, 1)
    async with Noormme(path, optimization=PATIENT) as db:
        rows = db.get_repository("t")
        with Neighbour(path) as neighbour:
            neighbour.run("begin exclusive", "insert into t (n) values (5)")
            write = asyncio.ensure_future(rows.create({"n": 6}))
            assert await asyncio.gather(*(rows.count() for _ in range(8))) == [1] * 8
            assert not write.done()
            neighbour.execute("commit")
            await write
        assert [row.n for row in await rows.find_all()] == [0, 5, 6]


async def test_without_wal_reads_too_wait_for_who_has_the_file_for_himself(path: Path) -> None:
    await make(path, 1)
    async with Noormme(path, optimization={"enable_wal_mode": False, **PATIENT}) as db:
        rows = db.get_repository("t")
        with Neighbour(path) as neighbour:
            neighbour.run("begin exclusive", "insert into t (n) values (5)")
            reads = [asyncio.ensure_future(rows.count()) for _ in range(4)]
            write = asyncio.ensure_future(rows.create({"n": 6}))
            # The loop is not held meanwhile: it goes round as often as it likes.
            for _ in range(100):
                await asyncio.sleep(0)
            assert not any(task.done() for task in (*reads, write))
            neighbour.execute("commit")
            assert set(await asyncio.gather(*reads)) <= {2, 3}
            await write
        assert await rows.count() == 3


async def test_a_long_read_of_another_process_holds_up_nobody_and_its_log_is_emptied_later(path: Path) -> None:
    await make(path, 1)
    log = log_of(path)
    with Neighbour(path) as neighbour:
        neighbour.execute("begin")
        assert neighbour.execute("select count(*) from t") == [[1]]
        async with Noormme(path, optimization={"wal_autocheckpoint": 10, **IMPATIENT}) as db:
            rows = db.get_repository("t")
            for n in range(200):
                await rows.create({"n": n})
            await asyncio.gather(*(rows.create({"n": n}) for n in range(100)), begin_and_add(db, 0))
            grown = size_of(log)
            assert grown > 50 * 4096
            # The reader's own view has not moved, and nobody else's lags behind.
            assert neighbour.execute("select count(*) from t") == [[1]]
            assert await rows.count() == 302
        # Closing could not move all of the log into the file, and kept it.
        assert neighbour.execute("select count(*) from t") == [[1]]
        neighbour.execute("commit")
        assert neighbour.execute("select count(*) from t") == [[302]]
    async with Noormme(path) as db:
        assert await db.get_repository("t").count() == 302
    assert not is_there(log)


async def test_the_log_stops_growing_once_the_long_read_is_over(path: Path) -> None:
    await make(path, 1)
    log = log_of(path)
    async with Noormme(path, optimization={"wal_autocheckpoint": 10}) as db:
        rows = db.get_repository("t")
        with Neighbour(path) as neighbour:
            neighbour.execute("begin")
            neighbour.execute("select count(*) from t")
            for n in range(300):
                await rows.create({"n": n})
            grown = size_of(log)
            neighbour.execute("commit")
            for n in range(1_200):
                await rows.create({"n": n})
        # A checkpoint lets the log begin again at its start, so that four times as much adds no more.
        assert size_of(log) < 2 * grown


async def test_a_reader_of_ours_holds_up_no_checkpoint_for_longer_than_it_reads(path: Path) -> None:
    await make(path, 2_000)
    async with Noormme(path) as db:
        rows = db.get_repository("t")
        with Neighbour(path, timeout_s=0) as neighbour:

            def checkpoint() -> int:
                return int(neighbour.execute("pragma wal_checkpoint(truncate)")[0][0])

            async with aclosing(db.select_from("t").select("n").stream()) as stream:
                await anext(stream)
                await rows.create({"n": -1})
                assert checkpoint() == 1
            assert checkpoint() == 0
            for _ in range(3):
                await rows.create({"n": -1})
                assert await rows.count({"n": -1}) >= 2
                assert checkpoint() == 0


async def test_what_another_process_may_not_do_while_a_transaction_of_ours_is_open(path: Path) -> None:
    await make(path)
    async with Noormme(path) as db:
        with Neighbour(path) as neighbour:
            async with db.transaction() as tx:
                await tx.get_repository("t").create({"n": 1})
                for statement in ("begin immediate", "begin exclusive", "insert into t (n) values (2)"):
                    with pytest.raises(Refused, match="BUSY"):
                        neighbour.execute(statement)
                assert neighbour.execute("select count(*) from t") == [[0]]
            neighbour.check_that_it_can_write()
            assert neighbour.execute("select count(*) from t") == [[1]]
