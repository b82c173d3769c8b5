"""The way back: SQLite's rows into PostgreSQL's tables, in one transaction that ends only when both are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from noormme_py.amounts import plural
from noormme_py.errors import TransferError
from noormme_py.frozen import frozen, replaced
from noormme_py.names import quote
from noormme_py.postgres.export.constraints_aside import Orphaned, constraints_aside
from noormme_py.postgres.export.writing import blocks_of, column_list, keys_of
from noormme_py.postgres.move.finishing import find_orphans
from noormme_py.postgres.plan.planned import PlannedTable
from noormme_py.postgres.progress import Listener, Phase, Progress, nobody
from noormme_py.postgres.rows.building import Reading
from noormme_py.postgres.rows.differences import Differing, key_positions
from noormme_py.postgres.rows.reading import source_rows
from noormme_py.postgres.rows.spool import SpoolFile
from noormme_py.postgres.server.identifiers import qualified, quoted, relation
from noormme_py.postgres.server.session import Session
from noormme_py.postgres.validation.fitting import fitted
from noormme_py.postgres.validation.validate import MOST_DIFFERING, Validation


@frozen
class ExportedTable:
    """A table that was brought back. `how` is "replaced", "changed" or "unchanged"; `rows` is how many it has now."""

    source: str
    target: str
    how: str
    rows: int
    inserted: int = 0
    deleted: int = 0
    notes: tuple[str, ...] = ()


@frozen
class ExportReport:
    """What was brought back; `skipped` says of other tables why they were left as they are."""

    source: str
    target: str
    seconds: float
    tables: tuple[ExportedTable, ...]
    skipped: tuple[str, ...] = ()


@frozen
class _Work:
    """What there is to do for a table: with `rows` alone where it is "changed". `count` is how many SQLite has."""

    table: PlannedTable
    notes: list[str]
    how: str
    rows: tuple[Differing, ...] = ()
    count: int = 0


class Export:
    """Brings tables back, inside of a transaction that the caller opened. `reading` sees one state of the file."""

    def __init__(
        self,
        session: Session,
        reading: Reading,
        make_spool: Callable[[], SpoolFile],
        *,
        is_changes_only: bool,
        listener: Listener = nobody,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._session = session
        self._reading = reading
        self._make_spool = make_spool
        self._is_changes_only = is_changes_only
        self._listener = listener
        self._stopped = stopped
        self._rows = 0
        self._validation = Validation(session, reading, make_spool, stopped)

    def run(self, planned: Iterable[PlannedTable]) -> tuple[list[ExportedTable], list[str]]:
        """Write all tables and compare them; return what was done, and why some were left as they are.

        Raises TransferError, and then the transaction is to be rolled back.
        """
        tables: list[tuple[PlannedTable, list[str]]] = []
        skipped: list[str] = []
        for one in planned:
            table, notes = fitted(one, self._reading)
            table = None if table is None else _without_computed(table)
            if table is None:
                skipped.append(f"{one.source.qualified}: {'; '.join(notes)}")
            else:
                tables.append((table, notes))
        self._lock(table for table, _ in tables)
        works = [self._work(table, notes) for table, notes in tables]
        writing = [work for work in works if work.how != "unchanged"]
        highest = {work.table.name: self._highest(work.table) for work in writing}
        exported: list[ExportedTable] = []
        concerned = [work.table.source for work in writing]
        with constraints_aside(self._session, concerned, self._orphans(tables)) as weakened:
            for work in works:
                self._tell("writing", work.table)
                exported.append(self._written(work))
        for work in writing:
            self._tell("comparing", work.table)
            compared = self._validation.compare(work.table)
            if not compared.is_equal:
                raise TransferError(
                    f"{work.table.source.qualified} is not the same afterwards: {compared.differing:,} rows differ",
                    hint="nothing was changed in PostgreSQL; `transfer validate` shows which rows",
                )
        for work in writing:
            self._set_sequences(work.table, highest[work.table.name])
        return exported, [*skipped, *weakened]

    def _lock(self, tables: Iterable[PlannedTable]) -> None:
        for table in tables:
            # Readers go on; whoever writes waits for the end.
            self._session.execute(f"lock table {qualified(*table.source.key)} in share row exclusive mode")

    def _orphans(self, tables: Iterable[tuple[PlannedTable, list[str]]]) -> Orphaned:
        known = {table.name: table.source.qualified for table, _ in tables}
        found = find_orphans((table for table, _ in tables), self._reading)
        return {(known[one.table], known[one.parent]): one.rows for one in found if one.parent in known}

    def _work(self, table: PlannedTable, notes: list[str]) -> _Work:
        """Return what there is to do for a table."""
        self._tell("comparing", table)
        if not self._is_changes_only:
            return _Work(table, notes, "replaced")
        there, here = self._validation.digests(table)
        if there == here:
            return _Work(table, notes, "unchanged", (), here.rows)
        if not key_positions(table):
            return _Work(table, notes, "replaced")
        rows, count = self._validation.differing(table)
        if count > MOST_DIFFERING:
            return _Work(table, notes, "replaced")
        return _Work(table, notes, "changed" if rows else "unchanged", tuple(rows), here.rows)

    def _written(self, work: _Work) -> ExportedTable:
        table = work.table
        if work.how == "replaced":
            return self._replaced(work)
        leaving = frozenset(row.there_key for row in work.rows if row.there_key is not None)
        arriving = frozenset(row.here_key for row in work.rows if row.here_key is not None)
        deleted = self._delete(table, leaving) if leaving else 0
        inserted = self._copy_in(table, blocks_of(table, self._reading, arriving)) if arriving else 0
        notes = tuple(work.notes)
        return ExportedTable(table.source.qualified, table.name, work.how, work.count, inserted, deleted, notes)

    def _replaced(self, work: _Work) -> ExportedTable:
        table = work.table
        if table.where is None:
            self._session.execute(f"truncate {relation(table.source)}")
        else:
            # Rows that were never moved stay.
            self._session.execute(f"delete from {relation(table.source)} where {table.where}")
        rows = self._copy_in(table, blocks_of(table, self._reading))
        return ExportedTable(table.source.qualified, table.name, "replaced", rows, rows, 0, tuple(work.notes))

    def _delete(self, table: PlannedTable, wanted: frozenset[int]) -> int:
        keys = [column.source for column in table.columns if column.name in table.primary_key]
        names = ", ".join(quoted(key.name) for key in keys)
        name = qualified(*table.source.key)
        self._session.execute(f"create temp table noormme_keys on commit drop as select {names} from {name} limit 0")
        blocks = list(keys_of(table, source_rows(table, self._session, self._stopped), wanted))
        self._session.copy_in(f"copy pg_temp.noormme_keys ({names}) from stdin", blocks)
        same = " and ".join(f"t.{quoted(key.name)} = k.{quoted(key.name)}" for key in keys)
        count = self._session.execute(
            f"delete from {relation(table.source)} as t using pg_temp.noormme_keys as k where {same}"
        )
        self._session.execute("drop table pg_temp.noormme_keys")
        return count

    def _copy_in(self, table: PlannedTable, blocks: Iterable[bytes]) -> int:
        columns = column_list(table)
        sql = f"copy {qualified(*table.source.key)} ({columns}) from stdin"
        return self._session.copy_in(sql, self._counted(table, blocks))

    def _counted(self, table: PlannedTable, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            if self._stopped():
                raise TransferError("stopped", hint="nothing was changed in PostgreSQL")
            self._rows += block.count(b"\n")
            self._tell("writing", table)
            yield block

    def _highest(self, table: PlannedTable) -> dict[str, int]:
        """Return the highest number of each column with a sequence that PostgreSQL has had."""
        found: dict[str, int] = {}
        for column in table.columns:
            sequence = column.source.sequence
            if sequence is not None:
                sql = f"select max({quoted(column.source.name)}) from {relation(table.source)}"
                found[column.name] = max(self._session.query(sql)[0][0] or 0, sequence.last_value or 0)
        return found

    def _set_sequences(self, table: PlannedTable, highest: Mapping[str, int]) -> None:
        """Have sequences go on behind the numbers that SQLite gave out; where it gave out none they stay."""
        for column in table.columns:
            sequence = column.source.sequence
            if sequence is None or sequence.increment < 1:
                continue
            found = self._reading.query(f"select max({quote(column.name)}) from {quote(table.name)}")[0][0]
            given = self._last_given(table) if column.name == table.rowid_alias else 0
            last = max(int(str(found or 0)), given)
            if last > highest[column.name]:
                name = qualified(sequence.schema, sequence.name)
                self._session.query("select setval(%s::regclass, %s)", (name, last))

    def _last_given(self, table: PlannedTable) -> int:
        if not self._reading.query("select 1 from sqlite_schema where name = 'sqlite_sequence'"):
            return 0
        found = self._reading.query("select max(seq) from sqlite_sequence where name = ?", (table.name,))[0][0]
        return int(str(found or 0))

    def _tell(self, phase: Phase, table: PlannedTable) -> None:
        if self._stopped():
            raise TransferError("stopped", hint="nothing was changed in PostgreSQL")
        self._listener(Progress(phase, table.source.qualified, self._rows, 0))


def _without_computed(table: PlannedTable) -> PlannedTable | None:
    """Return the table without the columns that PostgreSQL computes of others, None where nothing is left."""
    columns = tuple(column for column in table.columns if column.source.generated_as is None)
    return replaced(table, columns=columns) if columns else None


def check_kept(planned: Iterable[PlannedTable], rejected: Mapping[str, int]) -> None:
    """Raise TransferError where the way back would lose what PostgreSQL alone still has.

    That are rows that were kept aside in the move, and values that a function changed in it.
    """
    for table in planned:
        if count := rejected.get(table.source.qualified, 0):
            raise TransferError(
                f"{plural(count, 'row')} of {table.source.qualified} were kept aside in the move and are not in SQLite",
                hint="put them in, leave the table out with --exclude, or lose them with --force",
            )
        changed = [column.source.name for column in table.columns if column.hook is not None]
        if changed:
            raise TransferError(
                f"a function changed {', '.join(changed)} of {table.source.qualified} in the move: PostgreSQL's own"
                " values would be written over",
                hint="leave the table out with --exclude, or write over them with --force",
            )
