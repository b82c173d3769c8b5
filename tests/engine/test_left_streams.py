"""Streams that are left in the middle, in every way there is, hold neither a reader nor a snapshot."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Noormme
from noormme_py.engine.stream import STREAM_ROWS
from noormme_py.errors import DatabaseBusy
from tests.engine.files import names_in
from tests.engine.neighbour import Neighbour

LONG_S = 20

Rows = AsyncIterator[dict[str, Any]]


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    """With one reader, which a stream that is not ended keeps from everybody else."""
    async with Noormme(path, performance={"max_readers": 1, "inline_reads": "off"}) as database:
        await database.execute("create table t (id integer primary key, n integer not null)")
        await database.get_repository("t").insert_many({"n": n} for n in range(3 * STREAM_ROWS))
        yield database


def rows_of(db: Noormme) -> AsyncGenerator[Any]:
    return db.select_from("t").select("n").order_by("id").stream()


async def break_off(db: Noormme) -> None:
    async for row in rows_of(db):
        if row["n"] == 3:
            break


async def close_it(db: Noormme) -> None:
    stream = rows_of(db)
    assert (await anext(stream))["n"] == 0
    await stream.aclose()
    await stream.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def throw_into_it(db: Noormme) -> None:
    stream = rows_of(db)
    await anext(stream)
    with pytest.raises(LookupError):
        await stream.athrow(LookupError())


async def fail_in_the_loop(db: Noormme) -> None:
    async def work() -> None:
        async for row in rows_of(db):
            _ = 1 // row["n"]

    with pytest.raises(ZeroDivisionError):
        await work()


async def never_begin(db: Noormme) -> None:
    stream = rows_of(db)
    del stream


async def close_before_the_first_row(db: Noormme) -> None:
    await rows_of(db).aclose()


async def drop_it(db: Noormme) -> None:
    stream = rows_of(db)
    for _ in range(STREAM_ROWS + 1):
        await anext(stream)
    del stream


async def drop_it_in_a_cycle(db: Noormme) -> None:
    holder: list[Any] = [rows_of(db)]
    holder.append(holder)
    await anext(holder[0])
    del holder
    gc.collect()


async def drop_it_in_another_task(db: Noormme) -> None:
    async def work() -> None:
        await drop_it(db)

    await asyncio.create_task(work())


@pytest.mark.parametrize(
    "leave",
    [
        break_off,
        close_it,
        throw_into_it,
        fail_in_the_loop,
        never_begin,
        close_before_the_first_row,
        drop_it,
        drop_it_in_a_cycle,
        drop_it_in_another_task,
    ],
)
async def test_a_stream_that_is_left_gives_its_reader_and_its_snapshot_back(
    db: Noormme, path: Path, leave: Callable[[Noormme], Awaitable[None]]
) -> None:
    with Neighbour(path) as neighbour:
        for n in range(4):
            await leave(db)
            # A generator that nobody has any more is closed by the loop in a task of its own.
            gc.collect()
            await asyncio.wait_for(whole_read(db, n), LONG_S)
            neighbour.check_that_it_can_write()
            # With no snapshot held, all of the log can be moved into the file.
            neighbour.execute("insert into t (n) values (-1)")
            assert neighbour.execute("pragma wal_checkpoint(truncate)")[0][0] == 0


async def whole_read(db: Noormme, added: int) -> None:
    async def work() -> int:
        return await db.get_repository("t").count()

    # In a task of its own: whoever dropped the stream would be told that he waits for himself.
    assert await asyncio.create_task(work()) == 3 * STREAM_ROWS + added


async def test_streams_left_inside_a_transaction_do_not_hold_up_its_commit(db: Noormme, path: Path) -> None:
    async with db.transaction() as tx:
        for way in range(3):
            stream = tx.select_from("t").select("n").stream()
            await anext(stream)
            if way == 1:
                await stream.aclose()
            elif way == 2:
                del stream
                gc.collect()
        await tx.get_repository("t").create({"n": -5})
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select count(*) from t where n = -5") == [[1]]


async def test_a_stream_that_was_ended_is_in_nobodys_way_inside_its_transaction(db: Noormme) -> None:
    """SQLite drops no table that a statement is in the middle of."""
    async with db.transaction() as tx:
        stream = tx.select_from("t").select("n").stream()
        await anext(stream)
        with pytest.raises(DatabaseBusy):
            await tx.execute("drop table t")
        await stream.aclose()
        await tx.execute("drop table t")
    assert db.schema.table_names() == ()


async def test_a_stream_that_is_open_while_the_database_closes_ends_typed_and_leaves_no_log(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute("create table t (id integer primary key, n integer not null)")
        await db.get_repository("t").insert_many({"n": n} for n in range(3 * STREAM_ROWS))
        stream = rows_of(db)
        await anext(stream)
    await stream.aclose()
    assert names_in(path.parent) == [path.name]


@pytest.mark.parametrize("where", ["file", "memory"])
async def test_a_task_that_left_its_streams_does_not_wait_for_itself(path: Path, where: str) -> None:
    """The loop ends them a little later: until then the task seems to hold all the readers itself."""
    database = path if where == "file" else ":memory:"
    async with Noormme(database, performance={"max_readers": 2, "inline_reads": "off"}) as db:
        await db.execute("create table t (id integer primary key, n integer not null)")
        rows = db.get_repository("t")
        await rows.insert_many({"n": n} for n in range(3 * STREAM_ROWS))
        for _ in range(10):
            await break_off(db)
        assert await rows.count() == 3 * STREAM_ROWS
        await break_off(db)
        await rows.create({"n": -1})
        await break_off(db)
        async with db.transaction() as tx:
            await tx.get_repository("t").create({"n": -2})
        assert await rows.count({"n__lt": 0}) == 2


async def test_a_task_with_an_open_stream_may_wait_for_readers_that_others_are_handing_on(path: Path) -> None:
    """A reader on its way from one task to the next is nobody's for a moment, and least of all the waiting task's."""
    async with Noormme(path, performance={"max_readers": 2, "inline_reads": "off"}) as db:
        await db.execute("create table t (id integer primary key, n integer not null)")
        rows = db.get_repository("t")
        await rows.insert_many({"n": n} for n in range(3 * STREAM_ROWS))
        async with aclosing(rows_of(db)) as stream:
            await anext(stream)
            first, second = (asyncio.ensure_future(rows.count()) for _ in range(2))
            await first
            # The first has just given its reader to the second, who has not taken it yet.
            assert await rows.count() == await second == 3 * STREAM_ROWS
