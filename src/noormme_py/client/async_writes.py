"""Writes bound to a database or a transaction: INSERT, UPDATE and DELETE, with and without rows given back."""

from __future__ import annotations

from typing import Generic

from noormme_py.client.async_prepared import AsyncPreparedWrite
from noormme_py.client.async_queries import AsyncQuery, AsyncRows, M
from noormme_py.codec.written import WriteResult
from noormme_py.frozen import changed
from noormme_py.query.clauses import returned
from noormme_py.query.write import DeleteClauses, InsertClauses, UpdateClauses


class AsyncWrite(AsyncQuery):
    """The ends of a write that gives no rows."""

    __slots__ = ()

    async def execute(self) -> WriteResult:
        """Run it and tell how many rows it wrote."""
        parts = self._parts()
        if not parts:
            return await self._answer(lambda plan: plan.written)
        answers = await self._answers(parts, lambda plan: plan.written)
        return WriteResult(sum(answer.rows_affected for answer in answers), answers[-1].last_insert_id)

    def prepare(self) -> AsyncPreparedWrite:
        """Return the write compiled once, to be run many times with values for its placeholders."""
        return AsyncPreparedWrite(self.node, self._runner)


class AsyncInsertReturning(InsertClauses, AsyncRows[M]):
    """An INSERT that gives rows back."""

    __slots__ = ()

    def returning(self, *items: object) -> AsyncInsertReturning:
        """Give back more columns of the inserted rows. The rows are dicts then."""
        return AsyncInsertReturning(changed(self.node, {"returning": returned(self.node, items)}), self._runner)

    def returning_all(self) -> AsyncInsertReturning:
        """Give back all columns of the inserted rows too. The rows are dicts then."""
        return self.returning("*")


class AsyncUpdateReturning(UpdateClauses, AsyncRows[M]):
    """An UPDATE that gives rows back."""

    __slots__ = ()

    def returning(self, *items: object) -> AsyncUpdateReturning:
        """Give back more columns of the changed rows. The rows are dicts then."""
        return AsyncUpdateReturning(changed(self.node, {"returning": returned(self.node, items)}), self._runner)

    def returning_all(self) -> AsyncUpdateReturning:
        """Give back all columns of the changed rows too. The rows are dicts then."""
        return self.returning("*")


class AsyncDeleteReturning(DeleteClauses, AsyncRows[M]):
    """A DELETE that gives rows back."""

    __slots__ = ()

    def returning(self, *items: object) -> AsyncDeleteReturning:
        """Give back more columns of the deleted rows. The rows are dicts then."""
        return AsyncDeleteReturning(changed(self.node, {"returning": returned(self.node, items)}), self._runner)

    def returning_all(self) -> AsyncDeleteReturning:
        """Give back all columns of the deleted rows too. The rows are dicts then."""
        return self.returning("*")


class AsyncInsert(InsertClauses, AsyncWrite, Generic[M]):
    """An INSERT bound to what runs it."""

    __slots__ = ()

    def returning(self, *items: object) -> AsyncInsertReturning:
        """Give back columns of the inserted rows."""
        return AsyncInsertReturning(changed(self.node, {"returning": returned(self.node, items)}), self._runner)

    def returning_all(self) -> AsyncInsertReturning[M]:
        """Give back all columns of the inserted rows."""
        everything = changed(self.node, {"returning": returned(self.node, ("*",))})
        return AsyncInsertReturning(everything, self._runner, self._row)


class AsyncUpdate(UpdateClauses, AsyncWrite, Generic[M]):
    """An UPDATE bound to what runs it."""

    __slots__ = ()

    def returning(self, *items: object) -> AsyncUpdateReturning:
        """Give back columns of the changed rows."""
        return AsyncUpdateReturning(changed(self.node, {"returning": returned(self.node, items)}), self._runner)

    def returning_all(self) -> AsyncUpdateReturning[M]:
        """Give back all columns of the changed rows."""
        everything = changed(self.node, {"returning": returned(self.node, ("*",))})
        return AsyncUpdateReturning(everything, self._runner, self._row)


class AsyncDelete(DeleteClauses, AsyncWrite, Generic[M]):
    """A DELETE bound to what runs it."""

    __slots__ = ()

    def returning(self, *items: object) -> AsyncDeleteReturning:
        """Give back columns of the deleted rows."""
        return AsyncDeleteReturning(changed(self.node, {"returning": returned(self.node, items)}), self._runner)

    def returning_all(self) -> AsyncDeleteReturning[M]:
        """Give back all columns of the deleted rows."""
        everything = changed(self.node, {"returning": returned(self.node, ("*",))})
        return AsyncDeleteReturning(everything, self._runner, self._row)
