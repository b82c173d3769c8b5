# Written by scripts/generate_sync.py from async_typed_repository.py: change that, then run `make fmt`.
"""A table as an object: typed rows, CRUD, pages, and what its relations lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from noormme_py.client.catalog import Catalog, TableOperations
from noormme_py.client.sync_runner import SyncRunner
from noormme_py.repository.criteria import Criteria
from noormme_py.repository.preload import Preload
from noormme_py.repository.read_operations import OrderBy
from noormme_py.repository.related import Including, Related
from noormme_py.schema.model import Table

R = TypeVar("R")
C = TypeVar("C")
U = TypeVar("U")
K = TypeVar("K")
P = TypeVar("P", bound=str)
T = TypeVar("T")

Included: TypeAlias = "P | Related | Sequence[P | Related] | None"
"""Relations to load: their paths (`"posts"`, `"posts.comments"`), or `Related("posts", limit=3)`."""


class SyncTypedRepository(Generic[R, C, U, K, P]):
    """One table or view. `R` are its rows, `C` what is created, `U` what is changed, `K` its key, `P` its relations.

    Keys are one value, or a tuple or mapping for a composite key.

    Criteria are a mapping with lookups (`{"age__gte": 18, "name__icontains": "ada"}`) or an expression
    (`col("age") >= 18`). Rows are ordered as asked, then by key, so that the order is always the same.
    """

    def __init__(self, name: str, row: Any, runner: SyncRunner) -> None:
        self._name = name
        self._row = row
        self._runner = runner
        # A mistyped table is told here, not at the first call.
        catalog = runner.catalog
        self._known: tuple[Catalog, TableOperations[R]] = (catalog, catalog.table(name, row))

    @property
    def table(self) -> Table:
        """The table as it was discovered."""
        return self._for(self._runner.catalog).plan.table

    @property
    def row_type(self) -> type[R]:
        """The class of the rows."""
        row: type[R] = self._for(self._runner.catalog).plan.row_type
        return row

    def find_by_id(self, key: K, *, include: Included[P] = None, with_count: Included[P] = None) -> R | None:
        """Find the row of a key, or None."""
        if include is None and with_count is None:
            return self._runner.run_read(lambda known: self._for(known).read.find_by_id(key))
        load = self._loading(include, with_count)
        return self._runner.run_read(lambda known: load(known).first(self._for(known).read.find_by_id(key)))

    def get_by_id(self, key: K, *, include: Included[P] = None, with_count: Included[P] = None) -> R:
        """Find the row of a key; raises RowNotFound."""
        if include is None and with_count is None:
            return self._runner.run_read(lambda known: self._for(known).read.get_by_id(key))
        load = self._loading(include, with_count)
        return self._runner.run_read(lambda known: load(known).got(self._for(known).read.find_by_id(key)))

    def find_one(
        self,
        where: Criteria | None = None,
        *,
        order_by: OrderBy = None,
        include: Included[P] = None,
        with_count: Included[P] = None,
    ) -> R | None:
        """Find the first row that meets the criteria, or None."""
        if include is None and with_count is None:
            return self._runner.run_read(lambda known: self._for(known).read.find_one(where, order_by))
        load = self._loading(include, with_count)
        return self._runner.run_read(lambda known: load(known).first(self._for(known).read.find_one(where, order_by)))

    def get_one(self, where: Criteria) -> R:
        """Find the only row that meets the criteria; raises RowNotFound or MultipleRows."""
        return self._runner.run_read(lambda known: self._for(known).read.get_one(where))

    def find_many(
        self,
        where: Criteria | None = None,
        *,
        order_by: OrderBy = None,
        limit: int | None = None,
        offset: int | None = None,
        include: Included[P] = None,
        with_count: Included[P] = None,
    ) -> list[R]:
        """Find the rows that meet the criteria, or all.

        `include` loads relations with them, and `with_count` counts what they lead to, into `related_counts`: with
        one statement more for each relation, however many rows there are.
        """
        if include is None and with_count is None:
            return self._runner.run_read(lambda known: self._for(known).read.find_many(where, order_by, limit, offset))
        load = self._loading(include, with_count)
        return self._runner.run_read(
            lambda known: load(known).all(self._for(known).read.find_many(where, order_by, limit, offset))
        )

    def find_all(
        self,
        *,
        where: Criteria | None = None,
        order_by: OrderBy = None,
        limit: int | None = None,
        offset: int | None = None,
        include: Included[P] = None,
        with_count: Included[P] = None,
    ) -> list[R]:
        """Find all rows, or those that meet the criteria."""
        return self.find_many(
            where, order_by=order_by, limit=limit, offset=offset, include=include, with_count=with_count
        )

    def count(self, where: Criteria | None = None) -> int:
        """Count the rows that meet the criteria."""
        return self._runner.run_read(lambda known: self._for(known).read.count(where))

    def exists(self, where: Criteria | None = None) -> bool:
        """Tell whether any row meets the criteria."""
        return self._runner.run_read(lambda known: self._for(known).read.exists(where))

    def create(self, values: C) -> R:
        """Insert a row, given as a mapping or a model, and return it with its defaults filled."""
        return self._runner.run_write(lambda known: self._for(known).write.create(values))

    def create_many(self, rows: Iterable[C]) -> list[R]:
        """Insert rows and return them, in order; all or none."""
        given = _kept(rows)
        return self._runner.run_write(lambda known: self._for(known).write.create_many(given))

    def insert_many(self, rows: Iterable[C]) -> int:
        """Insert rows without reading them back, which is quicker; return how many; all or none."""
        given = _kept(rows)
        return self._runner.run_write(lambda known: self._for(known).write.insert_many(given))

    def update(self, key: K, changes: U) -> R:
        """Change the row of a key and return it; raises RowNotFound."""
        return self._runner.run_write(lambda known: self._for(known).write.update(key, changes))

    def update_many(self, where: Criteria, changes: Mapping[str, object], *, all_rows: bool = False) -> int:
        """Change the rows that meet the criteria and return how many; values may be expressions."""
        return self._runner.run_write(
            lambda known: self._for(known).write.update_many(where, changes, all_rows=all_rows)
        )

    def upsert(self, values: C, *, on: str | Sequence[str] | None = None) -> R:
        """Insert a row, or change the one that has the same key, and return it.

        `on` names the columns of a unique key; without it, it is the primary key.
        """
        return self._runner.run_write(lambda known: self._for(known).write.upsert(values, on))

    def upsert_many(self, rows: Iterable[C], *, on: str | Sequence[str] | None = None) -> int:
        """Insert rows or change those with the same keys; return how many; all or none."""
        given = _kept(rows)
        return self._runner.run_write(lambda known: self._for(known).write.upsert_many(given, on))

    def delete(self, key: K) -> bool:
        """Delete the row of a key; tell whether there was one."""
        return self._runner.run_write(lambda known: self._for(known).write.delete(key))

    def delete_many(self, where: Criteria, *, all_rows: bool = False) -> int:
        """Delete the rows that meet the criteria and return how many."""
        return self._runner.run_write(lambda known: self._for(known).write.delete_many(where, all_rows=all_rows))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name!r}>"

    def _find_by(self, name: str, *values: object) -> Any:
        return self._runner.run_read(lambda known: self._for(known).read.find_by(name, values))

    def _loading(self, include: Including, with_count: Including) -> Callable[[Catalog], Preload[R]]:
        return lambda known: known.preload(self._for(known), include, with_count)

    def _for(self, catalog: Catalog) -> TableOperations[R]:
        # One assignment: threads share the synchronous twin.
        known, operations = self._known
        if known is not catalog:
            operations = catalog.table(self._name, self._row)
            self._known = (catalog, operations)
        return operations


def _kept(rows: Iterable[object]) -> Iterable[object]:
    """Return rows that can be read twice: an operation is made anew when the schema has changed."""
    return (
        rows if isinstance(rows, list | tuple | Mapping | str | bytes) or not isinstance(rows, Iterable) else list(rows)
    )
