"""A private database to try things on: what the analysis needs of one, whoever provides it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from noormme_py.query.statement import Parameters, Raw, Work
from noormme_py.query.trial import PlanRow, Trial

T = TypeVar("T")


class Laboratory(Protocol):
    """A copy with the rows, or a clone without them. The database it was made from does not notice it.

    Everything raises DatabaseError for what SQLite refuses.
    """

    def explain(self, sql: str, parameters: Parameters = ()) -> tuple[PlanRow, ...]:
        """Return the plan of a statement for these parameters."""
        ...

    def run(self, sql: str, parameters: Parameters = (), *, max_steps: int | None = None) -> Trial:
        """Run a statement and take all its rows; what it writes is rolled back.

        It is cut off at `max_steps`, and ends where it breaks a constraint; foreign keys are looked up and not
        enforced.
        """
        ...

    def query(self, sql: str, parameters: Parameters = ()) -> list[tuple[Raw, ...]]:
        """Run a statement for good and return its rows."""
        ...

    def survey(self, sql: str, parameters: Parameters = ()) -> list[tuple[Raw, ...]]:
        """Run a statement where the rows are, which it only reads: in a clone, in the database it was made from."""
        ...

    def columns_read(self, sql: str) -> frozenset[tuple[str, str]]:
        """Return the (table, column) pairs that a statement reads, through views too: what the authorizer is told.

        The column is "" where rows are only counted.
        """
        ...

    def drive(self, work: Work[T]) -> T:
        """Answer an operation, such as `discover()`."""
        ...

    def hide(self, indexes: Iterable[str]) -> None:
        """Have the planner see all indexes but these, until the next call; nothing is dropped or built."""
        ...

    def clone(self) -> Laboratory:
        """Return the schema of this one, with the planner's statistics and without the rows; to be closed."""
        ...

    def close(self) -> None:
        """Close it, and remove it."""
        ...
