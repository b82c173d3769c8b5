"""The DDL builders: tables, indexes, views, and dropping them."""

from __future__ import annotations

from typing import Any, Self

from noormme_py.errors import CompileError
from noormme_py.query import definitions as ddl
from noormme_py.query import nodes, operands
from noormme_py.query.clauses import Builder
from noormme_py.query.expressions import Expression
from noormme_py.query.operands import Operand
from noormme_py.schema.model import Action


class Definition(Builder):
    """A DDL statement under construction."""

    __slots__ = ()


def column_definition(
    name: str,
    type: str,
    *,
    primary_key: bool = False,
    autoincrement: bool = False,
    not_null: bool = False,
    unique: bool = False,
    default: object = None,
    check: Expression | None = None,
    collate: str | None = None,
    references: str | tuple[str, str] | None = None,
    on_delete: Action | None = None,
    on_update: Action | None = None,
    deferred: bool = False,
    generated: Expression | None = None,
    stored: bool = False,
) -> ddl.ColumnDefinition:
    """Return the node of one column; `references` is a table, or (table, column)."""
    target = None
    if references is not None:
        table, *columns = (references,) if isinstance(references, str) else references
        if len(columns) > 1:
            raise CompileError(f"the column {name!r} refers to a table, or to one column: (table, column)")
        target = ddl.References(table, tuple(columns), on_delete, on_update, deferred)
    elif on_delete or on_update or deferred:
        raise CompileError(f"the column {name!r} has a foreign key action and refers to nothing")
    if autoincrement and not primary_key:
        raise CompileError(f"the column {name!r} is autoincrement, which only a primary key can be")
    if stored and generated is None:
        raise CompileError(f"the column {name!r} is stored, which says something of generated columns only")
    return ddl.ColumnDefinition(
        name,
        type,
        is_primary_key=primary_key,
        is_autoincrement=autoincrement,
        is_not_null=not_null,
        is_unique=unique,
        default=None if default is None else operands.operand(default),
        check=None if check is None else operands.predicate(check),
        collation=collate,
        references=target,
        generated_as=None if generated is None else operands.operand(generated),
        generated="stored" if stored else "virtual",
    )


class CreateTable(Definition):
    """A CREATE TABLE under construction."""

    __slots__ = ()
    node: ddl.CreateTable

    def column(self, name: str, type: str, **constraints: Any) -> Self:
        """Add a column; the constraints are those of `column_definition`.

        >>> create_table("users").column("id", "integer", primary_key=True).column("age", "integer", default=0)
        create table "users" ("id" integer primary key, "age" integer default 0)
        """
        return self.derive(columns=(*self.node.columns, column_definition(name, type, **constraints)))

    def primary_key(self, *columns: str, name: str | None = None) -> Self:
        """Add a primary key of several columns."""
        return self._constrain(ddl.KeyConstraint(columns, is_primary=True, name=name))

    def unique(self, *columns: str, name: str | None = None) -> Self:
        """Add a unique key of several columns."""
        return self._constrain(ddl.KeyConstraint(columns, name=name))

    def foreign_key(
        self,
        columns: tuple[str, ...],
        table: str,
        parent_columns: tuple[str, ...] = (),
        *,
        on_delete: Action | None = None,
        on_update: Action | None = None,
        deferred: bool = False,
        name: str | None = None,
    ) -> Self:
        """Add a foreign key; without `parent_columns` it refers to the parent's primary key."""
        target = ddl.References(table, tuple(parent_columns), on_delete, on_update, deferred)
        return self._constrain(ddl.ForeignKeyConstraint(tuple(columns), target, name))

    def check(self, condition: Expression, *, name: str | None = None) -> Self:
        """Add a condition that every row must meet."""
        return self._constrain(ddl.CheckConstraint(operands.predicate(condition), name))

    def as_select(self, query: Operand) -> Self:
        """Make the table of what a query gives."""
        return self.derive(query=operands.query(query))

    def strict(self) -> Self:
        """Make SQLite enforce the declared types."""
        return self.derive(is_strict=True)

    def without_rowid(self) -> Self:
        """Store the rows in their primary key."""
        return self.derive(is_without_rowid=True)

    def if_not_exists(self) -> Self:
        return self.derive(if_not_exists=True)

    def _constrain(self, constraint: nodes.Node) -> Self:
        return self.derive(constraints=(*self.node.constraints, constraint))


class AlterTable(Definition):
    """An ALTER TABLE under construction; SQLite does one thing in each."""

    __slots__ = ()
    node: ddl.AlterTable

    def add_column(self, name: str, type: str, **constraints: Any) -> Self:
        """Add a column; the constraints are those of `column_definition`."""
        return self._act(ddl.AddColumn(column_definition(name, type, **constraints)))

    def rename_column(self, name: str, new_name: str) -> Self:
        return self._act(ddl.RenameColumn(name, new_name))

    def drop_column(self, name: str) -> Self:
        return self._act(ddl.DropColumn(name))

    def rename_to(self, new_name: str) -> Self:
        return self._act(ddl.RenameTable(new_name))

    def _act(self, action: nodes.Node) -> Self:
        if self.node.action is not None:
            raise CompileError("one ALTER TABLE does one thing", hint="run several, in one transaction")
        return self.derive(action=action)


class CreateIndex(Definition):
    """A CREATE INDEX under construction."""

    __slots__ = ()
    node: ddl.CreateIndex

    def on(self, table: str, *columns: object) -> Self:
        """Say the table and what is indexed: columns, or expressions with `desc()` or `collate()`.

        >>> create_index("by_mail").on("users", fn.lower("email")).where(col("active") == 1)
        create index "by_mail" on "users" (lower("email")) where "active" = 1
        """
        return self.derive(table=table, columns=tuple(map(operands.reference, columns)))

    def unique(self) -> Self:
        return self.derive(is_unique=True)

    def where(self, condition: Expression) -> Self:
        """Index only the rows for which the condition holds."""
        return self.derive(where=operands.conjoin(self.node.where, operands.predicate(condition)))

    def if_not_exists(self) -> Self:
        return self.derive(if_not_exists=True)


class CreateView(Definition):
    """A CREATE VIEW under construction."""

    __slots__ = ()
    node: ddl.CreateView

    def columns(self, *names: str) -> Self:
        return self.derive(columns=names)

    def as_select(self, query: Operand) -> Self:
        """Say what the view shows."""
        return self.derive(query=operands.query(query))

    def if_not_exists(self) -> Self:
        return self.derive(if_not_exists=True)


class Drop(Definition):
    """A DROP under construction."""

    __slots__ = ()
    node: ddl.Drop

    def if_exists(self) -> Self:
        return self.derive(if_exists=True)


def create_table(name: str) -> CreateTable:
    """Begin a CREATE TABLE that is not bound to a database."""
    return CreateTable(ddl.CreateTable(name))


def alter_table(name: str) -> AlterTable:
    """Begin an ALTER TABLE that is not bound to a database."""
    return AlterTable(ddl.AlterTable(name))


def create_index(name: str) -> CreateIndex:
    """Begin a CREATE INDEX that is not bound to a database."""
    return CreateIndex(ddl.CreateIndex(name))


def create_view(name: str) -> CreateView:
    """Begin a CREATE VIEW that is not bound to a database."""
    return CreateView(ddl.CreateView(name))


def drop(kind: ddl.DropKind, name: str) -> Drop:
    """Begin a DROP that is not bound to a database."""
    return Drop(ddl.Drop(kind, name))
