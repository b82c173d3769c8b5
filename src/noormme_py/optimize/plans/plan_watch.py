"""Looking at the plans of recorded statements, on a clone without rows: the planner asks the statistics alone."""

from __future__ import annotations

from noormme_py.errors import DatabaseError, QueryError
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.plans.plan_history import Circumstances, PlanChanged, PlanHistory
from noormme_py.optimize.plans.plan_tree import Plan, plan_of
from noormme_py.optimize.plans.statistics import read_statistics
from noormme_py.optimize.recording.record import Record
from noormme_py.query.statement import Parameters
from noormme_py.query.tokens import main_verb

PLANNED = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "VALUES"})
"""What a plan is told of; all else (PRAGMA, CREATE …) may even be refused on a private database."""


def look(
    history: PlanHistory, record: Record, lab: Laboratory, at: float
) -> tuple[PlanHistory, tuple[PlanChanged, ...]]:
    """Explain every statement of a record, and those known before; return the history with it, and what changed.

    What cannot be explained (a table that is gone, a function of the application's own) is left as it was.
    """
    asked: dict[str, Parameters] = {}
    for statement in record.statements:
        asked[statement.sql] = statement.samples[0] if statement.samples else ()
    # For other parameters the planner may choose otherwise, and nothing would have changed.
    asked |= {known.sql: known.parameters for known in history.plans}
    circumstances = circumstances_of(lab)
    plans = plans_of(lab, asked, circumstances.indexes)
    return history.seen({sql: (asked[sql], plan) for sql, plan in plans.items()}, circumstances, at)


def plans_of(lab: Laboratory, asked: dict[str, Parameters], indexes: frozenset[str] = frozenset()) -> dict[str, Plan]:
    """Return the plan of each statement, of those that can be explained."""
    found: dict[str, Plan] = {}
    for sql, parameters in asked.items():
        if main_verb(sql) in PLANNED:
            try:
                found[sql] = plan_of(lab.explain(sql, parameters), indexes)
            except (DatabaseError, QueryError):
                continue
    return found


def circumstances_of(lab: Laboratory) -> Circumstances:
    """Return what plans rest on."""
    rows = lab.query("select type, name, sql from sqlite_schema where name not like 'sqlite^_stat%' escape '^'")
    objects = {str(name): str(sql) for kind, name, sql in rows if kind in ("table", "view", "index")}
    indexes = frozenset(str(name) for kind, name, _ in rows if kind == "index")
    return Circumstances(objects, indexes, lab.drive(read_statistics()))
