"""What came of comparing queries, as frozen values and JSON."""

from __future__ import annotations

from typing import Any, Literal

from noormme_py.frozen import frozen
from noormme_py.postgres.plain import to_plain

FORMAT = 1
"""Raised when a key of the JSON is renamed or removed; new keys may come."""

Verdict = Literal["same", "same when rewritten", "differs", "refused", "not compared"]
AsWritten = Literal["same", "differs", "refused", "not run"]


@frozen
class Cause:
    """Why the rows differ, as far as it was proven on them. `mend` says what to write instead."""

    kind: str
    text: str
    mend: str


@frozen
class ShownRow:
    """A row that one side alone has; NULL is None, and long values are cut."""

    side: Literal["PostgreSQL", "SQLite"]
    values: tuple[str | None, ...]


@frozen
class QueryComparison:
    """A statement on both sides.

    `as_written` tells of the statement as PostgreSQL takes it, and `rewritten` is SQLite's text that gives the same, or
    of a statement that SQLite does not take its translation. `reason` says why SQLite refuses it, or why it was not
    compared. `what` is what differs, and `causes` say why. `rows` are counts on both sides, `only` the rows that one
    side alone has, `seconds` how long each took.
    """

    sql: str
    line: int
    name: str | None
    count: int
    verdict: Verdict
    as_written: AsWritten = "not run"
    rewritten: str | None = None
    reason: str | None = None
    what: Literal["columns", "names", "rows", "order"] | None = None
    columns: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    notes: tuple[str, ...] = ()
    rows: tuple[int | None, int | None] = (None, None)
    only: tuple[int, int] = (0, 0)
    seconds: tuple[float | None, float | None] = (None, None)
    examples: tuple[ShownRow, ...] = ()


@frozen
class QueriesReport:
    """All statements of a workload. `compared_at` is in UTC, ISO 8601; PostgreSQL computed in `time_zone`."""

    source: str
    target: str
    compared_at: str
    seconds: float
    time_zone: str
    queries: tuple[QueryComparison, ...]
    left_out: int = 0

    def of(self, verdict: Verdict) -> tuple[QueryComparison, ...]:
        """Return the statements with this verdict."""
        return tuple(query for query in self.queries if query.verdict == verdict)

    @property
    def is_same(self) -> bool:
        """Whether every statement that was compared has a form that gives the same rows in SQLite."""
        return not self.of("differs") and not self.of("refused")

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        plain: dict[str, Any] = to_plain(self)
        return {"format": FORMAT, "is_same": self.is_same, **plain}
