"""The plan as SQL: what makes its tables, indexes and views in SQLite, and what reads rows on both sides."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from noormme_py.names import quote
from noormme_py.postgres.plan.planned import (
    PlannedCheck,
    PlannedColumn,
    PlannedForeignKey,
    PlannedIndex,
    PlannedTable,
)
from noormme_py.postgres.server.identifiers import quoted, relation


def create_table(
    table: PlannedTable, without: Collection[PlannedCheck] = (), *, is_autoincrement: bool | None = None
) -> str:
    """Return the CREATE TABLE statement, without those checks that its rows were found not to hold to."""
    counts_up = table.is_autoincrement if is_autoincrement is None else is_autoincrement
    parts = [_column(table, column, counts_up=counts_up) for column in table.columns]
    if table.primary_key and table.rowid_alias is None:
        parts.append(f"primary key ({_names(table.primary_key)})")
    parts += [_check(check) for check in table.checks if check not in without]
    parts += [_foreign_key(key) for key in table.foreign_keys]
    comments = [_comment(table.source.comment, "")] if table.source.comment else []
    lines = [f"    {part}" for part in _with_commas(parts, [column.source.comment for column in table.columns])]
    return "\n".join(
        [f"create table {quote(table.name)} (", *comments, *lines, f"){' strict' if table.is_strict else ''}"]
    )


def create_index(index: PlannedIndex, table: PlannedTable, *, is_unique: bool | None = None) -> str:
    """Return the CREATE INDEX statement."""
    unique = " unique" if (index.is_unique if is_unique is None else is_unique) else ""
    where = f" where {index.where}" if index.where else ""
    return f"create{unique} index {quote(index.name)} on {quote(table.name)} ({', '.join(index.keys)}){where}"


def insert(table: PlannedTable) -> str:
    """Return the INSERT statement for `table.stored`."""
    marks = ", ".join("?" * len(table.stored))
    return f"insert into {quote(table.name)} ({_names(column.name for column in table.stored)}) values ({marks})"


def source_select(table: PlannedTable) -> str:
    """Return what reads the rows of all columns in PostgreSQL."""
    columns = ", ".join(column.form.select.format(quoted(column.source.name)) for column in table.columns)
    where = f" where {table.where}" if table.where else ""
    return f"select {columns} from {relation(table.source)}{where}"


def target_select(table: PlannedTable) -> str:
    """Return what reads the rows of all columns in SQLite."""
    columns = ", ".join(column.form.read.format(quote(column.name)) for column in table.columns)
    return f"select {columns} from {quote(table.name)}"


def _column(table: PlannedTable, column: PlannedColumn, *, counts_up: bool) -> str:
    parts = [quote(column.name), column.declared]
    if column.name == table.rowid_alias:
        parts.append("primary key autoincrement" if counts_up else "primary key")
        # It cannot be NULL as it is; said for those who read it.
        parts.append("not null")
        return " ".join(parts)
    if not column.is_nullable:
        parts.append("not null")
    if column.default is not None:
        parts.append(f"default {column.default}")
    if column.form.collate is not None and column.hook is None:
        parts.append(f"collate {column.form.collate}")
    if column.generated_as is not None:
        parts.append(f"generated always as ({column.generated_as}) stored")
    return " ".join(parts)


def _check(check: PlannedCheck) -> str:
    name = f"constraint {quote(check.name)} " if check.name else ""
    return f"{name}check ({check.expression})"


def _foreign_key(key: PlannedForeignKey) -> str:
    parts = [f"constraint {quote(key.name)} foreign key ({_names(key.columns)})"]
    parts.append(f"references {quote(key.parent)} ({_names(key.parent_columns)})")
    if key.on_update != "no action":
        parts.append(f"on update {key.on_update}")
    if key.on_delete != "no action":
        parts.append(f"on delete {key.on_delete}")
    if key.is_deferred:
        parts.append("deferrable initially deferred")
    return " ".join(parts)


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(quote, names))


def _with_commas(parts: list[str], comments: list[str | None]) -> list[str]:
    """Put commas behind all parts but the last, and comments behind them."""
    lines: list[str] = []
    for position, part in enumerate(parts):
        comma = "," if position < len(parts) - 1 else ""
        comment = comments[position] if position < len(comments) else None
        lines.append(f"{part}{comma}{_comment(comment, ' ') if comment else ''}")
    return lines


def _comment(text: str | None, before: str) -> str:
    """Return a comment on one line: SQLite keeps it with the text of the table."""
    return f"{before}-- {' '.join((text or '').replace(chr(0), ' ').split())}"
