# Written by scripts/generate_sync.py from async_writes.py: change that, then run `make fmt`.
"""Writes bound to a database or a transaction: INSERT, UPDATE and DELETE, with and without rows given back."""

from __future__ import annotations

from typing import Generic

from noormme_py.client.sync_prepared import SyncPreparedWrite
from noormme_py.client.sync_queries import M, SyncQuery, SyncRows
from noormme_py.codec.written import WriteResult
from noormme_py.frozen import changed
from noormme_py.query.clauses import returned
from noormme_py.query.write import DeleteClauses, InsertClauses, UpdateClauses


class SyncWrite(SyncQuery):
    """The ends of a write that gives no rows."""

    __slots__ = ()

    def execute(self) -> WriteResult:
        """Run it and tell how many rows it wrote."""
        parts = self._parts()
        if not parts:
            return self._answer(lambda plan: plan.written)
        answers = self._answers(parts, lambda plan: plan.written)
        return WriteResult(sum(answer.rows_affected for answer in answers), answers[-1].last_insert_id)

    def prepare(self) -> SyncPreparedWrite:
        """Return the write compiled once, to be run many times with values for its placeholders."""
        return SyncPreparedWrite(self.node, self._runner)


class SyncInsertReturning(InsertClauses, SyncRows[M]):
    """An INSERT that gives rows back."""

    __slots__ = ()

    def returning(self, *items: object) -> SyncInsertReturning:
        """Give back more columns of the inserted rows. The rows are dicts then."""
        return SyncInsertReturning(changed(self.node, {"returning": returned(self.node, items)}), self._runner)

    def returning_all(self) -> SyncInsertReturning:
        """Give back all columns of the inserted rows too. The rows are dicts then."""
        return self.returning("*")


class SyncUpdateReturning(UpdateClauses, SyncRows[M]):
    """An UPDATE that gives rows back."""

    __slots__ = ()

    def returning(self, *items: object) -> SyncUpdateReturning:
        """Give back more columns of the changed rows. The rows are dicts then."""
        return SyncUpdateReturning(changed(self.node, {"returning": returned(self.node, items)}), self._runner)

    def returning_all(self) -> SyncUpdateReturning:
        """Give back all columns of the changed rows too. The rows are dicts then."""
        return self.returning("*")


class SyncDeleteReturning(DeleteClauses, SyncRows[M]):
    """A DELETE that gives rows back."""

    __slots__ = ()

    def returning(self, *items: object) -> SyncDeleteReturning:
        """Give back more columns of the deleted rows. The rows are dicts then."""
        return SyncDeleteReturning(changed(self.node, {"returning": returned(self.node, items)}), self._runner)

    def returning_all(self) -> SyncDeleteReturning:
        """Give back all columns of the deleted rows too. The rows are dicts then."""
        return self.returning("*")


class SyncInsert(InsertClauses, SyncWrite, Generic[M]):
    """An INSERT bound to what runs it."""

    __slots__ = ()

    def returning(self, *items: object) -> SyncInsertReturning:
        """Give back columns of the inserted rows."""
        return SyncInsertReturning(changed(self.node, {"returning": returned(self.node, items)}), self._runner)

    def returning_all(self) -> SyncInsertReturning[M]:
        """Give back all columns of the inserted rows."""
        everything = changed(self.node, {"returning": returned(self.node, ("*",))})
        return SyncInsertReturning(everything, self._runner, self._row)


class SyncUpdate(UpdateClauses, SyncWrite, Generic[M]):
    """An UPDATE bound to what runs it."""

    __slots__ = ()

    def returning(self, *items: object) -> SyncUpdateReturning:
        """Give back columns of the changed rows."""
        return SyncUpdateReturning(changed(self.node, {"returning": returned(self.node, items)}), self._runner)

    def returning_all(self) -> SyncUpdateReturning[M]:
        """Give back all columns of the changed rows."""
        everything = changed(self.node, {"returning": returned(self.node, ("*",))})
        return SyncUpdateReturning(everything, self._runner, self._row)


class SyncDelete(DeleteClauses, SyncWrite, Generic[M]):
    """A DELETE bound to what runs it."""

    __slots__ = ()

    def returning(self, *items: object) -> SyncDeleteReturning:
        """Give back columns of the deleted rows."""
        return SyncDeleteReturning(changed(self.node, {"returning": returned(self.node, items)}), self._runner)

    def returning_all(self) -> SyncDeleteReturning[M]:
        """Give back all columns of the deleted rows."""
        everything = changed(self.node, {"returning": returned(self.node, ("*",))})
        return SyncDeleteReturning(everything, self._runner, self._row)
