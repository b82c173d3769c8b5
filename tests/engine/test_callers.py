"""A database belongs to one process and one event loop; all others are told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Noormme
from noormme_py.errors import WrongLoop
from tests.engine.neighbour import run_python


def in_another_loop(work: Coroutine[Any, Any, None]) -> list[BaseException]:
    faults: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work)
        except BaseException as fault:
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return faults


async def test_another_loop_is_told(db: Noormme) -> None:
    rows = db.get_repository("t")

    async def read() -> None:
        await rows.count()

    async def write() -> None:
        await rows.create({"n": 1})

    async def transact() -> None:
        async with db.transaction():
            raise AssertionError("it began")

    async def stream() -> None:
        async for _ in db.select_from("t").select_all().stream():
            raise AssertionError("it began")

    for work in (read, write, transact, stream):
        assert [type(fault) for fault in in_another_loop(work())] == [WrongLoop]
    assert await rows.count() == 0


async def test_a_transaction_of_another_loop_is_told(db: Noormme) -> None:
    async with db.transaction() as tx:

        async def write() -> None:
            await tx.execute("insert into t (n) values (1)")

        assert [type(fault) for fault in in_another_loop(write())] == [WrongLoop]
        assert await tx.get_repository("t").count() == 0


def test_a_later_loop_is_told_and_may_close(path: Path) -> None:
    db = Noormme(path)
    asyncio.run(_initialize(db))
    with pytest.raises(WrongLoop):
        asyncio.run(_select(db))
    asyncio.run(db.close())
    # Opened anew, it belongs to the new loop.
    asyncio.run(_open_and_select(db))


async def _initialize(db: Noormme) -> None:
    await db.initialize()


async def _select(db: Noormme) -> None:
    await db.execute("select 1 as one")


async def _open_and_select(db: Noormme) -> None:
    async with db:
        await _select(db)


FORKING = """
import asyncio, os, sys
from noormme_py import Noormme
from noormme_py.errors import ForkedConnection

async def told(awaitable):
    try:
        await awaitable
    except ForkedConnection:
        return "told"

async def child(db):
    rows = db.get_repository("t")
    answers = [await told(rows.create({"n": 2})), await told(rows.count()), await told(db.transaction().__aenter__())]
    await db.close()
    async with Noormme(sys.argv[1]) as own:
        await own.execute("insert into t (n) values (3)")
    return 0 if answers == ["told"] * 3 else 1

async def main():
    async with Noormme(sys.argv[1]) as db:
        await db.execute("create table t (id integer primary key, n integer)")
        await db.execute("insert into t (n) values (1)")
        pid = os.fork()
        if pid == 0:
            asyncio.events._set_running_loop(None)
            os._exit(asyncio.new_event_loop().run_until_complete(child(db)))
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        await db.execute("insert into t (n) values (4)")
        print(status, [row["n"] for row in (await db.execute("select n from t order by id")).rows])

asyncio.run(main())
"""


def test_a_forked_process_is_told_and_the_parent_works_on(path: Path) -> None:
    outcome = run_python(FORKING, path)
    assert outcome.stdout == "0 [1, 3, 4]\n", outcome.stderr
