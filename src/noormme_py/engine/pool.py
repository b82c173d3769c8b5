"""Who holds which lane: first come, first served, and nobody waits for himself."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter_ns

from noormme_py.engine.connection import Connection
from noormme_py.engine.holders import current_holder
from noormme_py.engine.lane import Lane
from noormme_py.engine.refusals import Use, held_too_long, waits_for_itself
from noormme_py.errors import Closed

# How soon at the earliest whoever waits looks again who holds the lanes.
_SHORTEST_LOOK_S = 0.01
_TURNS_TO_LET_GO = 2


@dataclass(slots=True)
class Lease:
    """A lane in somebody's hands; `use` and `task` are known where it lasts as long as that task likes."""

    lane: Lane
    use: Use | None = None
    task: asyncio.Task[object] | None = None


class Pool:
    """Up to `size` lanes, opened when they are first needed."""

    def __init__(self, size: int, make: Callable[[int], Lane], busy_timeout_s: float, *, more: str) -> None:
        """`more` says in an error how to have more lanes."""
        self._size = size
        self._make = make
        self._busy_timeout_s = busy_timeout_s
        self._more = more
        self._lanes: list[Lane] = []
        self._idle: list[Lane] = []
        self._opening = 0
        self._leases: list[Lease] = []
        # They are given a lane, or None: the place of one, which they may open.
        self._waiting: deque[asyncio.Future[Lane | None]] = deque()
        self._is_closed = False
        self._turns = 0
        self.connections: list[Connection] = []

    @property
    def _has_streams(self) -> bool:
        return any(lease.use == "stream" for lease in self._leases)

    async def acquire(self, *, use: Use | None = None) -> Lease:
        """Take a lane; raises DatabaseBusy when transactions or streams hold all for longer than busy_timeout."""
        asked_ns = perf_counter_ns()
        if len(self._leases) == self._size:
            await self.let_go_of_dropped()
        if self._is_closed:
            raise Closed("the database is closed")
        if self._idle and not self._waiting:
            lane = self._idle.pop()
        elif len(self._lanes) + self._opening < self._size:
            lane = await self._open()
        else:
            lane = await self._wait() or await self._open()
        lane.waited_ns = perf_counter_ns() - asked_ns
        lease = Lease(lane)
        if use is not None:
            lease.use, lease.task = use, asyncio.current_task()
            lane.hold(current_holder())
        self._leases.append(lease)
        self._turns += 1
        return lease

    @property
    def is_idle(self) -> bool:
        """Whether a lane is free this moment, and nobody waits."""
        return bool(self._idle) and not self._waiting and not self._is_closed

    async def let_go_of_dropped(self) -> None:
        """Let the loop begin to end what the caller has dropped, where the caller holds all that there is.

        A stream left by `break` is ended by a task that the loop makes in its next turn, and begins in the one after.
        """
        for _ in range(_TURNS_TO_LET_GO):
            if not self._is_held_by_caller():
                return
            await asyncio.sleep(0)

    def _is_held_by_caller(self) -> bool:
        task = asyncio.current_task()
        # A lane that is being opened, or handed on, is in no lease and will come free.
        return len(self._leases) == self._size and all(lease.task is task for lease in self._leases)

    def check_not_held_by_caller(self) -> None:
        """Raise TransactionError when the caller would wait for himself."""
        if self._is_held_by_caller():
            raise waits_for_itself("task", has_streams=self._has_streams, more=self._more)

    def release(self, lease: Lease) -> None:
        """Give a lane back, to whoever has waited longest."""
        self._leases.remove(lease)
        lease.lane.hold(None)
        self._give(lease.lane)

    async def close(self, timeout_s: float) -> None:
        """Refuse whoever waits, and close every lane."""
        self._is_closed = True
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_exception(Closed("the database was closed while this waited"))
        lanes, self._lanes, self._idle = self._lanes, [], []
        for lane in lanes:
            lane.end()
        await asyncio.gather(*(lane.close(timeout_s) for lane in lanes))

    def abandon(self) -> None:
        """Tell every lane to end, without waiting."""
        for lane in self._lanes:
            lane.end()

    def _give(self, lane: Lane | None) -> None:
        if self._is_closed:
            return
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(lane)
                return
        if lane is not None:
            self._idle.append(lane)

    async def _open(self) -> Lane:
        lane = self._make(len(self._lanes) + self._opening)
        self._opening += 1
        try:
            connection = await lane.open()
        except BaseException:
            self._opening -= 1
            self._give(None)
            raise
        self._opening -= 1
        if self._is_closed:
            await lane.close(0)
            raise Closed("the database was closed while this waited")
        self._lanes.append(lane)
        self.connections.append(connection)
        return lane

    async def _wait(self) -> Lane | None:
        self.check_not_held_by_caller()
        waiter: asyncio.Future[Lane | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        look_s = self._busy_timeout_s
        try:
            while True:
                turns = self._turns
                await asyncio.wait({waiter}, timeout=look_s)
                if waiter.done():
                    return waiter.result()
                look_s = max(look_s, _SHORTEST_LOOK_S)
                # Short jobs that follow each other are progress; one holder that never lets go is not.
                are_transactions = not self._opening and all(lease.task is not None for lease in self._leases)
                if turns == self._turns and are_transactions:
                    held_by = self._leases[0].lane.holder_told() if self._leases else None
                    raise held_too_long(held_by, has_streams=self._has_streams, more=self._more)
        except BaseException:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._give(waiter.result())
            raise
