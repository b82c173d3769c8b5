"""The way back: SQLite's rows into PostgreSQL's tables, in one transaction that ends only when both are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from noormme_py.errors import TransferError
from noormme_py.frozen import frozen
from noormme_py.names import quote
from noormme_py.postgres.building import Reading
from noormme_py.postgres.constraints_aside import constraints_aside
from noormme_py.postgres.differences import Differing, key_positions
from noormme_py.postgres.fitting import fitted
from noormme_py.postgres.identifiers import qualified, quoted, relation
from noormme_py.postgres.model import PgDatabase
from noormme_py.postgres.planned import PlannedTable
from noormme_py.postgres.progress import Listener, Phase, Progress, nobody
from noormme_py.postgres.reading import source_rows
from noormme_py.postgres.session import Session
from noormme_py.postgres.spool import SpoolFile
from noormme_py.postgres.validate import MOST_DIFFERING, Validation
from noormme_py.postgres.writing import blocks_of, column_list, keys_of, written_columns


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

    def run(self, database: PgDatabase, planned: Iterable[PlannedTable]) -> tuple[list[ExportedTable], list[str]]:
        """Write all tables and compare them; return what was done, and why some were left as they are.

        Raises TransferError, and then the transaction is to be rolled back.
        """
        tables: list[tuple[PlannedTable, list[str]]] = []
        skipped: list[str] = []
        for one in planned:
            table, notes = fitted(one, self._reading)
            if table is None:
                skipped.append(f"{one.source.qualified}: {'; '.join(notes)}")
            else:
                tables.append((table, notes))
        self._lock(table for table, _ in tables)
        exported: list[ExportedTable] = []
        with constraints_aside(self._session, database, [table.source for table, _ in tables]):
            for table, notes in tables:
                self._tell("writing", table)
                exported.append(self._written(table, notes))
        for table, _ in tables:
            self._tell("comparing", table)
            compared = self._validation.compare(table)
            if not compared.is_equal:
                raise TransferError(
                    f"{table.source.qualified} is not the same afterwards: {compared.differing:,} rows differ",
                    hint="nothing was changed in PostgreSQL; `transfer validate` shows which rows",
                )
        for table, _ in tables:
            self._set_sequence(table)
        return exported, skipped

    def _lock(self, tables: Iterable[PlannedTable]) -> None:
        for table in tables:
            # Readers go on; whoever writes waits for the end.
            self._session.execute(f"lock table {qualified(*table.source.key)} in share row exclusive mode")

    def _written(self, table: PlannedTable, notes: list[str]) -> ExportedTable:
        if not self._is_changes_only:
            return self._replaced(table, notes)
        there, here = self._validation.digests(table)
        if there == here:
            return ExportedTable(table.source.qualified, table.name, "unchanged", here.rows, notes=tuple(notes))
        if not key_positions(table):
            return self._replaced(table, notes)
        rows, count = self._validation.differing(table)
        if count > MOST_DIFFERING:
            return self._replaced(table, notes)
        return self._changed(table, rows, here.rows, notes)

    def _replaced(self, table: PlannedTable, notes: list[str]) -> ExportedTable:
        if table.where is None:
            self._session.execute(f"truncate {relation(table.source)}")
        else:
            # Rows that were never moved stay.
            self._session.execute(f"delete from {relation(table.source)} where {table.where}")
        rows = self._copy_in(table, blocks_of(table, self._reading))
        return ExportedTable(table.source.qualified, table.name, "replaced", rows, inserted=rows, notes=tuple(notes))

    def _changed(self, table: PlannedTable, rows: list[Differing], count: int, notes: list[str]) -> ExportedTable:
        leaving = frozenset(row.there_key for row in rows if row.there_key is not None)
        arriving = frozenset(row.here_key for row in rows if row.here_key is not None)
        deleted = self._delete(table, leaving) if leaving else 0
        inserted = self._copy_in(table, blocks_of(table, self._reading, arriving)) if arriving else 0
        how = "changed" if rows else "unchanged"
        return ExportedTable(table.source.qualified, table.name, how, count, inserted, deleted, tuple(notes))

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
        columns = column_list(table, written_columns(table))
        sql = f"copy {qualified(*table.source.key)} ({columns}) from stdin"
        return self._session.copy_in(sql, self._counted(table, blocks))

    def _counted(self, table: PlannedTable, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            if self._stopped():
                raise TransferError("stopped", hint="nothing was changed in PostgreSQL")
            self._rows += block.count(b"\n")
            self._tell("writing", table)
            yield block

    def _set_sequence(self, table: PlannedTable) -> None:
        """Have a sequence go on behind the highest number of both sides; it never goes back."""
        for column in table.columns:
            sequence = column.source.sequence
            if sequence is None:
                continue
            highest = self._reading.query(f"select max({quote(column.name)}) from {quote(table.name)}")[0][0]
            known = self._last_given(table) if column.name == table.rowid_alias else 0
            last = max(int(str(highest or 0)), known)
            if sequence.increment > 0 and last > (sequence.last_value or 0):
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


def check_rejected(planned: Iterable[PlannedTable], rejected: Mapping[str, int]) -> None:
    """Raise TransferError where rows that were kept aside in the move would be lost by replacing their table."""
    for table in planned:
        if count := rejected.get(table.source.qualified, 0):
            raise TransferError(
                f"{count:,} rows of {table.source.qualified} were kept aside in the move and are not in SQLite",
                hint="put them in, leave the table out with --exclude, or lose them with --force",
            )
