"""Several at the same time: one makes the row that all ask for, one changes the version that all expect."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from noormme_py import Noormme, SyncNoormme, TableOptions
from noormme_py.errors import ConflictError

NAMES = 40
PROGRAM = """
import sys
from noormme_py import SyncNoormme

with SyncNoormme(sys.argv[1]) as db:
    tags, counters = db.get_repository("tags"), db.get_repository("counters")
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(tags.get_or_create({"name": str(n)})[1] for n in range(int(sys.argv[2]))))
    for n in range(int(sys.argv[2])):
        counters.update_or_create({"name": str(n)}, {"last": n})
"""


def prepared(path: Path) -> None:
    with SyncNoormme(path) as db:
        db.execute_script("create table tags (name text not null); create table counters (name text, last integer)")


def test_threads_do_not_make_a_row_twice(tmp_path: Path) -> None:
    prepared(tmp_path / "app.db")
    with SyncNoormme(tmp_path / "app.db") as db, ThreadPoolExecutor(4) as threads:

        def work(_: int) -> int:
            tags, counters = db.get_repository("tags"), db.get_repository("counters")
            for name in range(NAMES):
                counters.update_or_create({"name": str(name)}, {"last": name})
            return sum(tags.get_or_create({"name": str(name)})[1] for name in range(NAMES))

        assert sum(threads.map(work, range(4))) == NAMES
        assert db.get_repository("tags").count() == NAMES
        assert db.get_repository("counters").count() == NAMES


def test_processes_do_not_make_a_row_twice(tmp_path: Path) -> None:
    prepared(tmp_path / "app.db")
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(tmp_path / "app.db"), str(NAMES)]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    made = [int(process.communicate(timeout=120)[0]) for process in running]
    assert sum(made) == NAMES
    with SyncNoormme(tmp_path / "app.db") as db:
        assert db.get_repository("tags").count() == NAMES
        assert db.get_repository("counters").count() == NAMES


async def test_tasks_do_not_make_a_row_twice(tmp_path: Path) -> None:
    prepared(tmp_path / "app.db")
    async with Noormme(tmp_path / "app.db") as db:
        tags = db.get_repository("tags")
        found = await asyncio.gather(*(tags.get_or_create({"name": str(n % 4)}) for n in range(NAMES)))
        assert sum(is_new for _, is_new in found) == await tags.count() == 4


async def test_of_those_who_expect_the_same_version_one_is_first(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db") as db:
        await db.execute_script("create table notes (id integer primary key, n integer, version integer not null)")
        await db.execute("insert into notes values (1, 0, 1)")
    async with Noormme(tmp_path / "app.db", tables={"notes": TableOptions(version="version")}) as db:
        notes = db.get_repository("notes")
        writes = [notes.update(1, {"n": n}, expected_version=1) for n in range(1, NAMES)]
        found = await asyncio.gather(*writes, return_exceptions=True)
        first = [row for row in found if not isinstance(row, ConflictError)]
        assert first == [await notes.get_by_id(1)]
        assert (await notes.get_by_id(1)).version == 2
