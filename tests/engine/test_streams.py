"""Rows taken bit by bit: one snapshot, bounded memory, and nothing held for longer than asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.engine.stream import STREAM_ROWS
from noormme_py.errors import DatabaseBusy, DecodeError, SchemaChanged, TableNotFound, TransactionError
from tests.engine.neighbour import Neighbour


@pytest.fixture
async def filled(db: Noormme) -> Noormme:
    await db.get_repository("t").insert_many({"n": n} for n in range(3 * STREAM_ROWS))
    return db


@pytest.mark.parametrize("count", [0, 1, STREAM_ROWS - 1, STREAM_ROWS, STREAM_ROWS + 1, 2 * STREAM_ROWS])
async def test_all_rows_come_in_order(db: Noormme, count: int) -> None:
    await db.get_repository("t").insert_many({"n": n} for n in range(count))
    stream = db.select_from("t").select("n").order_by("id").stream()
    assert [row["n"] async for row in stream] == list(range(count))


async def test_a_stream_is_one_snapshot(filled: Noormme) -> None:
    seen = 0
    async for row in filled.select_from("t").select("n").stream():
        seen += 1
        if seen == 1:
            await filled.execute("delete from t")
        assert row["n"] < 3 * STREAM_ROWS
    assert seen == 3 * STREAM_ROWS
    assert await filled.get_repository("t").count() == 0


async def test_leaving_early_gives_the_reader_back(filled: Noormme) -> None:
    for _ in range(10):
        async with aclosing(filled.select_from("t").select("n").stream()) as stream:
            assert (await anext(stream))["n"] == 0
    assert await asyncio.gather(*(filled.get_repository("t").count() for _ in range(4))) == [3 * STREAM_ROWS] * 4


async def test_a_stream_inside_a_transaction_sees_its_own_writes(filled: Noormme) -> None:
    async with filled.transaction() as tx:
        await tx.execute("insert into t (n) values (-1)")
        assert [row["n"] async for row in tx.select_from("t").select("n").order_by("n").limit(2).stream()] == [-1, 0]


async def test_a_stream_ends_with_its_transaction(filled: Noormme) -> None:
    async with filled.transaction() as tx:
        stream = tx.select_from("t").select("n").stream()
        await anext(stream)
    with pytest.raises(TransactionError, match="over"):
        async for _ in stream:
            pass


async def test_a_forgotten_stream_holds_no_snapshot_of_the_writer(filled: Noormme, path: Path) -> None:
    """A statement left in the middle would make every later write of this database fail as busy."""
    async with filled.transaction() as tx:
        stream = tx.select_from("t").select("n").stream()
        await anext(stream)
    with Neighbour(path) as neighbour:
        neighbour.execute("insert into t (n) values (-1)")
    await filled.execute("insert into t (n) values (-2)")
    assert await filled.get_repository("t").count({"n__lt": 0}) == 2
    await stream.aclose()


async def test_a_table_made_by_another_process_is_streamed(db: Noormme, path: Path) -> None:
    with Neighbour(path) as neighbour:
        neighbour.run("create table other (at date)", "insert into other values ('2024-01-31')")
    rows = [row["at"].isoformat() async for row in db.select_from("other").select("at").stream()]
    assert rows == ["2024-01-31"]
    with pytest.raises(TableNotFound):
        await anext(db.select_from("nosuch").select_all().stream())


async def test_a_fault_in_the_middle_ends_the_stream_and_gives_the_reader_back(db: Noormme) -> None:
    await db.execute("create table days (at date)")
    await db.execute_many("insert into days values (?)", [("2024-01-31",)] * STREAM_ROWS + [("soon",)])
    for _ in range(5):
        stream = db.select_from("days").select("at").stream()
        for _row in range(STREAM_ROWS):
            await anext(stream)
        with pytest.raises(DecodeError, match=r"days\.at"):
            await anext(stream)
    assert (await db.execute("select count(*) as n from days")).rows == [{"n": STREAM_ROWS + 1}]


async def test_rows_are_not_all_read_at_once(db: Noormme) -> None:
    """The query has no end: that a row comes at all is what it shows."""
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    await db.execute(f"create view endless as {endless}")
    async with aclosing(db.select_from("endless").select("i").stream()) as stream:
        assert [(await anext(stream))["i"] for _ in range(3 * STREAM_ROWS)] == list(range(1, 3 * STREAM_ROWS + 1))


async def test_a_bulk_write_takes_its_rows_bit_by_bit(db: Noormme) -> None:
    def rows() -> Iterator[tuple[int]]:
        yield from ((n,) for n in range(10_000))

    assert await db.execute_many("insert into t (n) values (?)", rows()) == 10_000


@pytest.mark.parametrize("changes", [2, 20])
async def test_a_schema_that_changes_while_a_stream_begins(
    db: Noormme, path: Path, changes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh = db.refresh_schema
    calls = 0
    await db.get_repository("t").create({"n": 7})

    async def refreshed_too_early() -> object:
        nonlocal calls
        calls += 1
        found = await refresh()
        if calls <= changes:
            neighbour.run(f"create table more{calls} (n integer)")
        return found

    monkeypatch.setattr(db, "refresh_schema", refreshed_too_early)
    with Neighbour(path) as neighbour:
        neighbour.run("create table more (n integer)")
        stream = db.select_from("t").select("n").stream()
        if changes == 2:
            assert [row["n"] async for row in stream] == [7]
        else:
            with pytest.raises(SchemaChanged, match="changed 5 times"):
                await anext(stream)
    monkeypatch.undo()
    # No attempt has kept a reader.
    assert await asyncio.gather(*(db.get_repository("t").count() for _ in range(4))) == [1] * 4


async def test_a_short_read_beside_a_stream_that_holds_the_only_reader(path: Path) -> None:
    async with Noormme(path, performance={"max_readers": 1}) as db:
        await db.execute("create table t (id integer primary key, n integer)")
        rows = db.get_repository("t")
        await rows.insert_many({"n": n} for n in range(STREAM_ROWS + 1))
        stream = db.select_from("t").select("id").stream()
        assert [(await rows.get_by_id(row["id"])).n async for row in stream] == list(range(STREAM_ROWS + 1))


async def test_whoever_would_wait_for_his_own_stream_is_told_of_the_stream(path: Path) -> None:
    async with Noormme(path, performance={"max_readers": 1, "inline_reads": "off"}) as db:
        await db.execute("create table t (id integer primary key, n integer)")
        rows = db.get_repository("t")
        await rows.create({"n": 1})
        async with aclosing(db.select_from("t").select("id").stream()) as stream:
            await anext(stream)
            with pytest.raises(TransactionError, match="its own open stream") as caught:
                await rows.get_by_id(1)
            assert "max_readers" in str(caught.value)
        assert (await rows.get_by_id(1)).n == 1


async def test_whoever_would_wait_for_his_own_stream_in_memory_is_told_of_a_file() -> None:
    async with Noormme(":memory:") as db:
        await db.execute("create table t (id integer primary key, n integer)")
        rows = db.get_repository("t")
        await rows.create({"n": 1})
        async with aclosing(db.select_from("t").select("id").stream()) as stream:
            await anext(stream)
            for attempt in (rows.get_by_id(1), rows.create({"n": 2})):
                with pytest.raises(TransactionError, match="its own open stream") as caught:
                    await attempt
                assert "use a file" in str(caught.value)
                assert "execute()" in str(caught.value)


async def test_whoever_waits_too_long_for_the_streams_of_others_is_told_of_them(path: Path) -> None:
    async with Noormme(
        path, performance={"max_readers": 1, "inline_reads": "off"}, optimization={"busy_timeout": 50}
    ) as db:
        await db.execute("create table t (id integer primary key, n integer)")
        await db.execute("insert into t values (1, 1)")
        async with aclosing(db.select_from("t").select("id").stream()) as stream:
            await anext(stream)
            read = asyncio.ensure_future(db.get_repository("t").count())
            with pytest.raises(DatabaseBusy, match="open streams"):
                await read
