"""The way back: SQLite's rows into PostgreSQL's tables, in one transaction that ends only when both are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from noormme_py.amounts import plural
from noormme_py.errors import TransferError
from noormme_py.frozen import frozen, replaced
from noormme_py.names import quote
from noormme_py.postgres.export.constraints_aside import constraints_aside
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
from noormme_py.postgres.validation.comparison import TableComparison
from noormme_py.postgres.validation.fitting import fitted
from noormme_py.postgres.validation.validate import Validation


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
    """What was brought back; `skipped` says of the rest what it lacks, or why it was left as it is."""

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
        self._is_changes_only = is_changes_only
        self._listener = listener
        self._stopped = stopped
        self._rows = 0
        self._validation = Validation(session, reading, make_spool, stopped)

    def run(self, tables: Sequence[tuple[PlannedTable, list[str]]]) -> tuple[list[ExportedTable], list[str]]:
        """Write all tables and compare them; return what was done, and what is not as it was.

        The tables are those that `brought` gives, with notes. Raises TransferError, and then the transaction is to be
        rolled back.
        """
        if not tables:
            raise TransferError("there is no table to bring back", hint="see --include and --exclude")
        self._lock(table for table, _ in tables)
        works = [self._work(_without_computed(table), notes) for table, notes in tables]
        writing = [work for work in works if work.how != "unchanged"]
        highest = {work.table.name: self._highest(work.table) for work in works}
        done: list[ExportedTable] = []
        concerned = [work.table.source for work in writing]
        with constraints_aside(self._session, concerned, self._sound(table for table, _ in tables)) as aside:
            for work in works:
                self._tell("writing", work.table)
                done.append(self._written(work, can_truncate=not aside.has_kept_keys))
        for work in writing:
            self._tell("comparing", work.table)
            compared = self._validation.compare(work.table, is_rounded=True)
            if not compared.is_equal:
                raise _not_the_same(work.table, compared)
            if compared.rewritten:
                work.notes.append(f"PostgreSQL keeps {', '.join(compared.rewritten)} in its own words, or fewer digits")
        for work in works:
            self._set_sequences(work.table, highest[work.table.name])
        told = [replaced(table, notes=tuple(work.notes)) for table, work in zip(done, works, strict=True)]
        return told, aside.notes

    def _lock(self, tables: Iterable[PlannedTable]) -> None:
        for table in tables:
            # Readers go on; whoever writes waits for the end.
            self._session.execute(f"lock table {qualified(*table.source.key)} in share row exclusive mode")

    def _sound(self, tables: Iterable[PlannedTable]) -> set[tuple[str, str]]:
        """Return the pairs of tables, child and parent, whose rows in SQLite all have their parents."""
        known = {table.name: table for table in tables}
        broken = {(one.table, one.parent) for one in find_orphans(known.values(), self._reading)}
        return {
            (table.source.qualified, known[key.parent].source.qualified)
            for table in known.values()
            for key in table.foreign_keys
            if key.parent in known and (table.name, key.parent) not in broken
        }

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
        found = self._validation.differing(table)
        if not found.is_whole:
            return _Work(table, notes, "replaced")
        return _Work(table, notes, "changed" if found.count else "unchanged", found.rows, here.rows)

    def _written(self, work: _Work, *, can_truncate: bool) -> ExportedTable:
        table = work.table
        if work.how == "replaced":
            return self._replaced(work, can_truncate=can_truncate)
        leaving = frozenset(row.there.key for row in work.rows if row.there is not None)
        arriving = frozenset(row.here.key for row in work.rows if row.here is not None)
        deleted = self._delete(table, leaving) if leaving else 0
        inserted = self._copy_in(table, blocks_of(table, self._reading, arriving)) if arriving else 0
        notes = tuple(work.notes)
        return ExportedTable(table.source.qualified, table.name, work.how, work.count, inserted, deleted, notes)

    def _replaced(self, work: _Work, *, can_truncate: bool) -> ExportedTable:
        table = work.table
        if table.where is None and can_truncate:
            self._session.execute(f"truncate {relation(table.source)}")
        else:
            # Rows that were never moved stay.
            self._session.execute(f"delete from {relation(table.source)} where {table.where or 'true'}")
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


def _not_the_same(table: PlannedTable, compared: TableComparison) -> TransferError:
    """Return the error for a table that does not hold afterwards what SQLite has, with the keys of some rows."""
    shown = [f"{one.kind} {', '.join(one.key)}: {', '.join(one.columns)}".rstrip(": ") for one in compared.examples[:3]]
    hint = "nothing was changed in PostgreSQL"
    if table.where is not None:
        hint += "; rows that the condition of the move leaves out cannot come back: make it true of them"
    said = f"{plural(compared.differing, 'row')} {'differs' if compared.differing == 1 else 'differ'}"
    return TransferError(f"{table.source.qualified} is not the same afterwards, {said} ({'; '.join(shown)})", hint=hint)


def _without_computed(table: PlannedTable) -> PlannedTable:
    """Return the table without the columns that PostgreSQL computes of others."""
    return replaced(table, columns=tuple(one for one in table.columns if one.source.generated_as is None))


def check_kept(planned: Iterable[PlannedTable], rejected: Mapping[str, int], reading: Reading) -> None:
    """Raise TransferError where the way back would lose what PostgreSQL alone still has.

    That are rows that were kept aside in the move, values that a function changed in it, and columns that the file has
    not: removed by the application, or new in PostgreSQL.
    """
    for table in planned:
        name, leave = table.source.qualified, "leave the table out with --exclude"
        if count := rejected.get(name, 0):
            raise TransferError(
                f"{plural(count, 'row')} of {name} {'was' if count == 1 else 'were'} kept aside in the move and"
                f" {'is' if count == 1 else 'are'} not in SQLite",
                hint=f"put them in, {leave}, or lose them with --force",
            )
        if changed := [column.source.name for column in table.columns if column.hook is not None]:
            raise TransferError(
                f"a function changed {', '.join(changed)} of {name} in the move: PostgreSQL's own values would be lost",
                hint=f"{leave}, or write over them with --force",
            )
        there = fitted(table, reading)[0]
        if there is None:
            continue
        kept = {column.name for column in there.columns}
        if gone := [
            column.source.name
            for column in table.columns
            if column.name not in kept and column.source.generated_as is None
        ]:
            raise TransferError(
                f"SQLite has no {', '.join(gone)} of {name}: PostgreSQL's own values would be lost",
                hint=f"{leave}, or lose them with --force",
            )


def brought(
    planned: Iterable[PlannedTable], reading: Reading
) -> tuple[list[tuple[PlannedTable, list[str]]], list[str]]:
    """Return the tables with the columns that both sides have and notes on the others, and why some are not there."""
    found: list[tuple[PlannedTable, list[str]]] = []
    missing: list[str] = []
    for table in planned:
        there, notes = fitted(table, reading)
        if there is None or not _without_computed(there).columns:
            missing.append(f"{table.source.qualified}: {'; '.join(notes) or 'PostgreSQL computes all of it'}")
        else:
            found.append((there, notes))
    return found, missing
