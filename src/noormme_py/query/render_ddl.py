"""How DDL is written. Values are literals here, since SQLite takes no parameters in definitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from noormme_py.errors import CompileError
from noormme_py.frozen import replaced
from noormme_py.query import definitions as ddl
from noormme_py.query import nodes
from noormme_py.query.render_expressions import checked_type
from noormme_py.query.scope import Output, Scope, Source
from noormme_py.query.writer import Writer, renders
from noormme_py.schema.model import Action

_ACTIONS = frozenset(get_args(Action))
_DROPPED = frozenset(get_args(ddl.DropKind))


@renders(ddl.CreateTable)
def _create_table(out: Writer, node: ddl.CreateTable) -> None:
    out.put("create table ", "if not exists " if node.if_not_exists else "")
    out.name(node.name)
    if node.query is not None:
        if node.columns or node.constraints:
            raise CompileError("a table is made of columns or of a query, not of both")
        if node.is_strict or node.is_without_rowid:
            raise CompileError("a table made of a query is neither STRICT nor WITHOUT ROWID in SQLite")
        out.put(" as ", node.query)
        return
    if not node.columns:
        raise CompileError(f"the table {node.name!r} has no columns")
    columns = Source(node.name, tuple(Output(column.name, None) for column in node.columns))
    with out.within(Scope(out.scope.schema, sources=(columns,))):
        out.put(" (")
        out.separated(", ", (*node.columns, *node.constraints))
        out.put(")")
    options = [*(["strict"] if node.is_strict else []), *(["without rowid"] if node.is_without_rowid else [])]
    out.put(f" {', '.join(options)}" if options else "")


@renders(ddl.ColumnDefinition)
def _column(out: Writer, node: ddl.ColumnDefinition) -> None:
    out.name(node.name)
    out.put(f" {checked_type(node.type)}" if node.type else "")
    if node.is_primary_key:
        out.put(" primary key", " autoincrement" if node.is_autoincrement else "")
    out.put(" not null" if node.is_not_null else "", " unique" if node.is_unique else "")
    if node.default is not None:
        out.put(" default ")
        if isinstance(node.default, nodes.Value):
            out.put(node.default)
        else:
            out.put("(", node.default, ")")
    if node.check is not None:
        out.put(" check (", node.check, ")")
    if node.collation is not None:
        out.put(" collate ")
        out.name(node.collation)
    if node.references is not None:
        out.put(" ", node.references)
    if node.generated_as is not None:
        out.put(" generated always as (", node.generated_as, f") {node.generated}")


@renders(ddl.References)
def _references(out: Writer, node: ddl.References) -> None:
    out.put("references ")
    out.name(node.table)
    if node.columns:
        _column_list(out, node.columns)
    for event, action in (("delete", node.on_delete), ("update", node.on_update)):
        if action is not None:
            if action not in _ACTIONS:
                raise CompileError(
                    f"{str(action)[:40]!r} is not a foreign key action",
                    hint="there are " + ", ".join(sorted(map(repr, _ACTIONS))),
                )
            out.put(f" on {event} {action}")
    out.put(" deferrable initially deferred" if node.is_deferred else "")


@renders(ddl.KeyConstraint)
def _key(out: Writer, node: ddl.KeyConstraint) -> None:
    _constraint_name(out, node.name)
    out.put("primary key" if node.is_primary else "unique")
    _column_list(out, node.columns)


@renders(ddl.ForeignKeyConstraint)
def _foreign_key(out: Writer, node: ddl.ForeignKeyConstraint) -> None:
    _constraint_name(out, node.name)
    out.put("foreign key")
    _column_list(out, node.columns)
    out.put(" ", node.references)


@renders(ddl.CheckConstraint)
def _check(out: Writer, node: ddl.CheckConstraint) -> None:
    _constraint_name(out, node.name)
    out.put("check (", node.condition, ")")


def _constraint_name(out: Writer, name: str | None) -> None:
    if name is not None:
        out.put("constraint ")
        out.name(name)
        out.put(" ")


def _column_list(out: Writer, columns: Sequence[str]) -> None:
    if not columns:
        raise CompileError("a key constraint names no columns")
    out.put(" (")
    out.names(columns)
    out.put(")")


@renders(ddl.AlterTable)
def _alter_table(out: Writer, node: ddl.AlterTable) -> None:
    if node.action is None:
        raise CompileError("this alters nothing", hint="use add_column, rename_column, drop_column or rename_to")
    source = out.scope.table_source(node.name)
    out.put("alter table ")
    out.name(node.name)
    with out.within(Scope(out.scope.schema, sources=(source,))):
        out.put(" ", node.action)


@renders(ddl.AddColumn)
def _add_column(out: Writer, node: ddl.AddColumn) -> None:
    made = Source("", (Output(node.column.name, None),))
    with out.within(replaced(out.scope, sources=(*out.scope.sources, made))):
        out.put("add column ", node.column)


@renders(ddl.RenameColumn)
def _rename_column(out: Writer, node: ddl.RenameColumn) -> None:
    out.put("rename column ", nodes.Ref(node.name), " to ")
    out.name(node.new_name)


@renders(ddl.DropColumn)
def _drop_column(out: Writer, node: ddl.DropColumn) -> None:
    out.put("drop column ", nodes.Ref(node.name))


@renders(ddl.RenameTable)
def _rename_table(out: Writer, node: ddl.RenameTable) -> None:
    out.put("rename to ")
    out.name(node.new_name)


@renders(ddl.CreateIndex)
def _create_index(out: Writer, node: ddl.CreateIndex) -> None:
    if node.table is None or not node.columns:
        raise CompileError("an index needs a table and columns", hint='say it with on("table", "column")')
    source = out.scope.table_source(node.table)
    out.put(
        "create unique index " if node.is_unique else "create index ",
        "if not exists " if node.if_not_exists else "",
    )
    out.name(node.name)
    out.put(" on ")
    out.name(node.table)
    with out.within(Scope(out.scope.schema, sources=(source,))):
        out.put(" (")
        out.separated(", ", node.columns)
        out.put(")")
        if node.where is not None:
            out.put(" where ", node.where)


@renders(ddl.CreateView)
def _create_view(out: Writer, node: ddl.CreateView) -> None:
    if node.query is None:
        raise CompileError(f"the view {node.name!r} has no query")
    out.put("create view ", "if not exists " if node.if_not_exists else "")
    out.name(node.name)
    if node.columns:
        _column_list(out, node.columns)
    out.put(" as ", node.query)


@renders(ddl.Drop)
def _drop(out: Writer, node: ddl.Drop) -> None:
    if node.kind not in _DROPPED:
        raise CompileError(f"{str(node.kind)[:40]!r} is nothing to drop")
    if node.kind == "table" and not node.if_exists:
        out.scope.table_source(node.name)
    out.put(f"drop {node.kind} ", "if exists " if node.if_exists else "")
    out.name(node.name)
