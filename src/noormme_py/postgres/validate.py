"""Comparing both sides: counts, hashes of every value, NULLs, lowest and highest, keys, and which rows differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import chain

from noormme_py.errors import DatabaseError
from noormme_py.names import quote
from noormme_py.postgres.building import Reading
from noormme_py.postgres.comparison import ColumnComparison, RowDifference, TableComparison
from noormme_py.postgres.digest import Digest
from noormme_py.postgres.extremes import extremes
from noormme_py.postgres.finishing import find_orphans
from noormme_py.postgres.fitting import fitted
from noormme_py.postgres.forms.form import Column
from noormme_py.postgres.planned import PlannedTable
from noormme_py.postgres.reading import compared, source_digest, source_rows, target_digest, target_rows
from noormme_py.postgres.session import Session
from noormme_py.postgres.shaping import is_of_the_sql
from noormme_py.postgres.spool import SpoolFile, differing_keys, key_hashes

MOST_EXAMPLES = 20
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
        is_equal, rewritten, count = there == here, tuple[str, ...](), 0
        examples: tuple[RowDifference, ...] = ()
        if not is_equal:
            differing = tuple(column.target for column in columns if not column.is_equal)
            wanted = frozenset(there.differing(here))
            is_equal = _digest(self.there(table, wanted)) == _digest(self.here(table, wanted))
            if is_equal:
                rewritten = differing
            else:
                count, examples = self._differences(table, wanted)
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

    def _columns(self, table: PlannedTable, there: Digest, here: Digest) -> Iterator[ColumnComparison]:
        positions = compared(table)
        differing = set(there.differing(here))
        known = extremes(table, self._session, self._reading)
        for place, position in enumerate(positions):
            column = table.columns[position]
            lowest, highest = known.get(column.name, (None, None))
            nulls = there.nulls[place], here.nulls[place]
            yield ColumnComparison(column.source.name, column.name, nulls, place not in differing, lowest, highest)

    def digests(self, table: PlannedTable) -> tuple[Digest, Digest]:
        """Return the digests of the compared columns' texts, PostgreSQL's and SQLite's."""
        return source_digest(table, self._session, self._stopped), target_digest(table, self._reading)

    def there(self, table: PlannedTable, loosely: frozenset[int]) -> Iterator[list[Column]]:
        """Yield PostgreSQL's rows by their compared columns; of those at some places what their texts mean."""
        return (meanings(table, columns, loosely) for columns in source_rows(table, self._session, self._stopped))

    def here(self, table: PlannedTable, loosely: frozenset[int]) -> Iterator[list[Column]]:
        """Yield SQLite's rows in the same way."""
        return (meanings(table, columns, loosely) for columns in target_rows(table, self._reading))

    def _differences(self, table: PlannedTable, loosely: frozenset[int]) -> tuple[int, tuple[RowDifference, ...]]:
        key = key_positions(table)
        with closing(self._make_spool()) as spool:
            found = differing_keys(self.there(table, loosely), self.here(table, loosely), key, spool, MOST_EXAMPLES)
        wanted = frozenset(chain(found.missing, found.extra, found.changed))
        there = rows_by_key(self.there(table, loosely), key, wanted)
        here = rows_by_key(self.here(table, loosely), key, wanted)
        examples: list[RowDifference] = []
        for kind, hashes in (("missing", found.missing), ("extra", found.extra), ("changed", found.changed)):
            for one in sorted(hashes):
                row = there.get(one) or here.get(one)
                if row is None or len(examples) >= MOST_EXAMPLES:
                    continue
                other = here.get(one, row) if kind == "changed" else row
                names = [table.columns[position].name for position in compared(table)]
                changed = [name for name, mine, theirs in zip(names, row, other, strict=True) if mine != theirs]
                shown = tuple(f"{names[place]} = {str(row[place])[:_MOST_SHOWN]}" for place in key)
                examples.append(RowDifference(kind, shown, tuple(changed)))
        return found.count, tuple(examples)

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


def key_positions(table: PlannedTable) -> list[int]:
    """Return where the primary key is among the compared columns; nothing where a part of it is not there."""
    names = [table.columns[position].name for position in compared(table)]
    return [names.index(name) for name in table.primary_key] if set(table.primary_key) <= set(names) else []


def rows_by_key(
    batches: Iterator[list[Column]], key: Sequence[int], wanted: frozenset[int]
) -> dict[int, tuple[str | None, ...]]:
    """Return the rows whose keys have these hashes."""
    found: dict[int, tuple[str | None, ...]] = {}
    for columns in batches:
        hashes = key_hashes(columns, key)
        if wanted.isdisjoint(hashes):
            continue
        found |= {one: row for one, row in zip(hashes, zip(*columns, strict=True), strict=True) if one in wanted}
    return found


def meanings(table: PlannedTable, columns: Sequence[Column], loosely: frozenset[int]) -> list[Column]:
    """Return the compared columns; those at some places of them in texts that are the same for the same values.

    What one text is to others takes longer to tell than what it is, so that is done where texts differ.
    """
    return [
        _meaning(table.columns[position].form.same, columns[position]) if place in loosely else columns[position]
        for place, position in enumerate(compared(table))
    ]


def _meaning(same: Callable[[str], str] | None, column: Column) -> Column:
    if same is None:
        return [None if value is None else str(value) for value in column]
    return [None if value is None else same(str(value)) for value in column]


def _digest(batches: Iterator[list[Column]]) -> Digest:
    digest: Digest | None = None
    for columns in batches:
        digest = digest or Digest(len(columns))
        digest.add(columns)
    return digest or Digest(0)
