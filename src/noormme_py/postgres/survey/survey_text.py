"""A survey as Markdown: for whoever decides about the move, and plans it."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.amounts import duration, number, plural, size
from noormme_py.postgres.markdown_parts import cell, code, fates_listed, fenced
from noormme_py.postgres.survey.survey import Advice, Survey, SurveyedTable

BEGINNING = "# PostgreSQL survey: "
"""What every survey begins with, and nothing else should."""

_MOST_NAMES = 50


def markdown(survey: Survey) -> str:
    """Return the survey as a Markdown document."""
    lines = [*_head(survey), *_advice(survey.advice), *_tables(survey), *_types(survey), *_workload(survey)]
    return "\n".join([*lines, *_columns(survey.tables), *fates_listed(survey.fates)]).rstrip() + "\n"


def verdict(survey: Survey) -> str:
    """Return in a sentence or two what is there to be moved, and how long that takes."""
    tables = plural(len(survey.tables), "table")
    if not survey.tables:
        return "There is no table to move."
    about = "" if all(table.is_counted for table in survey.tables) else "about "
    rows = f"{about}{plural(survey.rows, 'row')}"
    seconds = max(survey.move_seconds, 1.0)
    return f"{tables} with {rows}, {size(survey.moved_bytes)}. A move takes about {duration(seconds * 1e9)}."


def outcomes(survey: Survey) -> str:
    """Return how many things of the schema carry over, and how."""
    counts = [len(survey.fates_of(outcome)) for outcome in ("exact", "changed", "left out")]
    return "{:,} carry over exactly, {:,} with a change, {:,} not at all".format(*counts)


def rows_told(table: SurveyedTable) -> str:
    """Return the number of rows of a table: `1,234`, `≈ 1,200` or `?`."""
    return "?" if table.rows is None else f"{'' if table.is_counted else '≈ '}{table.rows:,}"


def _head(survey: Survey) -> Iterable[str]:
    yield f"{BEGINNING}{cell(survey.database)}"
    yield ""
    yield verdict(survey)
    yield ""
    yield f"- source: {code(survey.source)}, PostgreSQL {cell(survey.server_version)}"
    yield f"- database: {size(survey.bytes)}, encoding {cell(survey.encoding)}, collation {cell(survey.collation)}"
    yield f"- taken: {survey.taken}" + (", without reading rows (--quick)" if survey.is_quick else "")
    yield f"- things of the schema: {outcomes(survey)}"
    yield ""


def _advice(advice: Iterable[Advice]) -> Iterable[str]:
    found = list(advice)
    if not found:
        return
    yield "## Before the move"
    yield ""
    for one in found:
        yield f"- **{cell(one.title)}.** {cell(one.detail)}"
        rest = len(one.names) - _MOST_NAMES
        yield from (f"  - {code(name)}" for name in one.names[:_MOST_NAMES])
        if rest > 0:
            yield f"  - and {rest:,} more"
    yield ""


def _tables(survey: Survey) -> Iterable[str]:
    if not survey.tables:
        return
    yield "## Tables"
    yield ""
    yield "| PostgreSQL | SQLite | rows | size | largest row | columns | changed |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    for table in survey.tables:
        largest = "" if table.largest_row_bytes is None else size(table.largest_row_bytes)
        is_changed = sum(column.outcome == "changed" for column in table.columns)
        cells = (code(table.source), code(table.target), rows_told(table), size(table.bytes), largest)
        yield f"| {' | '.join(cells)} | {len(table.columns)} | {is_changed or ''} |"
    yield ""


def _types(survey: Survey) -> Iterable[str]:
    if not survey.types:
        return
    yield "## Types"
    yield ""
    yield "| PostgreSQL | SQLite | columns | what changes |"
    yield "|---|---|---:|---|"
    for one in survey.types:
        yield f"| {code(one.type)} | {code(one.declared)} | {one.columns} | {cell(one.note or '')} |"
    yield ""


def _workload(survey: Survey) -> Iterable[str]:
    workload = survey.workload
    if workload.statements:
        yield "## Statements, by the time they took in all"
        yield ""
        for one in workload.statements:
            spent = f"{duration(one.total_ms * 1e6)} in {plural(one.calls, 'call')}"
            yield f"{spent}, {duration(one.mean_ms * 1e6)} each, {plural(one.rows, 'row')}:"
            yield ""
            yield from fenced(one.sql)
    if workload.tables:
        yield "## Use of the tables"
        yield ""
        if workload.since is not None and workload.writes_per_s is not None:
            yield f"Since {workload.since}; {number(workload.writes_per_s)} rows were written per second."
            yield ""
        yield "| table | rows read | rows written | whole scans | index scans | last analyzed |"
        yield "|---|---:|---:|---:|---:|---|"
        for use in workload.tables:
            counts = (use.read_rows, use.written_rows, use.sequential_scans, use.index_scans)
            yield f"| {code(use.table)} | {' | '.join(f'{count:,}' for count in counts)} | {use.analyzed or 'never'} |"
        yield ""
    for note in workload.notes:
        yield f"- {cell(note)}"
    if workload.notes:
        yield ""


def _columns(tables: Iterable[SurveyedTable]) -> Iterable[str]:
    for table in tables:
        yield f"## {code(table.source)}"
        yield ""
        if table.unread is not None:
            yield f"Its rows could not be looked at: {cell(table.unread)}"
            yield ""
        yield "| column | type | SQLite | type there | what changes |"
        yield "|---|---|---|---|---|"
        for column in table.columns:
            names = (column.name, column.type, column.target, column.declared)
            yield f"| {' | '.join(map(code, names))} | {cell(column.note or '')} |"
        yield ""
