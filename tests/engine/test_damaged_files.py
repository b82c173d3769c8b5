"""Files that something has damaged: what SQLite can recover is read, what it refuses is an error of ours."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.errors import Corrupt, DatabaseError, NoormmeError, NotADatabase
from tests.engine.files import bytes_of, is_there, log_of, overwrite

ROWS = 40
# Where SQLite's header says what: https://sqlite.org/fileformat.html#the_database_header
HEADER_BYTES = 100
WAL_HEADER = 32
FRAME_HEADER = 24


async def make(path: Path, rows: int = ROWS, value: int = 1) -> None:
    async with Noormme(path) as db:
        await db.execute("create table t (id integer primary key, n integer, pad text)")
        await db.execute("create index by_n on t (n)")
        await db.get_repository("t").insert_many({"n": value, "pad": "x" * 100} for _ in range(rows))


def left_with_a_log(path: Path, commits: int = 10, value: int = 1) -> list[int]:
    """Make a database whose last commits are in its log alone; return the log's size after each of them."""
    sizes: list[int] = []
    original = path.with_name("original.db")
    with closing(sqlite3.connect(original, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table t (id integer primary key, n integer, pad text)")
        connection.execute("pragma wal_checkpoint(truncate)")
        for _ in range(commits):
            connection.execute("begin")
            connection.executemany("insert into t (n, pad) values (?, ?)", [(value, "x" * 100)] * 100)
            connection.execute("commit")
            sizes.append(log_of(original).stat().st_size)
        # Copied while it is open: as a crash would leave the two files.
        shutil.copy(original, path)
        shutil.copy(f"{original}-wal", f"{path}-wal")
    return sizes


async def count(path: Path) -> int:
    """Read the whole table, write to it, and look the file through."""
    async with Noormme(path) as db:
        rows = db.get_repository("t")
        found = len([row async for row in db.select_from("t").select("n").stream()])
        created = await rows.create({"n": -1})
        assert await rows.delete(created.id)
        assert (await db.execute("pragma integrity_check")).rows == [{"integrity_check": "ok"}]
        return found


async def use(path: Path) -> None:
    """Do a bit of everything."""
    async with Noormme(path) as db:
        rows = db.get_repository("t")
        await rows.find_many({"n": 1})
        await rows.create({"n": 2, "pad": "y" * 3_000})
        async with db.transaction() as tx:
            await tx.get_repository("t").update_many({"n": 1}, {"n": 3})
        async for _ in db.select_from("t").select("n", "pad").order_by("n").stream():
            pass
        await db.execute("create table more (n integer)")


@pytest.mark.parametrize("length", [1, 99, 100, 101, 4_095, 4_096, 8_192, 10_000])
async def test_a_file_that_was_cut_off_is_told_as_damaged(path: Path, length: int) -> None:
    await make(path)
    whole = bytes_of(path)
    assert len(whole) > 10_000
    overwrite(path, whole[:length])
    with pytest.raises((Corrupt, NotADatabase)):
        await use(path)


@pytest.mark.parametrize("at", range(0, HEADER_BYTES, 4))
async def test_a_damaged_header_is_an_error_of_ours_or_none_at_all(path: Path, at: int) -> None:
    """Some of its fields matter only to those who use them."""
    await make(path)
    data = bytearray(bytes_of(path))
    data[at : at + 4] = b"\xfe\xdc\xba\x98"
    overwrite(path, data)
    is_known = at >= 16
    with pytest.raises(NotADatabase) if not is_known else suppress(DatabaseError):
        await use(path)
    # A file whose first bytes say that it is no database is not touched.
    assert is_known or bytes_of(path) == data


@pytest.mark.parametrize("seed", range(60))
async def test_random_damage_is_an_error_of_ours_or_none_at_all(path: Path, seed: int) -> None:
    """Whatever bytes are overwritten: no foreign error, no hang, and the connections are closed."""
    await make(path, 400)
    chance = random.Random(seed)
    data = bytearray(bytes_of(path))
    for _ in range(chance.choice((1, 3, 30))):
        at = chance.randrange(HEADER_BYTES if seed % 2 else 0, len(data))
        length = chance.choice((1, 2, 16, 300, 5_000))
        data[at : at + length] = chance.randbytes(len(data[at : at + length]))
    overwrite(path, data)
    with suppress(NoormmeError):
        await use(path)


async def rows_before_the_fault(db: Noormme) -> int:
    seen = 0
    stream = db.select_from("t").select("pad").stream()
    try:
        async for _ in stream:
            seen += 1
    except Corrupt:
        return seen
    raise AssertionError("nobody told of the damage")


async def test_a_damaged_page_in_the_middle_of_a_stream_is_told_after_the_rows_before_it(path: Path) -> None:
    await make(path, 20_000)
    data = bytearray(bytes_of(path))
    middle = len(data) // 2 // 4_096 * 4_096
    data[middle : middle + 10 * 4_096] = b"\xff" * (10 * 4_096)
    overwrite(path, data)
    async with Noormme(path, performance={"max_readers": 1}) as db:
        for _ in range(3):
            seen = await rows_before_the_fault(db)
            assert seen > 1_000
        async with db.transaction(read_only=True):
            pass


async def test_what_a_log_holds_is_recovered(path: Path) -> None:
    left_with_a_log(path)
    assert await count(path) == 1_000


@pytest.mark.parametrize("seed", range(12))
async def test_a_log_that_was_cut_off_gives_every_commit_that_is_whole(path: Path, seed: int) -> None:
    sizes = left_with_a_log(path)
    log = log_of(path)
    chance = random.Random(seed)
    # In the middle of a frame, at the end of one, one byte before or after, or within the very first header.
    whole = chance.randrange(len(sizes) - 1)
    length = (
        chance.randrange(sizes[whole], sizes[whole + 1]),
        sizes[whole],
        sizes[whole + 1] - 1,
        sizes[whole] + FRAME_HEADER,
    )[seed % 4]
    overwrite(log, bytes_of(log)[:length])
    assert await count(path) == 100 * (whole + 1)
    assert not is_there(log)


@pytest.mark.parametrize("length", [0, 1, WAL_HEADER - 1, WAL_HEADER, WAL_HEADER + FRAME_HEADER])
async def test_a_log_without_a_whole_frame_holds_nothing(path: Path, length: int) -> None:
    left_with_a_log(path)
    log = log_of(path)
    overwrite(log, bytes_of(log)[:length])
    assert await count(path) == 0


async def test_a_damaged_frame_ends_the_log_there(path: Path) -> None:
    sizes = left_with_a_log(path)
    log = log_of(path)
    data = bytearray(bytes_of(log))
    data[sizes[3] + FRAME_HEADER + 17] ^= 0xFF
    overwrite(log, data)
    assert await count(path) == 400


@pytest.mark.parametrize("size", [5, WAL_HEADER, 4_152, 50_000])
async def test_random_bytes_in_place_of_the_log_are_not_taken_for_data(path: Path, size: int) -> None:
    await make(path)
    overwrite(log_of(path), random.Random(size).randbytes(size))
    assert await count(path) == ROWS


async def test_an_index_of_the_log_that_is_garbage_is_made_anew(path: Path) -> None:
    left_with_a_log(path)
    overwrite(Path(f"{path}-shm"), random.Random(1).randbytes(32_768))
    assert await count(path) == 1_000


async def test_the_log_of_another_database_is_never_an_untyped_error(path: Path) -> None:
    """SQLite cannot know whose log it is: the file that results may be the other one, or damaged."""
    await make(path)
    other = path.with_name("other.db")
    left_with_a_log(other, value=2)
    shutil.move(f"{other}-wal", f"{path}-wal")
    with suppress(DatabaseError):
        await use(path)


async def test_a_journal_left_by_a_crash_is_rolled_back(path: Path) -> None:
    await make(path, 2_000)
    async with Noormme(path, optimization={"enable_wal_mode": False}):
        pass
    before = bytes_of(path)
    crashed = path.with_name("crashed.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # So small a cache that changed pages go to the file before the commit.
        connection.execute("pragma cache_size = 1")
        connection.execute("begin")
        connection.execute("update t set n = 99, pad = pad || pad")
        shutil.copy(path, crashed)
        shutil.copy(f"{path}-journal", f"{crashed}-journal")
    assert bytes_of(crashed) != before
    async with Noormme(crashed, optimization={"enable_wal_mode": False}) as db:
        assert await db.get_repository("t").count({"n": 1, "pad": "x" * 100}) == 2_000
        assert (await db.execute("pragma integrity_check")).rows == [{"integrity_check": "ok"}]
    assert not is_there(Path(f"{crashed}-journal"))
