"""An observer is told of every statement once, by whatever way it ran."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from pathlib import Path
from time import perf_counter_ns

import pytest

from noormme_py import Noormme
from noormme_py.engine.stream import STREAM_ROWS
from noormme_py.errors import (
    DatabaseBusy,
    DatabaseError,
    DecodeError,
    Interrupted,
    NoormmeError,
    TableNotFound,
    UniqueViolation,
)
from tests.engine.neighbour import Neighbour
from tests.engine.observing import SCHEMA, WAYS, Told, is_inline

FOREVER = "with recursive c (x) as (select 1 union all select x + 1 from c) select x from c where x < 0"


@pytest.fixture(params=["auto", "off"])
async def db(path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[Noormme]:
    """Short statements run on the loop, or all on lanes."""
    settings = {"max_readers": 1, "inline_reads": request.param}
    async with Noormme(path, performance=settings, optimization={"busy_timeout": 100}) as database:
        await database.execute_script(SCHEMA)
        yield database


@pytest.mark.parametrize("way", WAYS)
async def test_every_statement_is_told_once(db: Noormme, way: str) -> None:
    run, expected = WAYS[way]
    told = Told(db)
    await run(db)
    if not is_inline(db):
        elsewhere = "reader 0:" if "read" in way else "writer:"
        expected = [line.replace("loop:", elsewhere) for line in expected]
    assert told.lines == expected
    assert all(event.elapsed_ns > 0 and event.error is None for event in told.events)


async def test_a_definition_is_told(db: Noormme) -> None:
    told = Told(db)
    await db.execute_script("create table u (a); create index u_a on u (a)")
    assert [event.sql for event in told.of("create ")] == ["create table u (a)", "create index u_a on u (a)"]
    assert {event.lane for event in told.of("create ")} == {"writer"}


async def test_a_stream_that_is_left_is_told_at_its_end_with_the_rows_that_were_read(db: Noormme) -> None:
    await db.get_repository("t").insert_many({"n": -n} for n in range(1, 3 * STREAM_ROWS))
    told = Told(db)
    stream = db.select_from("t").select("n").stream()
    await anext(stream)
    assert told.events == []
    await stream.aclose()
    assert told.lines == [f'reader 0: select "n" from "t" [{STREAM_ROWS}]']
    assert told.events[0].elapsed_ns > 0


async def test_a_stream_that_fails_is_told_with_its_error(db: Noormme) -> None:
    await db.execute("insert into flags values (1, 'perhaps')")
    told = Told(db)
    with pytest.raises(DecodeError) as caught:
        _ = [row async for row in db.select_from("flags").select("is_on").stream()]
    assert [event.error for event in told.events] == [caught.value]
    assert told.events[0].elapsed_ns > 0


async def test_an_error_is_told_as_the_library_raises_it(db: Noormme) -> None:
    await db.execute("insert into flags values (1, 'perhaps')")
    told = Told(db)
    with pytest.raises(UniqueViolation):
        await db.get_repository("t").create({"n": 10})
    assert [type(event.error) for event in told.of("insert")] == [UniqueViolation]
    assert told.events[-1].sql == "rollback"
    with pytest.raises(DecodeError) as caught:
        await db.get_repository("flags").find_by_id(1)
    assert [event.error for event in told.of("select")] == [caught.value]
    told.events.clear()
    with pytest.raises(DatabaseError):
        await db.execute("select nothing from t")
    # It is tried again when the lane's schema may be an old one.
    assert {type(event.error) for event in told.of("nothing")} == {DatabaseError}
    assert all(event.elapsed_ns > 0 for event in told.events)


async def test_a_bulk_write_that_fails_is_told_with_its_error(db: Noormme) -> None:
    told = Told(db)
    with pytest.raises(UniqueViolation):
        await db.execute_many("insert into t (n) values (?)", [[1], [10]])
    assert [type(event.error) for event in told.of("insert")] == [UniqueViolation]


async def test_a_lock_that_was_not_to_be_had_is_told_as_busy(db: Noormme, path: Path) -> None:
    told = Told(db)
    with Neighbour(path) as neighbour:
        neighbour.execute("begin immediate")
        with pytest.raises(DatabaseBusy):
            async with db.transaction():
                raise AssertionError("it has begun")
    assert [(event.sql, type(event.error)) for event in told.events] == [("begin immediate", DatabaseBusy)]


async def test_a_statement_that_is_stopped_is_told_as_interrupted(db: Noormme) -> None:
    told = Told(db)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await db.execute(FOREVER)
    assert [(event.lane, type(event.error)) for event in told.events] == [("reader 0", Interrupted)]


async def test_what_is_too_long_for_the_loop_is_told_there_and_on_the_lane(db: Noormme) -> None:
    await db.get_repository("t").insert_many({"n": -n} for n in range(1, 20_000))
    told = Told(db)
    assert len(await db.select_from("t").select("n").where("id", ">", 0).execute()) == 20_002
    ends = [(event.lane, type(event.error), event.rows) for event in told.events]
    if is_inline(db):
        lane, error, rows = ends.pop(0)
        assert (lane, error) == ("loop", Interrupted)
        assert rows < 20_002
    assert ends == [("reader 0", type(None), 20_002)]


@pytest.mark.parametrize("is_transaction", [True, False])
async def test_the_time_spent_in_line_is_told_with_the_first_statement(db: Noormme, is_transaction: bool) -> None:
    told = Told(db)

    async def write() -> None:
        if is_transaction:
            async with db.transaction() as tx:
                await tx.execute("delete from t")
        else:
            await db.execute("delete from t")

    async with db.transaction():
        told.events.clear()
        waiting = asyncio.ensure_future(write())
        # Once it stands in line, all that passes until the commit is a part of its wait.
        for _ in range(5):
            await asyncio.sleep(0)
        began_ns = perf_counter_ns()
        await asyncio.sleep(0.02)
        stood_ns = perf_counter_ns() - began_ns
    await waiting
    ours = told.events[1:]
    assert [event.sql for event in ours] == ["begin immediate", "delete from t", "commit"]
    assert ours[0].wait_ns >= stood_ns
    assert max(event.wait_ns for event in ours[1:]) < ours[0].wait_ns


async def test_what_runs_at_once_has_not_waited(db: Noormme) -> None:
    told = Told(db)
    await db.get_repository("t").find_by_id(1)
    assert (told.events[0].wait_ns == 0) == is_inline(db)


async def test_it_is_told_on_the_thread_that_ran_the_statement(db: Noormme) -> None:
    threads: list[str] = []
    db.observe(lambda _: threads.append(threading.current_thread().name))
    await db.get_repository("t").find_by_id(1)
    await db.execute("delete from t")
    assert threads[0] == ("MainThread" if is_inline(db) else "noormme reader 0")
    assert set(threads[1:]) == {"noormme writer"}


@pytest.mark.parametrize("change", ["drop table flags", "alter table flags add note text"])
async def test_a_stream_that_meets_another_schema_is_told_for_each_attempt(
    db: Noormme, path: Path, change: str
) -> None:
    stream = db.select_from("flags").select("id").stream()
    told = Told(db)
    with Neighbour(path) as neighbour:
        neighbour.execute(change)
    if change.startswith("drop"):
        with pytest.raises(TableNotFound):
            await anext(stream)
    else:
        assert [row async for row in stream] == []
    attempts = told.of('from "flags"')
    assert isinstance(attempts[0].error, NoormmeError)
    assert all(event.elapsed_ns > 0 for event in attempts)
    assert [event.error for event in attempts[1:]] == ([] if change.startswith("drop") else [None])
