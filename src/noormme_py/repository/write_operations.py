"""Writing one table: create, update, upsert and delete, one row or many."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Generic, TypeVar

from noormme_py.codec.encode_rows import RowEncoder
from noormme_py.errors import QueryError
from noormme_py.names import fold, quote
from noormme_py.query import nodes
from noormme_py.query.clauses import assignments, column_name, insert_alias
from noormme_py.query.statement import Cursor, Operation, Raw, Statement, Work, ask, atomic, rows_affected
from noormme_py.repository.criteria import Criteria, condition
from noormme_py.repository.read_operations import ReadOperations, row_not_found
from noormme_py.repository.table_plan import Key, TablePlan, row_ignored, rows_of
from noormme_py.schema.model import Table

R = TypeVar("R")
Encoded = tuple[RowEncoder, list[Raw]]

_MAX_TEXTS = 64


class WriteOperations(Generic[R]):
    """The writes of one table. Rows come back as the database has them, defaults and generated columns filled."""

    __slots__ = (
        "_delete_sql",
        "_is_changed_afterwards",
        "_texts",
        "batch_size",
        "max_variables",
        "plan",
        "read",
    )

    def __init__(self, plan: TablePlan[R], read: ReadOperations[R], *, batch_size: int, max_variables: int) -> None:
        self.plan = plan
        self.read = read
        self.batch_size = batch_size
        self.max_variables = max_variables
        # The texts of INSERTs by columns, number of rows and clauses, and of UPDATEs by columns: long to make.
        self._texts: dict[tuple[object, ...], str] = {}
        self._delete_sql = f"delete from {quote(plan.table.name)} where {plan.key_sql}{read.marks.live_sql}"
        self._is_changed_afterwards = _is_changed_afterwards(plan.table)

    def create(self, values: object) -> Work[R]:
        """Insert a row and return it."""
        encoder, parameters = self.plan.written(values)
        sql = self._insert_sql(encoder.columns, 1, "", self.plan.returning_sql)
        if self._is_changed_afterwards:
            return self._one(Statement(sql, parameters, self.plan.all))
        return Statement(sql, parameters, self.plan.created)

    def create_many(self, rows: Iterable[object]) -> Operation[list[R]]:
        """Insert rows and return them, in order; all or none."""
        encoded = [self.plan.written(row) for row in rows_of(rows)]
        return atomic(self._many(encoded, "", self.plan.returning_sql))

    def insert_many(self, rows: Iterable[object]) -> Operation[int]:
        """Insert rows without reading them back and return how many; all or none."""
        encoded = [self.plan.written(row) for row in rows_of(rows)]
        return atomic(self._counted(encoded))

    def update(self, key: Key, changes: object) -> Work[R]:
        """Change the row of a key and return it; raises RowNotFound."""
        keys = self.plan.key_values(key)
        encoder, parameters = self.plan.written(changes)
        if not parameters:
            return self.read.get_by_id(key)
        sql = self._update_sql(encoder.columns)
        parameters += keys
        if self._is_changed_afterwards:
            return self.updated(Statement(sql, parameters, self.plan.first))
        return Statement(sql, parameters, self.read.got)

    def update_if(self, key: Key, changes: object, met_sql: str, met: Raw) -> Statement[R | None]:
        """Change the row of a key if it meets a further condition too, else give None."""
        keys = self.plan.key_values(key)
        encoder, parameters = self.plan.written(changes)
        if parameters:
            text = (encoder.columns, met_sql)
            sql = self._texts.get(text) or self._keep(text, self._made_update_sql(*text))
        else:
            sql = self.read.find_sql + met_sql
        return Statement(sql, [*parameters, *keys, met], self.plan.first)

    def update_many(self, where: Criteria, changes: Mapping[str, object], *, all_rows: bool = False) -> Statement[int]:
        """Change the rows that meet the criteria and return how many; values may be expressions."""
        node = self.update_node(self.read.visible(self.deliberate(where, all_rows)), changes)
        return self.plan.plans.statement(node, rows_affected)

    def update_node(self, where: nodes.Node | None, changes: Mapping[str, object]) -> nodes.Update:
        """Return the UPDATE of the rows that meet a condition."""
        table, marks = self.plan.table, self.read.marks
        given = assignments(changes)
        self._check_not_counted(name for name, _ in given)
        counting = marks.counting if given else ()
        return nodes.Update(nodes.TableName(table.name), (*given, *counting), where=where)

    def upsert(self, values: object, on: Sequence[str] | None) -> Operation[R]:
        """Insert a row, or change the one that has the same key; return it."""
        encoded = self.plan.written(values)
        key = self._conflict_key(on)
        self._check_key_given(encoded, key)
        clause = self._conflict(encoded[0].columns, key)
        return atomic(self._upserted(self._insert([encoded], clause, self.plan.returning_sql), encoded, key))

    def find_conflicting(self, values: object, on: Sequence[str] | None) -> Statement[R | None]:
        """Find the row that an upsert of these values would change, or None."""
        encoded = self.plan.written(values)
        key = self._conflict_key(on)
        self._check_key_given(encoded, key)
        return self._having(_by_name(encoded), key)

    def update_conflicting(self, values: Mapping[str, object], on: Sequence[str] | None) -> Operation[R]:
        """Do to the row that is there what an upsert of these values does; raises RowNotFound."""
        given, key = _by_name(self.plan.written(values)), self._conflict_key(on)
        having, names = self._having(given, key), self._set_by_upsert(given, key)
        sets = [*(f"{quote(name)} = ?" for name in names), *self._revival(given)]
        if not sets:
            return self.updated(having)
        met = " and ".join(_equal(self.plan.table, name, key) for name in key)
        set_sql = ", ".join(sets) + self.read.marks.counting_sql
        sql = f"update {quote(self.plan.table.name)} set {set_sql} where {met}{self.plan.returning_sql}"
        return self.updated(Statement(sql, [*(given[name] for name in names), *having.parameters], self.plan.first))

    def split_by_key(self, values: object, on: Sequence[str] | None) -> tuple[dict[str, object], dict[str, object]]:
        """Return the values of an upsert as those of its key and those that it changes."""
        key = self._conflict_key(on)
        given = {self.plan.table.column(name).name: value for name, value in self.plan.given(values).items()}
        return {name: given.pop(name) for name in key}, given

    def upsert_many(self, rows: Iterable[object], on: Sequence[str] | None) -> Operation[int]:
        """Insert rows or change those with the same keys; return how many; all or none."""
        encoded = [self.plan.written(row) for row in rows_of(rows)]
        key = self._conflict_key(on)
        for row in encoded:
            self._check_key_given(row, key)
        return atomic(self._counted(encoded, key))

    def delete(self, key: Key, *, is_hard: bool = False) -> Statement[bool]:
        """Delete the row of a key; tell whether there was one."""
        keys = self.plan.key_values(key)
        return Statement(self._delete_sql, keys, any_affected)

    def delete_many(self, where: Criteria, *, all_rows: bool = False, is_hard: bool = False) -> Statement[int]:
        """Delete the rows that meet the criteria and return how many."""
        met = self.read.visible(self.deliberate(where, all_rows))
        node = nodes.Delete(nodes.TableName(self.plan.table.name), where=met)
        return self.plan.plans.statement(node, rows_affected)

    def restore(self, key: Key) -> Work[R]:
        """Take the mark of deletion off a row; raises QueryError where rows are not marked."""
        raise QueryError(
            f"rows of {self.plan.table.name!r} are deleted, not marked, so none can be restored",
            hint=f'tables={{"{self.plan.table.name}": TableOptions(soft_delete="…")}} has them marked',
        )

    def deliberate(self, where: Criteria, all_rows: bool) -> nodes.Node | None:
        """Return the condition of a write of many rows; raises QueryError for every row, unless that is said."""
        found = condition(self.plan.table, where)
        if found is None and not all_rows:
            raise QueryError("this would write every row of the table", hint="if that is meant, say all_rows=True")
        return found

    def updated(self, statement: Statement[R | None]) -> Operation[R]:
        """Run an UPDATE of one row; raises RowNotFound."""
        updated = yield from ask(statement)
        if updated is None:
            raise row_not_found(self.plan.table.name)
        return (yield from self.reread(updated))

    def reread(self, row: R) -> Operation[R]:
        """Read a written row again where it may have changed after RETURNING looked."""
        if not self._is_changed_afterwards:
            return row
        values = self.plan.key_of(row)
        if values is None:
            return row
        found = yield from ask(self.read.by_key(values))
        return row if found is None else found

    def _insert(self, rows: list[Encoded], conflict: str, returning: str) -> Statement[list[R]]:
        """Return the INSERT of rows that have the same columns."""
        sql = self._insert_sql(rows[0][0].columns, len(rows), conflict, returning)
        return Statement(sql, [*chain.from_iterable([parameters for _, parameters in rows])], self.plan.all)

    def _insert_sql(self, names: tuple[str, ...], row_count: int, conflict: str, returning: str) -> str:
        key = (names, row_count, conflict, returning)
        return self._texts.get(key) or self._keep(key, insert_sql(self.plan.table.name, *key))

    def _update_sql(self, names: tuple[str, ...]) -> str:
        return self._texts.get(names) or self._keep(names, self._made_update_sql(names, ""))

    def _made_update_sql(self, names: tuple[str, ...], met_sql: str) -> str:
        self._check_not_counted(names)
        plan, marks = self.plan, self.read.marks
        sets = ", ".join(f"{quote(name)} = ?" for name in names) + marks.counting_sql
        met = f"{plan.key_sql}{marks.live_sql}{met_sql}"
        return f"update {quote(plan.table.name)} set {sets} where {met}{plan.returning_sql}"

    def _check_not_counted(self, names: Iterable[str]) -> None:
        version = self.read.marks.version
        if version is not None and any(fold(name) == fold(version.name) for name in names):
            raise QueryError(
                f"{version.table}.{version.name} counts the changes itself, and is not set",
                hint="leave it out; expected_version=… says which version is to be changed",
            )

    def _keep(self, key: tuple[object, ...], sql: str) -> str:
        if len(self._texts) >= _MAX_TEXTS:
            self._texts.clear()
        self._texts[key] = sql
        return sql

    def _one(self, statement: Statement[list[R]]) -> Operation[R]:
        rows = yield from ask(statement)
        if not rows:
            raise row_ignored(self.plan.table.name)
        return (yield from self.reread(rows[0]))

    def _many(self, encoded: list[Encoded], conflict: str, returning: str) -> Operation[list[R]]:
        created: list[R] = []
        for batch in self._batches(encoded):
            rows = yield from ask(self._insert(batch, conflict, returning))
            if len(rows) < len(batch):
                raise row_ignored(self.plan.table.name)
            created += rows
        if self._is_changed_afterwards:
            for index, row in enumerate(created):
                created[index] = yield from self.reread(row)
        return created

    def _counted(self, encoded: list[Encoded], key: tuple[str, ...] = ()) -> Operation[int]:
        count = 0
        for batch in self._batches(encoded):
            statement = self._insert(batch, self._conflict(batch[0][0].columns, key) if key else "", "")
            count += yield from ask(Statement(statement.sql, statement.parameters, rows_affected))
        return count

    def _upserted(self, statement: Statement[list[R]], encoded: Encoded, key: tuple[str, ...]) -> Operation[R]:
        rows = yield from ask(statement)
        if rows:
            return (yield from self.reread(rows[0]))
        values = _by_name(encoded)
        if self._set_by_upsert(values, key) or self._revival(values):
            raise row_ignored(self.plan.table.name)
        # There was nothing to change: DO NOTHING gives no row back.
        found = yield from ask(self._having(values, key))
        if found is None:
            raise row_not_found(self.plan.table.name)
        return found

    def _having(self, values: Mapping[str, Raw], key: tuple[str, ...]) -> Statement[R | None]:
        """Return the statement that finds the row of a unique key."""
        sql = self.plan.select_sql + " and ".join(_equal(self.plan.table, name, key) for name in key)
        return Statement(sql, [values[name] for name in key], self.plan.first)

    def _batches(self, rows: list[Encoded]) -> Iterator[list[Encoded]]:
        """Split rows into runs of the same columns that one statement can carry."""
        for encoder, group in groupby(rows, key=itemgetter(0)):
            run = list(group)
            columns = encoder.columns
            size = min(self.batch_size, self.max_variables // len(columns)) if columns else 1
            for start in range(0, len(run), size):
                yield run[start : start + size]

    def _conflict_key(self, on: Sequence[str] | None) -> tuple[str, ...]:
        table = self.plan.table
        wanted = table.primary_key if on is None else (on,) if isinstance(on, str) else on
        if isinstance(wanted, Iterator) or not isinstance(wanted, Iterable):
            raise QueryError(f"`on` names the columns of a unique key, not {type(wanted).__name__}")
        names = tuple(table.column(column_name(name)).name for name in wanted)
        if on is not None and not names:
            raise QueryError("`on` names no column", hint="leave it out for the primary key")
        if len(set(names)) < len(names):
            raise QueryError("`on` names a column twice: " + ", ".join(names))
        if any(set(names) == set(unique) for unique in table.unique_keys) and names:
            return names
        keys = "; ".join(", ".join(unique) for unique in table.unique_keys) or "none"
        what = "the primary key" if on is None else ", ".join(names)
        raise QueryError(
            f"an upsert into {table.name!r} needs a unique key, and {what} is none", hint=f"there are: {keys}"
        )

    def _check_key_given(self, encoded: Encoded, key: tuple[str, ...]) -> None:
        values = _by_name(encoded)
        missing = [name for name in key if name not in values]
        if missing:
            raise QueryError("an upsert needs the values of its key: " + ", ".join(map(repr, missing)) + " missing")
        # NULL is like no other value, so such a row would be inserted each time; NULL as a rowid asks for a new one.
        empty = [name for name in key if values[name] is None and name != self.plan.table.rowid_alias]
        if empty:
            raise QueryError(
                "an upsert needs the values of its key: " + ", ".join(map(repr, empty)) + " is None",
                hint="use create() for a row that cannot be there yet",
            )

    def _conflict(self, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
        target = ", ".join(map(quote, key))
        sets = [f"{quote(name)} = excluded.{quote(name)}" for name in self._set_by_upsert(columns, key)]
        sets += self._revival(columns)
        if not sets:
            return f" on conflict ({target}) do nothing"
        return f" on conflict ({target}) do update set {', '.join(sets)}{self.read.marks.counting_sql}"

    def _set_by_upsert(self, columns: Iterable[str], key: tuple[str, ...]) -> list[str]:
        """Return the columns that an upsert changes of a row that is there."""
        version = self.read.marks.version
        kept = key if version is None else (*key, version.name)
        return [name for name in columns if name not in kept]

    def _revival(self, columns: Container[str]) -> list[str]:
        """Return what takes the mark of deletion off, unless that is given: what is upserted shall be there."""
        marking = self.read.marks.soft_delete
        return [] if marking is None or marking.column.name in columns else [marking.restore_sql]


def insert_sql(table: str, names: tuple[str, ...], row_count: int, conflict: str, returning: str) -> str:
    """Return the text of an INSERT of so many rows."""
    if not names:
        return f"insert into {quote(table)} default values{returning}"
    places = "(" + ", ".join("?" * len(names)) + ")"
    columns = ", ".join(map(quote, names))
    alias = insert_alias(table) if conflict else ""
    return (
        f"insert into {quote(table)}{alias} ({columns}) values {', '.join([places] * row_count)}{conflict}{returning}"
    )


def _by_name(encoded: Encoded) -> dict[str, Raw]:
    encoder, parameters = encoded
    return dict(zip(encoder.columns, parameters, strict=True))


def _is_changed_afterwards(table: Table) -> bool:
    """Tell whether a row may be changed by its own writing, later than RETURNING sees it.

    Triggers do that, and a foreign key to the table itself when the key that a row refers to is its own.
    """
    follows_itself = any(
        fold(key.parent_table) == fold(table.name) and key.on_update not in ("no action", "restrict")
        for key in table.foreign_keys
    )
    return table.kind == "table" and (bool(table.triggers) or follows_itself)


def _equal(table: Table, name: str, key: tuple[str, ...]) -> str:
    """Return the comparison that finds a column's value as the unique index of the key does."""
    own = table.column(name).collation.upper()
    of_indexes = [
        column.collation
        for index in table.indexes
        if index.is_unique and index.where is None and set(index.column_names or ()) == set(key)
        for column in index.columns
        if column.name == name
    ]
    # Of several indexes the coarser: it is unique too, so what it finds is that one row.
    collation = next((found for found in of_indexes if found.upper() != "BINARY"), of_indexes[0] if of_indexes else own)
    said = "" if collation.upper() == own else f" collate {quote(collation)}"
    return f"{quote(name)}{said} = ?"


def any_affected(cursor: Cursor) -> bool:
    """Collect whether a write changed anything."""
    return cursor.rowcount > 0
