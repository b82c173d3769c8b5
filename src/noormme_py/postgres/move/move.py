"""A move from its beginning to a database that is whole: looked at, planned, copied, verified, indexed, checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from noormme_py.amounts import plural
from noormme_py.errors import TransferError
from noormme_py.frozen import frozen, replaced
from noormme_py.postgres.fate import Fate
from noormme_py.postgres.model import PgDatabase
from noormme_py.postgres.move.copying import OnError
from noormme_py.postgres.move.finishing import find_orphans, set_sequences
from noormme_py.postgres.move.parents import without_parentless_keys
from noormme_py.postgres.move.rejects import Rejects
from noormme_py.postgres.move.report import MovedTable, Orphans
from noormme_py.postgres.move.shaping import finish_table, index_fates, make_sequences
from noormme_py.postgres.move.table_move import TableMove, TableMover
from noormme_py.postgres.move.views import make_views
from noormme_py.postgres.plan.facts import Facts
from noormme_py.postgres.plan.looking import estimated_rows, look, of_one_moment
from noormme_py.postgres.plan.planned import Hook, MoveOptions, Plan, PlannedTable
from noormme_py.postgres.plan.planner import NoHooks, check_options, plan
from noormme_py.postgres.progress import Listener, Phase, Progress, nobody
from noormme_py.postgres.rows.building import Building
from noormme_py.postgres.server.session import Session


@frozen
class Moved:
    """What came of a move, before its file takes its place."""

    database: PgDatabase
    plan: Plan
    tables: tuple[MovedTable, ...]
    fates: tuple[Fate, ...]
    orphans: tuple[Orphans, ...]


class Move:
    """Moves one snapshot of a database into one that is being built.

    Raises TransferError, and DatabaseError for what SQLite refuses; the source is only read.
    """

    def __init__(
        self,
        session: Session,
        building: Building,
        rejects: Rejects,
        options: MoveOptions,
        *,
        hooks: Mapping[str, Hook] = NoHooks,
        on_error: OnError = "stop",
        is_verified: bool = True,
        listener: Listener = nobody,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._session = session
        self._building = building
        self._options = options
        self._hooks = hooks
        self._listener = listener
        self._stopped = stopped
        self._rejects = rejects
        self._on_error: OnError = on_error
        self._is_verified = is_verified
        self._rows = 0
        self._total = 0

    def run(self) -> Moved:
        """Do it all, but for putting the file in its place."""
        return of_one_moment(self._session, self._run)

    def _run(self) -> Moved:
        database, facts = look(self._session, self._options, self._listener)
        check_options(database, self._options, self._hooks)
        made = plan(database, facts, self._options, self._hooks)
        if not made.tables:
            raise TransferError("there is no table to move", hint="see --include and --exclude, and the schemas")
        self._total = estimated_rows(self._session, made)
        mover = TableMover(
            self._session,
            self._building,
            self._rejects,
            self._on_error,
            self._stopped,
            {table.name for table in made.tables},
            is_verified=self._is_verified,
        )
        made, moves = self._moved(made, mover, database, facts)
        tables = [move.table for move in moves]
        fates = [fate for move in moves for fate in move.fates]
        tables, finished = self._finished(tables)
        fates += finished
        orphans = find_orphans(tables, self._building)
        told_keys = list(_orphaned(made.fates, orphans))
        fates += make_views(
            database,
            made,
            dict(self._options.types),
            self._session,
            self._building,
            self._stopped,
            is_partial=bool(self._options.where or self._rejects.count),
        )
        fates += told_keys
        told = {(fate.kind, fate.source) for fate in fates}
        kept = [fate for fate in made.fates if (fate.kind, fate.source) not in told]
        return Moved(
            database,
            replaced(made, tables=tuple(tables)),
            tuple(move.result for move in moves),
            (*kept, *fates),
            orphans,
        )

    def _moved(self, made: Plan, mover: TableMover, database: PgDatabase, facts: Facts) -> tuple[Plan, list[TableMove]]:
        """Move all tables, and return the plan that they were made by in the end."""
        plain: dict[tuple[str, str], frozenset[str]] = {}
        moves: list[TableMove] = []
        waiting = list(made.tables)
        while waiting:
            table = waiting.pop(0)
            self._tell("verifying", table)
            move = mover.keep(table)
            if move is not None:
                self._rows += move.result.rows
            else:
                move = mover.move(table, lambda rows, table=table: self._copied(table, rows))  # type: ignore[misc]
            if move.otherwise:
                key = table.source.key
                plain[key] = plain.get(key, frozenset()) | move.otherwise
                made = plan(database, facts, self._options, self._hooks, plain)
                waiting.insert(0, next(one for one in made.tables if one.source.key == key))
            else:
                moves.append(move)
        return made, moves

    def _finished(self, tables: list[PlannedTable]) -> tuple[list[PlannedTable], list[Fate]]:
        """Make what is made once the rows are there; return the tables as they are then, and what became of it."""
        fates: list[Fate] = []
        make_sequences(tables, self._building)
        for table in tables:
            fates += self._finishing(table, index_fates)
        kept, refused = without_parentless_keys(tables, self._building)
        for table, planned in zip(kept, tables, strict=True):
            is_changed = table is not planned
            fates += self._finishing(table, partial(finish_table, is_changed=is_changed))
        set_sequences(kept, self._building)
        return kept, [*fates, *refused]

    def _finishing(self, table: PlannedTable, make: Callable[[PlannedTable, Building], Iterable[Fate]]) -> list[Fate]:
        self._tell("finishing", table)
        self._building.begin()
        try:
            fates = list(make(table, self._building))
            self._building.commit()
        except BaseException:
            self._building.rollback()
            raise
        return fates

    def _copied(self, table: PlannedTable, rows: int) -> None:
        self._rows += rows
        self._tell("copying", table)

    def _tell(self, phase: Phase, table: PlannedTable) -> None:
        if self._stopped():
            raise TransferError("stopped")
        self._listener(Progress(phase, table.source.qualified, self._rows, self._total))


def _orphaned(fates: Iterable[Fate], orphans: Iterable[Orphans]) -> Iterable[Fate]:
    """Yield the fates of keys that some rows break in SQLite alone."""
    broken = {one.key: one.rows for one in orphans if one.is_valid}
    for fate in fates:
        if fate.kind == "foreign key" and (rows := broken.get(fate.source)):
            said = f"{plural(rows, 'row')} without a parent, as SQLite compares the rows that were moved"
            yield replaced(fate, outcome="changed", note=f"{fate.note}; {said}" if fate.note else said)
