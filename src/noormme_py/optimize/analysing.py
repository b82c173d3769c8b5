"""Making an analysis: what was recorded, with the plans that the database has for it now."""

from __future__ import annotations

from datetime import UTC, datetime

from noormme_py.errors import NoormmeError
from noormme_py.optimize.amounts import plural
from noormme_py.optimize.analysis import Analysis
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.places import nulls
from noormme_py.optimize.record import Record, StatementRecord
from noormme_py.query.trial import PlanRow


def analysed(record: Record, lab: Laboratory) -> Analysis:
    """Explain every statement of a record; one that cannot be explained is told in the notes. Nothing is run."""
    plans: dict[str, tuple[str, ...]] = {}
    failed: list[NoormmeError] = []
    for one in record.statements:
        try:
            plans[one.sql] = plan_lines(_explained(one, lab))
        except NoormmeError as error:
            failed.append(error)
    ((version,),) = lab.query("select sqlite_version()")
    # (number, name, file): a database in memory has no file.
    file = next(row[2] for row in lab.survey("pragma database_list") if row[1] == "main")
    notes = (
        (f"{plural(len(failed), 'statement')} could not be explained; the first: {_why(failed[0])}.",) if failed else ()
    )
    return Analysis(str(file or ":memory:"), datetime.now(UTC), str(version), record, plans, notes=notes)


def plan_lines(rows: tuple[PlanRow, ...]) -> tuple[str, ...]:
    """Return the lines of a plan, each two spaces further in than the one that it belongs to."""
    depths = {0: -1}
    lines: list[str] = []
    for row in rows:
        depth = depths[row.id] = depths.get(row.parent, -1) + 1
        lines.append("  " * depth + row.detail)
    return tuple(lines)


def _explained(one: StatementRecord, lab: Laboratory) -> tuple[PlanRow, ...]:
    # The planner looks at values: with the real ones it finds the real plan.
    return lab.explain(one.sql, one.samples[0] if one.samples else nulls(one.sql))


def _why(error: NoormmeError) -> str:
    """Return what SQLite misses, by name; anything else that it says may quote the statement."""
    return error.message.split("\n")[0][:200] if error.message.startswith("no such ") else type(error).__name__
