"""From the rows of a catalog and the texts of its statements to a `Schema`. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar, cast

from noormme_py.frozen import replaced
from noormme_py.introspect.catalog import Catalog, ColumnRow, ForeignKeyRow, IndexRow, ObjectRow, TableRow
from noormme_py.introspect.create_sql import (
    ForeignKeyText,
    IndexText,
    TableText,
    module_of,
    read_create_index,
    read_create_table,
    view_columns,
)
from noormme_py.introspect.parents import foreign_key_notes, resolve_parents
from noormme_py.names import fold
from noormme_py.schema.model import (
    Action,
    Column,
    ForeignKey,
    Generated,
    Index,
    IndexColumn,
    IndexOrigin,
    Schema,
    Table,
    TableKind,
    Trigger,
)
from noormme_py.schema.types import affinity_of, kind_of

Row = TypeVar("Row")
Key = TypeVar("Key")

_ORIGINS: dict[str, IndexOrigin] = {"c": "create", "u": "unique", "pk": "primary key"}
_GENERATED: dict[int, Generated] = {2: "virtual", 3: "stored"}
_BUILT_IN_COLLATIONS = frozenset({"BINARY", "NOCASE", "RTRIM"})


def assemble(version: int, catalog: Catalog) -> Schema:
    """Make the schema: tables by name, columns in their own order, foreign keys as they are written."""
    by_table = _Assembly(catalog)
    objects = (o for o in catalog.objects if o.type in ("table", "view") and not _is_internal(o.name))
    tables = resolve_parents([by_table.table(o) for o in sorted(objects, key=lambda o: o.name)])
    notes = [
        *(f"{name!r} cannot be read: {reason}" for name, reason in sorted(catalog.unreadable.items())),
        *_decimal_notes(tables),
        *foreign_key_notes(tables),
    ]
    return Schema(version, tables, tuple(notes))


class _Assembly:
    """The rows of a catalog at hand by the (folded) name of their table."""

    def __init__(self, catalog: Catalog) -> None:
        self._listed = {row.name: row for row in catalog.tables}
        self._columns = _grouped(catalog.columns, lambda row: row.table)
        self._foreign_keys = _grouped(catalog.foreign_keys, lambda row: row.table)
        self._indexes = _grouped(catalog.indexes, lambda row: row.table)
        self._triggers = _grouped((o for o in catalog.objects if o.type == "trigger"), lambda row: fold(row.table))
        self._index_sql = {o.name: o.sql for o in catalog.objects if o.type == "index"}

    def table(self, found: ObjectRow) -> Table:
        name = found.name
        listed = self._listed.get(name) or TableRow(name, found.type, 0, 0)
        is_stored = found.root_page > 0
        text = read_create_table(found.sql) if is_stored else TableText()
        rows = sorted(self._columns[name], key=lambda row: row.position)
        keyed = sorted((row for row in rows if row.key), key=lambda row: row.key)
        indexes = self._indexes_of(name)
        # SQLite lists an index for every primary key but the one that *is* the rowid. This knows all of
        # SQLite's rules: INTEGER but not INT, not INTEGER PRIMARY KEY DESC, yet PRIMARY KEY (id DESC).
        has_key_index = any(index.origin == "primary key" for index in indexes)
        is_alias = is_stored and len(keyed) == 1 and not has_key_index
        is_key_not_null = bool(listed.is_without_rowid or listed.is_strict or is_alias)
        return Table(
            name=name,
            kind=cast(TableKind, listed.kind),
            columns=_columns(name, rows, text, is_key_not_null, bool(listed.is_strict))
            or tuple(Column(name, column, "", "blob", "any") for column in _listed_columns(found)),
            primary_key=tuple(row.name for row in keyed),
            rowid_alias=keyed[0].name if is_alias else None,
            is_autoincrement=text.is_autoincrement,
            is_without_rowid=bool(listed.is_without_rowid),
            is_strict=bool(listed.is_strict),
            foreign_keys=_foreign_keys(self._foreign_keys[name], text.foreign_keys),
            indexes=indexes,
            checks=text.checks,
            triggers=tuple(
                Trigger(row.name, name, row.sql) for row in sorted(self._triggers[fold(name)], key=lambda row: row.name)
            ),
            module=None if is_stored else module_of(found.sql),
            sql=found.sql,
        )

    def _indexes_of(self, table: str) -> tuple[Index, ...]:
        parts = _grouped(self._indexes[table], lambda row: row.name)
        return tuple(
            _index(sorted(parts[name], key=lambda row: row.place), self._index_sql.get(name, ""))
            for name in sorted(parts)
        )


def _columns(
    table: str, rows: Iterable[ColumnRow], text: TableText, is_key_not_null: bool, is_strict: bool
) -> tuple[Column, ...]:
    texts = {fold(column.name): column for column in text.columns}
    return tuple(
        Column(
            table=table,
            name=row.name,
            declared_type=row.declared_type,
            affinity=affinity_of(row.declared_type, strict=is_strict),
            kind=kind_of(row.declared_type),
            is_nullable=not (row.is_not_null or (row.key and is_key_not_null)),
            default=row.default,
            collation=_collation((said.collation if said is not None else None) or "BINARY"),
            generated=_GENERATED.get(row.hidden),
            generated_as=said.generated if said is not None else None,
            is_hidden=row.hidden == 1,
        )
        for row in rows
        for said in [texts.get(fold(row.name))]
    )


def _listed_columns(found: ObjectRow) -> tuple[str, ...]:
    """The column names that the text of a view gives when SQLite cannot."""
    return view_columns(found.sql) if found.type == "view" else ()


def _collation(name: str) -> str:
    """Built-in collations in the one way of writing them; others as written."""
    return name.upper() if fold(name).upper() in _BUILT_IN_COLLATIONS else name


def _index(rows: Sequence[IndexRow], sql: str) -> Index:
    text = read_create_index(sql) if sql else IndexText()
    return Index(
        name=rows[0].name,
        table=rows[0].table,
        columns=tuple(
            IndexColumn(
                name=row.column,
                expression=text.parts[row.place] if row.column is None and row.place < len(text.parts) else None,
                is_descending=bool(row.is_descending),
                collation=_collation(row.collation),
            )
            for row in rows
        ),
        is_unique=bool(rows[0].is_unique),
        origin=_ORIGINS[rows[0].origin],
        where=text.where if rows[0].is_partial else None,
    )


def _foreign_keys(rows: Iterable[ForeignKeyRow], texts: Sequence[ForeignKeyText]) -> tuple[ForeignKey, ...]:
    """Join the rows with the texts. SQLite numbers the foreign keys of a table from the last one written."""
    numbered = _grouped(rows, lambda row: row.number)
    numbers = sorted(numbered, reverse=True)
    keys = [_foreign_key(sorted(numbered[number], key=lambda row: row.place)) for number in numbers]
    if [_identity(key) for key in keys] != [_identity(text) for text in texts]:
        return tuple(keys)
    return tuple(
        replaced(
            key,
            name=text.name,
            is_deferrable=text.is_deferrable,
            is_initially_deferred=text.is_initially_deferred,
        )
        for key, text in zip(keys, texts, strict=True)
    )


def _identity(key: ForeignKey | ForeignKeyText) -> tuple[str, ...]:
    return (fold(key.parent_table), *map(fold, key.columns))


def _foreign_key(rows: Sequence[ForeignKeyRow]) -> ForeignKey:
    first = rows[0]
    parents = tuple(row.parent_column for row in rows if row.parent_column is not None)
    return ForeignKey(
        columns=tuple(row.column for row in rows),
        parent_table=first.parent_table,
        parent_columns=parents,
        on_update=cast(Action, first.on_update.lower()),
        on_delete=cast(Action, first.on_delete.lower()),
        is_implicit=not parents,
    )


def _decimal_notes(tables: Iterable[Table]) -> list[str]:
    return [
        f"{table.name}.{column.name} ({column.declared_type}) has {column.affinity.upper()} affinity"
        " and keeps at most 15 significant digits exactly;"
        ' declare it TEXT with the codec "decimal" to keep all'
        for table in tables
        if table.kind == "table"
        for column in table.columns
        if column.kind == "decimal" and column.affinity not in ("text", "blob")
    ]


def _is_internal(name: str) -> bool:
    return fold(name).startswith("sqlite_")


def _grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> defaultdict[Key, list[Row]]:
    found: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
