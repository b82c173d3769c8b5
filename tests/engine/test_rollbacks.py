"""A level that is left is undone, whoever leaves it and however; and what cannot be undone is never kept."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from noormme_py import Codec, Noormme
from noormme_py.engine.connection import Connection
from noormme_py.engine.stream import STREAM_ROWS
from noormme_py.errors import Interrupted, TransactionError
from noormme_py.query.statement import Control, Operation, Statement, ask, atomic, nothing

ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as n from n"


class Leaving(BaseException):
    """What no operation catches."""


class Gate:
    """Decodes, but holds the value "slow" until it is let through, and leaves at the value "leave"."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self, value: object) -> object:
        if value == "leave":
            raise Leaving
        if value == "slow":
            self.reached.set()
            assert self.open.wait(20)
        return value


def gated(path: Path, gate: Gate) -> Noormme:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("create table t (id integer primary key, v text)")
    return Noormme(path, codecs={"t.v": Codec("gate", str, lambda value: value, gate)})


def left_by(kind: type[BaseException]) -> AbstractContextManager[object, bool]:
    """Expect a block to be left by an error of this kind."""
    return pytest.raises(kind)


async def kept(db: Noormme) -> list[str]:
    return [row["v"] for row in (await db.execute("select v from t order by v")).rows]


async def test_a_write_that_is_stopped_before_its_commit_takes_nothing_else_with_it(path: Path) -> None:
    """It is stopped while no statement runs, so that its own savepoint is refused its end."""
    gate = Gate()
    async with gated(path, gate) as db:
        async with db.transaction() as tx:
            await tx.execute("insert into t (v) values ('first')")
            write = asyncio.ensure_future(tx.get_repository("t").upsert({"id": 9, "v": "slow"}))
            await asyncio.to_thread(gate.reached.wait)
            write.cancel()
            # The cancellation gets to the task, and from it to the lane, before the decoding ends.
            for _ in range(3):
                await asyncio.sleep(0)
            gate.open.set()
            with pytest.raises(asyncio.CancelledError):
                await write
            await tx.execute("insert into t (v) values ('last')")
        assert await kept(db) == ["first", "last"]


async def test_what_no_operation_catches_leaves_no_level_open(path: Path) -> None:
    async with gated(path, Gate()) as db:
        async with db.transaction() as tx:
            await tx.execute("insert into t (v) values ('first')")
            with pytest.raises(Leaving):
                await tx.get_repository("t").upsert({"id": 9, "v": "leave"})
            await tx.execute("insert into t (v) values ('last')")
        assert await kept(db) == ["first", "last"]


async def test_a_level_too_many_does_not_pass_as_a_commit(db: Noormme) -> None:
    connection = writer_of(db)

    async def work() -> None:
        async with db.transaction() as tx:
            await tx.execute("insert into t (n) values (1)")
            connection.answer(Control.BEGIN)

    with pytest.raises(TransactionError, match="left open"):
        await work()
    assert await db.get_repository("t").count() == 0


async def test_a_stream_does_not_keep_a_savepoint_from_being_undone(db: Noormme) -> None:
    """SQLite goes on to interrupt, a rollback as well, as long as the stream's statement is active."""
    await db.get_repository("t").insert_many({"n": n} for n in range(3 * STREAM_ROWS))
    async with db.transaction() as tx:
        stream = tx.select_from("t").select("n").stream()
        await anext(stream)
        await tx.execute("insert into t (n) values (-1)")
        with left_by(TimeoutError):
            async with tx.transaction() as inner:
                await inner.execute("insert into t (n) values (-2)")
                async with asyncio.timeout(0.05):
                    await inner.execute(ENDLESS)
        await tx.execute("insert into t (n) values (-3)")
        with pytest.raises(Interrupted, match="stream was closed"):
            async for _ in stream:
                pass
    assert [row["n"] for row in (await db.execute("select n from t where n < 0 order by id")).rows] == [-1, -3]


async def test_a_running_write_that_is_stopped_ends_the_transaction_also_beside_a_stream(db: Noormme) -> None:
    """SQLite rolls all of it back then, which must not pass as a commit."""
    await db.get_repository("t").insert_many({"n": n} for n in range(3 * STREAM_ROWS))
    endless = "insert into t (n) with recursive n(i) as (select 1 union all select i + 1 from n) select -i from n"

    async def work() -> None:
        async with db.transaction() as tx:
            stream = tx.select_from("t").select("n").stream()
            await anext(stream)
            await tx.execute("insert into t (n) values (-1)")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await tx.execute(endless)
            with pytest.raises(TransactionError, match="rolled the transaction back"):
                await tx.execute("insert into t (n) values (-3)")
            await stream.aclose()

    with pytest.raises(TransactionError, match="rolled the transaction back"):
        await work()
    assert (await db.execute("select n from t where n < 0")).rows == []


async def test_after_a_rollback_that_failed_all_of_the_transaction_is_refused(db: Noormme) -> None:
    raw = writer_of(db)._raw

    async def work() -> None:
        async with db.transaction() as tx:
            await tx.execute("insert into t (n) values (1)")
            with left_by(LookupError):
                async with tx.transaction() as inner:
                    await inner.execute("insert into t (n) values (2)")
                    raw.set_authorizer(no_rollback)
                    raise LookupError
            attempts: list[Callable[[], Awaitable[object]]] = [
                lambda: tx.execute("select 1 as one"),
                lambda: tx.execute("insert into t (n) values (3)"),
                lambda: anext(tx.select_from("t").select("n").stream()),
                lambda: tx.transaction().__aenter__(),
            ]
            for attempt in attempts:
                with pytest.raises(TransactionError, match="rollback failed"):
                    await attempt()

    with pytest.raises(TransactionError, match="rollback failed"):
        await work()
    # Nor is it anybody else's to go on with.
    with pytest.raises(TransactionError, match="rollback failed"):
        await db.execute("insert into t (n) values (4)")
    raw.set_authorizer(None)
    await db.execute("insert into t (n) values (5)")
    assert (await db.execute("select n from t")).rows == [{"n": 5}]


def test_a_statement_after_the_end_of_a_driven_operation_is_on_its_level(path: Path) -> None:
    def careless() -> Operation[None]:
        yield Control.BEGIN
        yield from atomic(ask(Statement("insert into t values (1)", (), nothing)))
        raise Leaving

    connection = Connection(Noormme(path).config, "writer", "one")
    connection.drive(Statement("create table t (n integer)", (), nothing))
    connection.answer(Control.BEGIN)
    connection.drive(Statement("insert into t values (2)", (), nothing))
    with pytest.raises(Leaving):
        connection.drive(careless())
    connection.commit(1)
    assert connection.drive(Statement("select n from t", (), lambda cursor: cursor.fetchall())) == [(2,)]
    connection.close()


def no_rollback(action: int, first: str | None, second: str | None, *_: object) -> int:
    """Refuse every rollback, as a broken disk might."""
    is_rollback = action in (sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT) and first == "ROLLBACK"
    return sqlite3.SQLITE_DENY if is_rollback else sqlite3.SQLITE_OK


def writer_of(db: Noormme) -> Connection:
    writers = db._engine._writers
    assert writers is not None
    return writers.connections[0]
