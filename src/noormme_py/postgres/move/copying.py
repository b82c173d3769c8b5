"""Copying the rows of one table: COPY's text, converted by the column, hashed, and put into SQLite."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from typing import Any, Literal

from noormme_py.errors import ConstraintError, DatabaseError, QueryError, TransferError
from noormme_py.names import quote
from noormme_py.postgres.form import Column, Unfit
from noormme_py.postgres.move.rejects import Reject, Rejects
from noormme_py.postgres.plan.ddl import insert
from noormme_py.postgres.plan.planned import Hook, PlannedColumn, PlannedTable
from noormme_py.postgres.rows.building import Building
from noormme_py.postgres.rows.digest import Digest
from noormme_py.postgres.rows.reading import canonical, compared
from noormme_py.postgres.server.copy_text import columns_of

OnError = Literal["stop", "report"]

_TOO_BIG = "SQLITE_TOOBIG"


class TableCopy:
    """Copies one table. `digest` is afterwards that of the rows that were written, by what PostgreSQL said they are.

    It is by column where SQLite computes some of them, so that it can be told whether those alone are different, and of
    nothing but their number where nothing is going to be compared.

    A row that cannot be kept raises TransferError, or is put with the rejects and left out.
    """

    def __init__(self, table: PlannedTable, on_error: OnError, rejects: Rejects, *, is_compared: bool) -> None:
        self._table = table
        self._on_error = on_error
        self._rejects = rejects
        self._compared = compared(table) if is_compared else []
        self._width = len(self._compared) if len(table.stored) < len(table.columns) else 0
        self.digest = Digest(self._width)
        self.rejected = 0

    def run(
        self, chunks: Callable[[], Generator[list[bytes]]], building: Building, copied: Callable[[int], None]
    ) -> None:
        """Copy all rows; `copied` is told how many more were written."""
        self._rejects.begin()
        try:
            # A COPY that is left has to end before another one begins.
            with closing(chunks()) as found:
                self._run(found, building, copied, is_careful=False)
        except (ConstraintError, QueryError, DatabaseError) as refused:
            if not _is_of_a_row(refused):
                raise
            # Which row it was is found out row by row, from the beginning.
            copied(-self.digest.rows)
            self._rejects.forget()
            self.digest, self.rejected = Digest(self._width), 0
            building.execute(f"delete from {quote(self._table.name)}")
            with closing(chunks()) as found:
                self._run(found, building, copied, is_careful=True)

    def _run(
        self, chunks: Iterable[list[bytes]], building: Building, copied: Callable[[int], None], *, is_careful: bool
    ) -> None:
        table = self._table
        statement = insert(table)
        columns = list(enumerate(table.columns))
        for lines in chunks:
            texts = columns_of(lines)
            try:
                stored = [_stored(column, texts[i]) for i, column in columns if column.generated_as is None]
            except _UnfitRow:
                texts = self._without_unfit(texts)
                stored = [_stored(column, texts[i]) for i, column in columns if column.generated_as is None]
            if is_careful:
                texts, stored = self._one_by_one(building, statement, texts, stored)
            elif stored and stored[0]:
                building.insert(statement, stored)
            if texts and len(texts[0]):
                self.digest.add([canonical(table.columns[i].form, texts[i]) for i in self._compared], len(texts[0]))
                copied(len(texts[0]))

    def _without_unfit(self, texts: Sequence[Column]) -> list[Column]:
        """Return the rows whose values can all be converted; the others are rejected."""
        kept: list[tuple[Any, ...]] = []
        for row in zip(*texts, strict=True):
            unfit = self._unfit(row)
            if unfit is None:
                kept.append(row)
            else:
                self._reject(row, unfit[0].source.name, str(unfit[1]))
        return [list(column) for column in zip(*kept, strict=True)] or [[] for _ in texts]

    def _unfit(self, row: Sequence[Any]) -> tuple[PlannedColumn, _UnfitRow] | None:
        for column, text in zip(self._table.columns, row, strict=True):
            if column.generated_as is not None:
                continue
            try:
                _stored(column, [text])
            except _UnfitRow as fault:
                return column, fault
        return None

    def _one_by_one(
        self, building: Building, statement: str, texts: Sequence[Column], stored: Sequence[Column]
    ) -> tuple[list[Column], list[Column]]:
        kept: list[int] = []
        for position in range(len(stored[0]) if stored else 0):
            try:
                building.insert(statement, [[column[position]] for column in stored])
            except (ConstraintError, QueryError, DatabaseError) as refused:
                if not _is_of_a_row(refused):
                    raise
                column = refused.columns[0] if isinstance(refused, ConstraintError) and refused.columns else None
                self._reject([text[position] for text in texts], column, refused.message)
            else:
                kept.append(position)
        return [[text[i] for i in kept] for text in texts], [[column[i] for i in kept] for column in stored]

    def _reject(self, row: Sequence[Any], column: str | None, reason: str) -> None:
        reject = Reject.of(self._table, row, column, reason)
        if self._on_error == "stop":
            raise TransferError(
                reject.words,
                hint="mend the row, map its type to another form, or keep such rows aside: --on-error report",
            )
        self.rejected += 1
        self._rejects.add(reject)


class _UnfitRow(ValueError):
    """A value that has no place in its column; the message holds no value."""


def _stored(column: PlannedColumn, texts: Column) -> Column:
    try:
        stored = texts if column.form.store is None else column.form.store(texts)
    except Unfit as fault:
        raise _UnfitRow(str(fault)) from None
    except (ValueError, ArithmeticError) as fault:
        raise _UnfitRow(f"it is not what a {column.form.name} can be ({type(fault).__name__})") from None
    return stored if column.hook is None else _hooked(column.hook, stored)


def _hooked(hook: Hook, stored: Column) -> Column:
    found: list[Any] = []
    for value in stored:
        try:
            made = hook(value)
        except Exception as fault:
            # Its message may hold the value.
            raise _UnfitRow(f"the function for its column raised {type(fault).__name__}") from None
        if made is not None and not isinstance(made, int | float | str | bytes):
            raise _UnfitRow(f"the function for its column gave a {type(made).__name__}, which SQLite cannot keep")
        found.append(made)
    return found


def _is_of_a_row(refused: DatabaseError | QueryError) -> bool:
    """Whether the values of a row are to blame, and not the disk or the file."""
    if isinstance(refused, ConstraintError | QueryError):
        return True
    return refused.sqlite_code == _TOO_BIG
