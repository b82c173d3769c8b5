# Written by scripts/generate_sync.py from async_table_reads.py: change that, then run `make fmt`.
"""The reads of one table: rows by key and by criteria, counts, pages, streams."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, Generic, Self, TypeAlias, TypeVar

from noormme_py.client.catalog import Catalog, TableOperations
from noormme_py.client.sync_runner import SyncRunner
from noormme_py.client.table_reach import TableReach
from noormme_py.errors import Closed
from noormme_py.repository.criteria import Criteria
from noormme_py.repository.finders import method_suggestion
from noormme_py.repository.pages import CursorPage, Page
from noormme_py.repository.preload import Preload
from noormme_py.repository.read_operations import OrderBy
from noormme_py.repository.related import Including, Related
from noormme_py.schema.model import Table

R = TypeVar("R")
K = TypeVar("K")
P = TypeVar("P", bound=str)

Included: TypeAlias = "P | Related | Sequence[P | Related] | None"
"""Relations to load: their paths (`"posts"`, `"posts.comments"`), or `Related("posts", limit=3)`."""


class SyncTableReads(Generic[R, K, P]):
    """The reads of one table or view. `R` are its rows, `K` its key, `P` its relations."""

    def __init__(self, name: str, row: Any, runner: SyncRunner) -> None:
        self._begin(name, row, runner)

    def _begin(self, name: str, row: Any, runner: SyncRunner, *, sees_deleted: bool = False) -> None:
        self._name = name
        self._row = row
        self._runner = runner
        # The method itself, so that this and what writes share it without a circle.
        self._for: Callable[[Catalog], TableOperations[R]] = TableReach[R](
            name, row, runner.catalog, sees_deleted=sees_deleted
        ).of

    @property
    def table(self) -> Table:
        """The table as it was discovered."""
        return self._for(self._runner.catalog).plan.table

    @property
    def row_type(self) -> type[R]:
        """The class of the rows."""
        row: type[R] = self._for(self._runner.catalog).plan.row_type
        return row

    def with_deleted(self) -> Self:
        """Return the same repository with a look at all rows, those too that are marked as deleted."""
        # A class of the caller's may be made in another way than this one, and hold more; finders are made for one.
        twin = object.__new__(type(self))
        vars(twin).update({name: held for name, held in vars(self).items() if not name.startswith("find_")})
        twin._begin(self._name, self._row, self._runner, sees_deleted=True)
        return twin

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

    def stream(self, where: Criteria | None = None, *, order_by: OrderBy = None) -> Generator[R]:
        """Yield the rows that meet the criteria as they are read, some hundred at a time; memory stays bounded.

        Leaving the loop early closes the cursor at the generator's end: `contextlib.closing` says when.
        """
        return self._runner.run_stream(lambda known: self._for(known).read.stream(where, order_by))

    def paginate(
        self,
        page: int = 1,
        per_page: int = 20,
        *,
        where: Criteria | None = None,
        order_by: OrderBy = None,
        include: Included[P] = None,
        with_count: Included[P] = None,
    ) -> Page[R]:
        """Read a page by its number, from 1, and count the rows of all pages, both of one moment.

        Raises QueryError for numbers below 1; a page behind the last one is empty.
        """
        load = self._loads(include, with_count)
        return self._runner.run_read(
            lambda known: self._for(known).pages.numbered(where, order_by, page, per_page, load(known))
        )

    def paginate_after(
        self,
        cursor: str | None = None,
        *,
        per_page: int = 20,
        where: Criteria | None = None,
        order_by: OrderBy = None,
        include: Included[P] = None,
        with_count: Included[P] = None,
    ) -> CursorPage[R]:
        """Read the page that a cursor names, or the first one; the order is by columns.

        What is written between two pages makes no other row come twice or never. Raises QueryError for a cursor
        that was not made for this table in this order.
        """
        load = self._loads(include, with_count)
        return self._runner.run_read(
            lambda known: self._for(known).pages.after(cursor, where, order_by, per_page, load(known))
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name!r}>"

    def _find_by(self, name: str, *values: object) -> Any:
        return self._runner.run_read(lambda known: self._for(known).read.find_by(name, values))

    def _finder(self, name: str) -> Callable[..., Any]:
        """Make the finder of a name: `find_by_email`, `find_one_by_email`, `find_many_by_role_and_active`."""
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            operations = self._for(self._runner.catalog)
        except Closed as fault:
            # What asks by hasattr, a debugger or a mock, knows no other refusal.
            raise AttributeError(f"{name}: {fault.message}") from fault
        if operations.read.finder(name) is None:
            methods = [method for method in dir(type(self)) if not method.startswith("_")]
            raise AttributeError(method_suggestion(name, methods, operations.plan.table))

        def find(*values: object) -> Any:
            # Looked up at each call, since the schema may have changed.
            return self._runner.run_read(lambda known: self._for(known).read.find_by(name, values))

        find.__name__ = name
        # From now on it is found without coming here.
        self.__dict__[name] = find
        return find

    if not TYPE_CHECKING:
        # To a checker a repository has the finders that its class declares, and no others.
        __getattr__ = _finder

    def _loading(self, include: Including, with_count: Including) -> Callable[[Catalog], Preload[R]]:
        return lambda known: known.preload(self._for(known), include, with_count)

    def _loads(self, include: Including, with_count: Including) -> Callable[[Catalog], Preload[R] | None]:
        return (lambda _: None) if include is None and with_count is None else self._loading(include, with_count)
