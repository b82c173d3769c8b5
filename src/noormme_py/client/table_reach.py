"""The operations of one table, for whichever catalog is the one of the moment."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from noormme_py.client.catalog import Catalog, TableOperations

R = TypeVar("R")


class TableReach(Generic[R]):
    """Finds the operations of a table in a catalog, and keeps them until the next catalog.

    With `sees_deleted` they know no difference between rows that are marked as deleted and others.
    """

    __slots__ = ("_known", "_name", "_row", "_sees_deleted")

    def __init__(self, name: str, row: Any, catalog: Catalog, *, sees_deleted: bool) -> None:
        """Raise TableNotFound for a mistyped table here, not at the first call."""
        self._name = name
        self._row = row
        self._sees_deleted = sees_deleted
        self._known: tuple[Catalog, TableOperations[R]] = (catalog, self._found(catalog))

    def of(self, catalog: Catalog) -> TableOperations[R]:
        """Return the operations of the table as a catalog knows it."""
        # One assignment: threads share it.
        known, operations = self._known
        if known is not catalog:
            operations = self._found(catalog)
            self._known = (catalog, operations)
        return operations

    def _found(self, catalog: Catalog) -> TableOperations[R]:
        return catalog.table(self._name, self._row, sees_deleted=self._sees_deleted)
