"""The SQLite side of a move: what is needed of a database that is being made, whoever provides it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from noormme_py.postgres.form import Column
from noormme_py.query.statement import Parameters, Raw


class Reading(Protocol):
    """A SQLite database that is read."""

    def query(self, sql: str, parameters: Parameters = ()) -> list[tuple[Raw, ...]]:
        """Return all rows of a statement; raises DatabaseError."""
        ...

    def batches(self, sql: str, rows: int, *, budget_s: float | None = None) -> Iterator[list[Column]]:
        """Yield the rows of a statement as columns, so many rows at a time; raises DatabaseError.

        It is Interrupted when it takes longer than its budget.
        """
        ...


class Building(Reading, Protocol):
    """A SQLite database that is made, in a file that no application looks at yet.

    Everything raises DatabaseError for what SQLite refuses. Foreign keys and CHECKs are not enforced while it is made.
    """

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run a statement that changes something."""
        ...

    def insert(self, sql: str, columns: Sequence[Column]) -> None:
        """Run a statement once for each row of some columns; when it raises, those before the row it failed at are in.

        Raises QueryError for a value that SQLite has no form for.
        """
        ...

    def begin(self) -> None:
        """Begin a transaction."""
        ...

    def commit(self) -> None:
        """Keep what was done since it began."""
        ...

    def rollback(self) -> None:
        """Undo what was done since it began."""
        ...

    def redefine(self, table: str, sql: str) -> None:
        """Give a table another CREATE TABLE text, for constraints that change nothing of how its rows are stored."""
        ...
