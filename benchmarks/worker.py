"""One peer in a process of its own: it answers `check`, `time` and `stop`, one JSON object a line.

A process for each peer keeps what libraries register globally (adapters of sqlite3, event hooks) and
what they leave on the heap away from the others.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import json
import os
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from time import perf_counter_ns
from typing import Any

from benchmarks.data import COMMENT_COLUMNS, stored
from benchmarks.peers import PEERS, NotOffered, Peer, Target
from benchmarks.work import WORKS, Arguments, Rows, Work

WORK_BY_NAME = {work.name: work for work in WORKS}
ROUND_STRIDE = 50_000
"""Rounds begin this far from each other, so that no e-mail address comes twice."""

AsyncCall = Callable[..., Awaitable[Any]]


class WrongAnswer(Exception):
    """A peer gave other rows than the data has."""


def plain_rows(result: Any, work: Work) -> Rows:
    """Return what a peer gave, one row or many, as tuples; users with comments as their join would give them."""
    if work.has_comments:
        return [
            (*_plain_row(user, work.columns), *_plain_row(comment, COMMENT_COLUMNS))
            for user, comments in _users_with_comments(result, work.columns)
            for comment in comments
        ]
    return [_plain_row(row, work.columns) for row in (result if work.is_many else [result])]


def _users_with_comments(result: Any, columns: tuple[str, ...]) -> Iterator[tuple[Any, Iterable[Any]]]:
    if isinstance(result, tuple):
        # Rows that know nothing of each other come as two lists.
        users = {row[0]: row for row in (_plain_row(user, columns) for user in result[0])}
        comments: dict[int, Rows] = {key: [] for key in users}
        for comment in result[1]:
            row = _plain_row(comment, COMMENT_COLUMNS)
            if row[1] not in users:
                raise WrongAnswer(f"a comment of user {row[1]}, who was not asked for")
            comments[row[1]].append(row)
        yield from ((users[key], comments[key]) for key in users)
        return
    for user in result:
        # A manager of Django's has to be asked for all it has.
        yield user, user.comments if isinstance(user.comments, Iterable) else user.comments.all()


def _plain_row(row: Any, columns: tuple[str, ...]) -> tuple[Any, ...]:
    if hasattr(row, "keys"):
        return tuple(row[name] for name in columns)
    if isinstance(row, Sequence):
        # Some rows have the key in front, where the key is not asked for.
        return tuple(row)[len(row) - len(columns) :]
    return tuple(getattr(row, name) for name in columns)


def compare(got: Rows, expected: Rows, values: str) -> None:
    """Raise WrongAnswer unless the rows are the same, types included."""
    if values == "stored":
        expected = [tuple(map(stored, row)) for row in expected]
        # A peer of stored values may still hand on what it was given.
        got = [tuple(map(stored, row)) for row in got]
    if len(got) != len(expected):
        raise WrongAnswer(f"{len(got)} rows, {len(expected)} were expected")
    for mine, theirs in zip(got, expected, strict=True):
        for a, b in zip(mine, theirs, strict=True):
            if a != b or type(a) is not type(b):
                raise WrongAnswer(f"a {type(a).__name__} {a!r} where {b!r} was expected")


class Bench:
    """The peer with what is asked of it."""

    def __init__(self, peer: Peer, target: Target) -> None:
        self.peer = peer
        self.target = target
        self._rounds: dict[str, int] = {}

    def reason_against(self, work: Work) -> str | None:
        """Return why the peer has no such work, or None."""
        lacks = self.peer.lacks
        return lacks.get(work.name) or lacks.get(work.method)

    def arguments(self, work: Work, count: int) -> list[Arguments]:
        number = self._rounds.get(work.name, 0)
        self._rounds[work.name] = number + 1
        # Works that write new rows must not meet each other's.
        offset = list(WORK_BY_NAME).index(work.name) * 10**9
        return list(islice(work.arguments(offset + number * ROUND_STRIDE), count))

    def check(self, work: Work, result: Any, arguments: Arguments) -> dict[str, Any]:
        if work.expected is not None:
            compare(plain_rows(result, work), work.expected(arguments), self.peer.values)
        if work.proof is None:
            return {}
        sql, rows = work.proof(arguments)
        return {"proof": sql, "rows": rows}


class SyncBench(Bench):
    """Runs a peer that knows no event loop. Tasks are calls one after another."""

    def open(self) -> None:
        self.peer.setup(self.target)

    def close(self) -> None:
        self.peer.teardown()

    def answer(self, work: Work, arguments: Arguments) -> Any:
        return getattr(self.peer, work.method)(*arguments)

    def time(self, work: Work, supply: list[Arguments]) -> int:
        call = getattr(self.peer, work.method)
        if work.mixes:
            return self._time_mixed(supply)
        start = perf_counter_ns()
        for arguments in supply:
            call(*arguments)
        return perf_counter_ns() - start

    def _time_mixed(self, supply: list[Arguments]) -> int:
        find, update = self.peer.find_by_id, self.peer.update
        start = perf_counter_ns()
        for arguments in supply:
            if len(arguments) == 1:
                find(*arguments)
            else:
                update(*arguments)
        return perf_counter_ns() - start


class AsyncBench(Bench):
    """Runs a peer in one event loop, for as long as the process lives."""

    def __init__(self, peer: Peer, target: Target) -> None:
        super().__init__(peer, target)
        self._runner = asyncio.Runner()

    def open(self) -> None:
        self._runner.run(self.peer.setup(self.target))

    def close(self) -> None:
        self._runner.run(self.peer.teardown())
        self._runner.close()

    def answer(self, work: Work, arguments: Arguments) -> Any:
        return self._runner.run(getattr(self.peer, work.method)(*arguments))

    def time(self, work: Work, supply: list[Arguments]) -> int:
        call = getattr(self.peer, work.method)
        one = self._mixed if work.mixes else _repeated
        if work.tasks == 1:
            return self._runner.run(_timed([one(call, supply)]))
        shares = [supply[number :: work.tasks] for number in range(work.tasks)]
        return self._runner.run(_timed([one(call, share) for share in shares]))

    async def _mixed(self, find: AsyncCall, supply: list[Arguments]) -> None:
        update = self.peer.update
        for arguments in supply:
            await (find(*arguments) if len(arguments) == 1 else update(*arguments))


async def _repeated(call: AsyncCall, supply: list[Arguments]) -> None:
    for arguments in supply:
        await call(*arguments)


async def _timed(jobs: list[Any]) -> int:
    start = perf_counter_ns()
    if len(jobs) == 1:
        await jobs[0]
    else:
        await asyncio.gather(*jobs)
    return perf_counter_ns() - start


def bench_for(name: str, target: Target) -> SyncBench | AsyncBench:
    """Return the bench of a peer, not yet open; raises ImportError."""
    peer = PEERS[name].load()
    is_async = inspect.iscoroutinefunction(peer.find_by_id)
    if is_async != peer.is_async:
        raise TypeError(f"{name}: is_async does not tell the truth")
    return AsyncBench(peer, target) if is_async else SyncBench(peer, target)


def respond(bench: SyncBench | AsyncBench, request: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked and return the answer."""
    work = WORK_BY_NAME[request["work"]]
    reason = bench.reason_against(work)
    if reason is not None:
        return {"lacks": reason}
    if request["do"] == "check":
        arguments = bench.arguments(work, 1)[0]
        return bench.check(work, bench.answer(work, arguments), arguments)
    supply = bench.arguments(work, request["count"])
    warm_up = len(supply) // 10
    if warm_up:
        bench.time(work, supply[:warm_up])
    gc.collect()
    gc.disable()
    try:
        elapsed_ns = bench.time(work, supply[warm_up:])
    finally:
        gc.enable()
    return {"elapsed_ns": elapsed_ns, "calls": len(supply) - warm_up}


def main() -> None:
    name, target = sys.argv[1], Target(**json.loads(sys.argv[2]))
    # Nothing that a library prints may get between the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def send(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer, default=_json) + "\n")

    bench = None
    try:
        bench = bench_for(name, target)
        bench.open()
        send({"ready": True})
        for line in sys.stdin:
            request = json.loads(line)
            if request["do"] == "stop":
                break
            try:
                send(respond(bench, request))
            except Exception as fault:
                traceback.print_exc()
                send({"error": _told(fault)})
        bench.close()
    except (ImportError, NotOffered) as fault:
        send({"missing": str(fault)})
    except Exception as fault:
        traceback.print_exc()
        send({"error": _told(fault)})
        # The peer may have left a thread that would keep the process.
        os._exit(1)


def _told(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {str(fault).splitlines()[0] if str(fault) else ''}"[:200]


def _json(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    main()
