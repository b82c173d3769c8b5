"""Writes outside of transactions: a lone one at once on the loop, several together on the writer lane."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from noormme_py.engine.checkpoints import Checkpoints
from noormme_py.engine.elsewhere import ELSEWHERE, Elsewhere
from noormme_py.engine.group_commit import Group, Write
from noormme_py.engine.loop_connection import BOUND_NS, LoopConnection
from noormme_py.engine.observers import Observers
from noormme_py.engine.pool import Pool
from noormme_py.errors import DatabaseBusy
from noormme_py.query.statement import Work

T = TypeVar("T")

MAX_GROUP = 256
"""How many writes share a transaction at the most, so that nobody waits long for the others."""


class Writer:
    """Puts each write where it costs least. All methods run on the loop."""

    def __init__(
        self,
        pool: Pool,
        loop_connection: LoopConnection | None,
        checkpoints: Checkpoints,
        observers: Observers,
        *,
        busy_timeout_s: float,
    ) -> None:
        self.groups = 0
        self.grouped_writes = 0
        self._pool = pool
        self._loop_connection = loop_connection
        self._busy_timeout_s = busy_timeout_s
        self._checkpoints = checkpoints
        self._observers = observers
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Write[Any]] = []
        self._group: Group | None = None
        self._committer: asyncio.Task[None] | None = None
        # Whether the last first commit of a log held the loop for too long.
        self._is_disk_slow = False
        # Which task has written on the loop since the loop last went round.
        self._turn_of: asyncio.Task[Any] | None = None

    def write_now(self, work: Work[T], schema_version: int) -> T | Elsewhere:
        """Do a write at once on the loop when nobody else writes, or return ELSEWHERE."""
        connection = self._loop_connection
        if connection is None or not self._pool.is_idle:
            return ELSEWHERE
        connection.check_caller()
        # The first commit of a new log waits for the disk.
        is_first = self._checkpoints.is_new_log
        if (is_first and self._is_disk_slow) or not self._is_alone():
            return ELSEWHERE
        held_ns = connection.held_ns
        answer = connection.write(work, schema_version)
        if answer is not ELSEWHERE:
            self._checkpoints.note_commit()
            if is_first:
                self._is_disk_slow = connection.held_ns - held_ns > BOUND_NS
        return answer

    async def run(self, work: Work[T], make: Callable[[], Work[T]], schema_version: int | None) -> T:
        """Do a write in a transaction of its own, or in one that it shares; `make` gives it anew."""
        await self._pool.let_go_of_dropped()
        self._pool.check_not_held_by_caller()
        if self._loop_connection is not None and schema_version is not None:
            # A write on the lane would have the loop's connection read all its pages anew.
            await self._checkpoints.wait()
            # Somebody may have closed the database meanwhile.
            if self._loop_connection is not None:
                if self._loop_connection.is_due:
                    await self._loop_connection.give_way()
                answer: T | Elsewhere = self.write_now(work, schema_version)
                if answer is not ELSEWHERE:
                    return answer
        return await self._in_group(work, make, schema_version)

    def leave_loop(self) -> None:
        """Do every write on the lane from now on."""
        self._loop_connection = None

    async def end(self) -> None:
        """Wait until what runs in the background has ended, once the lanes are closed."""
        if self._committer is not None:
            await asyncio.gather(self._committer, return_exceptions=True)

    def _is_alone(self) -> bool:
        """Whether nobody else writes: not now, and no other task since the loop last went round."""
        if self._waiting or self._committer is not None:
            return False
        task = asyncio.current_task(self._loop)
        if self._turn_of is None:
            self._turn_of = task
            self._loop.call_soon(self._end_turn)
        return self._turn_of is task

    def _end_turn(self) -> None:
        self._turn_of = None

    async def _in_group(self, work: Work[T], make: Callable[[], Work[T]], schema_version: int | None) -> T:
        write: Write[T] = Write(work, make, schema_version, self._loop, self._observers.origin_of(work))
        self._waiting.append(write)
        if self._committer is None:
            self._committer = self._loop.create_task(self._commit())
        try:
            return await write.future
        except asyncio.CancelledError:
            await self._stop(write)
            raise

    async def _stop(self, write: Write[Any]) -> None:
        if write in self._waiting:
            self._waiting.remove(write)
            return
        group = self._group
        if group is not None and write in group.writes:
            group.stop(write)
            while self._group is group:
                try:
                    await asyncio.sleep(0.001)
                except asyncio.CancelledError:
                    continue

    async def _commit(self) -> None:
        """Commit what waits, group after group, until nothing does."""
        try:
            while self._waiting:
                await self._commit_group()
        finally:
            self._committer = None

    async def _commit_group(self) -> None:
        try:
            lease = await self._pool.acquire()
        except BaseException as fault:
            self._refuse(fault)
            return
        writes, self._waiting = self._waiting[:MAX_GROUP], self._waiting[MAX_GROUP:]
        self._group = Group(writes)
        self.groups += 1
        self.grouped_writes += len(writes)
        try:
            self._checkpoints.note_lane(await lease.lane.run(self._group.commit))
        except BaseException as fault:
            for write in writes:
                write.error = fault
        finally:
            self._group = None
            self._pool.release(lease)
        for write in writes:
            write.answer()

    def _refuse(self, fault: BaseException) -> None:
        """Tell those who wait that there is no lane; whoever has just come waits on."""
        waiting, self._waiting = self._waiting, []
        latest = monotonic() - self._busy_timeout_s
        for write in waiting:
            if isinstance(fault, DatabaseBusy) and write.began_s > latest:
                self._waiting.append(write)
            else:
                write.error = fault
                write.answer()
