"""The builders that write: INSERT with its ON CONFLICT, UPDATE, DELETE."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, Self, TypeVar

from noormme_py.errors import CompileError
from noormme_py.frozen import replaced
from noormme_py.names import suggest
from noormme_py.query import nodes, operands
from noormme_py.query.clauses import Builder, Filtered, Joined, Returning, assignments, column_name
from noormme_py.query.operands import Operand
from noormme_py.query.typed import AnySource, Tabled, TableOf

InsertType = TypeVar("InsertType", bound="InsertClauses")


class InsertClauses(Builder):
    """The clauses of an INSERT."""

    __slots__ = ()
    node: nodes.Insert

    def values(self, rows: Mapping[str, object] | Iterable[Mapping[str, object]]) -> Self:
        """Insert one row, or many that all have the same columns.

        >>> insert_into("users").values({"name": "Ada", "age": 36})
        insert into "users" ("name", "age") values (?, ?)
        """
        several = _several(rows)
        if not several:
            raise CompileError("there are no rows to insert")
        columns = self.node.columns or tuple(map(column_name, several[0]))
        made = tuple(_row(columns, row) for row in several)
        if not columns:
            return self if len(several) == 1 else self._refuse_empty()
        return self.derive(columns=columns, rows=(*self.node.rows, *made))

    def columns(self, *names: str) -> Self:
        """Name the columns that `from_select` fills, in order."""
        return self.derive(columns=names)

    def from_select(self, query: Operand) -> Self:
        """Insert what a query gives.

        >>> insert_into("archive").columns("id").from_select(select_from("users").select("id"))
        insert into "archive" ("id") select "id" from "users"
        """
        return self.derive(query=operands.query(query))

    def on_conflict(self, *columns: object, where: object = None) -> OnConflict[Self]:
        """Say what happens when a row with the same key is there; the columns are those of a unique key.

        >>> insert_into("users").values({"id": 1, "name": "Ada"}).on_conflict("id").do_update({"name": "Eve"})
        insert into "users" ("id", "name") values (?, ?) on conflict ("id") do update set "name" = ?
        """
        target = None if where is None else operands.predicate(where)
        return OnConflict(self, nodes.Conflict(tuple(map(operands.reference, columns)), target))

    def _refuse_empty(self) -> Self:
        raise CompileError("several rows of defaults cannot be inserted at once", hint="insert them one by one")


class OnConflict(Generic[InsertType]):
    """An ON CONFLICT that waits for what to do."""

    __slots__ = ("_conflict", "_insert")

    def __init__(self, insert: InsertType, conflict: nodes.Conflict) -> None:
        self._insert = insert
        self._conflict = conflict

    def do_nothing(self) -> InsertType:
        """Keep the row that is there."""
        return self._finish(self._conflict)

    def do_update(self, values: Mapping[str, object], *, where: object = None) -> InsertType:
        """Change the row that is there; `excluded("column")` is the value that was to be inserted."""
        made = assignments(values)
        if not made:
            raise CompileError("an upsert that updates nothing is do_nothing()")
        condition = None if where is None else operands.predicate(where)
        conflict = self._conflict
        return self._finish(nodes.Conflict(conflict.columns, conflict.target_where, made, condition))

    def _finish(self, conflict: nodes.Conflict) -> InsertType:
        return self._insert.derive(conflicts=(*self._insert.node.conflicts, conflict))


def _several(rows: Mapping[str, object] | Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    if isinstance(rows, Mapping):
        one: Any = rows
        return [one]
    several = list(rows)
    for row in several:
        if not isinstance(row, Mapping):
            raise CompileError(f"a row to insert is a mapping of columns and values, not {type(row).__name__}")
    return several


def batches(insert: nodes.Insert, max_rows: int, max_variables: int) -> list[nodes.Insert]:
    """Split an INSERT of many rows into such as one statement can carry."""
    size = min(max_rows, max_variables // max(1, len(insert.columns)))
    rows = insert.rows
    if len(rows) <= size:
        return [insert]
    return [replaced(insert, rows=rows[start : start + size]) for start in range(0, len(rows), size)]


def _row(columns: tuple[str, ...], row: Mapping[str, object]) -> tuple[nodes.Node, ...]:
    if row.keys() != set(columns):
        odd = sorted(map(str, row.keys() ^ set(columns)))
        raise CompileError(
            "all rows of one INSERT have the same columns; these are in some rows only: " + ", ".join(map(repr, odd)),
            hint=suggest(odd[0], columns),
        )
    return tuple(operands.operand(row[column]) for column in columns)


class UpdateClauses(Filtered, Joined):
    """The clauses of an UPDATE."""

    __slots__ = ()
    node: nodes.Update

    def set(self, values: Mapping[str, object]) -> Self:
        """Say the new values; an expression is computed from the row as it was.

        >>> update_table("users").set({"visits": col("visits") + 1}).where("id", "=", 1)
        update "users" set "visits" = "visits" + ? where "id" = ?
        """
        return self.derive(assignments=(*self.node.assignments, *assignments(values)))

    def from_(self, *sources: AnySource) -> Self:
        """Use rows of other tables.

        >>> update_table("users").set({"name": col("n.name")}).from_("names as n").where_ref("users.id", "=", "n.id")
        update "users" set "name" = "n"."name" from "names" as "n" where "users"."id" = "n"."id"
        """
        return self.derive(sources=(*self.node.sources, *map(operands.source, sources)))


class DeleteClauses(Filtered):
    """The clauses of a DELETE."""

    __slots__ = ()
    node: nodes.Delete


class Insert(InsertClauses, Returning):
    """An INSERT under construction."""

    __slots__ = ()


class Update(UpdateClauses, Returning):
    """An UPDATE under construction."""

    __slots__ = ()


class Delete(DeleteClauses, Returning):
    """A DELETE under construction."""

    __slots__ = ()


def insert_into(table: str | type[TableOf[Any]]) -> Insert:
    """Begin an INSERT that is not bound to a database."""
    return Insert(inserting(table))


def update_table(table: str | Tabled[Any]) -> Update:
    """Begin an UPDATE that is not bound to a database."""
    return Update(nodes.Update(operands.source(table)))


def delete_from(table: str | Tabled[Any]) -> Delete:
    """Begin a DELETE that is not bound to a database."""
    return Delete(nodes.Delete(operands.source(table)))


def inserting(table: object, common_tables: tuple[nodes.CommonTable, ...] = ()) -> nodes.Insert:
    """Return the node that an INSERT begins with; a string is the table's exact name."""
    target = nodes.TableName(table) if isinstance(table, str) else operands.source(table)
    if not isinstance(target, nodes.TableName):
        raise CompileError("an INSERT names the table itself, not an alias of it")
    return nodes.Insert(target, common_tables=common_tables)
