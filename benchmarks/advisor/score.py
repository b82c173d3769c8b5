"""The judgement on advice: it is followed on a copy, and everything is measured again."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from time import perf_counter

from benchmarks.advisor.advisers import Adviser, NotThere, record_of
from benchmarks.advisor.costs import Runs, copied, is_write, mean, opened, runs
from benchmarks.advisor.shape import Index, indexes, served, wanted
from benchmarks.advisor.workload import Asked, Need, Workload
from noormme_py.optimize.recording.record import Record
from noormme_py.query.tokens import tokens

# What an entry of an index costs when it is written, and when the index is built, in steps.
ENTRY = 1_000
ROW_BUILT = 60

# Less than this is no difference.
STEPS_FLOOR = 500
MS_FLOOR = 0.2

STATES = ("as it is", "analyzed")
"""After the advice was followed: without more ado, and with ANALYZE. Each is compared with itself before."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: how often each run is timed, and in which states."""

    timings: int
    states: tuple[str, ...]


FULL = Effort(3, STATES)
QUICK = Effort(0, ("analyzed",))


@dataclass(frozen=True, slots=True)
class Worst:
    """The statement that became slower than all others; 1.0 when none did."""

    ratio: float = 1.0
    sql: str = ""


@dataclass(slots=True)
class Score:
    """How one adviser did on one workload; a `problem` says why there is nothing else.

    `total` is what the workload takes, `gains` what is saved of it by state, both in steps.
    """

    adviser: str
    total: float
    ddl: list[str] = field(default_factory=list)
    created: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    right_drops: list[str] = field(default_factory=list)
    wrong_drops: list[str] = field(default_factory=list)
    gains: dict[str, float] = field(default_factory=dict)
    worst_steps: Worst = Worst()
    worst_ms: Worst = Worst()
    seconds: float = 0.0
    problem: str | None = None

    @property
    def gain(self) -> float:
        return sum(self.gains.values()) / len(self.gains) if self.gains else 0.0


class Bench:
    """A workload's database, measured as it is, for advisers to be held against."""

    def __init__(self, workload: Workload, folder: Path, effort: Effort) -> None:
        self.workload = workload
        self.effort = effort
        self.file = folder / f"{workload.name}.db"
        workload.build(self.file)
        self.before: dict[str, Runs] = {}
        for state in effort.states:
            with copied(self.file, "before") as copy, opened(copy) as connection:
                bring(connection, state)
                self.before[state] = runs(connection, workload.statements, {}, timings=effort.timings)

    def record(self) -> Record:
        of = self.before[self.effort.states[0]]
        costs = [(said, mean(of, said)) for said in self.workload.statements]
        return record_of(
            [(said.sql, said.count, said.samples, int(cost.ms * 1e6), int(cost.rows)) for said, cost in costs]
        )

    def total(self, state: str) -> float:
        """Return what the whole workload takes, in steps."""
        return sum(said.count * mean(self.before[state], said).steps for said in self.workload.statements)

    def score(self, adviser: Adviser) -> Score:
        """Ask for advice, follow it, and judge."""
        found = Score(adviser.name, self.total(self.effort.states[-1]))
        with copied(self.file, "asked") as copy:
            began = perf_counter()
            try:
                found.ddl = adviser.advise(copy, self.record())
            except NotThere as reason:
                found.problem = str(reason)
                return found
            found.seconds = perf_counter() - began
        used: set[str] = set()
        made: dict[str, Index] = {}
        for state in self.effort.states:
            with copied(self.file, "followed") as copy, opened(copy) as connection:
                before, made, dropped = follow(connection, found.ddl)
                bring(connection, state)
                after = runs(connection, self.workload.statements, self.before[state], timings=self.effort.timings)
                found.gains[state] = self.gained(connection, state, after, made, dropped)
                used |= _used(connection, self.workload.statements, after, made)
                self._slower(found, state, after)
        self._judge(found, made, used, before)
        found.right_drops = [name for name in dropped if name in self.workload.drops_ok]
        found.wrong_drops = [name for name in dropped if name not in self.workload.drops_ok]
        return found

    def gained(
        self,
        connection: sqlite3.Connection,
        state: str,
        after: Runs,
        made: Mapping[str, Index],
        dropped: Mapping[str, Index],
    ) -> float:
        """Return what all statements save together, in steps, less the upkeep and the building of indexes."""
        gain = 0.0
        for said in self.workload.statements:
            earlier, later = mean(self.before[state], said), mean(after, said)
            gain += said.count * (earlier.steps - later.steps)
            if is_write(said.sql):
                entries = sum(_share(connection, each) * _touches(said.sql, each) for each in made.values())
                entries -= sum(_touches(said.sql, each) for each in dropped.values())
                gain -= ENTRY * said.count * later.rows * entries
        return gain - ROW_BUILT * sum(_rows(connection, each) for each in made.values())

    def _slower(self, found: Score, state: str, after: Runs) -> None:
        for said in self.workload.statements:
            # What a write pays for the upkeep of an index is in the gain.
            if is_write(said.sql):
                continue
            for sample in said.samples:
                earlier, later = self.before[state][said.sql, sample].cost, after[said.sql, sample].cost
                if later.steps - earlier.steps > STEPS_FLOOR:
                    worse = Worst(later.steps / max(earlier.steps, 1), said.sql)
                    found.worst_steps = max(found.worst_steps, worse, key=lambda one: one.ratio)
                if later.ms - earlier.ms > MS_FLOOR:
                    worse = Worst(later.ms / max(earlier.ms, 0.001), said.sql)
                    found.worst_ms = max(found.worst_ms, worse, key=lambda one: one.ratio)

    def _is_small(self, index: Index) -> bool:
        """Tell whether it is a partial index that is acceptable on a table where no whole one is."""
        return index.where is not None and served(self.workload.acceptable, index)

    def _judge(self, found: Score, made: dict[str, Index], used: set[str], before: dict[str, Index]) -> None:
        right = [text for need in self.workload.expected for text in need.alternatives]
        found.created = len(made)
        found.missed = [need.why for need in self.workload.expected if not _is_met(need, made)]
        kept = [*before.values(), *(index for name, index in made.items() if name in used)]
        for name, index in made.items():
            reason = None
            if name not in used:
                reason = "used by no statement"
                found.unused.append(name)
            elif is_forbidden(self.workload.must_not, index) and not self._is_small(index):
                reason = "must not be"
            elif any(_is_instead(other, index, made) for other in kept):
                reason = "another has its keys"
            elif not served((*right, *self.workload.acceptable), index):
                reason = "not needed"
            if reason:
                found.false.append(f"{index.table}({', '.join(index.keys)}): {reason}")


def is_forbidden(must_not: Sequence[str], index: Index) -> bool:
    """Tell whether an index is of a table, or begins with the keys, for which advice is wrong."""
    return any(wanted(text).leads(index) if "(" in text else text == index.table for text in must_not)


def _is_met(need: Need, made: dict[str, Index]) -> bool:
    return any(served(need.alternatives, index) for index in made.values())


def _is_instead(other: Index, index: Index, made: dict[str, Index]) -> bool:
    """Tell whether another index makes this one superfluous; of two that are alike, the later one is."""
    if other.name == index.name or not other.is_led_by(index):
        return False
    names = list(made)
    return (
        len(other.keys) > len(index.keys) or other.name not in made or names.index(other.name) < names.index(index.name)
    )


def follow(
    connection: sqlite3.Connection, ddl: Sequence[str]
) -> tuple[dict[str, Index], dict[str, Index], dict[str, Index]]:
    """Do what was advised; return the indexes of before that are left, those made, and those dropped."""
    before = indexes(connection)
    for statement in ddl:
        connection.execute(statement)
    after = indexes(connection)
    left = {name: index for name, index in before.items() if name in after}
    made = {name: index for name, index in after.items() if name not in before}
    return left, made, {name: index for name, index in before.items() if name not in after}


def bring(connection: sqlite3.Connection, state: str) -> None:
    """Bring a database into one of the states."""
    if state == "analyzed":
        connection.execute("analyze")


def _used(connection: sqlite3.Connection, statements: Sequence[Asked], after: Runs, made: dict[str, Index]) -> set[str]:
    """Return which indexes are in a plan, or, for the keys of foreign keys are in none, save a write its steps."""
    details = [f"{detail} " for run in after.values() for detail in run.plan]
    used = {name for name in made if any(f"INDEX {name} " in detail for detail in details)}
    writes = [said for said in statements if is_write(said.sql)]
    for name in made.keys() - used:
        connection.execute("savepoint without")
        connection.execute(f'drop index "{name}"')
        lacking = runs(connection, writes, {}, timings=0)
        connection.execute("rollback to without")
        connection.execute("release without")
        if any(mean(lacking, said).steps - mean(after, said).steps > STEPS_FLOOR for said in writes):
            used.add(name)
    return used


def _rows(connection: sqlite3.Connection, index: Index) -> int:
    condition = f" where {index.where}" if index.where else ""
    return int(connection.execute(f'select count(*) from "{index.table}"{condition}').fetchone()[0])


def _share(connection: sqlite3.Connection, index: Index) -> float:
    """Return which part of its table's rows an index has."""
    if index.where is None:
        return 1.0
    rows = int(connection.execute(f'select count(*) from "{index.table}"').fetchone()[0])
    return _rows(connection, index) / max(rows, 1)


def _touches(sql: str, index: Index) -> int:
    """Return how many entries of an index a row that is written costs: an UPDATE only where it sets a key."""
    words = [token for token in tokens(sql) if token.kind != "string"]
    verb = words[0].keyword
    names = [token.identifier.lower() for token in words]
    if verb != "UPDATE":
        return int(names[names.index("into" if verb in ("INSERT", "REPLACE") else "from") + 1] == index.table)
    if names[1] != index.table:
        return 0
    setting = words[: next((n for n, token in enumerate(words) if token.keyword == "WHERE"), len(words))]
    changed = {token.identifier.lower() for token, after in pairwise(setting) if after.text == "="}
    read = {token.identifier.lower() for key in (*index.keys, index.where or "") for token in tokens(key)}
    return int(bool(changed & read))
