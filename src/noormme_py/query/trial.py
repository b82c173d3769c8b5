"""What trying a statement tells: the rows of its plan, and what one run of it costs."""

from __future__ import annotations

from noormme_py.errors import ConstraintError
from noormme_py.frozen import frozen


@frozen
class PlanRow:
    """One row of EXPLAIN QUERY PLAN; `parent` is the `id` of the row that it belongs to, or 0."""

    id: int
    parent: int
    detail: str


@frozen
class Trial:
    """One run of a statement: steps of SQLite's virtual machine, and nanoseconds of the processor.

    `is_whole` is false for one that was cut off, and for one that broke a constraint: `fault` says which.
    """

    steps: int
    elapsed_ns: int
    rows: int
    is_whole: bool = True
    fault: ConstraintError | None = None
