"""The foreign keys and the indexes of a planned table, and what becomes of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from noormme_py.names import quote
from noormme_py.postgres.expressions.scope import Scope, Translated
from noormme_py.postgres.expressions.translate import translate_index_expression, translate_predicate
from noormme_py.postgres.fate import Fate, carried, left_out
from noormme_py.postgres.model import PgForeignKey, PgIndex, PgIndexKey, PgTable
from noormme_py.postgres.plan.collations import PLAIN_COLLATIONS
from noormme_py.postgres.plan.names import Namespace, snake_case
from noormme_py.postgres.plan.planned import PlannedForeignKey, PlannedIndex

TableNames = Mapping[tuple[str, str], str]
ColumnNames = Mapping[tuple[str, str], Mapping[str, str]]

_ORDERED = frozenset({"btree", "hash"})
_OPERATORS_OF_BYTES = frozenset({"text_pattern_ops", "varchar_pattern_ops", "bpchar_pattern_ops"})


class ForeignKeyPlanner:
    """Plans foreign keys, once all tables and columns have names."""

    def __init__(self, tables: TableNames, columns: ColumnNames, sources: Iterable[PgTable]) -> None:
        self._tables = tables
        self._columns = columns
        self._wholes = {part.name: table.qualified for table in sources for part in table.divisions[1:]}
        self.fates: list[Fate] = []

    def planned(self, table: PgTable) -> tuple[PlannedForeignKey, ...]:
        found = (self._planned(table, key) for key in table.foreign_keys)
        return tuple(key for key in found if key is not None)

    def _planned(self, table: PgTable, key: PgForeignKey) -> PlannedForeignKey | None:
        source = f"{table.qualified} ({key.name})"
        parent = (key.parent_schema, key.parent_table)
        if parent not in self._tables:
            named = f"{key.parent_schema}.{key.parent_table}"
            whole = self._wholes.get(named)
            is_part = f"it refers to the partition {named}, which is a part of {whole}"
            note = f"{named} was not moved" if whole is None else is_part
            self.fates.append(left_out("foreign key", source, note, key.definition))
            return None
        notes: list[str] = []
        if key.is_match_full:
            notes.append("MATCH FULL: SQLite takes a key that is NULL in part for one that refers to nothing")
        if key.definition.upper().find("SET NULL (") >= 0 or key.definition.upper().find("SET DEFAULT (") >= 0:
            notes.append("all of its columns are set, not those that were listed")
        if key.is_deferrable and not key.is_initially_deferred:
            notes.append("to check it at the commit, use PRAGMA defer_foreign_keys")
        if not key.is_valid:
            notes.append("NOT VALID: rows that were there already need not hold to it, and need not here")
        names = self._columns[table.key]
        self.fates.append(carried("foreign key", source, self._tables[parent], notes, key.definition))
        return PlannedForeignKey(
            key.name,
            tuple(names[name] for name in key.columns),
            self._tables[parent],
            tuple(self._columns[parent][name] for name in key.parent_columns),
            key.on_update,
            key.on_delete,
            key.is_deferrable and key.is_initially_deferred,
            source,
        )


class IndexPlanner:
    """Plans the indexes of one table; names of indexes are those of the whole database."""

    def __init__(self, table: PgTable, scope: Scope, names: Namespace, *, is_snake_case: bool) -> None:
        self._table = table
        self._scope = scope
        self._names = names
        self._is_snake_case = is_snake_case
        self.fates: list[Fate] = []

    def planned(self) -> tuple[PlannedIndex, ...]:
        found = (self._planned(index) for index in self._table.indexes if index.constraint != "primary key")
        return tuple(index for index in found if index is not None)

    def _planned(self, index: PgIndex) -> PlannedIndex | None:
        kind = "unique" if index.constraint == "unique" else "exclusion" if index.constraint else "index"
        source = f"{self._table.qualified} ({index.name})"
        if index.constraint == "exclusion":
            return self._refused(kind, source, "SQLite has no exclusion constraints", index)
        if not index.is_valid:
            return self._refused(kind, source, "it is invalid in PostgreSQL too", index)
        if index.method not in _ORDERED:
            return self._refused(kind, source, f"SQLite has nothing like a {index.method} index", index)
        notes: list[str] = []
        keys = [self._key(key, notes) for key in index.keys]
        failed = next((key for key in keys if key[1]), None)
        if failed is not None:
            return self._refused(kind, source, str(failed[1]), index)
        words = [key[0] for key in keys]
        where = None
        if index.where is not None:
            translated = translate_predicate(index.where, self._scope)
            if not isinstance(translated, Translated):
                return self._refused(kind, source, translated.reason, index)
            where = translated.sql
            notes.extend(translated.notes)
        words += self._included(index, notes)
        if index.method == "hash":
            notes.append("made as an ordinary index")
        if index.is_nulls_not_distinct:
            notes.append("NULLS NOT DISTINCT: in SQLite several rows may be NULL")
        if index.is_deferrable:
            notes.append("it was deferrable, and is checked row by row")
        if index.is_unique:
            notes += self._uniqueness(index)
        wanted = snake_case(index.name) if self._is_snake_case else index.name
        return PlannedIndex(
            self._names.take(wanted),
            tuple(words),
            index.is_unique,
            where,
            source,
            kind,
            index.definition,
            tuple(notes),
        )

    def _refused(self, kind: str, source: str, reason: str, index: PgIndex) -> PlannedIndex | None:
        self.fates.append(left_out(kind, source, reason, index.definition))
        return None

    def _key(self, key: PgIndexKey, notes: list[str]) -> tuple[str, str | None]:
        """Return the part in SQL, and why it cannot be one."""
        order = " desc" if key.is_descending else ""
        if key.operator_class is not None and key.operator_class not in _OPERATORS_OF_BYTES:
            notes.append(f"without the operator class {key.operator_class}")
        if key.collation is not None:
            notes.append(f"ordered by code points, not by the collation {key.collation!r}")
        if key.name is not None:
            return f"{quote(self._scope.columns[key.name].name)}{order}", None
        translated = translate_index_expression(key.expression or "", self._scope)
        if not isinstance(translated, Translated):
            return "", translated.reason
        notes.extend(translated.notes)
        return f"{translated.sql}{order}", None

    def _included(self, index: PgIndex, notes: list[str]) -> list[str]:
        if not index.included:
            return []
        if index.is_unique:
            notes.append("without the columns that INCLUDE adds, which would be part of the key")
            return []
        notes.append("the columns that INCLUDE adds are part of the key")
        return [quote(self._scope.columns[name].name) for name in index.included]

    def _uniqueness(self, index: PgIndex) -> list[str]:
        forms = {self._scope.columns[key.name].form for key in index.keys if key.name is not None}
        notes = ["1.0 and 1.00 are the same to PostgreSQL and not to SQLite"] if "decimal text" in forms else []
        collations = {self._table.column(key.name).collation for key in index.keys if key.name is not None}
        notes += [
            f"texts are told apart by their code points, not by the collation {collation!r}"
            for collation in sorted(one for one in collations if one is not None and one not in PLAIN_COLLATIONS)
        ]
        return notes
