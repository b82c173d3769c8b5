"""The writes of a table with hooks: each is a transaction, in which what is to be called around it is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from noormme_py.client.async_runner import AsyncRunner
from noormme_py.client.async_table_writes import AsyncTableWrites, Reach
from noormme_py.errors import QueryError
from noormme_py.repository.options import Hook, Hooks
from noormme_py.repository.table_plan import rows_of

R = TypeVar("R")


class AsyncHookedWrites(AsyncTableWrites[R]):
    """Inside of a transaction, each write is a savepoint. What a hook raises undoes the write."""

    __slots__ = ("_hooks",)

    def __init__(self, of: Reach[R], runner: AsyncRunner, hooks: Hooks) -> None:
        super().__init__(of, runner)
        self._hooks = hooks

    def in_bulk(self, name: str, *, skip_hooks: bool) -> AsyncTableWrites[R]:
        if not skip_hooks:
            raise QueryError(
                f"{name} runs no hooks, and this table has some",
                hint="say skip_hooks=True, or write row by row",
            )
        return self

    async def create(self, values: object) -> R:
        async with self._runner.transaction() as tx:
            return await self._create(tx, values)

    async def create_many(self, rows: Iterable[object]) -> list[R]:
        async with self._runner.transaction() as tx:
            return [await self._create(tx, row) for row in rows_of(rows)]

    async def get_or_create(self, match: Mapping[str, object], defaults: object) -> tuple[R, bool]:
        async with self._runner.transaction() as tx:
            found = await self._find(tx, match)
            if found is not None:
                return found, False
            values = self._of(tx.catalog).match.values_of(match, defaults)
            return await self._create(tx, values), True

    async def update(self, key: Any, changes: object, expected_version: int | None) -> R:
        async with self._runner.transaction() as tx:
            row = await tx.run_read(lambda known: self._of(known).read.get_by_id(key))
            given = await self._changes(tx, row, changes)
            return await self._after_update(tx, await self._within(tx).update(key, given, expected_version))

    async def update_or_create(self, match: Mapping[str, object], changes: object, defaults: object) -> tuple[R, bool]:
        async with self._runner.transaction() as tx:
            found = await self._find(tx, match)
            if found is None:
                values = self._of(tx.catalog).match.values_of(match, changes, defaults)
                return await self._create(tx, values), True
            given = await self._changes(tx, found, changes)
            # Not by a write that may create: a hook may have changed what the row is found by.
            row = await tx.run_write(lambda known: self._of(known).match.update(match, given))
            return await self._after_update(tx, row), False

    async def upsert(self, values: object, on: str | Sequence[str] | None) -> R:
        async with self._runner.transaction() as tx:
            found = await tx.run_read(lambda known: self._of(known).write.find_conflicting(values, on))
            if found is None:
                return await self._create(tx, values)
            operations = self._of(tx.catalog)
            key, changes = operations.write.split_by_key(values, on)
            # The key stays what it was looked for by: a hook that gives it too is refused.
            given = operations.match.values_of(key, await self._changes(tx, found, changes))
            # Not by an INSERT: a hook may have left out what only a new row must have.
            row = await tx.run_write(lambda known: self._of(known).write.update_conflicting(given, on))
            return await self._after_update(tx, row)

    async def delete(self, key: Any, expected_version: int | None, *, is_hard: bool) -> bool:
        async with self._runner.transaction() as tx:
            row = await tx.run_read(lambda known: self._of(known).read.find_by_id(key))
            if row is not None:
                await self._call(self._hooks.before_delete, tx, row)
            is_deleted = await self._within(tx).delete(key, expected_version, is_hard=is_hard)
            if row is not None and is_deleted:
                await self._call(self._hooks.after_delete, tx, row)
            return is_deleted

    async def restore(self, key: Any) -> R:
        async with self._runner.transaction() as tx:
            return await self._after_update(tx, await self._within(tx).restore(key))

    def _within(self, tx: AsyncRunner) -> AsyncTableWrites[R]:
        """Return the writes themselves, in the transaction."""
        return AsyncTableWrites(self._of, tx)

    async def _find(self, tx: AsyncRunner, match: Mapping[str, object]) -> R | None:
        return await tx.run_read(lambda known: self._of(known).match.find(match))

    async def _create(self, tx: AsyncRunner, values: object) -> R:
        given = self._of(tx.catalog).plan.given(values)
        given = await self._chosen(self._hooks.before_create, given, tx, given)
        row = await self._within(tx).create(given)
        await self._call(self._hooks.after_create, tx, row)
        return row

    async def _changes(self, tx: AsyncRunner, row: R, changes: object) -> dict[str, object]:
        given = self._of(tx.catalog).plan.given(changes)
        return await self._chosen(self._hooks.before_update, given, tx, row, given)

    async def _after_update(self, tx: AsyncRunner, row: R) -> R:
        await self._call(self._hooks.after_update, tx, row)
        return row

    async def _chosen(self, hook: Hook | None, given: dict[str, object], *told: Any) -> dict[str, object]:
        """Call a hook that may give other values than it is given."""
        found = None if hook is None else await hook(*told)
        if found is None:
            return given
        if not isinstance(found, Mapping):
            raise QueryError(f"a hook gives a mapping of values or None, not {type(found).__name__}")
        return dict(found)

    async def _call(self, hook: Hook | None, *told: Any) -> None:
        if hook is not None and (found := await hook(*told)) is not None:
            raise QueryError(f"this hook gives nothing back, and gave {type(found).__name__}")
