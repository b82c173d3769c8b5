"""Tables and views, put together from the rows of the catalog."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, TypeVar

from noormme_py.frozen import frozen
from noormme_py.postgres.catalog.queries import (
    AttachedRow,
    ColumnRow,
    ConstraintRow,
    IndexRow,
    InheritanceRow,
    RelationRow,
    SequenceRow,
    SequenceUseRow,
)
from noormme_py.postgres.catalog.shared import Shared, shared_parts
from noormme_py.postgres.catalog.types import Types, check_of
from noormme_py.postgres.model import (
    PgColumn,
    PgDefinition,
    PgForeignKey,
    PgIndex,
    PgIndexKey,
    PgSequence,
    PgTable,
    PgView,
    RelationKind,
)
from noormme_py.schema.model import Action

T = TypeVar("T")
K = TypeVar("K")

_KINDS: dict[str, RelationKind] = {"r": "table", "p": "partitioned", "f": "foreign"}
_ACTIONS: dict[str, Action] = {
    "a": "no action",
    "r": "restrict",
    "c": "cascade",
    "n": "set null",
    "d": "set default",
}
_IDENTITIES: dict[str, Literal["always", "by default"]] = {"a": "always", "d": "by default"}
_CONSTRAINTS: dict[str, Literal["primary key", "unique", "exclusion"]] = {
    "p": "primary key",
    "u": "unique",
    "x": "exclusion",
}
_DESCENDING, _NULLS_FIRST = 1, 2
_PLAIN_NEXTVAL = re.compile(r"nextval\('(?:[^']|'')*'::regclass\)")


@frozen
class Sequences:
    """All sequences, and those that a column takes its values from by (relation, number of the column)."""

    all: Mapping[int, PgSequence]
    of_columns: Mapping[tuple[int, int], int]

    def number_of(self, row: ColumnRow) -> int:
        """Return the number of the sequence of an identity or serial column, 0 for other columns."""
        is_fed = row.identity or _PLAIN_NEXTVAL.fullmatch(row.default or "")
        return self.of_columns.get((row.relation, row.number), 0) if is_fed else 0


@frozen
class TableRows:
    """What the catalog says about tables and views, by the number of each; `partitions` and `parents` are numbers."""

    relations: Mapping[int, RelationRow]
    columns: Mapping[int, list[ColumnRow]]
    constraints: Mapping[int, list[ConstraintRow]]
    indexes: Mapping[int, list[IndexRow]]
    attached: Mapping[int, list[AttachedRow]]
    partitions: Mapping[int, list[int]]
    parents: Mapping[int, list[int]]
    sequences: Sequences


def sequences_of(rows: Iterable[SequenceRow], uses: Iterable[SequenceUseRow]) -> Sequences:
    """Return the sequences, each with the columns that use it."""
    made = {row.oid: PgSequence(row.schema, row.name, row.last_value, row.increment, row.start) for row in rows}
    return Sequences(made, {(use.relation, use.number): use.sequence for use in uses})


def grouped(rows: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Return the rows by what they have in common."""
    found: dict[K, list[T]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def families(
    relations: Mapping[int, RelationRow], rows: Iterable[InheritanceRow]
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return the partitions of each partitioned table, and the parents of each table that inherits otherwise."""
    partitions: dict[int, list[int]] = {}
    parents: dict[int, list[int]] = {}
    for row in rows:
        child = relations.get(row.child)
        if child is not None and row.parent in relations:
            if child.is_partition:
                partitions.setdefault(row.parent, []).append(row.child)
            else:
                parents.setdefault(row.child, []).append(row.parent)
    return partitions, parents


def table_of(row: RelationRow, rows: TableRows, types: Types) -> PgTable:
    """Return the table of a relation that is one."""
    leaves = leaves_of(row.oid, rows)
    shared = shared_of(leaves, rows)
    constraints = (*rows.constraints.get(row.oid, ()), *shared.constraints)
    indexes = tuple(_index(index) for index in (*rows.indexes.get(row.oid, ()), *shared.indexes))
    holders = leaves if row.kind == "p" else [row]
    estimates = [leaf.estimated_rows for leaf in holders]
    return PgTable(
        row.schema,
        row.name,
        tuple(_column(column, rows.sequences, types) for column in rows.columns.get(row.oid, ())),
        kind=_KINDS[row.kind],
        primary_key=next((_names(index) for index in indexes if index.constraint == "primary key"), ()),
        checks=tuple(check_of(found) for found in constraints if found.kind == "c"),
        # A key on a partitioned table has one that is inherited for each of its partitions.
        foreign_keys=tuple(
            _foreign_key(found)
            for found in constraints
            if found.kind == "f" and not (found.is_inherited or found.is_of_period)
        ),
        indexes=indexes,
        triggers=_attached(row, rows, "trigger"),
        rules=_attached(row, rows, "rule"),
        policies=_attached(row, rows, "policy"),
        is_row_security_on=row.has_row_security,
        partitions=tuple(sorted(leaf.qualified for leaf in leaves)),
        divisions=tuple(_divisions(row, rows)) if row.kind == "p" else (),
        parents=tuple(rows.relations[parent].qualified for parent in rows.parents.get(row.oid, ())),
        comment=row.comment,
        estimated_rows=-1 if min(estimates, default=0) < 0 else sum(estimates),
        size_bytes=sum(leaf.size_bytes for leaf in holders),
        is_readable=row.is_readable,
    )


def view_of(row: RelationRow, rows: TableRows, types: Types) -> PgView:
    """Return the view of a relation that is one."""
    return PgView(
        row.schema,
        row.name,
        (row.view or "").strip().removesuffix(";"),
        tuple(_column(column, rows.sequences, types) for column in rows.columns.get(row.oid, ())),
        row.kind == "m",
        row.comment,
    )


def _column(row: ColumnRow, sequences: Sequences, types: Types) -> PgColumn:
    return PgColumn(
        row.name,
        types.get(row.type),
        row.declared,
        row.modifier,
        row.is_nullable,
        default=None if row.generated else row.default,
        generated_as=row.default if row.generated else None,
        identity=_IDENTITIES.get(row.identity),
        sequence=sequences.all.get(sequences.number_of(row)),
        collation=row.collation,
        comment=row.comment,
    )


def shared_of(leaves: Iterable[RelationRow], rows: TableRows) -> Shared:
    """Return what all of these partitions have of their own."""
    numbers = [leaf.oid for leaf in leaves]
    return shared_parts(
        [rows.constraints.get(oid, ()) for oid in numbers], [rows.indexes.get(oid, ()) for oid in numbers]
    )


def leaves_of(oid: int, rows: TableRows) -> list[RelationRow]:
    """Return the partitions that hold rows, at whatever depth."""
    found: list[RelationRow] = []
    waiting = list(rows.partitions.get(oid, ()))
    while waiting:
        partition = rows.relations[waiting.pop()]
        if partition.kind == "p":
            waiting.extend(rows.partitions.get(partition.oid, ()))
        else:
            found.append(partition)
    return found


def _divisions(row: RelationRow, rows: TableRows) -> Iterator[PgDefinition]:
    """Yield how a table is divided, and what its partitions hold, at whatever depth."""
    yield PgDefinition(row.qualified, row.division or "")
    for oid in rows.partitions.get(row.oid, ()):
        yield from _divisions(rows.relations[oid], rows)


def _foreign_key(row: ConstraintRow) -> PgForeignKey:
    return PgForeignKey(
        row.name,
        tuple(row.columns),
        row.parent_schema or "",
        row.parent_table or "",
        tuple(row.parent_columns),
        on_update=_ACTIONS[row.on_update],
        on_delete=_ACTIONS[row.on_delete],
        is_deferrable=row.is_deferrable,
        is_initially_deferred=row.is_deferred,
        is_match_full=row.match == "f",
        is_valid=row.is_valid,
        definition=row.definition,
    )


def _index(row: IndexRow) -> PgIndex:
    keys = tuple(
        PgIndexKey(
            key["name"],
            key["expression"],
            is_descending=bool(key["options"] & _DESCENDING),
            is_nulls_first=bool(key["options"] & _NULLS_FIRST),
            operator_class=key["operator_class"],
            collation=key["collation"],
        )
        for key in row.keys
    )
    return PgIndex(
        row.name,
        keys,
        row.method,
        is_unique=row.is_unique,
        is_valid=row.is_valid,
        is_nulls_not_distinct=row.is_nulls_not_distinct,
        where=row.where,
        included=tuple(row.included),
        constraint=_CONSTRAINTS.get(row.constraint or ""),
        is_deferrable=row.is_deferrable,
        definition=row.definition,
    )


def _names(index: PgIndex) -> tuple[str, ...]:
    return tuple(key.name for key in index.keys if key.name is not None)


def _attached(row: RelationRow, rows: TableRows, kind: str) -> tuple[PgDefinition, ...]:
    return tuple(
        PgDefinition(found.name, found.definition) for found in rows.attached.get(row.oid, ()) if found.kind == kind
    )
