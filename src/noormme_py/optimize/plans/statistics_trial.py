"""PRAGMA optimize, tried on a private copy: what it would have the planner know, and what that does to statements."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Literal

from noormme_py.errors import DatabaseError, QueryError
from noormme_py.frozen import frozen
from noormme_py.names import quote
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.plans.plan_tree import Plan, plan_of
from noormme_py.optimize.plans.plan_watch import PLANNED
from noormme_py.optimize.plans.statistics import UNKNOWN, Statistics, read_statistics, replace_statistics
from noormme_py.optimize.recording.record import Record, StatementRecord
from noormme_py.optimize.suggestion import Figures, Served
from noormme_py.query.statement import Operation, Parameters, Statement, ask, nothing
from noormme_py.query.tokens import main_verb

ANALYSIS_LIMIT = 400
"""Rows that ANALYZE looks at for each index: of a large table it takes milliseconds."""

# Analyse what needs it (2), and look at all tables (0x10000), not only at those that this connection has read. A
# release before 3.46 does not know the second; there the connection is made to have read them.
_OPTIMIZE = "pragma optimize(0x10002)"
_WOULD_OPTIMIZE = "pragma optimize(-1)"

_FIRST_COLUMNS = """
    select distinct indexes.tbl_name, columns.name
    from sqlite_schema as indexes, pragma_index_info(indexes.name) as columns
    where indexes.type = 'index' and columns.seqno = 0 and columns.name is not null
"""

# A run that takes longer is cut off: with the old statistics, and with the new ones.
_MOST_STEPS = 20_000_000
_MOST_SAMPLES = 3
_WORSE = 1.1
_BADLY_WORSE = 2.0
# What a single statement may lose without anybody noticing.
_FEW_STEPS = 500

Outcome = Literal["nothing to do", "kept", "refused", "not measured", "failed"]


@frozen
class OptimizeRun:
    """One time that PRAGMA optimize was tried, with what the planner knew before and what it would know after.

    "kept": the database has the new statistics. "not measured": it has them, and it was too large to be copied.
    "refused": they made statements slower, and the database never had them. `changed` are the statements whose plan
    became another. `at` is in seconds since 1970.
    """

    outcome: Outcome
    reason: str
    at: float
    elapsed_s: float = 0.0
    before: Statistics = UNKNOWN
    after: Statistics = UNKNOWN
    changed: tuple[Served, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that were analysed."""
        return self.before.changed_tables(self.after)


def is_due(lab: Laboratory, record: Record) -> bool:
    """Tell whether SQLite would analyse anything, asked where the rows are; nothing is written."""
    for sql, parameters in _touching(lab, record):
        try:
            lab.survey(f"explain query plan {sql}", parameters)
        except (DatabaseError, QueryError):
            continue
    return bool(lab.survey(_WOULD_OPTIMIZE))


def tried(lab: Laboratory, record: Record, at: float, *, budget_s: float) -> OptimizeRun:
    """Optimize a private copy, and judge by the steps of the statements whose plans are others then.

    Once the budget is spent statements are not run any more, and said to be unmeasured.
    """
    began_s = monotonic()
    before = lab.drive(read_statistics())
    statements = [found for found in record.statements if main_verb(found.sql) in PLANNED]
    plans = {found.sql: _plans(lab, found) for found in statements}
    lab.query(f"pragma analysis_limit = {ANALYSIS_LIMIT}")
    for sql, parameters in _touching(lab, record):
        try:
            lab.explain(sql, parameters)
        except (DatabaseError, QueryError):
            continue
    lab.query(_OPTIMIZE)
    after = lab.drive(read_statistics())
    new_plans = {found.sql: _plans(lab, found) for found in statements}
    changed = [found for found in statements if _texts(plans[found.sql]) != _texts(new_plans[found.sql])]

    def is_in_time() -> bool:
        return monotonic() - began_s < budget_s

    costs_after = {found.sql: _cost(lab, found) for found in changed if is_in_time()}
    lab.drive(replace_statistics(before))
    costs_before = {found.sql: _cost(lab, found) for found in changed if is_in_time()}
    served = tuple(
        Served(
            found.sql,
            found.count,
            _figures(plans[found.sql], costs_before.get(found.sql)),
            _figures(new_plans[found.sql], costs_after.get(found.sql)),
        )
        for found in changed
    )
    fault = _fault(served)
    outcome: Outcome = "kept" if fault is None else "refused"
    if before.figures == after.figures:
        outcome, fault = "nothing to do", "the statistics are as they were"
    told = "1 plan" if len(served) == 1 else f"{len(served)} plans" if served else "no plan"
    reason = fault or told + " changed" + (", none for the worse" if served else "")
    return OptimizeRun(outcome, reason, at, monotonic() - began_s, before, after, served)


def optimize_in_place() -> Operation[tuple[Statistics, Statistics]]:
    """Optimize a database itself; return what the planner knew and what it knows now. For the writer's connection."""
    before = yield from read_statistics()
    limit = yield from ask(Statement("pragma analysis_limit", (), lambda cursor: cursor.fetchone()[0]))
    yield from ask(Statement(f"pragma analysis_limit = {ANALYSIS_LIMIT}", (), nothing))
    columns = yield from ask(Statement(_FIRST_COLUMNS, (), lambda cursor: cursor.fetchall()))
    for sql in [_search(str(table), str(column)) for table, column in columns]:
        yield from ask(Statement(f"explain query plan {sql}", (), nothing))
    yield from ask(Statement(_OPTIMIZE, (), nothing))
    yield from ask(Statement(f"pragma analysis_limit = {limit}", (), nothing))
    after = yield from read_statistics()
    if after != before:
        # So that the other connections learn of it.
        yield from replace_statistics(after)
    return before, after


def install(run: OptimizeRun) -> Operation[bool]:
    """Give a database the statistics that were tried, unless it has others by now than they were compared with."""
    if (yield from read_statistics()) != run.before:
        return False
    yield from replace_statistics(run.after)
    return True


def _touching(lab: Laboratory, record: Record) -> Iterator[tuple[str, Parameters]]:
    """Yield statements by which the planner asks for the statistics of every table that could have some."""
    for table, column in lab.query(_FIRST_COLUMNS):
        yield _search(str(table), str(column)), ()
    for found in record.statements:
        if main_verb(found.sql) in PLANNED:
            yield found.sql, found.samples[0] if found.samples else ()


def _search(table: str, column: str) -> str:
    return f"select 1 from {quote(table)} where {quote(column)} = 1"


def _samples(statement: StatementRecord) -> tuple[Parameters, ...]:
    return statement.samples[:_MOST_SAMPLES] or ((),)


def _plans(lab: Laboratory, statement: StatementRecord) -> list[Plan]:
    """Return the plan for each set of parameters, none when the statement cannot be explained here."""
    try:
        return [plan_of(lab.explain(statement.sql, parameters)) for parameters in _samples(statement)]
    except (DatabaseError, QueryError):
        return []


def _texts(plans: list[Plan]) -> list[str]:
    return [plan.text for plan in plans]


def _cost(lab: Laboratory, statement: StatementRecord) -> tuple[int, float] | None:
    """Return the mean steps and milliseconds of a run; None for one that fails here."""
    try:
        trials = [lab.run(statement.sql, parameters, max_steps=_MOST_STEPS) for parameters in _samples(statement)]
    except (DatabaseError, QueryError):
        return None
    elapsed_ns = sum(trial.elapsed_ns for trial in trials)
    return sum(trial.steps for trial in trials) // len(trials), elapsed_ns / len(trials) / 1e6


def _figures(plans: list[Plan], cost: tuple[int, float] | None) -> Figures:
    lines = plans[0].lines() if plans else ()
    return Figures(lines, None, None) if cost is None else Figures(lines, cost[0], round(cost[1], 3))


def _fault(served: tuple[Served, ...]) -> str | None:
    """Say what is wrong with the new statistics, or None."""
    total_before = total_after = 0
    for found in served:
        before, after = found.before.steps, found.after.steps
        if before is None or after is None:
            continue
        if after > _BADLY_WORSE * before and after - before > _FEW_STEPS:
            return f"a statement would take {after:,} steps in place of {before:,}"
        total_before += found.count * before
        total_after += found.count * after
    if total_after > _WORSE * total_before:
        return f"the statements would take {total_after:,} steps in place of {total_before:,}"
    return None
