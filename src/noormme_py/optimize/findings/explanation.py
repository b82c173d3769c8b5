"""How one statement is carried out, what it costs, and what would make it cheaper."""

from __future__ import annotations

from itertools import chain
from typing import Any

from noormme_py.frozen import frozen
from noormme_py.optimize.finding import Finding
from noormme_py.optimize.findings.plan_findings import plan_findings
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.plans.plan_tree import Plan, plan_of
from noormme_py.optimize.plans.sources import tables_by_alias
from noormme_py.optimize.plans.table_rows import names_of_indexes, rows_of_tables, texts_of_views
from noormme_py.optimize.recording.record import StatementRecord
from noormme_py.query.statement import Parameters

MOST_STEPS = 200_000_000
"""A run is cut off here, after some seconds."""


@frozen
class Explanation:
    """A statement's plan, and one run of it on a private copy.

    `steps` are those of SQLite's virtual machine, counted in fifties, and `rows` what was read, or written where
    none came back. The three figures are None where it was not run; `is_whole` is false for a run that was cut off.
    """

    sql: str
    plan: Plan
    findings: tuple[Finding, ...]
    steps: int | None = None
    elapsed_ms: float | None = None
    rows: int | None = None
    is_whole: bool = True

    @property
    def hints(self) -> tuple[str, ...]:
        """What could be better, a sentence each, the gravest first."""
        return tuple(found.title + (f": {found.mend}" if found.mend else "") for found in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "sql": self.sql,
            "plan": self.plan.to_dict(),
            "steps": self.steps,
            "elapsed_ms": self.elapsed_ms,
            "rows": self.rows,
            "is_whole": self.is_whole,
            "hints": list(self.hints),
        }


def explained(lab: Laboratory, sql: str, parameters: Parameters, *, is_run: bool) -> Explanation:
    """Explain a statement, and run it where the rows are; raises DatabaseError or QueryError for what is refused."""
    plan = plan_of(lab.explain(sql, parameters), names_of_indexes(lab))
    trial = lab.run(sql, parameters, max_steps=MOST_STEPS) if is_run else None
    if trial is not None and trial.fault is not None:
        raise trial.fault
    views = texts_of_views(lab)
    tables = set(chain.from_iterable(tables_by_alias(sql, views).values()))
    steps = trial.steps if trial is not None else None
    found = plan_findings(StatementRecord(sql), plan, rows_of_tables(lab, tables), views=views, steps=steps)
    if trial is None:
        return Explanation(sql, plan, tuple(found))
    elapsed_ms = round(trial.elapsed_ns / 1e6, 3)
    return Explanation(sql, plan, tuple(found), trial.steps, elapsed_ms, trial.rows, trial.is_whole)
