"""Reading a table on either side as PostgreSQL's texts, and its digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from noormme_py.postgres.form import Column, Convert, Form
from noormme_py.postgres.plan.ddl import source_select, target_select
from noormme_py.postgres.plan.planned import PlannedColumn, PlannedTable
from noormme_py.postgres.rows.building import Reading
from noormme_py.postgres.rows.digest import Digest
from noormme_py.postgres.server.copy_text import columns_of
from noormme_py.postgres.server.session import Session

_ROWS = 256
"""A batch of so many rows stays in the processor's cache; more are slower, measurably."""


def compared(table: PlannedTable) -> list[int]:
    """Return the positions of the columns whose values are PostgreSQL's own: all but those with a hook."""
    return [position for position, column in enumerate(table.columns) if column.hook is None]


def canonical(form: Form, column: Column) -> Column:
    """Return the texts that both sides are compared by, of PostgreSQL's texts.

    What the form cannot hold stays as it is.
    """
    if form.canonical is None:
        return column
    try:
        return form.canonical(column)
    except (ValueError, ArithmeticError):
        return [_text(form.canonical, value) for value in column]


def texts_of(columns: Sequence[PlannedColumn], stored: Sequence[Column]) -> list[Column]:
    """Return PostgreSQL's texts of stored values, column by column; what an application wrote may have none."""
    return [_texts(column, values) for column, values in zip(columns, stored, strict=True)]


def _texts(column: PlannedColumn, values: Column) -> Column:
    render = column.form.render
    if render is None or column.hook is not None:
        return values
    try:
        return render(values)
    except (ValueError, TypeError, ArithmeticError):
        return [_text(render, value) for value in values]


def _text(render: Convert, value: object) -> object:
    try:
        return render([value])[0]
    except (ValueError, TypeError, ArithmeticError):
        # It stays as it is: whoever compares it sees a difference, and PostgreSQL refuses it.
        return value


def source_rows(table: PlannedTable, session: Session, stopped: Callable[[], bool]) -> Iterator[list[Column]]:
    """Yield the rows of a table in PostgreSQL as canonical texts."""
    for lines in session.copy_out(source_select(table), stopped=stopped):
        texts = columns_of(lines)
        yield [canonical(column.form, text) for column, text in zip(table.columns, texts, strict=True)]


def target_rows(table: PlannedTable, reading: Reading) -> Iterator[list[Column]]:
    """Yield the rows of a table in SQLite as PostgreSQL's texts."""
    for stored in reading.batches(target_select(table), _ROWS):
        yield texts_of(table.columns, stored)


def source_digest(
    table: PlannedTable, session: Session, stopped: Callable[[], bool], *, by_column: bool = True
) -> Digest:
    """Return the digest of a table as PostgreSQL has it, of whole rows alone where columns are not asked for."""
    return _digest(table, source_rows(table, session, stopped), by_column=by_column)


def target_digest(table: PlannedTable, reading: Reading, *, by_column: bool = True) -> Digest:
    """Return the digest of a table as SQLite has it."""
    return _digest(table, target_rows(table, reading), by_column=by_column)


def _digest(table: PlannedTable, batches: Iterator[list[Column]], *, by_column: bool) -> Digest:
    positions = compared(table)
    digest = Digest(len(positions) if by_column else 0)
    for columns in batches:
        digest.add([columns[position] for position in positions], len(columns[0]))
    return digest
