"""Moving one table: made, copied, and read back to see that it is the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from time import monotonic

from noormme_py.errors import TransferError
from noormme_py.frozen import frozen
from noormme_py.postgres.fate import Fate
from noormme_py.postgres.move.copying import OnError, TableCopy
from noormme_py.postgres.move.ledger import Ledger
from noormme_py.postgres.move.rejects import Rejects
from noormme_py.postgres.move.report import MovedTable
from noormme_py.postgres.move.shaping import make_table
from noormme_py.postgres.plan.ddl import source_select
from noormme_py.postgres.plan.planned import PlannedTable
from noormme_py.postgres.rows.building import Building
from noormme_py.postgres.rows.digest import Digest
from noormme_py.postgres.rows.reading import compared, source_digest, target_digest
from noormme_py.postgres.server.session import Session


@frozen
class TableMove:
    """A table that was moved, as it was made; `fates` are of what SQLite did not take.

    `otherwise` names generated columns that SQLite computes in another way: the table has to be planned again with
    them as plain ones, and moved again.
    """

    table: PlannedTable
    fates: tuple[Fate, ...]
    result: MovedTable
    otherwise: frozenset[str] = frozenset()


class TableMover:
    """Moves the tables of a snapshot, one at a time; `names` are those that all of them will have."""

    def __init__(
        self,
        session: Session,
        building: Building,
        rejects: Rejects,
        on_error: OnError,
        stopped: Callable[[], bool],
        names: Collection[str],
        *,
        is_verified: bool,
    ) -> None:
        self._session = session
        self._building = building
        self._rejects = rejects
        self._on_error: OnError = on_error
        self._stopped = stopped
        self._is_verified = is_verified
        self._ledger = Ledger(building)
        self._ledger.forget_others(names)

    def keep(self, table: PlannedTable) -> TableMove | None:
        """Return a table that is there from an earlier try, if it has just the rows that the snapshot has.

        Not where a function changes a column: nobody can tell whether the earlier try had the same one.
        """
        began = monotonic()
        rows = self._ledger.rows_of(table)
        if rows is None or any(column.hook is not None for column in table.columns):
            return None
        there = source_digest(table, self._session, self._stopped, by_column=False)
        if there != target_digest(table, self._building, by_column=False):
            return None
        return TableMove(table, (), _result(table, there, 0, began, is_verified=True, is_kept=True))

    def move(self, table: PlannedTable, copied: Callable[[int], None]) -> TableMove:
        """Move a table; `copied` is told how many more rows were written. Raises TransferError and DatabaseError."""
        began = monotonic()
        self._building.begin()
        try:
            self._ledger.drop(table)
            made, fates = make_table(table, self._building)
            copy = TableCopy(made, self._on_error, self._rejects, is_compared=self._is_verified)
            copy.run(lambda: self._chunks(made), self._building, copied)
            self._ledger.add(made, copy.digest.rows)
            self._building.commit()
        except BaseException:
            self._building.rollback()
            raise
        otherwise = self._computed_otherwise(made, copy.digest) if self._is_verified else frozenset[str]()
        if otherwise:
            # It is copied again, and then its rows are told and rejected again.
            copied(-copy.digest.rows)
            self._rejects.forget()
        result = _result(made, copy.digest, copy.rejected, began, is_verified=self._is_verified, is_kept=False)
        return TableMove(made, tuple(fates), result, otherwise)

    def _chunks(self, table: PlannedTable) -> Generator[list[bytes]]:
        return self._session.copy_out(source_select(table), stopped=self._stopped)

    def _computed_otherwise(self, table: PlannedTable, written: Digest) -> frozenset[str]:
        """Return the generated columns that differ; raises TransferError where any other does."""
        here = target_digest(table, self._building, by_column=bool(written.columns))
        if here == written:
            return frozenset()
        positions = compared(table)
        columns = [table.columns[positions[place]] for place in written.differing(here)]
        if not columns or any(column.generated_as is None for column in columns):
            raise TransferError(
                f"{table.source.qualified}: what was written is not what was read",
                hint="a fault of the library or of the disk; nothing was put in place",
            )
        return frozenset(column.source.name for column in columns)


def _result(
    table: PlannedTable, digest: Digest, rejected: int, began: float, *, is_verified: bool, is_kept: bool
) -> MovedTable:
    unverified = tuple(column.name for column in table.columns if column.hook is not None)
    seconds = round(monotonic() - began, 3)
    return MovedTable(
        table.source.qualified, table.name, digest.rows, rejected, is_verified, is_kept, unverified, seconds
    )
