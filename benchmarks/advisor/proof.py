"""The workloads put to the proof: what they call needed gains, what they call wrong does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from benchmarks.advisor.advisers import by_heart
from benchmarks.advisor.costs import Runs, copied, opened, runs
from benchmarks.advisor.score import Bench, bring, follow
from benchmarks.advisor.shape import Index, indexes, wanted

# A gain counts from this part of what the whole workload takes, and from so many steps: about a millisecond.
WORTH = 0.001
LEAST = 100_000
STATE = "analyzed"


@dataclass(frozen=True, slots=True)
class Line:
    """An index, what it gains alone and beside all that is needed, and whether that is as the workload says.

    What is needed may gain only with a partner; what must not be is never looked at alone.
    """

    kind: Literal["needed", "must not", "drop"]
    ddl: str
    alone: float | None
    beside: float
    total: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class _Ground:
    """A copy of the database on which one change after the other is tried and taken back."""

    bench: Bench
    connection: sqlite3.Connection
    made: Mapping[str, Index]
    dropped: Mapping[str, Index]
    now: Runs

    def gain(self) -> float:
        return self.bench.gained(self.connection, STATE, self.now, self.made, self.dropped)

    def gain_with(self, ddl: str) -> float:
        """Return what is gained in all when one more statement of DDL is run."""
        before = indexes(self.connection)
        self.connection.execute("savepoint changed")
        self.connection.execute(ddl)
        after = indexes(self.connection)
        for name in after.keys() - before.keys():
            self.connection.execute(f'analyze "{after[name].table}"')
        made = {name: index for name, index in self.made.items() if name in after}
        made |= {name: index for name, index in after.items() if name not in before}
        lost = {name: index for name, index in before.items() if name not in after and name not in self.made}
        found = runs(self.connection, self.bench.workload.statements, self.now, timings=0)
        gain = self.bench.gained(self.connection, STATE, found, made, {**self.dropped, **lost})
        self.connection.execute("rollback to changed")
        self.connection.execute("release changed")
        return gain


def prove(bench: Bench) -> list[Line]:
    """Measure each needed index, each index that must not be, and each drop."""
    right = by_heart(bench.workload)
    with _ground(bench, "bare", []) as bare, _ground(bench, "right", right) as full:
        return [*_right(bench, right, bare, full), *_wrong(bench, full)]


def _right(bench: Bench, right: list[str], bare: _Ground, full: _Ground) -> Iterator[Line]:
    total, whole = bench.total(STATE), full.gain()
    for ddl in right:
        alone = bare.gain_with(ddl)
        if ddl.startswith("drop"):
            # It is gone already on the other ground.
            yield Line("drop", ddl, alone, alone, total, alone >= -_worth(bench))
            continue
        name = ddl.split()[2]
        beside = whole - full.gain_with(f"drop index {name}")
        yield Line("needed", ddl, alone, beside, total, max(alone, beside) > _worth(bench))


def _wrong(bench: Bench, full: _Ground) -> Iterator[Line]:
    total, whole = bench.total(STATE), full.gain()
    for ddl in _forbidden(bench):
        beside = full.gain_with(ddl) - whole
        yield Line("must not", ddl, None, beside, total, beside <= _worth(bench))


def _worth(bench: Bench) -> float:
    return max(WORTH * bench.total(STATE), LEAST)


def _forbidden(bench: Bench) -> Iterator[str]:
    """Yield the indexes that a workload forbids; of a table that it forbids, one of each column."""
    for number, text in enumerate(bench.workload.must_not):
        if "(" in text:
            yield wanted(text).ddl(f"wrong_{number}")
            continue
        with opened(bench.file) as connection:
            columns = connection.execute("select name from pragma_table_info(?) where pk = 0", (text,)).fetchall()
        for (column,) in columns:
            yield f"create index wrong_{number}_{column} on {text} ({column})"


@contextmanager
def _ground(bench: Bench, name: str, ddl: list[str]) -> Iterator[_Ground]:
    with copied(bench.file, name) as copy, opened(copy) as connection:
        _, made, dropped = follow(connection, ddl)
        bring(connection, STATE)
        now = runs(connection, bench.workload.statements, bench.before[STATE], timings=0)
        yield _Ground(bench, connection, made, dropped, now)
