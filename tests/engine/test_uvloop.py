"""The engine under event loops other than asyncio's own: what it promises, it promises there too."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from noormme_py import AsyncTransaction, Noormme
from noormme_py.engine.stream import STREAM_ROWS
from noormme_py.errors import Closed, TransactionError, UniqueViolation, WrongLoop
from tests.engine.cancelling import cancelled_everywhere
from tests.engine.files import names_in
from tests.engine.neighbour import Neighbour
from tests.engine.test_cancellation import ENDLESS
from tests.engine.test_closing import our_threads

if sys.platform == "win32":
    LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
else:
    import uvloop

    LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}

LONG_S = 20

Work = Callable[[Noormme, Neighbour], Coroutine[Any, Any, None]]


async def reads_and_writes(db: Noormme, neighbour: Neighbour) -> None:
    rows = db.get_repository("t")
    for n in range(50):
        assert (await rows.create({"n": n})).n == n
    assert neighbour.execute("select count(*) from t") == [[50]]
    assert [row.n for row in await asyncio.gather(*(rows.get_by_id(n) for n in range(1, 51)))] == [*range(50)]
    # More steps than the loop's own connection may take, so a lane answers.
    assert (await db.execute("select sum(a.n) as n from t a, t b, t c")).rows == [{"n": 50 * 50 * sum(range(50))}]
    with pytest.raises(UniqueViolation):
        await rows.create({"id": 1, "n": 1})


async def a_group(db: Noormme, neighbour: Neighbour) -> None:
    rows = db.get_repository("t")
    outcomes = await asyncio.gather(
        *(rows.create({"id": max(n, 2), "n": n}) for n in range(1, 41)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [UniqueViolation]
    assert neighbour.execute("select count(*) from t") == [[39]]


async def transactions(db: Noormme, neighbour: Neighbour) -> None:
    async def fail(tx: AsyncTransaction) -> None:
        async with tx.transaction() as inner:
            await inner.get_repository("t").create({"n": -1})
            raise LookupError

    async def add() -> None:
        async with db.transaction() as tx:
            rows = tx.get_repository("t")
            await rows.create({"n": await rows.count()})
            with pytest.raises(LookupError):
                await fail(tx)

    await asyncio.gather(*(add() for _ in range(20)))
    assert neighbour.execute("select n from t order by id") == [[n] for n in range(20)]
    async with db.transaction() as tx:
        pass
    with pytest.raises(TransactionError):
        await tx.execute("select 1 as one")


async def what_is_cancelled(db: Noormme, neighbour: Neighbour) -> None:
    for statement in (ENDLESS, f"insert into t (n) {ENDLESS}"):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(db.execute(statement), 0.05)
        neighbour.check_that_it_can_write()

    async def work() -> None:
        async with db.transaction() as tx:
            await tx.get_repository("t").create({"n": 1})
            await tx.get_repository("t").create({"n": 2})

    async def check(_: bool) -> None:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select count(*) from t") in ([[0]], [[2]])
        await db.execute("delete from t")

    assert await cancelled_everywhere(work, check, "early") >= 4


async def streams(db: Noormme, neighbour: Neighbour) -> None:
    count = 2 * STREAM_ROWS + 1
    await db.get_repository("t").insert_many({"n": n} for n in range(count))
    assert [row["n"] async for row in db.select_from("t").select("n").order_by("id").stream()] == [*range(count)]
    for _ in range(5):
        async with aclosing(db.select_from("t").select("n").stream()) as stream:
            await anext(stream)
    async for _ in db.select_from("t").select("n").stream():
        break
    neighbour.execute("insert into t (n) values (-1)")
    for _ in range(2):
        # Two readers for two streams that were left: the second goes with the loop's next turn.
        await asyncio.sleep(0.01)
    async with db.transaction(read_only=True), db.transaction(read_only=True) as tx:
        assert await tx.get_repository("t").count() == count + 1


async def closing_while_it_works(db: Noormme, neighbour: Neighbour) -> None:
    rows = db.get_repository("t")

    async def hold() -> None:
        async with db.transaction() as tx:
            await tx.get_repository("t").create({"n": 1})
            holding.set()
            await asyncio.sleep(LONG_S)

    holding = asyncio.Event()
    holder = asyncio.ensure_future(hold())
    await holding.wait()
    waiting = asyncio.ensure_future(rows.create({"n": 2}))
    await asyncio.sleep(0)
    await db.close()
    with pytest.raises(Closed):
        await waiting
    holder.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holder
    neighbour.check_that_it_can_write()
    assert neighbour.execute("select count(*) from t") == [[0]]
    await db.initialize()
    await rows.create({"n": 3})


async def another_loop(db: Noormme, neighbour: Neighbour) -> None:
    async def use() -> None:
        with pytest.raises(WrongLoop):
            await asyncio.wait_for(db.execute("select 1 as one"), LONG_S)
        with pytest.raises(WrongLoop):
            await asyncio.wait_for(db.get_repository("t").create({"n": 1}), LONG_S)

    await asyncio.to_thread(asyncio.run, use())
    await db.get_repository("t").create({"n": 2})
    assert neighbour.execute("select n from t") == [[2]]


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(
    "work",
    [
        reads_and_writes,
        a_group,
        transactions,
        what_is_cancelled,
        streams,
        closing_while_it_works,
        another_loop,
    ],
)
def test_every_loop_is_served_the_same(path: Path, loop: str, work: Work) -> None:
    async def run() -> None:
        async with Noormme(path, performance={"max_readers": 2}) as db:
            await db.execute("create table t (id integer primary key, n integer not null)")
            with Neighbour(path) as neighbour:
                await asyncio.wait_for(work(db, neighbour), 2 * LONG_S)

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(run())
    assert our_threads() == []
    assert names_in(path.parent) == [path.name]
