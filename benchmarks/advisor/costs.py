"""What statements cost on a database as it stands: steps of SQLite's virtual machine, time, rows, and plans."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.advisor.workload import Asked, Sample

# Steps are counted in calls of this many; what takes few steps is run again and counted one by one.
_COARSE = 20
_FEW_CALLS = 150


@dataclass(frozen=True, slots=True)
class Cost:
    """One run, or the mean of the samples; `ms` is the best of a few runs."""

    steps: float
    ms: float
    rows: float


@dataclass(frozen=True, slots=True)
class Run:
    """A statement with one set of parameters on one state of the database."""

    plan: tuple[str, ...]
    cost: Cost


Runs = dict[tuple[str, Sample], Run]


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a database with room for all of it in memory. No plan outlives the indexes it was made for."""
    with closing(sqlite3.connect(file, isolation_level=None, cached_statements=0)) as connection:
        connection.execute("pragma synchronous = off")
        connection.execute("pragma cache_size = -262144")
        connection.execute("pragma foreign_keys = on")
        connection.execute("select count(*) from sqlite_schema").fetchone()
        yield connection


@contextmanager
def copied(file: Path, name: str) -> Iterator[Path]:
    """Lend a copy of a database."""
    copy = file.with_name(f"{name}.db")
    shutil.copyfile(file, copy)
    try:
        yield copy
    finally:
        copy.unlink()


def runs(connection: sqlite3.Connection, statements: Iterable[Asked], known: Runs, *, timings: int) -> Runs:
    """Run each statement with each of its samples.

    What reads, and has the plan that it had among the `known`, costs what it cost there. A write is always run
    again: the upkeep of indexes and the checks of foreign keys are in no plan.
    """
    found: Runs = {}
    for statement in statements:
        for sample in statement.samples:
            plan = plan_of(connection, statement.sql, sample)
            before = known.get((statement.sql, sample))
            if before is not None and before.plan == plan and not is_write(statement.sql):
                found[statement.sql, sample] = before
            else:
                found[statement.sql, sample] = Run(plan, cost_of(connection, statement.sql, sample, timings=timings))
    return found


def mean(of: Runs, statement: Asked) -> Cost:
    """Return what a statement costs, each of its samples being as frequent as the others."""
    costs = [of[statement.sql, sample].cost for sample in statement.samples]
    return Cost(*(sum(parts) / len(costs) for parts in zip(*((c.steps, c.ms, c.rows) for c in costs), strict=True)))


def is_write(sql: str) -> bool:
    return sql.lstrip()[:6].lower() in ("insert", "update", "delete", "replac")


def plan_of(connection: sqlite3.Connection, sql: str, sample: Sample) -> tuple[str, ...]:
    return tuple(row[3] for row in connection.execute(f"explain query plan {sql}", sample))


def cost_of(connection: sqlite3.Connection, sql: str, sample: Sample, *, timings: int) -> Cost:
    """Run a statement, and roll back what it writes."""
    calls, rows = _counted(connection, sql, sample, _COARSE)
    steps = calls * _COARSE if calls > _FEW_CALLS else _counted(connection, sql, sample, 1)[0]
    times = [_timed(connection, sql, sample) for _ in range(timings)]
    return Cost(steps, min(times, default=0.0), rows)


def _counted(connection: sqlite3.Connection, sql: str, sample: Sample, each: int) -> tuple[int, int]:
    calls = 0

    def count() -> int:
        nonlocal calls
        calls += 1
        return 0

    connection.execute("savepoint trial")
    # Where the schema was changed in a transaction, going back to a savepoint in it forgets the schema: it is read
    # again here, and not at the expense of the statement.
    connection.execute("select 1 from sqlite_schema limit 1").fetchone()
    connection.set_progress_handler(count, each)
    cursor = connection.execute(sql, sample)
    rows = max(len(cursor.fetchall()), cursor.rowcount)
    connection.set_progress_handler(None, 0)
    _undo(connection)
    return calls, rows


def _timed(connection: sqlite3.Connection, sql: str, sample: Sample) -> float:
    connection.execute("savepoint trial")
    began = perf_counter()
    connection.execute(sql, sample).fetchall()
    ms = (perf_counter() - began) * 1000
    _undo(connection)
    return ms


def _undo(connection: sqlite3.Connection) -> None:
    connection.execute("rollback to trial")
    connection.execute("release trial")
