"""Rows of SQLite as PostgreSQL reads them: in full, or those alone that have changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from noormme_py.errors import TransferError
from noormme_py.postgres.form import Column
from noormme_py.postgres.plan.planned import PlannedColumn, PlannedTable
from noormme_py.postgres.rows.building import Reading
from noormme_py.postgres.rows.differences import key_positions
from noormme_py.postgres.rows.reading import compared, target_rows
from noormme_py.postgres.rows.spool import key_hashes
from noormme_py.postgres.server.copy_text import lines_of
from noormme_py.postgres.server.identifiers import quoted

_SHOWN = 200


def column_list(table: PlannedTable) -> str:
    """Return the names of the columns in PostgreSQL, for COPY."""
    return ", ".join(quoted(column.source.name) for column in table.columns)


def blocks_of(table: PlannedTable, reading: Reading, wanted: frozenset[int] | None = None) -> Iterator[bytes]:
    """Yield the rows of a table as COPY reads them; `wanted` are the hashes of the keys of those that are written.

    Raises TransferError, with table, column and key, for a value that no text can be.
    """
    for columns in target_rows(table, reading):
        chosen = columns if wanted is None else _chosen(table, columns, wanted)
        if chosen and chosen[0]:
            yield lines_of([_texts(table, place, chosen) for place in range(len(table.columns))])


def keys_of(table: PlannedTable, batches: Iterator[list[Column]], wanted: frozenset[int]) -> Iterator[bytes]:
    """Yield the primary keys of PostgreSQL's rows that are to go, as COPY reads them."""
    key = [position for position, column in enumerate(table.columns) if column.name in table.primary_key]
    for columns in batches:
        chosen = _chosen(table, columns, wanted)
        if chosen and chosen[0]:
            yield lines_of([chosen[position] for position in key])


def _chosen(table: PlannedTable, columns: list[Column], wanted: frozenset[int]) -> list[Column]:
    hashes = key_hashes([columns[position] for position in compared(table)], key_positions(table))
    kept = [place for place, one in enumerate(hashes) if one in wanted]
    return [[column[place] for place in kept] for column in columns]


def _texts(table: PlannedTable, position: int, columns: Sequence[Column]) -> Column:
    found = columns[position]
    for place, value in enumerate(found):
        # Only blobs and NUL have no text; numbers in a text column are told by SQLite's own words for them.
        if value.__class__ is not str and value is not None:
            found = [_text(table, position, columns, at, one) for at, one in enumerate(found)]
            break
        if value and "\0" in value:
            raise _unfit(table, table.columns[position], columns, place, "a text with a NUL character")
    return found


def _text(table: PlannedTable, position: int, columns: Sequence[Column], place: int, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    raise _unfit(table, table.columns[position], columns, place, "a BLOB")


def _unfit(
    table: PlannedTable, column: PlannedColumn, columns: Sequence[Column], place: int, what: str
) -> TransferError:
    names = [one.name for one in table.columns]
    key = ", ".join(
        f"{name} = {str(columns[names.index(name)][place])[:_SHOWN]}" for name in table.primary_key if name in names
    )
    where = f" in the row with {key}" if key else ""
    return TransferError(
        f"{table.name}.{column.name} holds {what}{where}, which the column {column.source.name!r} cannot",
        hint="mend the row, or leave the table out with --exclude",
    )
