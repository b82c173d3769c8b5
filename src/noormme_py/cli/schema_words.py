"""The parts of a schema in a few words each, near to the SQL that makes them. Nothing is printed here."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.cli.escape import escaped
from noormme_py.names import fold
from noormme_py.schema.model import Check, Column, ForeignKey, Index, IndexColumn, Schema, Table, Trigger


def kind_of(table: Table) -> str:
    """`table · strict · without rowid`, `view`, `virtual table · fts5`."""
    words = [table.kind if table.kind in ("table", "view") else f"{table.kind} table"]
    words += [escaped(table.module)] if table.module else []
    words += ["strict"] if table.is_strict else []
    words += ["without rowid"] if table.is_without_rowid else []
    words += ["autoincrement"] if table.is_autoincrement else []
    return " · ".join(words)


def key_marks(table: Table, column: Column) -> str:
    """`PK`, or `PK 2` in a key of several columns; `FK` and `UNIQUE`, where one column is enough, behind it."""
    marks: list[str] = []
    if column.name in table.primary_key:
        place = table.primary_key.index(column.name) + 1
        marks.append(f"PK {place}" if len(table.primary_key) > 1 else "PK")
    if any(fold(column.name) in map(fold, key.columns) for key in table.foreign_keys):
        marks.append("FK")
    if (column.name,) in table.unique_keys and (column.name,) != table.primary_key:
        marks.append("UNIQUE")
    return ", ".join(marks)


def rest_of(table: Table, column: Column) -> str:
    """`is the rowid`, `collate NOCASE`, `stored as (price * 2)`, `hidden`."""
    words = ["is the rowid"] if column.name == table.rowid_alias else []
    words += [f"collate {escaped(column.collation)}"] if column.collation != "BINARY" else []
    if column.generated is not None:
        words.append(f"{column.generated} as ({escaped(column.generated_as or '…')})")
    words += ["hidden"] if column.is_hidden else []
    return ", ".join(words)


def foreign_key(key: ForeignKey) -> str:
    """`(author_id) → users (id) on delete cascade deferrable initially deferred`."""
    words = [listed(key.columns), "→", escaped(key.parent_table)]
    words += [listed(key.parent_columns)] if key.parent_columns else ["(no such key)"]
    words += [f"on update {key.on_update}"] if key.on_update != "no action" else []
    words += [f"on delete {key.on_delete}"] if key.on_delete != "no action" else []
    words += ["deferrable"] if key.is_deferrable else []
    words += ["initially deferred"] if key.is_initially_deferred else []
    return named(key.name, " ".join(words))


def reference(child: Table, key: ForeignKey) -> str:
    """`posts (author_id)`: who refers to a table."""
    return f"{escaped(child.name)} {listed(key.columns)}"


def index(found: Index) -> str:
    """`by_mail unique (lower(email) desc) where active`, and what SQLite made it for."""
    words = [escaped(found.name)]
    words += ["unique"] if found.is_unique else []
    words.append("(" + ", ".join(map(index_column, found.columns)) + ")")
    words += [f"where {escaped(found.where)}"] if found.where is not None else []
    words += [f"made for {found.origin}"] if found.is_automatic else []
    return " ".join(words)


def index_column(part: IndexColumn) -> str:
    """`name collate NOCASE desc`; an expression stands as it is."""
    words = [escaped(part.name if part.name is not None else part.expression or "…")]
    words += [f"collate {escaped(part.collation)}"] if part.collation != "BINARY" else []
    words += ["desc"] if part.is_descending else []
    return " ".join(words)


def check(found: Check) -> str:
    """`adult: age >= 18`."""
    return named(found.name, escaped(found.expression))


def trigger(found: Trigger) -> list[str]:
    """The name, then the statement line by line."""
    return [escaped(found.name), *(f"  {escaped(line)}" for line in found.sql.replace("\t", "    ").splitlines())]


def referring_to(schema: Schema, table: Table) -> list[str]:
    """Every foreign key that leads to the table."""
    return [reference(child, key) for child, key in schema.foreign_keys_to(table.name)]


def listed(names: Iterable[str]) -> str:
    """`(a, b)`."""
    return "(" + ", ".join(map(escaped, names)) + ")"


def named(name: str | None, text: str) -> str:
    """`name: text`, or the text alone."""
    return text if name is None else f"{escaped(name)}: {text}"
