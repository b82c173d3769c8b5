"""Keys that do not do what one expects of a key, and numbers for rows that run out."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.names import quote
from noormme_py.optimize.doctor.case import Case
from noormme_py.optimize.finding import Finding
from noormme_py.schema.model import Table

_LAST_ROWID = 2**63 - 1
_NEAR_THE_END = _LAST_ROWID // 10 * 9


def check_primary_key(case: Case, table: Table) -> Iterable[Finding]:
    """Look for a table without a primary key, and for keys that let NULL in."""
    if not table.primary_key:
        yield Finding(
            "no-primary-key",
            "low",
            table.name,
            f"{table.name} has no primary key: its rows cannot be told apart, found by id, or referred to.",
            f"{len(table.columns)} columns, no key",
            "Give it an INTEGER PRIMARY KEY.",
        )
    loose = [name for name in table.primary_key if table.column(name).is_nullable]
    if loose:
        rows = _rows_with_null(case, table, loose)
        yield Finding(
            "nullable-key",
            "medium" if rows else "low",
            f"{table.name} ({', '.join(table.primary_key)})",
            f"The primary key of {table.name} takes NULL, any number of times, as SQLite has it for old tables' sake.",
            f"{', '.join(loose)} may be NULL, and is {'so in at least one row' if rows else 'so in no row'}",
            "Declare the columns NOT NULL, or the table STRICT or WITHOUT ROWID.",
        )


def check_unique(case: Case, table: Table) -> Iterable[Finding]:
    """Look for keys of several columns that rows with a NULL slip through; for one column that is what is meant."""
    for index in table.indexes:
        names = index.column_names
        if not index.is_unique or index.origin == "primary key" or names is None or len(names) < 2 or index.where:
            continue
        loose = [name for name in names if table.column(name).is_nullable]
        if loose and _rows_with_null(case, table, loose):
            yield Finding(
                "nullable-key",
                "info",
                f"{table.name} ({', '.join(names)})",
                f"Rows of {table.name} that hold a NULL are equal to no other for its unique key.",
                f"{', '.join(loose)} may be NULL, and is so in at least one row",
                "Declare the columns NOT NULL, or index coalesce(column, …) where equal rows are a mistake.",
            )


def check_rowids(case: Case, table: Table) -> Iterable[Finding]:
    """Look whether the numbers for new rows run out."""
    if table.rowid_alias is None:
        return
    column = table.rowid_alias
    highest = case.number(f"select max({quote(column)}) from main.{quote(table.name)}")
    if table.is_autoincrement:
        highest = max(highest, case.number("select seq from main.sqlite_sequence where name = ?", (table.name,)))
    if highest < _NEAR_THE_END:
        return
    is_over = highest >= _LAST_ROWID
    fails = "inserts fail" if table.is_autoincrement else "SQLite tries numbers at random, in no order"
    yield Finding(
        "rowids-end",
        "high" if is_over and table.is_autoincrement else "medium",
        f"{table.name}.{column}",
        f"The numbers for new rows of {table.name} {'have run' if is_over else 'run'} out; then {fails}.",
        f"the highest is at {highest / _LAST_ROWID:.0%} of 2^63 - 1{', with AUTOINCREMENT' * table.is_autoincrement}",
        "Find the row that was given so high a number, and lower it"
        f"{', then the row of the table in sqlite_sequence' * table.is_autoincrement}.",
    )


def _rows_with_null(case: Case, table: Table, names: list[str]) -> int:
    condition = " or ".join(f"{quote(name)} is null" for name in names)
    return case.number(f"select exists(select 1 from main.{quote(table.name)} where {condition})")
