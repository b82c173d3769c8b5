"""What a module says of each table: names, types, keys, relations, finders. Nothing is text yet."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from noormme_py import names
from noormme_py.codec.registry import CodecChoice, Codecs
from noormme_py.codec.row_model import RESERVED
from noormme_py.codec.shapes import annotation_of
from noormme_py.codegen.class_names import ClassNames, class_names
from noormme_py.frozen import frozen
from noormme_py.schema.model import Column, Schema, Table
from noormme_py.schema.relations import Relations

# What a class of columns has beside them, and a finder beside its values.
_RESERVED_COLUMNS = frozenset({"as_"})
_RESERVED_PARAMETERS = frozenset({"self"})


@frozen
class Face:
    """The classes that a module builds on, asynchronous or not, and the attributes that they have already."""

    database: str
    prefix: str
    answer: str | None
    database_attributes: frozenset[str]
    repository_attributes: frozenset[str]


@frozen
class PlannedColumn:
    """A column: `field` of the row, `attribute` of the class of columns, and the type of its values.

    `is_optional` says that a new row may leave it out.
    """

    name: str
    field: str
    attribute: str
    annotation: Any
    is_optional: bool
    is_writable: bool


@frozen
class PlannedRelation:
    """A relation and the table it leads to; it gives a list, one row, or one row or None."""

    name: str
    target: str
    is_many: bool
    is_required: bool


@frozen
class PlannedFinder:
    """A finder's method and what it is called by at run time, its parameters and their columns."""

    method: str
    name: str
    parameters: tuple[tuple[str, PlannedColumn], ...]
    is_many: bool


@frozen
class PlannedTable:
    """A table or a view, with the attribute that a database has for it. `key` are the types of its primary key."""

    name: str
    attribute: str
    classes: ClassNames
    columns: tuple[PlannedColumn, ...]
    relations: tuple[PlannedRelation, ...]
    paths: tuple[str, ...]
    key: tuple[Any, ...]
    finders: tuple[PlannedFinder, ...]
    is_writable: bool


@frozen
class PlannedModule:
    """All that a module says. `class_name` is the database's; `codecs` are overrides by table and column."""

    class_name: str
    face: Face
    codecs: Mapping[str, CodecChoice]
    tables: tuple[PlannedTable, ...]

    @property
    def transaction_name(self) -> str:
        return f"{self.class_name}Transaction"

    def attributes(self) -> set[str]:
        """Return every name that an attribute of a class has."""
        found = {table.attribute for table in self.tables}
        for table in self.tables:
            found.update(*((column.name, column.field, column.attribute) for column in table.columns))
            found.update(relation.name for relation in table.relations)
        return found

    def class_names(self) -> set[str]:
        """Return the name of every class."""
        made = {name for table in self.tables for name in table.classes.all}
        return made | {self.class_name, self.transaction_name}


def planned(
    schema: Schema, face: Face, *, class_name: str = "Database", codecs: Mapping[str, CodecChoice] | None = None
) -> PlannedModule:
    """Return what the module of a schema says; tables that SQLite keeps for a virtual table are left out.

    Raises ConfigError for codecs that cannot be, ColumnNotFound for one of a column that is not there.
    """
    chosen, relations = Codecs(codecs), Relations(schema, None, RESERVED)
    tables = sorted((table for table in schema if table.kind != "shadow"), key=lambda table: table.name)
    attributes = _table_attributes(tables, face.database_attributes)
    shown = {table.name: _relations(table, relations, attributes) for table in tables}
    columns = {table.name: _columns(table, chosen) for table in tables}
    used = {class_name, f"{class_name}Transaction", *attributes.values()}
    used.update(name for found in columns.values() for column in found for name in (column.name, column.field))
    used.update(relation.name for found in shown.values() for relation in found)
    classes = class_names(attributes, used)
    return PlannedModule(
        class_name,
        face,
        dict(sorted((codecs or {}).items())),
        tuple(
            PlannedTable(
                table.name,
                attributes[table.name],
                classes[table.name],
                columns[table.name],
                shown[table.name],
                tuple(_paths(shown[table.name], shown)),
                tuple(_key(table, chosen)),
                tuple(_finders(table, columns[table.name], face)),
                table.is_writable,
            )
            for table in tables
        ),
    )


def _table_attributes(tables: Iterable[Table], reserved: frozenset[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for table in tables:
        taken = {*reserved, *made.values()}
        made[table.name] = names.attribute(table.name, reserved=reserved, taken=taken, nameless="table")
    return made


def _columns(table: Table, codecs: Codecs) -> tuple[PlannedColumn, ...]:
    visible = table.visible_columns
    fields = names.attributes([column.name for column in visible], RESERVED)
    made: list[PlannedColumn] = []
    taken = set(_RESERVED_COLUMNS)
    for column in visible:
        attribute = names.attribute(fields[column.name], taken=taken)
        taken.add(attribute)
        made.append(
            PlannedColumn(
                column.name,
                fields[column.name],
                attribute,
                annotation_of(column, codecs),
                is_optional=_is_optional(table, column),
                is_writable=column.is_writable,
            )
        )
    return tuple(made)


def _is_optional(table: Table, column: Column) -> bool:
    return column.is_nullable or column.default is not None or column.name == table.rowid_alias


def _relations(table: Table, relations: Relations, shown: Container[str]) -> tuple[PlannedRelation, ...]:
    return tuple(
        PlannedRelation(found.name, found.target, found.is_many, found.is_required)
        for found in relations.of(table.name).values()
        if found.target in shown
    )


def _paths(own: tuple[PlannedRelation, ...], all_: Mapping[str, tuple[PlannedRelation, ...]]) -> Iterable[str]:
    for relation in own:
        yield relation.name
        for further in all_[relation.target]:
            yield f"{relation.name}.{further.name}"


def _key(table: Table, codecs: Codecs) -> Iterable[Any]:
    # NULL finds nothing by a key.
    return (codecs.of_column(table.column(name)).python for name in table.primary_key)


def _finders(table: Table, columns: tuple[PlannedColumn, ...], face: Face) -> Iterable[PlannedFinder]:
    taken = set(face.repository_attributes)
    by_name = {column.name: column for column in columns}
    for column in columns:
        parameter = names.attribute(column.field, reserved=_RESERVED_PARAMETERS)
        for kind in ("find_by_", "find_many_by_")[: 1 if (column.name,) in table.unique_keys else 2]:
            method = kind + column.field
            if method not in taken:
                taken.add(method)
                yield PlannedFinder(method, kind + column.name, ((parameter, column),), kind == "find_many_by_")
    for key in table.unique_keys:
        # An index may hold a column twice.
        found = [by_name[name] for name in dict.fromkeys(key) if name in by_name]
        # Where a column's own name has `_and_` in it, nobody can tell where the next begins.
        if len(found) < 2 or len(found) < len(set(key)) or any("_and_" in column.name for column in columns):
            continue
        method = "find_by_" + "_and_".join(column.field for column in found)
        if method not in taken:
            taken.add(method)
            parameters = tuple((names.attribute(c.field, reserved=_RESERVED_PARAMETERS), c) for c in found)
            name = "find_by_" + "_and_".join(column.name for column in found)
            yield PlannedFinder(method, name, parameters, is_many=False)
