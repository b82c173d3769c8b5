"""Values that are not stored as their column says: a sample of each table is looked at, never the values themselves."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.names import quote
from noormme_py.optimize.doctor.case import Case
from noormme_py.optimize.finding import Finding, Severity
from noormme_py.schema.model import Column, Table

_SAMPLED = 1000
"""Rows looked at from either end of a table."""

_LEAST_NUMBERS = 20
_NUMBERS = frozenset({"int", "float", "bool", "decimal"})
_TIMES = frozenset({"date", "datetime"})


def check_stored_types(case: Case, table: Table) -> Iterable[Finding]:
    """Look for text among numbers, numbers among text, and times that are written in several ways."""
    columns = [column for column in table.columns if not column.is_hidden and column.generated is None]
    if table.is_strict:
        columns = [column for column in columns if column.affinity == "text"]
    for column in columns:
        yield from _of_column(case, table, column)


def _of_column(case: Case, table: Table, column: Column) -> Iterable[Finding]:
    is_number = column.affinity in ("integer", "real", "numeric")
    if is_number and column.kind in _NUMBERS:
        rows, wrong = _counted(case, table, column, "typeof(v) in ('text', 'blob')")
        if wrong:
            yield _finding(
                "medium",
                column,
                f"{_named(column)} is declared {column.declared_type}, and holds text.",
                f"{wrong} of {rows} values looked at are text or blobs",
                "Mend the values; a CHECK on typeof(…), or a STRICT table, keeps others out.",
            )
    elif column.kind in _TIMES:
        rows, numbers, text, spaces, letters = _counted(
            case,
            table,
            column,
            "typeof(v) in ('integer', 'real')",
            "typeof(v) = 'text'",
            "typeof(v) = 'text' and substr(v, 11, 1) = ' '",
            "typeof(v) = 'text' and substr(v, 11, 1) = 'T'",
        )
        if numbers and text:
            said = f"{numbers} of {rows} values looked at are numbers, {text} are text"
        elif spaces and letters:
            said = f"{spaces} of {rows} values looked at have a space before the time, {letters} have a T"
        else:
            return
        yield _finding(
            "medium",
            column,
            f"The times in {_named(column)} are written in several ways, and do not compare.",
            said,
            "Write all in one way: this library writes ISO 8601 text.",
        )
    elif column.affinity == "text" and column.kind == "str":
        # Only what would be the same text again as a number: no code with a leading zero.
        rows, numbers = _counted(case, table, column, "v = cast(cast(v as integer) as text)")
        if rows >= _LEAST_NUMBERS and numbers == rows:
            yield _finding(
                "info",
                column,
                f"{_named(column)} is text and seems to hold whole numbers, which compare as text: '10' < '9'.",
                f"all {rows} values looked at are whole numbers",
                "Declare it INTEGER, if numbers are meant.",
            )


def _counted(case: Case, table: Table, column: Column, *conditions: str) -> list[int]:
    """Return how many values were looked at, and how many of them meet each condition."""
    name, sampled = quote(column.name), f"from main.{quote(table.name)}"
    ends = [f"select {name} as v {sampled} limit {_SAMPLED}"]
    if table.has_rowid and (table.rowid_alias is not None or table.find_column("rowid") is None):
        alias = quote(table.rowid_alias or "rowid")
        ordered = f"select {alias} as r, {name} as v {sampled} order by {alias}"
        ends = [f"{ordered} {way} limit {_SAMPLED}" for way in ("asc", "desc")]
    values = " union ".join(f"select * from ({end})" for end in ends)
    counts = ", ".join(f"coalesce(sum({condition}), 0)" for condition in conditions)
    found = case.survey(f"select count(*), {counts} from ({values}) where v is not null")
    return [int(count or 0) for count in found[0]]


def _finding(severity: Severity, column: Column, title: str, evidence: str, mend: str) -> Finding:
    return Finding("stored-types", severity, _named(column), title, evidence, mend)


def _named(column: Column) -> str:
    return f"{column.table}.{column.name}"
