"""`run_in_transaction` gives a function another try when somebody was in its way, and keeps one try or none."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.client.async_transaction import AsyncTransaction
from noormme_py.errors import ConflictError, DatabaseBusy, UniqueViolation
from tests.engine.neighbour import Neighbour

LONG_S = 20


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(path, optimization={"busy_timeout": 30}) as database:
        await database.execute("create table t (id integer primary key, n integer not null unique)")
        yield database


async def numbers(db: Noormme) -> list[int]:
    return [row["n"] for row in (await db.execute("select n from t order by id")).rows]


class Work:
    """Writes the number of the try, then does what the test says for that try; counts the tries."""

    def __init__(self, *steps: Callable[[AsyncTransaction], Awaitable[None]] | Exception | None) -> None:
        self._steps = steps
        self.tries = 0
        self.has_begun = asyncio.Event()

    async def __call__(self, tx: AsyncTransaction) -> str:
        self.tries += 1
        self.has_begun.set()
        await tx.execute("insert into t (n) values (?)", [self.tries])
        step = self._steps[min(self.tries, len(self._steps)) - 1] if self._steps else None
        if isinstance(step, Exception):
            raise step
        if step is not None:
            await step(tx)
        return f"try {self.tries}"


async def test_it_returns_the_value_once_it_is_committed(db: Noormme, path: Path) -> None:
    work = Work()
    assert await db.run_in_transaction(work) == "try 1"
    assert work.tries == 1
    with Neighbour(path) as neighbour:
        assert neighbour.execute("select n from t") == [[1]]


@pytest.mark.parametrize(
    "fault", [DatabaseBusy("busy"), ConflictError("changed")], ids=lambda fault: type(fault).__name__
)
async def test_a_try_that_found_somebody_in_its_way_is_undone_and_made_again(db: Noormme, fault: Exception) -> None:
    work = Work(fault, fault, None)
    assert await db.run_in_transaction(work) == "try 3"
    assert await numbers(db) == [3]


@pytest.mark.parametrize("retry", [0, 1, 4])
async def test_it_gives_up_after_so_many_more_tries_and_keeps_nothing(
    db: Noormme, retry: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("noormme_py.client.async_client._FIRST_PAUSE_S", 0.001)
    fault = ConflictError("changed")
    work = Work(fault)
    with pytest.raises(ConflictError) as caught:
        await db.run_in_transaction(work, retry=retry)
    assert caught.value is fault
    assert work.tries == 1 + retry
    assert await numbers(db) == []


async def test_it_gets_through_once_another_process_lets_go(db: Noormme, path: Path) -> None:
    work = Work()
    busy: list[BaseException | None] = []
    with Neighbour(path) as neighbour:
        neighbour.execute("begin immediate")
        let_go = asyncio.Event()

        def look(event: object) -> None:
            busy.append(getattr(event, "error", None))
            if len(busy) == 2:
                loop.call_soon_threadsafe(let_go.set)

        loop = asyncio.get_running_loop()
        db.observe(look)
        running = asyncio.ensure_future(db.run_in_transaction(work, retry=20))
        async with asyncio.timeout(LONG_S):
            await let_go.wait()
        assert not running.done()
        neighbour.execute("insert into t (n) values (100)")
        neighbour.execute("commit")
        assert await running == "try 1"
    assert [type(fault) for fault in busy[:2]] == [DatabaseBusy, DatabaseBusy]
    assert await numbers(db) == [100, 1]


async def test_a_lock_that_is_never_let_go_is_told_in_the_end(db: Noormme, path: Path) -> None:
    work = Work()
    begins: list[str] = []
    db.observe(lambda event: begins.append(event.sql))
    with Neighbour(path) as neighbour:
        neighbour.execute("begin immediate")
        with pytest.raises(DatabaseBusy, match="another process"):
            await db.run_in_transaction(work, retry=2)
    assert begins == ["begin immediate"] * 3
    assert work.tries == 0


@pytest.mark.parametrize(
    "fault", [ValueError("wrong"), UniqueViolation("there is one")], ids=lambda fault: type(fault).__name__
)
async def test_other_errors_are_not_tried_again(db: Noormme, fault: Exception) -> None:
    work = Work(fault)
    with pytest.raises(type(fault)) as caught:
        await db.run_in_transaction(work)
    assert caught.value is fault
    assert work.tries == 1
    assert await numbers(db) == []


async def test_a_task_that_is_cancelled_in_the_pause_makes_no_further_try(
    db: Noormme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("noormme_py.client.async_client._FIRST_PAUSE_S", 600)
    work = Work(ConflictError("changed"))
    running = asyncio.ensure_future(db.run_in_transaction(work))
    await work.has_begun.wait()
    # The first try is over when the writer is free again.
    await db.execute("insert into t (n) values (50)")
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=LONG_S)
    assert done == {running}
    assert running.cancelled()
    assert work.tries == 1
    assert await numbers(db) == [50]


async def test_a_task_that_is_cancelled_in_a_try_makes_no_further_one(db: Noormme) -> None:
    async def wait(_: AsyncTransaction) -> None:
        await asyncio.sleep(600)

    work = Work(wait)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await db.run_in_transaction(work)
    assert work.tries == 1
    assert await numbers(db) == []


async def test_a_savepoint_that_is_undone_does_not_cost_a_try(db: Noormme) -> None:
    async def caught_inside(tx: AsyncTransaction) -> None:
        with contextlib.suppress(ConflictError):
            async with tx.transaction() as inner:
                await inner.execute("insert into t (n) values (77)")
                raise ConflictError("changed")

    work = Work(caught_inside)
    assert await db.run_in_transaction(work) == "try 1"
    assert await numbers(db) == [1]


async def test_a_conflict_that_leaves_a_savepoint_undoes_the_whole_try(db: Noormme) -> None:
    async def raised_inside(tx: AsyncTransaction) -> None:
        async with tx.transaction() as inner:
            await inner.execute("insert into t (n) values (77)")
            raise ConflictError("changed")

    work = Work(raised_inside, None)
    assert await db.run_in_transaction(work) == "try 2"
    assert await numbers(db) == [2]


async def test_several_that_meet_all_get_through(db: Noormme) -> None:
    """Each holds the lock for a good part of busy_timeout."""

    async def add(tx: AsyncTransaction) -> None:
        last = await tx.execute("select coalesce(max(n), 0) as n from t")
        await asyncio.sleep(0.02)
        await tx.execute("insert into t (n) values (?)", [last.rows[0]["n"] + 1])

    await asyncio.gather(*(db.run_in_transaction(add, retry=20) for _ in range(8)))
    assert await numbers(db) == list(range(1, 9))


async def test_it_is_as_durable_as_is_said(db: Noormme) -> None:
    async def look(tx: AsyncTransaction) -> object:
        return (await tx.execute("pragma synchronous")).rows[0]["synchronous"]

    assert await db.run_in_transaction(look) == 1
    assert await db.run_in_transaction(look, durability="full") == 2
    assert await db.run_in_transaction(look, durability="full", retry=0) == 2
