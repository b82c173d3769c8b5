"""The loop's own connection: short reads and lone writes run at once, without a hop to a lane.

A statement is stopped when it goes over a budget of virtual-machine steps, and done again on a lane.
What was long once is sent to the lanes for a while before it is tried here again.
"""

from __future__ import annotations

import asyncio
from asyncio import get_running_loop
from threading import get_ident
from time import perf_counter_ns
from typing import Any, TypeVar

from noormme_py.config import Config
from noormme_py.engine.connection import Connection
from noormme_py.engine.elsewhere import ELSEWHERE, Elsewhere
from noormme_py.engine.forks import Forks
from noormme_py.engine.observers import Observers
from noormme_py.errors import DatabaseBusy, DatabaseError, ForkedConnection, Interrupted, WrongLoop
from noormme_py.query.statement import Statement, Work

T = TypeVar("T")

STEPS = 2_500
"""The budget: a statement is stopped between this many steps and twice as many."""

BOUND_NS = 1_000_000
"""How long a statement may hold the loop before it counts as long, whatever its steps."""

MAX_WRITTEN_BYTES = 64 * 1024
"""Parameters larger than this are written on the lane: copying them is one step, however long it takes."""

_FIRST_REST = 8
_LONGEST_REST = 1024
_MAX_KNOWN = 4_000
_FOR_GOOD = -1
_SHORT_WHILE = 16

# One opcode of these can take as long as it likes: counting a whole b-tree, a virtual table's search.
_UNBOUNDED = frozenset({"Clear", "Count", "Destroy", "IntegrityCk", "VFilter", "VUpdate", "Vacuum"})


class LoopConnection:
    """A connection on the loop's own thread. It never waits for a lock and never checkpoints.

    The first commit of a new log waits for the disk; where that took too long once, the lane does it.
    """

    def __init__(self, config: Config, loop: asyncio.AbstractEventLoop, thread: int, observers: Observers) -> None:
        """It is opened on any thread, and used on the one with this `threading.get_ident`, which runs the loop."""
        self._loop = loop
        # A thread runs one loop at a time, so this says which one runs: get_running_loop asks the system each time.
        self._thread = thread
        self._is_running = loop.is_running
        self._forks = Forks.count
        self.connection = Connection(config, "loop", "loop", observers)
        self.connection.set_step_handler(self._over_budget, STEPS)
        self._calls = 0
        # How many times more each statement goes to the lanes, and how long its last rest was.
        self._rests: dict[str, int] = {}
        self._last_rests: dict[str, int] = {}
        self.runs = 0
        # How many turned out too long, and were done on a lane instead.
        self.moved = 0
        self.longest_ns = 0
        self._worth_a_look_ns = 0
        self._slow_runs: dict[str, int] = {}
        # For how long statements have kept the loop since others last had a turn.
        self.held_ns = 0

    @property
    def is_due(self) -> bool:
        """Whether the loop has been held for long enough since others last had a turn."""
        return self.held_ns > BOUND_NS

    def check_caller(self) -> None:
        """Raise ForkedConnection or WrongLoop for a caller who did not open the database."""
        if get_ident() != self._thread or self._forks != Forks.count or not self._is_running():
            check_caller(self._loop, self._forks)

    async def give_way(self) -> None:
        """Let the loop go round once."""
        self.held_ns = 0
        await asyncio.sleep(0)

    def read(self, work: Work[T], schema_version: int) -> T | Elsewhere:
        """Run a statement that reads, or return ELSEWHERE; its errors are those a lane would raise."""
        if type(work) is not Statement or self.held_ns > BOUND_NS:
            return ELSEWHERE
        if get_ident() != self._thread or self._forks != Forks.count or not self._is_running():
            check_caller(self._loop, self._forks)
        if self._rests.get(work.sql, _FOR_GOOD) and self._is_elsewhere(work):
            return ELSEWHERE
        # The handler is called by the statement's lifetime count of steps, so the first call may come
        # at any step of a run: only the second one tells that the budget is spent.
        self._calls = 0
        began = perf_counter_ns()
        answer: T | Elsewhere = ELSEWHERE
        try:
            answer = self.connection.read_one(work, schema_version)
        except (Interrupted, DatabaseBusy) as fault:
            self._later(work.sql, fault)
        finally:
            elapsed_ns = perf_counter_ns() - began
            self.held_ns += elapsed_ns
            self.runs += 1
            if elapsed_ns > self._worth_a_look_ns:
                self._note_time(elapsed_ns, work.sql)
        return answer

    def write(self, work: Work[T], schema_version: int) -> T | Elsewhere:
        """Run a statement that writes in a transaction of its own, or undo it and return ELSEWHERE."""
        if type(work) is not Statement or self.held_ns > BOUND_NS:
            return ELSEWHERE
        if self._rests.get(work.sql, _FOR_GOOD) and self._is_elsewhere(work):
            return ELSEWHERE
        if is_large(work):
            return ELSEWHERE
        self._calls = 0
        began = perf_counter_ns()
        answer: T | Elsewhere = ELSEWHERE
        try:
            answer = self.connection.write_one(work, schema_version)
        except (Interrupted, DatabaseBusy) as fault:
            self._later(work.sql, fault)
        finally:
            elapsed_ns = perf_counter_ns() - began
            self.held_ns += elapsed_ns
            self.runs += 1
            if elapsed_ns > self._worth_a_look_ns:
                self._note_time(elapsed_ns, work.sql)
        return answer

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _is_elsewhere(self, statement: Statement[Any]) -> bool:
        rest = self._rests.get(statement.sql)
        if rest is None:
            rest = self._classify(statement)
        if rest > 0:
            self._rests[statement.sql] = rest - 1
        return rest != 0

    def _later(self, sql: str, fault: DatabaseError) -> None:
        self.moved += 1
        if isinstance(fault, Interrupted):
            self._rest(sql)

    def _note_time(self, elapsed_ns: int, sql: str) -> None:
        self.longest_ns = max(self.longest_ns, elapsed_ns)
        self._worth_a_look_ns = min(self.longest_ns, BOUND_NS)
        if elapsed_ns <= BOUND_NS:
            return
        # Once is the machine (another process had the core); twice in a short while is the statement.
        if self.runs - self._slow_runs.get(sql, -_SHORT_WHILE) < _SHORT_WHILE:
            self._rest(sql)
        self._slow_runs[sql] = self.runs

    def _rest(self, sql: str) -> None:
        length = min(2 * self._last_rests.get(sql, _FIRST_REST // 2), _LONGEST_REST)
        self._rests[sql] = self._last_rests[sql] = length

    def _over_budget(self) -> bool:
        # SQLite asks at the end of a COMMIT too: an interrupt there would be told of what is already kept.
        if self.connection.is_in_control:
            return False
        self._calls += 1
        return self._calls > 1

    def _classify(self, statement: Statement[Any]) -> int:
        """Look at a new statement's program: what has no bound goes to the lanes for good."""
        if len(self._rests) > _MAX_KNOWN:
            self._rests.clear()
            self._last_rests.clear()
            self._slow_runs.clear()
        opcodes = self.connection.opcodes(statement)
        rest = _FOR_GOOD if opcodes & _UNBOUNDED else 0
        self._rests[statement.sql] = rest
        return rest


def check_caller(loop: asyncio.AbstractEventLoop | None, forks: int) -> None:
    """Raise ForkedConnection or WrongLoop for a caller who did not open the database."""
    if forks != Forks.count:
        raise ForkedConnection("this database was opened before the process forked", hint="open it in each process")
    if get_running_loop() is not loop:
        raise WrongLoop("this database was opened in another event loop", hint="open it in each loop")


def is_large(statement: Statement[Any]) -> bool:
    """Whether the parameters are too large to be written on the loop."""
    parameters = statement.parameters
    values = parameters.values() if isinstance(parameters, dict) else parameters
    if len(values) > 1_000:
        return True
    size = 0
    for value in values:
        kind = value.__class__
        if kind is str or kind is bytes:
            size += len(value)  # type: ignore[arg-type]
    return size > MAX_WRITTEN_BYTES
