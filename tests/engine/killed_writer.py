"""A program that has children write, each to a file of its own, and kills each in the middle of it.

Called with a folder and the seeds to run. It leaves `SEED.db` as the killed child left it, and in `SEED.acks` what the
child had been answered by then. The library is imported once and the children are forked, or most of the time would go
into starting Python.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

from noormme_py import Noormme, SyncNoormme

BATCH = 40
WRITERS = 4
KINDS = ("alone", "group", "pairs", "batches", "all", "reopen", "threads")
TABLES = ("singles", "lefts", "rights", "parts")
# How many rows of a table make one unit of work, all of them kept or none.
ROWS_A_UNIT = {"singles": 1, "lefts": 1, "rights": 1, "parts": BATCH}

_PADS = (0, 60, 900, 9_000)
_PAUSE_S = 0.006


def kind_of(seed: int) -> str:
    """Return what the writer of a seed does."""
    return KINDS[seed % len(KINDS)]


def is_killed_while_opening(seed: int) -> bool:
    """Whether the writer of a seed is killed at any moment of its start, before it was told to have begun."""
    return seed % 11 == 10


def settings(seed: int) -> dict[str, Any]:
    """Return the settings of a seed: checkpoints as often as can be, now and then, or never; both journals."""
    chance = random.Random(seed)
    return {
        "wal_autocheckpoint": chance.choice((1, 1, 3, 20, 1_000, 0)),
        "synchronous": chance.choice(("OFF", "NORMAL", "NORMAL", "FULL")),
        "enable_wal_mode": seed % 8 != 7,
    }


class Child:
    """Writes to one file until it is killed, and tells of each unit of work once it has been answered."""

    def __init__(self, path: Path, seed: int, told: int) -> None:
        self._seed = seed
        self._told = told
        self._chance = random.Random(seed)
        self._path = path
        self._done = [0] * (2 * WRITERS)

    async def run(self) -> None:
        async with self._opened() as db:
            for table in TABLES:
                await db.execute(
                    f"create table {table} (id integer primary key, writer integer, number integer, pad text)"
                )
            os.write(self._told, b"ready\n")
            if kind_of(self._seed) != "reopen":
                await asyncio.gather(*(self._repeat(db, *each) for each in self._writers()))
        while True:
            async with self._opened() as db:
                await self._repeat(db, self._single, 0, times=3)

    def _opened(self) -> Noormme:
        return Noormme(self._path, optimization=settings(self._seed))

    def _writers(self) -> list[tuple[Callable[[Noormme, dict[str, Any]], Awaitable[None]], int]]:
        kinds = {"group": self._single, "pairs": self._pair, "batches": self._batch}
        kind = kind_of(self._seed)
        if kind == "alone":
            return [(self._single, 0)]
        if kind in kinds:
            return [(kinds[kind], writer) for writer in range(WRITERS)]
        return [(work, writer) for writer, work in enumerate((*kinds.values(), self._single, self._pair))]

    async def _repeat(
        self,
        db: Noormme,
        work: Callable[[Noormme, dict[str, Any]], Awaitable[None]],
        writer: int,
        times: int | None = None,
    ) -> None:
        last = None if times is None else self._done[writer] + times
        while self._done[writer] != last:
            row = {"writer": writer, "number": self._done[writer], "pad": "x" * self._chance.choice(_PADS)}
            await work(db, row)
            self._done[writer] += 1

    async def _single(self, db: Noormme, row: dict[str, Any]) -> None:
        await db.get_repository("singles").create(row)
        tell(self._told, row, "singles")

    async def _pair(self, db: Noormme, row: dict[str, Any]) -> None:
        async with db.transaction() as tx:
            await tx.get_repository("lefts").create(row)
            await tx.get_repository("rights").create(row)
        tell(self._told, row, "lefts", "rights")

    async def _batch(self, db: Noormme, row: dict[str, Any]) -> None:
        assert await db.get_repository("parts").insert_many([row] * BATCH) == BATCH
        tell(self._told, row, "parts")


class SyncChild:
    """Writes to one file with the synchronous face, from two threads, until it is killed."""

    def __init__(self, path: Path, seed: int, told: int) -> None:
        self._told = told
        self._seed = seed
        self._db = SyncNoormme(path, optimization=settings(seed))

    def run(self) -> None:
        with self._db as db:
            for table in TABLES:
                db.execute(f"create table {table} (id integer primary key, writer integer, number integer, pad text)")
            os.write(self._told, b"ready\n")
            threads = [Thread(target=self._repeat, args=(writer,)) for writer in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def _repeat(self, writer: int) -> None:
        chance = random.Random(self._seed * 2 + writer)
        for number in count():
            row = {"writer": writer, "number": number, "pad": "x" * chance.choice(_PADS)}
            self._db.get_repository("singles").create(row)
            tell(self._told, row, "singles")
            with self._db.transaction() as tx:
                tx.get_repository("lefts").create(row)
                tx.get_repository("rights").create(row)
            tell(self._told, row, "lefts", "rights")
            assert self._db.get_repository("parts").insert_many([row] * BATCH) == BATCH
            tell(self._told, row, "parts")


def tell(told: int, row: dict[str, Any], *tables: str) -> None:
    for table in tables:
        os.write(told, f"{table} {row['writer']} {row['number']}\n".encode())


def run_child(path: Path, seed: int, told: int) -> None:
    if kind_of(seed) == "threads":
        SyncChild(path, seed, told).run()
    else:
        asyncio.run(Child(path, seed, told).run())


def kill_one(folder: Path, seed: int) -> None:
    """Have one child write and kill it; raises when it ended by itself."""
    chance = random.Random(-1 - seed)
    answered, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            run_child(folder / f"{seed}.db", seed, told)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(told)
    heard = b""
    if is_killed_while_opening(seed):
        time.sleep(chance.uniform(0, 0.05))
    else:
        units = chance.randrange(1, 40)
        while heard.count(b"\n") <= units and (more := os.read(answered, 65_536)):
            heard += more
        time.sleep(chance.uniform(0, _PAUSE_S))
    os.kill(pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    while more := os.read(answered, 65_536):
        heard += more
    os.close(answered)
    if status != -signal.SIGKILL:
        raise RuntimeError(f"the writer of seed {seed} ended by itself with {status}")
    (folder / f"{seed}.acks").write_bytes(heard.removeprefix(b"ready\n"))


def main() -> None:
    """Run the seeds that were asked for."""
    folder, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for seed in range(first, last):
        kill_one(folder, seed)


if __name__ == "__main__":
    main()
