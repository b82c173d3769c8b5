"""What was set holds on every connection again after closing and opening, and what may only read only reads."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.errors import CannotOpen, ReadOnly
from tests.client.watching import Watch
from tests.engine.files import bytes_of, log_of, names_in, overwrite
from tests.engine.neighbour import Neighbour

# None of them what SQLite would have by itself, nor what is the default here.
UNUSUAL = {
    "busy_timeout": 1_234,
    "synchronous": "EXTRA",
    "enable_foreign_keys": False,
    "cache_size": -777,
    "temp_store": "FILE",
    "mmap_size": 65_536,
    "journal_size_limit": 12_345,
    "wal_autocheckpoint": 17,
}
EXPECTED = {
    "busy_timeout": 1_234,
    "journal_mode": "wal",
    "synchronous": 3,
    "foreign_keys": 0,
    "cache_size": -777,
    "temp_store": 1,
    "mmap_size": 65_536,
    "journal_size_limit": 12_345,
    "wal_autocheckpoint": 17,
}


async def test_every_connection_has_every_pragma_again_after_each_reopening(tmp_path: Path) -> None:
    db = Noormme(tmp_path / "app.db", optimization=UNUSUAL, performance={"max_readers": 2})
    for _ in range(3):
        async with db:
            watch = Watch(db)
            await watch.open_all()
            for pragma, value in EXPECTED.items():
                expected = watch.expected(pragma, value, readers=2)
                assert watch.pragma(pragma) == expected, pragma
                assert watch.reported(pragma) == expected, pragma
            assert watch.pragma("query_only") == {"writer": 0, "loop": 0, "reader 0": 1, "reader 1": 1}
            # It holds for this opening alone.
            await db.execute("pragma cache_size = 5")
            await db.execute("pragma foreign_keys = on")
        assert db.pragma_report() == ()


async def test_connections_that_open_late_have_the_same_pragmas(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db", optimization=UNUSUAL, performance={"max_readers": 4}) as db:
        await asyncio.gather(*(db.execute("select 1 as one") for _ in range(3)))
        watch = Watch(db)
        await watch.open_all()
        for pragma, value in EXPECTED.items():
            assert watch.pragma(pragma) == watch.expected(pragma, value, readers=4), pragma


async def test_whoever_reads_only_follows_what_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    with Neighbour(path) as neighbour:
        neighbour.run("pragma journal_mode = wal", "create table t (id integer primary key, n integer)")
        async with Noormme(f"sqlite:///{path}?mode=ro", performance={"max_readers": 2}) as db:
            rows = db.get_repository("t")
            for n in range(5):
                neighbour.execute(f"insert into t (n) values ({n})")
                assert await rows.count() == n + 1
                assert [row["n"] async for row in db.select_from("t").select("n").stream()] == [*range(n + 1)]
            neighbour.check_that_it_can_write()
            assert set(Watch(db).pragma("query_only").values()) == {1}


@pytest.mark.parametrize("parameter", ["mode=ro", "immutable=1"])
async def test_every_way_to_write_to_what_may_only_be_read_is_refused(tmp_path: Path, parameter: str) -> None:
    path = tmp_path / "app.db"
    async with Noormme(path) as db:
        await db.execute("create table t (id integer primary key, n integer)")
        await db.get_repository("t").create({"n": 1})
    before = bytes_of(path)
    async with Noormme(f"sqlite:///{path}?{parameter}") as db:
        rows = db.get_repository("t")

        async def write_inside() -> None:
            async with db.transaction() as tx:
                await tx.get_repository("t").create({"n": 2})

        for attempt in (
            rows.create({"n": 2}),
            rows.insert_many([{"n": 2}]),
            rows.update(1, {"n": 2}),
            rows.upsert({"id": 1, "n": 2}),
            rows.delete(1),
            db.execute_many("insert into t (n) values (?)", [(2,)]),
            db.execute_script("insert into t (n) values (2);"),
            db.create_table("other").column("n", "integer").execute(),
            write_inside(),
        ):
            with pytest.raises(ReadOnly):
                await attempt
        outcomes = await asyncio.gather(*(rows.create({"n": 3}) for _ in range(4)), return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {ReadOnly}
        assert await rows.count() == 1
        async with db.transaction(read_only=True) as tx:
            assert await tx.get_repository("t").count() == 1
    assert bytes_of(path) == before


async def test_what_may_only_be_read_is_not_made(tmp_path: Path) -> None:
    for parameter in ("mode=ro", "mode=rw", "immutable=1"):
        with pytest.raises(CannotOpen):
            await Noormme(f"sqlite:///{tmp_path / 'no.db'}?{parameter}").initialize()
    assert names_in(tmp_path) == []


async def test_a_log_that_was_left_is_read_by_whoever_only_reads(tmp_path: Path) -> None:
    path, copy = tmp_path / "app.db", tmp_path / "copy.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table t (id integer primary key, n integer)")
        connection.execute("pragma wal_checkpoint(truncate)")
        connection.execute("insert into t (n) values (1)")
        overwrite(copy, bytes_of(path))
        overwrite(log_of(copy), bytes_of(log_of(path)))
    async with Noormme(f"sqlite:///{copy}?mode=ro") as db:
        assert await db.get_repository("t").count() == 1
