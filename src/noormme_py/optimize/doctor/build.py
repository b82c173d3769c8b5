"""How the SQLite at hand was built."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.errors import DatabaseError
from noormme_py.optimize.doctor.case import Case
from noormme_py.optimize.finding import Finding, Severity


def check_build(case: Case) -> Iterable[Finding]:
    """Look for compile options that change what a database may be trusted with."""
    options = frozenset(str(row[0]) for row in case.survey("pragma compile_options"))
    yield from check_options(options, case)
    try:
        case.survey("select json('1')")
    except DatabaseError:
        yield _finding("OMIT_JSON", "low", "has no JSON functions", "lookups in JSON columns fail")


def check_options(options: frozenset[str], case: Case) -> Iterable[Finding]:
    """Look at the options by their names, as `PRAGMA compile_options` gives them."""
    if "THREADSAFE=0" in options:
        yield _finding("THREADSAFE=0", "high", "is not safe among threads", "this library uses several")
    if "OMIT_FOREIGN_KEY" in options and any(table.foreign_keys for table in case.tables):
        yield _finding("OMIT_FOREIGN_KEY", "high", "does not enforce foreign keys", "the schema declares some")
    if "OMIT_TRIGGER" in options and any(table.triggers for table in case.schema):
        yield _finding("OMIT_TRIGGER", "high", "runs no triggers", "the schema has some")
    if "OMIT_WAL" in options:
        yield _finding("OMIT_WAL", "low", "has no WAL mode", "readers and writers wait for one another")
    # 3, the default, is for queries and definitions, 1 for queries alone (sqlite.org/quirks.html#dblquote).
    if not options & {"DQS=0", "DQS=2"}:
        yield _finding(
            "DQS", "info", "takes a mistyped name in double quotes for a string", "in SQL that is written by hand"
        )
    if "DEFAULT_FOREIGN_KEYS" not in options and any(table.foreign_keys for table in case.tables):
        yield _finding(
            "DEFAULT_FOREIGN_KEYS",
            "info",
            "enforces foreign keys only for connections that ask for it",
            "this library asks; a shell or script that writes to the same file has to, too",
        )


def _finding(option: str, severity: Severity, title: str, evidence: str) -> Finding:
    mend = {"info": None}.get(severity, "Use a SQLite that is built without it.")
    return Finding("sqlite-build", severity, option, f"This SQLite {title}.", evidence, mend)
