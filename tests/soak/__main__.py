"""`python -m tests.soak --minutes 10`: ends with 1 when something was lost, doubled, leaked, or told untyped."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import random
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import AsyncGenerator
from pathlib import Path

from noormme_py import Noormme
from tests.soak.ledger import ACCOUNTS, Ledger, Violation
from tests.soak.work import Workers

REPORT_S = 30.0
FIRST_LOOK = 0.2
MAX_GROWTH = 1.2
GRACE_S = 10.0


def resident_mib() -> float:
    """Return how much memory this process has in use, 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 2**20


def open_files(folder: Path) -> list[str]:
    found: list[str] = []
    with contextlib.suppress(OSError):
        for handle in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                target = handle.readlink()
                if target.is_relative_to(folder):
                    found.append(target.name)
    return found


def our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("noormme")]


class Soak:
    """One run on one file."""

    def __init__(self, path: Path, seconds: float, seed: int) -> None:
        self._path = path
        self._seconds = seconds
        self._seed = seed
        self._chance = random.Random(seed)
        self._ledger = Ledger()
        self._early_mib = 0.0
        self._kills = 0

    async def run(self) -> None:
        performance = {"max_readers": 4}
        async with Noormme(self._path, performance=performance, optimization={"wal_autocheckpoint": 200}) as db:
            await db.execute("create table accounts (id integer primary key, money integer not null)")
            await db.execute("create table entries (id integer primary key, writer text, number integer, pad text)")
            await db.execute("create index entries_of on entries (writer, number)")
            await db.get_repository("accounts").insert_many({"money": 1_000} for _ in range(ACCOUNTS))
            workers = Workers(db, self._ledger, self._seed)
            try:
                async with asyncio.TaskGroup() as group, self._process("disturb"):
                    for loop in workers.loops():
                        group.create_task(loop)
                    await self._watch(db)
                    workers.is_over = True
            finally:
                workers.is_over = True
        self._check_what_is_left()

    async def _watch(self, db: Noormme) -> None:
        """Kill a writing process again and again, and say now and then how it goes."""
        began = time.monotonic()
        told = began
        while (elapsed_s := time.monotonic() - began) < self._seconds:
            await self._kill_a_writer(db)
            if not self._early_mib and elapsed_s > FIRST_LOOK * self._seconds:
                self._early_mib = _settled_mib()
            if time.monotonic() - told > REPORT_S:
                told = time.monotonic()
                print(f"{told - began:6.0f} s  {self._line()}", flush=True)

    async def _kill_a_writer(self, db: Noormme) -> None:
        writer = f"killed {self._kills}"
        pages = self._ledger.of(writer)
        async with self._process("write", writer) as process:
            assert process.stdout is not None
            for _ in range(self._chance.randrange(1, 150)):
                line = await asyncio.wait_for(process.stdout.readline(), 60)
                pages.answered.add(int(line))
            await asyncio.sleep(self._chance.random() * 0.02)
            process.kill()
            pages.answered.update(int(line) for line in (await process.stdout.read()).split())
            await process.wait()
        self._kills += 1
        # The one that was being written may be there and was not told.
        pages.in_doubt.add(len(pages.answered))
        rows = await db.get_repository("entries").find_many({"writer": writer})
        found = {row.number for row in rows}
        if pages.answered - found or found - pages.answered - pages.in_doubt or len(found) != len(rows):
            raise Violation(f"{writer} was answered {len(pages.answered)} and left {len(rows)}")
        await db.get_repository("entries").delete_many({"writer": writer})
        del self._ledger.pages[writer]

    @contextlib.asynccontextmanager
    async def _process(self, task: str, *more: str) -> AsyncGenerator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.soak.others", task, str(self._path), *more), stdout=asyncio.subprocess.PIPE
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            told, _ = await process.communicate()
        if process.returncode != -9:
            raise Violation(f"{task} ended by itself with {process.returncode}: {told.decode()}")

    def _line(self) -> str:
        done = " ".join(f"{kind}={count}" for kind, count in sorted(self._ledger.operations.items()))
        return f"{done} kills={self._kills} errors={self._ledger.errors.total()} rss={resident_mib():.0f} MiB"

    def _check_what_is_left(self) -> None:
        late_mib = _settled_mib()
        deadline = time.monotonic() + GRACE_S
        while (our_threads() or open_files(self._path.parent)) and time.monotonic() < deadline:
            time.sleep(0.05)
        print(f"operations: {self._ledger.operations.total()}, kills: {self._kills}")
        for error, count in self._ledger.errors.most_common():
            print(f"  {count:7} {error}")
        ratio = late_mib / self._early_mib if self._early_mib else 1.0
        print(f"rss: {self._early_mib:.1f} MiB at {FIRST_LOOK:.0%}, {late_mib:.1f} MiB at the end, ratio {ratio:.3f}")
        print(f"left: threads {our_threads()}, open files {open_files(self._path.parent)}")
        self._ledger.check_file(self._path)
        print("integrity_check ok, the accounts add up, every answered entry is there")
        if ratio >= MAX_GROWTH:
            raise Violation(f"memory grew by {ratio:.3f}")
        if our_threads() or open_files(self._path.parent):
            raise Violation("something was left open")
        if left := [file.name for file in self._path.parent.iterdir() if file != self._path]:
            raise Violation(f"files were left: {left}")


def _settled_mib() -> float:
    gc.collect()
    return resident_mib()


def main() -> int:
    """Run and return the exit code."""
    arguments = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    arguments.add_argument("--minutes", type=float, default=10.0)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak") as folder:
        try:
            asyncio.run(Soak(Path(folder) / "app.db", 60 * given.minutes, given.seed).run())
        except BaseException:
            traceback.print_exc()
            return 1
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
