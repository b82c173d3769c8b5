# Written by scripts/generate_sync.py from async_typed_repository.py: change that, then run `make fmt`.
"""A table as an object: typed rows, reads, writes, and what its relations lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from noormme_py.client.sync_hooked import SyncHookedWrites
from noormme_py.client.sync_runner import SyncRunner
from noormme_py.client.sync_table_reads import SyncTableReads
from noormme_py.client.sync_table_writes import SyncTableWrites
from noormme_py.repository.criteria import Criteria

R = TypeVar("R")
C = TypeVar("C")
U = TypeVar("U")
K = TypeVar("K")
P = TypeVar("P", bound=str)


class SyncTypedRepository(SyncTableReads[R, K, P], Generic[R, C, U, K, P]):
    """One table or view. `R` are its rows, `C` what is created, `U` what is changed, `K` its key, `P` its relations.

    Keys are one value, or a tuple or mapping for a composite key.

    Criteria are a mapping with lookups (`{"age__gte": 18, "name__icontains": "ada"}`) or an expression
    (`col("age") >= 18`). Rows are ordered as asked, then by key, so that the order is always the same.
    """

    def _begin(self, name: str, row: Any, runner: SyncRunner, *, sees_deleted: bool = False) -> None:
        super()._begin(name, row, runner, sees_deleted=sees_deleted)
        hooks = runner.catalog.customs.hooks(name)
        self._writes: SyncTableWrites[R] = (
            SyncTableWrites(self._for, runner) if hooks is None else SyncHookedWrites(self._for, runner, hooks)
        )

    def create(self, values: C) -> R:
        """Insert a row, given as a mapping or a model, and return it with its defaults filled."""
        return self._writes.create(values)

    def create_many(self, rows: Iterable[C]) -> list[R]:
        """Insert rows and return them, in order; all or none."""
        return self._writes.create_many(rows)

    def insert_many(self, rows: Iterable[C], *, skip_hooks: bool = False) -> int:
        """Insert rows without reading them back, which is quicker; return how many; all or none.

        Writes of many rows run no hooks. On a table that has some that must be said, with `skip_hooks`.
        """
        return self._writes.in_bulk("insert_many", skip_hooks=skip_hooks).insert_many(rows)

    def get_or_create(self, match: Mapping[str, object], defaults: U | None = None) -> tuple[R, bool]:
        """Find the row whose columns have these values (None is NULL), or insert it; tell whether it was inserted.

        `defaults` are further values of a row that is inserted. It is one transaction, so that two who call this at
        the same time get the same row. Raises MultipleRows.
        """
        return self._writes.get_or_create(match, defaults)

    def update(self, key: K, changes: U, *, expected_version: int | None = None) -> R:
        """Change the row of a key and return it; raises RowNotFound.

        With `expected_version` it raises ConflictError when the row has another version, and nothing is changed.
        """
        return self._writes.update(key, changes, expected_version)

    def update_many(
        self, where: Criteria, changes: Mapping[str, object], *, all_rows: bool = False, skip_hooks: bool = False
    ) -> int:
        """Change the rows that meet the criteria and return how many; values may be expressions."""
        return self._writes.in_bulk("update_many", skip_hooks=skip_hooks).update_many(where, changes, all_rows=all_rows)

    def update_or_create(self, match: Mapping[str, object], changes: U, *, defaults: U | None = None) -> tuple[R, bool]:
        """Change the row whose columns have these values (None is NULL), or insert it; tell whether it was inserted.

        A row that is inserted has the `changes` too, and the `defaults`. It is one transaction. Raises MultipleRows.
        """
        return self._writes.update_or_create(match, changes, defaults)

    def upsert(self, values: C, *, on: str | Sequence[str] | None = None) -> R:
        """Insert a row, or change the one that has the same key, and return it.

        `on` names the columns of a unique key; without it, it is the primary key. A row that is marked as deleted
        is changed too, and then is no longer.
        """
        return self._writes.upsert(values, on)

    def upsert_many(self, rows: Iterable[C], *, on: str | Sequence[str] | None = None, skip_hooks: bool = False) -> int:
        """Insert rows or change those with the same keys; return how many; all or none."""
        return self._writes.in_bulk("upsert_many", skip_hooks=skip_hooks).upsert_many(rows, on)

    def delete(self, key: K, *, expected_version: int | None = None, hard: bool = False) -> bool:
        """Delete the row of a key; tell whether there was one.

        With `soft_delete` the row is marked, unless this is `hard`. With `expected_version` it raises ConflictError
        when the row has another version, and RowNotFound when there is none.
        """
        return self._writes.delete(key, expected_version, is_hard=hard)

    def delete_many(
        self, where: Criteria, *, all_rows: bool = False, hard: bool = False, skip_hooks: bool = False
    ) -> int:
        """Delete the rows that meet the criteria, or mark them, and return how many."""
        return self._writes.in_bulk("delete_many", skip_hooks=skip_hooks).delete_many(
            where, all_rows=all_rows, is_hard=hard
        )

    def restore(self, key: K) -> R:
        """Take the mark of deletion off the row of a key and return it; raises RowNotFound where none is marked."""
        return self._writes.restore(key)
