"""Making an analysis: what was recorded, with the plans that the database has for it now, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from noormme_py.amounts import plural
from noormme_py.errors import NoormmeError
from noormme_py.optimize.finding import Finding, gravest_first
from noormme_py.optimize.findings.census import take_census
from noormme_py.optimize.findings.index_findings import index_findings
from noormme_py.optimize.findings.plan_findings import plan_findings
from noormme_py.optimize.findings.sargability import non_sargable
from noormme_py.optimize.findings.statement_findings import statement_findings
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.plans.plan_tree import Plan, plan_of
from noormme_py.optimize.plans.table_rows import names_of_indexes, texts_of_views
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.query.placeholders import nulls_for
from noormme_py.schema.model import Schema


def analysed(record: Record, lab: Laboratory, schema: Schema) -> Analysis:
    """Explain every statement of a record; one that cannot be explained is told in the notes. Nothing is run."""
    plans: dict[str, Plan] = {}
    failed: list[NoormmeError] = []
    indexes = names_of_indexes(lab)
    for one in record.statements:
        try:
            # The planner looks at values: with the real ones it finds the real plan.
            plans[one.sql] = plan_of(
                lab.explain(one.sql, one.samples[0] if one.samples else nulls_for(one.sql)), indexes
            )
        except NoormmeError as error:
            failed.append(error)
    ((version,),) = lab.query("select sqlite_version()")
    # (number, name, file): a database in memory has no file.
    file = next(row[2] for row in lab.survey("pragma database_list") if row[1] == "main")
    notes = (
        (f"{plural(len(failed), 'statement')} could not be explained; the first: {_why(failed[0])}.",) if failed else ()
    )
    return Analysis(
        str(file or ":memory:"),
        datetime.now(UTC),
        str(version),
        record,
        {sql: plan.lines() for sql, plan in plans.items()},
        findings=tuple(gravest_first(list(_findings(record, plans, lab, schema)))),
        notes=notes,
    )


def _findings(record: Record, plans: Mapping[str, Plan], lab: Laboratory, schema: Schema) -> Iterator[Finding]:
    yield from statement_findings(record)
    census = take_census(lab.survey, schema)
    views = texts_of_views(lab)
    for one in record.statements:
        if one.sql in plans:
            yield from plan_findings(one, plans[one.sql], census.rows, views=views)
            yield from non_sargable(one, schema, lab)
    used = frozenset(name for plan in plans.values() for name in plan.indexes)
    yield from index_findings(schema, census, record, used)


def _why(error: NoormmeError) -> str:
    """Return what SQLite misses, by name; anything else that it says may quote the statement."""
    return error.message.split("\n")[0][:200] if error.message.startswith("no such ") else type(error).__name__
