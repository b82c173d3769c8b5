"""The report of a move as Markdown: what a person reads before the application is switched over."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.postgres.fate import Fate
from noormme_py.postgres.report import TransferReport

_MOST_TEXT = 2_000


def markdown(report: TransferReport) -> str:
    """Return the report as a Markdown document."""
    return "\n".join([*_head(report), *_tables(report), *_problems(report), *_fates(report), *_codecs(report)]) + "\n"


def verdict(report: TransferReport) -> str:
    """Return in one sentence what came of it."""
    tables, rows = len(report.tables), report.rows
    said = f"{tables:,} {'table' if tables == 1 else 'tables'} with {rows:,} {'row' if rows == 1 else 'rows'} moved"
    is_verified = all(table.is_verified for table in report.tables)
    said += ", every value read back and the same" if is_verified else ", not verified"
    if report.rejected:
        said += f"; {report.rejected:,} rows could not be kept and are in {report.rejects_file}"
    return said + "."


def _head(report: TransferReport) -> Iterable[str]:
    yield f"# {_cell(report.database)}: from PostgreSQL to SQLite"
    yield ""
    yield verdict(report)
    yield ""
    yield f"- source: {_code(report.source)}, PostgreSQL {report.server_version}"
    yield f"- target: {_code(report.target)}"
    yield f"- begun: {report.started}, took {report.seconds:g} s"
    if report.backup:
        yield f"- the database that was there before: {_code(report.backup)}"
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
            same += f", but for {', '.join(map(_code, table.unverified))}, which a function changed"
        if table.rejected:
            same += f"; {table.rejected:,} rows could not be kept"
        yield f"| {_code(table.source)} | {_code(table.target)} | {table.rows:,} | {same} |"
    yield ""


def _problems(report: TransferReport) -> Iterable[str]:
    if not report.orphans:
        return
    yield "## Rows without a parent"
    yield ""
    for one in report.orphans:
        why = (
            "PostgreSQL holds the key to be sound, so the keys are compared in another way there"
            if one.is_valid
            else "the key is NOT VALID in PostgreSQL too"
        )
        yield f"- {_code(one.table)}: {one.rows:,} rows refer to rows of {_code(one.parent)} that are not there; {why}."
    yield ""


def _fates(report: TransferReport) -> Iterable[str]:
    yield from _listed("Left out", "What SQLite has nothing like, or nothing that means the same.", report, "left out")
    yield from _listed("Changed", "What is there in another way. All values are kept.", report, "changed")
    exact = report.fates_of("exact")
    if exact:
        yield "## As it was"
        yield ""
        yield "| | PostgreSQL | SQLite |"
        yield "|---|---|---|"
        for fate in exact:
            yield f"| {_cell(fate.kind)} | {_code(fate.source)} | {_code(fate.target or '')} |"
        yield ""


def _listed(title: str, words: str, report: TransferReport, outcome: str) -> Iterable[str]:
    found = report.fates_of(outcome)
    if not found:
        return
    yield f"## {title}"
    yield ""
    yield words
    yield ""
    yield "| | PostgreSQL | what became of it |"
    yield "|---|---|---|"
    for fate in found:
        yield f"| {_cell(fate.kind)} | {_code(fate.source)} | {_cell(fate.note or '')} |"
    yield ""
    for fate in found:
        if outcome == "left out" and fate.text:
            yield from _text(fate)


def _text(fate: Fate) -> Iterable[str]:
    text = fate.text or ""
    shown = text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT] + "\n-- …"
    fence = "```"
    while fence in shown:
        fence += "`"
    yield f"{_cell(fate.kind)} {_code(fate.source)}:"
    yield ""
    yield f"{fence}sql"
    yield shown
    yield fence
    yield ""


def _codecs(report: TransferReport) -> Iterable[str]:
    if not report.codecs:
        return
    yield "## Codecs"
    yield ""
    yield "The tables are STRICT, whose types do not tell all. So the library knows them:"
    yield ""
    yield "```python"
    yield "codecs = {"
    for column, codec in report.codecs:
        yield f"    {column!r}: {codec!r},"
    yield "}"
    yield "```"
    yield ""


def _code(text: str) -> str:
    if not text:
        return ""
    fence = "`"
    while fence in text:
        fence += "`"
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{_cell(text)}{space}{fence}"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
