"""Event loops that end, one after another or in the middle of work, and programs that are told to stop."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.errors import WrongLoop
from tests.engine.files import names_in
from tests.engine.neighbour import Neighbour, run_python

LONG_S = 20

INTERRUPTED = """
import asyncio, os, signal, sys
from noormme_py import Noormme

# A shell starts what runs in the background with SIGINT ignored, and that is inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)

async def main():
    async with Noormme(sys.argv[1]) as db:
        await db.execute("create table singles (id integer primary key, n integer)")
        await db.execute("create table lefts (id integer primary key, n integer)")
        await db.execute("create table rights (id integer primary key, n integer)")

        async def write_singles():
            n = 0
            while True:
                await db.get_repository("singles").create({"n": n})
                os.write(1, b"%d\\n" % n)
                n += 1

        async def write_pairs():
            n = 0
            while True:
                async with db.transaction() as tx:
                    await tx.get_repository("lefts").create({"n": n})
                    await tx.get_repository("rights").create({"n": n})
                n += 1

        async def read():
            while True:
                async for row in db.select_from("singles").select("n").stream():
                    pass

        async def query():
            await db.execute("with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n")

        tasks = {tasks}
        await asyncio.gather(*(task() for task in tasks))

try:
    asyncio.run(main())
except KeyboardInterrupt:
    os.write(1, b"interrupted\\n")
"""


@pytest.mark.parametrize(
    "tasks",
    [
        "[write_singles]",
        "[write_singles, write_pairs]",
        "[write_singles, write_pairs, read, query]",
    ],
)
def test_a_program_that_is_interrupted_ends_and_has_kept_what_it_was_answered(path: Path, tasks: str) -> None:
    command = [sys.executable, "-W", "default", "-c", INTERRUPTED.replace("{tasks}", tasks), str(path)]
    for units in (1, 7, 60):
        path.unlink(missing_ok=True)
        # Unbuffered, or what `readline` has read ahead would be lost to `communicate`.
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0) as process:
            assert process.stdout is not None
            heard = [process.stdout.readline() for _ in range(units)]
            process.send_signal(signal.SIGINT)
            rest, complaints = process.communicate(timeout=60)
        assert (process.returncode, complaints) == (0, b"")
        *answered, last = b"".join((*heard, rest)).split()
        assert last == b"interrupted"
        assert [int(n) for n in answered] == [*range(len(answered))]
        # It closed the database on its way out.
        assert names_in(path.parent) == [path.name]
        with Neighbour(path) as neighbour:
            neighbour.check_that_it_can_write()
            assert neighbour.execute("select count(*) from singles")[0][0] in (len(answered), len(answered) + 1)
            assert neighbour.execute("select n from lefts") == neighbour.execute("select n from rights")


STOPPED = """
import asyncio, gc, sys, threading, time
from noormme_py import Noormme

async def queue_work(db):
    await db.initialize()
    await db.execute("create table t (id integer primary key, n integer)")
    await db.execute("insert into t (n) values (1)")

    async def hold():
        async with db.transaction() as tx:
            await tx.execute("insert into t (n) values (100)")
            await asyncio.sleep(3600)

    async def stream():
        async for row in db.select_from("t").select("n").stream():
            await asyncio.sleep(3600)

    rows = db.get_repository("t")
    tasks = [hold(), stream(), *(rows.create({"n": 200}) for _ in range(5)), rows.count()]
    db.tasks = [asyncio.ensure_future(task) for task in tasks]
    await asyncio.sleep(0.05)

async def begin_anew():
    async with Noormme(sys.argv[1]) as db:
        await db.execute("insert into t (n) values (2)")
        print([row["n"] for row in (await db.execute("select n from t order by id")).rows])

db = Noormme(sys.argv[1])
if sys.argv[2] == "run":
    # It cancels what is pending.
    asyncio.run(queue_work(db))
else:
    # The loop stops, with all of it pending, and is closed.
    loop = asyncio.new_event_loop()
    loop.run_until_complete(queue_work(db))
    for task in db.tasks:
        # What asyncio would log of each task is what this is about.
        task._log_destroy_pending = False
    loop.close()
    del loop, task
del db
gc.collect()
asyncio.run(begin_anew())

def threads():
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("noormme")]

# What a thread still did for the old loop kept the database until then.
for _ in range(200):
    gc.collect()
    if not threads():
        break
    time.sleep(0.05)
print(threads())
"""


@pytest.mark.parametrize("end", ["run", "stop"])
def test_a_loop_that_ends_with_work_queued_leaves_no_lock_and_no_thread(path: Path, end: str) -> None:
    outcome = run_python(STOPPED, path, end, timeout_s=60)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout == "[1, 2]\n[]\n", outcome.stderr
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()


def test_one_database_serves_one_loop_after_another(path: Path) -> None:
    db = Noormme(path)

    async def work(n: int) -> int:
        async with db:
            await db.execute("create table if not exists t (id integer primary key, n integer)")
            await asyncio.gather(*(db.get_repository("t").create({"n": n}) for _ in range(5)))
            async with db.transaction() as tx:
                await tx.get_repository("t").create({"n": n})
            return len([row async for row in db.select_from("t").select("n").stream()])

    assert [asyncio.run(work(n)) for n in range(4)] == [6, 12, 18, 24]


def test_a_database_left_open_by_one_loop_is_refused_by_the_next_until_it_is_closed(path: Path) -> None:
    db = Noormme(path)

    async def leave_open() -> None:
        await db.initialize()
        await db.execute("create table t (id integer primary key, n integer)")
        await db.execute("select 1 as one")

    async def use() -> None:
        for attempt in (
            db.execute("select n from t"),
            db.get_repository("t").create({"n": 1}),
            db.get_repository("t").insert_many([{"n": 1}]),
            db.transaction().__aenter__(),
            db.transaction(read_only=True).__aenter__(),
            anext(db.select_from("t").select("n").stream()),
            db.execute("pragma user_version"),
        ):
            with pytest.raises(WrongLoop):
                await asyncio.wait_for(attempt, LONG_S)
        await db.close()
        async with db:
            await db.get_repository("t").create({"n": 2})

    asyncio.run(leave_open())
    asyncio.run(use())
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select n from t") == [[2]]
