"""Writes that expect a version of the row: whoever was slower is told, and nothing is lost."""

from __future__ import annotations

from typing import Generic, TypeVar

from noormme_py.errors import ConflictError, NoormmeError, QueryError
from noormme_py.names import quote
from noormme_py.query.statement import Operation, Raw, Statement, ask, atomic
from noormme_py.repository.read_operations import row_not_found
from noormme_py.repository.table_plan import Key
from noormme_py.repository.write_operations import WriteOperations

R = TypeVar("R")


class ExpectedWrites(Generic[R]):
    """The writes of one table that name the version they were decided by."""

    __slots__ = ("_write",)

    def __init__(self, write: WriteOperations[R]) -> None:
        self._write = write

    def update(self, key: Key, changes: object, version: int) -> Operation[R]:
        """Change the row of a key; raises ConflictError when it has another version, RowNotFound without it."""
        sql, expected = self._expecting(version)
        return atomic(self._updated(key, self._write.update_if(key, changes, sql, expected)))

    def delete(self, key: Key, version: int, *, is_hard: bool) -> Operation[bool]:
        """Delete the row of a key, or mark it; raises ConflictError or RowNotFound."""
        sql, expected = self._expecting(version)
        found = self._write.delete(key, is_hard=is_hard)
        return atomic(self._deleted(key, Statement(found.sql + sql, [*found.parameters, expected], found.collect)))

    def _expecting(self, version: int) -> tuple[str, Raw]:
        """Return what a WHERE clause says of the version, and its parameter."""
        column = self._write.read.marks.version
        table = self._write.plan.table
        if column is None:
            raise QueryError(
                f"{table.name!r} has no version to expect",
                hint=f'tables={{"{table.name}": TableOptions(version="…")}} names the column that counts',
            )
        return f" and {quote(column.name)} = ?", self._write.plan.encode(column.name, version)

    def _updated(self, key: Key, statement: Statement[R | None]) -> Operation[R]:
        row = yield from ask(statement)
        if row is None:
            raise (yield from self._reason(key))
        return (yield from self._write.reread(row))

    def _deleted(self, key: Key, statement: Statement[bool]) -> Operation[bool]:
        if not (yield from ask(statement)):
            raise (yield from self._reason(key))
        return True

    def _reason(self, key: Key) -> Operation[NoormmeError]:
        found = yield from ask(self._write.read.find_by_id(key))
        name = self._write.plan.table.name
        if found is None:
            return row_not_found(name)
        return ConflictError(
            f"the row of {name!r} has another version by now",
            hint="read it again and decide anew; run_in_transaction does so",
        )
