"""Whoever waited too long is told who held what he waited for: the task, its place in the code, its first statement."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Noormme
from noormme_py.errors import DatabaseBusy
from tests.engine.neighbour import Neighbour

IMPATIENT = {"busy_timeout": 100}
LOOKS = 20_000
SECRET = "hunter2"
INSERT = "insert into t (v) values (?)"
ENDLESS = (
    "insert into t (v) with recursive c (x) as (select 1 union all select x + 1 from c) select x from c where x < 0"
)
SELECT = "select v from t where v <> ?"
HELD = re.compile(
    r"task '(?P<task>[\w-]+)' has held it for (?P<seconds>\d+\.\d) s,"
    r" since (?P<file>[\w.]+):(?P<line>\d+) \((?P<function>[\w.<>]+)\)(?:; its first statement: (?P<sql>.+))?"
)


async def opened(path: Path, **settings: Any) -> Noormme:
    db = await Noormme(path, optimization=IMPATIENT, **settings).initialize()
    if "t" not in {table.name for table in db.schema.tables}:
        await db.execute("create table t (id integer primary key, v text)")
    return db


class Holding:
    """A task named `nightly` that holds a transaction, begun in `hold`, until it is let go."""

    def __init__(self, db: Noormme, *, read_only: bool = False) -> None:
        self._db = db
        self._is_read_only = read_only
        self._is_held = asyncio.Event()
        self._may_go = asyncio.Event()

    async def hold(self) -> None:
        async with self._db.transaction(read_only=self._is_read_only) as tx:
            await tx.execute(SELECT if self._is_read_only else INSERT, [SECRET])
            await tx.execute("select 2 as two")
            self._is_held.set()
            await self._may_go.wait()

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self.hold(), name="nightly")
        await self._is_held.wait()

    async def __aexit__(self, *_: object) -> None:
        self._may_go.set()
        await self._task


def line_of_hold() -> int:
    """Return the line in which `hold` begins its transaction."""
    lines, first = inspect.getsourcelines(Holding.hold)
    return first + next(number for number, line in enumerate(lines) if "async with" in line)


def check_who(fault: DatabaseBusy, sql: str | None) -> None:
    assert fault.held_by is not None
    match = HELD.fullmatch(fault.held_by)
    assert match is not None, fault.held_by
    assert match["task"] == "nightly"
    assert (match["file"], int(match["line"])) == (Path(__file__).name, line_of_hold())
    assert match["function"] == Holding.hold.__qualname__
    assert match["sql"] == sql
    assert fault.held_by in str(fault)
    assert SECRET not in str(fault)


async def write(db: Noormme) -> None:
    await db.execute(INSERT, ["x"])


async def write_row(db: Noormme) -> None:
    await db.get_repository("t").create({"v": "x"})


async def begin(db: Noormme) -> None:
    async with db.transaction():
        raise AssertionError("it has begun")


async def checkpoint(db: Noormme) -> None:
    await db.checkpoint()


WRITERS = pytest.mark.parametrize("attempt", [write, write_row, begin])


@pytest.mark.parametrize("attempt", [write, write_row, begin, checkpoint])
async def test_a_transaction_of_the_same_database_is_named(
    path: Path, attempt: Callable[[Noormme], Awaitable[None]]
) -> None:
    async with await opened(path) as db, Holding(db):
        with pytest.raises(DatabaseBusy, match="another transaction of this process holds the database") as caught:
            await attempt(db)
        check_who(caught.value, INSERT)


@WRITERS
async def test_a_transaction_of_another_database_object_on_the_same_file_is_named(
    path: Path, attempt: Callable[[Noormme], Awaitable[None]]
) -> None:
    async with await opened(path) as db, await opened(path) as other, Holding(other):
        with pytest.raises(DatabaseBusy, match="another connection of this process holds the write lock") as caught:
            await attempt(db)
        check_who(caught.value, INSERT)


@WRITERS
@pytest.mark.parametrize("busy_timeout", [0, 100])
async def test_another_process_is_said_to_be_one(
    path: Path, attempt: Callable[[Noormme], Awaitable[None]], busy_timeout: int
) -> None:
    async with await opened(path) as db:
        pass
    async with Noormme(path, optimization={"busy_timeout": busy_timeout}) as db:
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            with pytest.raises(DatabaseBusy, match="another process holds the write lock") as caught:
                await attempt(db)
            assert caught.value.held_by == "another process"
            assert caught.value.sqlite_code == "SQLITE_BUSY"


async def test_a_database_on_another_file_is_not_blamed(path: Path, tmp_path: Path) -> None:
    async with await opened(path) as db, await opened(tmp_path / "other.db") as other, Holding(other):
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            with pytest.raises(DatabaseBusy) as caught:
                await write(db)
            assert caught.value.held_by == "another process"


async def test_a_transaction_that_holds_the_only_reader_is_named(path: Path) -> None:
    async with await opened(path, performance={"max_readers": 1}) as db, Holding(db, read_only=True):
        with pytest.raises(DatabaseBusy) as caught:
            await db.execute("select v from t")
        check_who(caught.value, SELECT)


async def test_a_stream_that_holds_the_only_reader_is_named(path: Path) -> None:
    async with await opened(path, performance={"max_readers": 1}) as db:
        await db.execute_many(INSERT, [[SECRET], ["x"]])
        # What the reader did before is not this stream's.
        for column in ("id", "v"):
            stream = db.select_from("t").select(column).where("v", ">=", SECRET).stream()
            await anext(stream)
            with pytest.raises(DatabaseBusy, match="open streams of this process") as caught:
                await asyncio.ensure_future(db.execute("select v from t"))
            held_by = caught.value.held_by
            assert held_by is not None
            match = HELD.fullmatch(held_by)
            assert match is not None, held_by
            assert match["sql"] == f'select "{column}" from "t" where "v" >= ?'
            assert match["function"].endswith("test_a_stream_that_holds_the_only_reader_is_named")
            assert SECRET not in str(caught.value)
            await stream.aclose()


async def test_the_seconds_are_those_since_it_was_taken(path: Path) -> None:
    async with await opened(path) as db, Holding(db):
        with pytest.raises(DatabaseBusy) as caught:
            await write(db)
        match = HELD.fullmatch(caught.value.held_by or "")
        assert match is not None
        # It was held for as long as was waited, at the least.
        assert float(match["seconds"]) >= IMPATIENT["busy_timeout"] / 1000


async def test_a_long_statement_is_cut(path: Path) -> None:
    async with await opened(path) as db, db.transaction() as tx:
        await tx.execute(f"select v from t where v not in ({', '.join('?' * 500)})", ["x"] * 500)
        with pytest.raises(DatabaseBusy) as caught:
            await asyncio.ensure_future(write(db))
        assert caught.value.held_by is not None
        assert caught.value.held_by.endswith("?, ? …")
        assert len(caught.value.held_by) < 400


async def test_who_has_gone_is_not_named(path: Path) -> None:
    async with await opened(path) as db, await opened(path) as other:
        async with Holding(other):
            pass
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            with pytest.raises(DatabaseBusy) as caught:
                await begin(db)
            assert caught.value.held_by == "another process"


async def test_a_connection_that_nobody_holds_for_long_is_told_by_its_name(path: Path) -> None:
    """A lone statement of another database object has no task that keeps its lane."""
    async with await opened(path) as db, await opened(path) as other:
        writing = asyncio.ensure_future(other.execute(ENDLESS))
        pool = other._engine._writers
        assert pool is not None
        for _ in range(LOOKS):
            if pool.connections[0].is_in_transaction:
                break
            await asyncio.sleep(0.001)
        with pytest.raises(DatabaseBusy) as caught:
            await begin(db)
        assert caught.value.held_by == "the connection 'writer' of this process"
        writing.cancel()
        await asyncio.wait({writing})
        assert writing.cancelled()
