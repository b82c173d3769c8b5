"""Comparing both sides: counts, hashes of every value, NULLs, lowest and highest, keys, and which rows differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from noormme_py.errors import DatabaseError
from noormme_py.names import quote
from noormme_py.postgres.form import Column
from noormme_py.postgres.move.finishing import find_orphans
from noormme_py.postgres.move.shaping import is_of_the_sql
from noormme_py.postgres.plan.planned import PlannedTable
from noormme_py.postgres.rows.building import Reading
from noormme_py.postgres.rows.differences import Differing, differing_rows, key_positions
from noormme_py.postgres.rows.digest import Digest
from noormme_py.postgres.rows.reading import compared, source_digest, source_rows, target_digest, target_rows
from noormme_py.postgres.rows.spool import SpoolFile
from noormme_py.postgres.server.session import Session
from noormme_py.postgres.validation.comparison import ColumnComparison, RowDifference, TableComparison
from noormme_py.postgres.validation.extremes import extremes
from noormme_py.postgres.validation.fitting import fitted

MOST_DIFFERING = 50_000
"""How many rows that differ are looked at: they are kept in memory."""
_MOST_EXAMPLES = 7
_MOST_SHOWN = 100


class Validation:
    """Compares the tables of a plan, one at a time; both sides are only read."""

    def __init__(
        self,
        session: Session,
        reading: Reading,
        make_spool: Callable[[], SpoolFile],
        stopped: Callable[[], bool],
    ) -> None:
        self._session = session
        self._reading = reading
        self._make_spool = make_spool
        self._stopped = stopped

    def compare(self, planned: PlannedTable) -> TableComparison:
        """Return what differs between a table on both sides; raises TransferError and DatabaseError."""
        table, notes = fitted(planned, self._reading)
        if table is None:
            rows = source_digest(planned, self._session, self._stopped).rows
            return TableComparison(planned.source.qualified, planned.name, (rows, 0), False, notes=tuple(notes))
        there, here = self.digests(table)
        columns = tuple(self._columns(table, there, here))
        notes += [f"{column.name!r} is not compared: a function changed it" for column in table.columns if column.hook]
        notes += [
            f"{column.target!r} is computed by PostgreSQL and a plain column in SQLite, which does not follow by itself"
            for column in columns
            if not column.is_equal and _is_computed_there_alone(table, column.target)
        ]
        is_equal, rewritten, count = there == here, tuple[str, ...](), 0
        examples: tuple[RowDifference, ...] = ()
        if not is_equal:
            rows_found, may_differ = self.differing(table)
            # Beyond those that were looked at, it is not known which differ in their texts alone.
            count = len(rows_found) if may_differ <= MOST_DIFFERING else may_differ
            is_equal = not count
            if is_equal:
                rewritten = tuple(column.target for column in columns if not column.is_equal)
            examples = tuple(_example(table, one) for one in _shown(rows_found))
        return TableComparison(
            table.source.qualified,
            table.name,
            (there.rows, here.rows),
            is_equal,
            columns,
            rewritten,
            count,
            examples,
            tuple(self._duplicates(table)),
            sum(one.rows for one in find_orphans([table], self._reading)),
            tuple(notes),
        )

    def digests(self, table: PlannedTable) -> tuple[Digest, Digest]:
        """Return the digests of the compared columns' texts, PostgreSQL's and SQLite's."""
        return source_digest(table, self._session, self._stopped), target_digest(table, self._reading)

    def differing(self, table: PlannedTable) -> tuple[list[Differing], int]:
        """Return the rows that differ, and how many may, as `differing_rows` does."""
        return differing_rows(
            table, lambda: self._there(table), lambda: self._here(table), self._make_spool, MOST_DIFFERING
        )

    def _there(self, table: PlannedTable) -> Iterator[list[Column]]:
        positions = compared(table)
        return ([columns[at] for at in positions] for columns in source_rows(table, self._session, self._stopped))

    def _here(self, table: PlannedTable) -> Iterator[list[Column]]:
        positions = compared(table)
        return ([columns[at] for at in positions] for columns in target_rows(table, self._reading))

    def _columns(self, table: PlannedTable, there: Digest, here: Digest) -> Iterator[ColumnComparison]:
        positions = compared(table)
        differing = set(there.differing(here))
        known = extremes(table, self._session, self._reading)
        for place, position in enumerate(positions):
            column = table.columns[position]
            lowest, highest = known.get(column.name, (None, None))
            nulls = there.nulls[place], here.nulls[place]
            yield ColumnComparison(column.source.name, column.name, nulls, place not in differing, lowest, highest)

    def _duplicates(self, table: PlannedTable) -> Iterator[str]:
        """Yield the unique keys of PostgreSQL that SQLite has more than one row for."""
        for index in table.indexes:
            if not index.is_unique:
                continue
            keys = [key.removesuffix(" desc") for key in index.keys]
            where = " and ".join([f"({key}) is not null" for key in keys] + ([index.where] if index.where else []))
            sql = (
                f"select count(*) from (select 1 from {quote(table.name)} where {where}"
                f" group by {', '.join(keys)} having count(*) > 1)"
            )
            try:
                count = int(str(self._reading.query(sql)[0][0]))
            except DatabaseError as error:
                if not is_of_the_sql(error):
                    raise
                continue
            if count:
                yield f"{index.name}: {count:,}"


def _is_computed_there_alone(table: PlannedTable, name: str) -> bool:
    return any(
        column.name == name and column.source.generated_as is not None and column.generated_as is None
        for column in table.columns
    )


def _shown(found: list[Differing]) -> list[Differing]:
    """Return some rows of each kind, in an order that stays the same."""
    kinds: dict[str, list[Differing]] = {"missing": [], "extra": [], "changed": []}
    for one in found:
        kinds[_kind(one)].append(one)
    shown: list[Differing] = []
    for rows in kinds.values():
        shown += sorted(rows, key=lambda one: one.there or one.here or ())[:_MOST_EXAMPLES]
    return shown


def _kind(one: Differing) -> str:
    return "missing" if one.here is None else "extra" if one.there is None else "changed"


def _example(table: PlannedTable, one: Differing) -> RowDifference:
    names = [table.columns[position].name for position in compared(table)]
    row = one.there or one.here or ()
    key = tuple(f"{names[place]} = {row[place][:_MOST_SHOWN]}" for place in key_positions(table))
    changed = tuple(
        name for name, mine, theirs in zip(names, one.there or row, one.here or row, strict=True) if mine != theirs
    )
    return RowDifference(_kind(one), key, changed)
