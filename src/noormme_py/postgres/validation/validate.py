"""Comparing both sides: counts, hashes of every value, NULLs, lowest and highest, keys, and which rows differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from noormme_py.errors import DatabaseError
from noormme_py.frozen import frozen
from noormme_py.names import fold, quote
from noormme_py.postgres.form import Column
from noormme_py.postgres.move.finishing import find_orphans
from noormme_py.postgres.move.shaping import is_of_the_sql
from noormme_py.postgres.plan.planned import PlannedTable
from noormme_py.postgres.rows.building import Reading
from noormme_py.postgres.rows.differences import Differing, Texts, differing_rows, key_positions, meaning
from noormme_py.postgres.rows.digest import Digest
from noormme_py.postgres.rows.reading import compared, source_digest, source_rows, target_digest, target_rows
from noormme_py.postgres.rows.spool import SpoolFile
from noormme_py.postgres.server.session import Session
from noormme_py.postgres.validation.comparison import ColumnComparison, RowDifference, TableComparison
from noormme_py.postgres.validation.extremes import extremes
from noormme_py.postgres.validation.fitting import fitted
from noormme_py.postgres.validation.understood import as_read, not_understood

MOST_DIFFERING = 50_000
"""How many rows that differ are looked at: they are kept in memory."""
_MOST_EXAMPLES = 7
_MOST_SHOWN = 100


@frozen
class Differences:
    """Rows that differ, and how many there are: more than the rows where those are not the whole of them."""

    rows: tuple[Differing, ...]
    count: int
    is_whole: bool


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

    def compare(self, planned: PlannedTable, *, is_rounded: bool = False) -> TableComparison:
        """Return what differs between a table on both sides; raises TransferError and DatabaseError.

        `is_rounded` says that PostgreSQL was just given SQLite's values, and kept what its types can keep of them.
        """
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
            found = self.differing(table, is_rounded=is_rounded)
            count = found.count or abs(there.rows - here.rows)
            is_equal = not count
            if is_equal:
                rewritten = tuple(column.target for column in columns if not column.is_equal)
            examples = tuple(_example(table, one) for one in _shown(found.rows))
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

    def differing(self, table: PlannedTable, *, is_rounded: bool = False) -> Differences:
        """Return the rows that differ: not those whose texts do, and mean the same."""
        rows, may_differ, is_whole = differing_rows(
            table, lambda: self._there(table), lambda: self._here(table), self._make_spool, MOST_DIFFERING
        )
        rest, _ = not_understood(table, rows, self._session, is_rounded=is_rounded)
        if is_whole:
            return Differences(tuple(rest), len(rest), is_whole=True)
        # Too many to be looked at one by one: all of them may only look different.
        is_same = _meanings(table, self._there(table)) == _meanings(table, self._here(table))
        if not is_same and is_rounded:
            is_same = _whole(self._there(table)) == _whole(self._as_read(table))
        return Differences((), 0, is_whole=True) if is_same else Differences(tuple(rest), may_differ, is_whole=False)

    def _there(self, table: PlannedTable) -> Iterator[list[Column]]:
        positions = compared(table)
        return ([columns[at] for at in positions] for columns in source_rows(table, self._session, self._stopped))

    def _here(self, table: PlannedTable) -> Iterator[list[Column]]:
        positions = compared(table)
        return ([columns[at] for at in positions] for columns in target_rows(table, self._reading))

    def _as_read(self, table: PlannedTable) -> Iterator[list[Column]]:
        """Yield SQLite's rows as PostgreSQL reads and keeps them, where their texts differ at all."""
        columns = [table.columns[position] for position in compared(table)]
        there, here = self.digests(table)
        differing = there.differing(here)
        for texts in self._here(table):
            for place in differing:
                texts[place] = as_read(columns[place], texts[place], self._session) or texts[place]
            yield texts

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
        """Yield the unique keys of PostgreSQL that SQLite has more than one row for, and does not hold to."""
        listed = self._reading.query('select name, "unique" from pragma_index_list(?)', (table.name,))
        there = {fold(str(name)) for name, _ in listed}
        for index in table.indexes:
            # One that is there keeps to it, or the move has told that it could not be made unique.
            if not index.is_unique or fold(index.name) in there:
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


def _whole(batches: Iterable[list[Column]]) -> Digest:
    digest = Digest()
    for columns in batches:
        digest.add(columns, len(columns[0]) if columns else 0)
    return digest


def _meanings(table: PlannedTable, batches: Iterable[list[Column]]) -> Digest:
    """Return the digest of what the texts of rows mean."""
    forms = [table.columns[position].form for position in compared(table)]
    digest = Digest()
    for columns in batches:
        means = [meaning(form.same, column) for form, column in zip(forms, columns, strict=True)]
        digest.add(means, len(columns[0]) if columns else 0)
    return digest


def _is_computed_there_alone(table: PlannedTable, name: str) -> bool:
    return any(
        column.name == name and column.source.generated_as is not None and column.generated_as is None
        for column in table.columns
    )


def _shown(found: Iterable[Differing]) -> list[Differing]:
    """Return some rows of each kind, in an order that stays the same."""
    kinds: dict[str, list[Differing]] = {"missing": [], "extra": [], "changed": []}
    for one in found:
        kinds[_kind(one)].append(one)
    shown: list[Differing] = []
    for rows in kinds.values():
        shown += sorted(rows, key=_means)[:_MOST_EXAMPLES]
    return shown


def _kind(one: Differing) -> str:
    return "missing" if one.here is None else "extra" if one.there is None else "changed"


def _means(one: Differing) -> Texts:
    row = one.there or one.here
    return row.means if row is not None else ()


def _example(table: PlannedTable, one: Differing) -> RowDifference:
    names = [table.columns[position].name for position in compared(table)]
    means = _means(one)
    key = tuple(f"{names[place]} = {means[place][:_MOST_SHOWN]}" for place in key_positions(table))
    return RowDifference(_kind(one), key, tuple(names[place] for place in one.places))
