"""The report of a move as Markdown: what a person reads before the application is switched over."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.amounts import plural
from noormme_py.postgres.markdown_parts import cell, code, fates_listed
from noormme_py.postgres.move.report import TransferReport


def markdown(report: TransferReport) -> str:
    """Return the report as a Markdown document."""
    fates = fates_listed(report.fates)
    return "\n".join([*_head(report), *_tables(report), *_problems(report), *fates, *_codecs(report)]) + "\n"


def verdict(report: TransferReport) -> str:
    """Return in one sentence what came of it."""
    tables, rows = len(report.tables), report.rows
    said = f"{tables:,} {'table' if tables == 1 else 'tables'} with {rows:,} {'row' if rows == 1 else 'rows'} moved"
    is_verified = all(table.is_verified for table in report.tables)
    said += ", every value read back and the same" if is_verified else ", not verified"
    if report.rejected:
        said += f"; {plural(report.rejected, 'row')} could not be kept, see {report.rejects_file}"
    return said + "."


def _head(report: TransferReport) -> Iterable[str]:
    yield f"# {cell(report.database)}: from PostgreSQL to SQLite"
    yield ""
    yield verdict(report)
    yield ""
    yield f"- source: {code(report.source)}, PostgreSQL {report.server_version}"
    yield f"- target: {code(report.target)}"
    yield f"- begun: {report.started}, took {report.seconds:g} s"
    if report.backup:
        yield f"- the database that was there before: {code(report.backup)}"
    counts = ", ".join(f"{len(report.fates_of(outcome))} {outcome}" for outcome in ("exact", "changed", "left out"))
    yield f"- things of the schema: {counts}"
    yield ""


def _tables(report: TransferReport) -> Iterable[str]:
    yield "## Tables"
    yield ""
    yield "| PostgreSQL | SQLite | rows | every value the same |"
    yield "|---|---|---:|---|"
    for table in report.tables:
        same = "yes" if table.is_verified else "not looked at"
        if table.unverified:
            same += f", but for {', '.join(map(code, table.unverified))}, which a function changed"
        if table.rejected:
            same += f"; {plural(table.rejected, 'row')} could not be kept"
        yield f"| {code(table.source)} | {code(table.target)} | {table.rows:,} | {same} |"
    yield ""


def _problems(report: TransferReport) -> Iterable[str]:
    if not report.orphans:
        return
    yield "## Rows without a parent"
    yield ""
    for one in report.orphans:
        if not one.is_valid:
            why = "the key is NOT VALID in PostgreSQL too"
        elif report.options.where or report.rejected:
            why = "some rows were not moved, by a condition or because they could not be kept"
        else:
            why = "PostgreSQL holds the key to be sound: it has such rows too, or compares the keys in another way"
        rows = f"{plural(one.rows, 'row')} {'refers' if one.rows == 1 else 'refer'} to rows"
        yield f"- {code(one.table)}: {rows} of {code(one.parent)} that are not there; {why}."
    yield ""


def _codecs(report: TransferReport) -> Iterable[str]:
    if not report.codecs:
        return
    yield "## Codecs"
    yield ""
    yield "The declared types of these columns do not tell what they hold. So the library knows it:"
    yield ""
    yield "```python"
    yield "codecs = {"
    for column, codec in report.codecs:
        yield f"    {column!r}: {codec!r},"
    yield "}"
    yield "```"
    yield ""
