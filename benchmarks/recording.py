"""What recording costs: the same calls with and without it, in turns, in one process.

    python -m benchmarks.recording

Each round does the calls on a database that records and on one that does not, the order changing from round to
round. Printed is the median of the rounds for each, and their ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import data
from benchmarks.stores import SqliteTemplate
from noormme_py import Noormme, SyncNoormme

CALLS = 500
TASKS = 50

Round = Callable[[int], Awaitable[None]]


def keys(start: int) -> list[int]:
    return [(start * CALLS + number) * 6007 % data.USERS + 1 for number in range(CALLS)]


def reading(db: Noormme) -> Round:
    users = db.get_repository("users")

    async def read(start: int) -> None:
        for key in keys(start):
            await users.find_by_id(key)

    return read


def reading_at_once(db: Noormme) -> Round:
    users = db.get_repository("users")

    async def read(some: list[int]) -> None:
        for key in some:
            await users.find_by_id(key)

    async def read_all(start: int) -> None:
        some = keys(start)
        await asyncio.gather(*(read(some[number::TASKS]) for number in range(TASKS)))

    return read_all


def reading_in_new_tasks(db: Noormme) -> Round:
    users = db.get_repository("users")

    async def read_all(start: int) -> None:
        some = keys(start)
        for first in range(0, CALLS, TASKS):
            await asyncio.gather(*(users.find_by_id(key) for key in some[first : first + TASKS]))

    return read_all


def inserting(db: Noormme) -> Round:
    users = db.get_repository("users")

    async def insert(start: int) -> None:
        for key in range(CALLS // 5):
            await users.create(data.user_values(key, f"new{start}-{key}@example.com"))

    return insert


def inserting_at_once(db: Noormme) -> Round:
    users = db.get_repository("users")

    async def insert(start: int) -> None:
        for first in range(0, CALLS // 5, TASKS):
            await asyncio.gather(
                *(
                    users.create(data.user_values(key, f"many{start}-{key}@example.com"))
                    for key in range(first, first + TASKS)
                )
            )

    return insert


def reading_synchronously(db: SyncNoormme) -> Round:
    users = db.get_repository("users")

    async def read(start: int) -> None:
        for key in keys(start):
            users.find_by_id(key)

    return read


async def compared(title: str, plain: Round, recorded: Round, rounds: int) -> None:
    """Do both in turns, and print how long a round takes of each."""
    times: dict[Round, list[float]] = {plain: [], recorded: []}
    for number in range(-3, rounds):
        for run in (plain, recorded) if number % 2 else (recorded, plain):
            began = perf_counter()
            await run(number + 3)
            if number >= 0:
                times[run].append(perf_counter() - began)
    without, with_it = median(times[plain]), median(times[recorded])
    print(f"{title:42} {without * 1e3:8.2f} ms {with_it * 1e3:8.2f} ms   {with_it / without:.3f}")


async def main(rounds: int) -> None:
    """Compare every way of asking."""
    recording = {"enable_query_analysis": True}
    with tempfile.TemporaryDirectory() as folder:
        template = SqliteTemplate(Path(folder), "normal")
        paths = [template.copy(name).target.location for name in ("plain", "recorded")]
        print(f"{'a round of each':42} {'without':>11} {'recording':>11}   ratio")
        async with Noormme(paths[0]) as plain, Noormme(paths[1], automation=recording) as recorded:
            for title, way, fewer in (
                ("find_by_id, one after another", reading, 1),
                ("find_by_id, 50 tasks", reading_at_once, 1),
                ("find_by_id, a new task each", reading_in_new_tasks, 1),
                ("create, one after another", inserting, 5),
                ("create, 50 at once", inserting_at_once, 5),
            ):
                await compared(title, way(plain), way(recorded), rounds // fewer)
        with SyncNoormme(paths[0]) as plain_sync, SyncNoormme(paths[1], automation=recording) as recorded_sync:
            await compared(
                "find_by_id, synchronous",
                reading_synchronously(plain_sync),
                reading_synchronously(recorded_sync),
                rounds,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure what recording costs.")
    parser.add_argument("--rounds", type=int, default=200)
    asyncio.run(main(parser.parse_args().rounds))
