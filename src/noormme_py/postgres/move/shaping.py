"""Making tables, indexes and checks: what SQLite does not take, or the rows do not hold to, is left out and told."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.errors import ConstraintError, DatabaseError
from noormme_py.frozen import replaced
from noormme_py.names import quote
from noormme_py.postgres.fate import Fate, carried, left_out
from noormme_py.postgres.plan.ddl import create_index, create_table
from noormme_py.postgres.plan.planned import PlannedCheck, PlannedColumn, PlannedIndex, PlannedTable
from noormme_py.postgres.rows.building import Building


def is_of_the_sql(error: DatabaseError) -> bool:
    """Whether SQLite refused the statement itself; a full disk or a damaged file is another matter."""
    return type(error) is DatabaseError and error.sqlite_code in ("SQLITE_ERROR", None)


def make_table(table: PlannedTable, building: Building) -> tuple[PlannedTable, list[Fate]]:
    """Make a table; return it without the translations that SQLite does not take, and what became of those."""
    try:
        building.execute(_without_counting(table))
        return table, []
    except DatabaseError as error:
        if not is_of_the_sql(error):
            raise
    fates: list[Fate] = []
    bare = replaced(table, checks=(), columns=tuple(_plain(column) for column in table.columns))
    for position, column in enumerate(table.columns):
        tried = replaced(bare, columns=(*bare.columns[:position], column, *bare.columns[position + 1 :]))
        reason = _refusal(tried, building)
        if reason is None:
            bare = tried
            continue
        source = f"{table.source.qualified}.{column.source.name}"
        text = column.source.generated_as or column.source.default
        note = "its values are kept and no more computed" if column.generated_as else "SQLite does not take it"
        kind = "generated column" if column.generated_as else "default"
        fates.append(left_out(kind, source, f"{note}: {reason}", text))
    for check in table.checks:
        tried = replaced(bare, checks=(*bare.checks, check))
        reason = _refusal(tried, building)
        if reason is None:
            bare = tried
        else:
            fates.append(left_out("check", check_name(check), f"SQLite does not take it: {reason}", check.text))
    building.execute(_without_counting(bare))
    return bare, fates


def make_index(index: PlannedIndex, table: PlannedTable, building: Building) -> Fate:
    """Make an index, and return what became of it."""
    try:
        building.execute(create_index(index, table))
    except ConstraintError:
        building.execute(create_index(index, table, is_unique=False))
        note = "made without UNIQUE: rows that PostgreSQL takes for different are the same to SQLite"
        return carried(index.kind, index.source, index.name, [note, *index.notes], index.text)
    except DatabaseError as error:
        if not is_of_the_sql(error):
            raise
        return left_out(index.kind, index.source, f"SQLite does not take it: {error.message}", index.text)
    return carried(index.kind, index.source, index.name, list(index.notes), index.text)


def make_sequences(tables: Iterable[PlannedTable], building: Building) -> None:
    """Have SQLite make the table that AUTOINCREMENT counts in, which it makes with the first such table alone."""
    if any(table.is_autoincrement for table in tables):
        building.execute("create table if not exists noormme_counting (id integer primary key autoincrement)")
        building.execute("drop table noormme_counting")


def finish_table(table: PlannedTable, building: Building, *, is_changed: bool) -> list[Fate]:
    """Give a table its last text: with those checks that all rows hold to; return what became of each.

    `is_changed` says that it was made with more than it now has.
    """
    fates, refuted = _proven(table, building)
    if refuted or is_changed or table.is_autoincrement:
        building.redefine(table.name, create_table(table, without=refuted))
    return fates


def _proven(table: PlannedTable, building: Building) -> tuple[list[Fate], list[PlannedCheck]]:
    """Return what became of each check, and those that rows do not hold to."""
    fates = [_kept(table, check) for check in table.checks if check.is_of_type]
    checks = [check for check in table.checks if not check.is_of_type]
    if not checks:
        return fates, []
    sums = ", ".join(f"total(not ({check.expression}))" for check in checks)
    try:
        counts = building.query(f"select {sums} from {quote(table.name)}")[0]
        failing = [int(str(count).partition(".")[0]) for count in counts]
    except DatabaseError as error:
        if not is_of_the_sql(error):
            raise
        failing = [_failing(table, check, building) for check in checks]
    refuted: list[PlannedCheck] = []
    for check, count in zip(checks, failing, strict=True):
        if not count:
            fates.append(_kept(table, check))
            continue
        refuted.append(check)
        said = f"{count:,} rows do not hold to it as SQLite reads it"
        reason = "it cannot be evaluated on the rows" if count < 0 else said
        fates.append(left_out("check", check_name(check), reason, check.text))
    return fates, refuted


def _without_counting(table: PlannedTable) -> str:
    """Return the text that a table is filled with: AUTOINCREMENT would look into another table at each row."""
    return create_table(table, is_autoincrement=False)


def _kept(table: PlannedTable, check: PlannedCheck) -> Fate:
    return carried("check", check_name(check), table.name, list(check.notes), check.text)


def check_name(check: PlannedCheck) -> str:
    """Return the name of a check for readers; one that a column's type makes has none of its own."""
    return check.source if check.name is None or check.source.endswith(")") else f"{check.source} ({check.name})"


def _failing(table: PlannedTable, check: PlannedCheck, building: Building) -> int:
    """Return how many rows fail a check, -1 where it cannot be told."""
    try:
        count = building.query(f"select total(not ({check.expression})) from {quote(table.name)}")[0][0]
    except DatabaseError as error:
        if not is_of_the_sql(error):
            raise
        return -1
    return int(str(count).partition(".")[0])


def _refusal(table: PlannedTable, building: Building) -> str | None:
    """Return why a table cannot be made, None where it can; it is not there afterwards."""
    try:
        building.execute(_without_counting(table))
    except DatabaseError as error:
        if not is_of_the_sql(error):
            raise
        return error.message
    building.execute(f"drop table {quote(table.name)}")
    return None


def _plain(column: PlannedColumn) -> PlannedColumn:
    return replaced(column, default=None, generated_as=None)


def index_fates(table: PlannedTable, building: Building) -> Iterable[Fate]:
    """Make all indexes of a table, and yield what became of each."""
    for index in table.indexes:
        yield make_index(index, table, building)
