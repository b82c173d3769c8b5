"""What was asked of a database, by the shapes of statements: a frozen value that is merged and kept in a file."""

from __future__ import annotations

from dataclasses import dataclass, field

from noormme_py.frozen import frozen
from noormme_py.optimize.recording.histogram import Buckets, quantile
from noormme_py.query.statement import Parameters


@frozen
class LoopRecord:
    """A loop in the caller's code that runs one statement again and again.

    `units` is how many tasks or threads were seen in it (the first 16 surely, of more only some), `runs` how often they
    ran the statement there together.
    Of the first 100 runs of each, `most_distinct` is how many different sets of parameters one of them bound, and
    `repeats` how many runs had parameters that the same task or thread had bound before.
    """

    call_site: str
    units: int
    runs: int
    most_distinct: int
    repeats: int


@dataclass(frozen=True, slots=True)
class StatementRecord:
    """One shape of statement, and how it did.

    `sql` is a text of this shape as it was run, and `samples` sets of parameters that were bound to it, the slowest
    first; `slowest` and `last` are those of these runs, None where they are too large to be kept. All of them may be
    secrets, and stay out of the repr. Times are in nanoseconds; of what was never timed (a statement from a file)
    they are 0. `call_site` is "path:line in function", of the first use.

    `count`, the times and the rows are of the runs that went well; the others are in `errors`, and by the name of the
    error's class in `error_names`. `lanes` says how many ran where ("loop", "reader", "writer"), `buckets` how many
    took how long, and `last_seen_s` when it was last asked for, in seconds since 1970.
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
    slowest: Parameters | None = field(default=None, repr=False)
    last: Parameters | None = field(default=None, repr=False)
    error_names: tuple[tuple[str, int], ...] = ()
    lanes: tuple[tuple[str, int], ...] = ()
    buckets: Buckets = field(default=(), repr=False)
    loops: tuple[LoopRecord, ...] = ()
    last_seen_s: float = 0.0

    @property
    def mean_ns(self) -> int:
        return self.total_ns // self.count if self.count else 0

    def quantile_ns(self, q: float) -> int:
        """Return the time that a share `q` (0.95) of the runs do not exceed, at most 5 % wrong."""
        return min(round(quantile(self.buckets, q)), self.max_ns)


@dataclass(frozen=True, slots=True)
class Record:
    """The statements of a database, the most time in total first. `span_s` is how long it was listened to.

    Of several processes, `span_s` is what they listened together. `left_out` is how many times a shape had to be
    forgotten for want of room.
    """

    statements: tuple[StatementRecord, ...] = ()
    span_s: float = 0.0
    left_out: int = 0
