"""The writes of one table, each one operation in one hop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from noormme_py.client.async_runner import Answer, AsyncRunner
from noormme_py.client.catalog import Catalog, TableOperations
from noormme_py.repository.criteria import Criteria

R = TypeVar("R")

Reach: TypeAlias = Callable[[Catalog], TableOperations[R]]
"""What gives the operations of the table as a catalog knows it."""


class AsyncTableWrites(Generic[R]):
    """The writes of a table that nothing is called around. What they do is said where a repository offers them."""

    __slots__ = ("_of", "_runner")

    def __init__(self, of: Reach[R], runner: AsyncRunner) -> None:
        self._of = of
        self._runner = runner

    def in_bulk(self, name: str, *, skip_hooks: bool) -> AsyncTableWrites[R]:
        """Return what writes many rows without a look at each; raises QueryError where hooks would be passed over."""
        return self

    def create(self, values: object) -> Answer[R]:
        return self._runner.run_write(lambda known: self._of(known).write.create(values))

    def create_many(self, rows: Iterable[object]) -> Answer[list[R]]:
        given = kept(rows)
        return self._runner.run_write(lambda known: self._of(known).write.create_many(given))

    def insert_many(self, rows: Iterable[object]) -> Answer[int]:
        given = kept(rows)
        return self._runner.run_write(lambda known: self._of(known).write.insert_many(given))

    def get_or_create(self, match: Mapping[str, object], defaults: object) -> Answer[tuple[R, bool]]:
        return self._runner.run_write(lambda known: self._of(known).match.get_or_create(match, defaults))

    def update(self, key: Any, changes: object, expected_version: int | None) -> Answer[R]:
        if expected_version is None:
            return self._runner.run_write(lambda known: self._of(known).write.update(key, changes))
        return self._runner.run_write(lambda known: self._of(known).expected.update(key, changes, expected_version))

    def update_many(self, where: Criteria, changes: Mapping[str, object], *, all_rows: bool) -> Answer[int]:
        return self._runner.run_write(
            lambda known: self._of(known).write.update_many(where, changes, all_rows=all_rows)
        )

    def update_or_create(
        self, match: Mapping[str, object], changes: object, defaults: object
    ) -> Answer[tuple[R, bool]]:
        return self._runner.run_write(lambda known: self._of(known).match.update_or_create(match, changes, defaults))

    def upsert(self, values: object, on: str | Sequence[str] | None) -> Answer[R]:
        return self._runner.run_write(lambda known: self._of(known).write.upsert(values, on))

    def upsert_many(self, rows: Iterable[object], on: str | Sequence[str] | None) -> Answer[int]:
        given = kept(rows)
        return self._runner.run_write(lambda known: self._of(known).write.upsert_many(given, on))

    def delete(self, key: Any, expected_version: int | None, *, is_hard: bool) -> Answer[bool]:
        if expected_version is None:
            return self._runner.run_write(lambda known: self._of(known).write.delete(key, is_hard=is_hard))
        return self._runner.run_write(
            lambda known: self._of(known).expected.delete(key, expected_version, is_hard=is_hard)
        )

    def delete_many(self, where: Criteria, *, all_rows: bool, is_hard: bool) -> Answer[int]:
        return self._runner.run_write(
            lambda known: self._of(known).write.delete_many(where, all_rows=all_rows, is_hard=is_hard)
        )

    def restore(self, key: Any) -> Answer[R]:
        return self._runner.run_write(lambda known: self._of(known).write.restore(key))


def kept(rows: Iterable[object]) -> Iterable[object]:
    """Return rows that can be read twice: an operation is made anew when the schema has changed."""
    return (
        rows if isinstance(rows, list | tuple | Mapping | str | bytes) or not isinstance(rows, Iterable) else list(rows)
    )
