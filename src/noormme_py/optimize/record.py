"""What was asked of a database, by the shapes of statements: a frozen value that is merged and kept in a file."""

from __future__ import annotations

from dataclasses import dataclass, field

from noormme_py.query.statement import Parameters


@dataclass(frozen=True, slots=True)
class StatementRecord:
    """One shape of statement, and how it did.

    `sql` is a text of this shape as it was run, and `samples` sets of parameters that were bound to it, the slowest
    first; they may be secrets, and stay out of the repr. Times are in nanoseconds; of what was never timed (a
    statement from a file) they are 0. `call_site` is "file:line in function", of the first use.
    """

    sql: str
    count: int = 1
    samples: tuple[Parameters, ...] = field(default=(), repr=False)
    total_ns: int = 0
    max_ns: int = 0
    wait_ns: int = 0
    rows: int = 0
    errors: int = 0
    call_site: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """The statements of a database, the most time in total first. `span_s` is how long it was listened to."""

    statements: tuple[StatementRecord, ...] = ()
    span_s: float = 0.0
