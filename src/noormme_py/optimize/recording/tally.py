"""What is counted of one shape of statement while the database is used."""

from __future__ import annotations

from collections import Counter
from time import time

from noormme_py.optimize.recording.histogram import bucket_of, buckets_of
from noormme_py.optimize.recording.loops import Loops
from noormme_py.optimize.recording.record import StatementRecord
from noormme_py.optimize.recording.samples import kept, with_sample
from noormme_py.query.observe import Runs, StatementFinished
from noormme_py.query.statement import Parameters

# So many runs are looked at each, and thereafter some, of what is short; of their parameters fewer are kept.
_WELL_KNOWN = 256
_SHORT_NS = 250_000
_LEAST_PAUSE = 96
_MORE_PAUSE = 64
_SAMPLED = 64
_SAMPLED_ONE_IN = 8


class Tally:
    """One shape. Connections count what goes by, and each run that is looked at stands for those before it.

    The methods are called with a mutex held, but for `may_go_by`, which one thread calls.
    """

    __slots__ = (
        "_buckets",
        "_count",
        "_counted",
        "_errors",
        "_lanes",
        "_last",
        "_last_ns",
        "_last_rows",
        "_last_seen_s",
        "_looked_at",
        "_pause",
        "_rows",
        "_samples",
        "_slowest",
        "_slowest_ns",
        "_to_go_by",
        "_wait_ns",
        "call_site",
        "is_watched",
        "loops",
        "max_ns",
        "sql",
        "total_ns",
    )

    def __init__(self, sql: str, call_site: str) -> None:
        self.sql = sql
        self.call_site = call_site
        self.loops = Loops()
        # Whether a loop may have begun, which every run tells more of.
        self.is_watched = False
        # By connection and text.
        self._counted: list[Runs] = []
        self._pause = 0
        self._to_go_by = 0
        self.max_ns = -1
        self.total_ns = 0
        self._count = 0
        self._wait_ns = 0
        self._rows = 0
        self._last_ns = 0
        self._last_rows = 0
        self._last_seen_s = 0.0
        self._looked_at = 0
        self._buckets: Counter[int] = Counter()
        self._lanes: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._samples: tuple[Parameters, ...] = ()
        self._slowest_ns = -1
        self._slowest: Parameters | None = None
        self._last: Parameters | None = None

    def counting(self, lane: str) -> Runs:
        """Return what a connection is to count of one text."""
        runs = Runs(lane)
        self._counted.append(runs)
        return runs

    def note(self, event: StatementFinished, before: int) -> None:
        """Count a run that is looked at, and so many that have gone by before it on its connection."""
        if event.error is not None:
            self._last_seen_s = time()
            self._errors[type(event.error).__name__] += 1
            self._count_more(before, event.lane)
            return
        self._last_ns, self._last_rows = event.elapsed_ns, event.rows
        self._count_more(before + 1, event.lane)
        self._wait_ns += event.wait_ns * (before + 1)
        self.max_ns = max(self.max_ns, event.elapsed_ns)
        if event.sql != self.sql:
            # A list of another length: what it binds does not fit the text that is kept.
            return
        self._last = kept(event.parameters)
        if event.elapsed_ns > self._slowest_ns:
            self._slowest_ns, self._slowest = event.elapsed_ns, self._last
        # Every one at first, then some.
        self._looked_at += 1
        is_sampled = self._looked_at <= _SAMPLED or not self._looked_at % _SAMPLED_ONE_IN
        if is_sampled and self._last is not None and self._last not in self._samples:
            self._samples = with_sample(self._samples, self._last)

    def pause(self, elapsed_ns: int) -> int:
        """Return how many runs may go by before one is looked at again, after one that took so long."""
        is_wanted = self.is_watched or self._count < _WELL_KNOWN or elapsed_ns > _SHORT_NS
        # As good as by chance, so that a program that does things in turns is seen from all its sides.
        self._pause = 0 if is_wanted else _LEAST_PAUSE + elapsed_ns % _MORE_PAUSE
        if is_wanted:
            self._to_go_by = 0
        return self._pause

    def may_go_by(self) -> bool:
        """Whether nobody needs to know the origin of the next run that another thread does."""
        if self._to_go_by > 0:
            self._to_go_by -= 1
            return True
        self._to_go_by = self._pause
        return False

    def settle(self, *, is_last: bool = False) -> None:
        """Count what has gone by so far. After the last time, connections begin to count anew."""
        for runs in self._counted:
            self._count_more(runs.taken(), runs.lane)
        if is_last:
            self._counted.clear()

    def _count_more(self, runs: int, lane: str) -> None:
        """Count runs, as being like the one that was looked at last."""
        if not runs:
            return
        self._count += runs
        self.total_ns += self._last_ns * runs
        self._buckets[bucket_of(self._last_ns)] += runs
        self._rows += self._last_rows * runs
        self._lanes[lane.partition(" ")[0]] += runs
        self._last_seen_s = time()

    def record(self) -> StatementRecord:
        """Return what has been counted, once it is settled."""
        samples = self._samples
        if self._slowest is not None:
            samples = (self._slowest, *(known for known in samples if known != self._slowest))
        return StatementRecord(
            sql=self.sql,
            count=self._count,
            samples=samples,
            total_ns=self.total_ns,
            max_ns=max(0, self.max_ns),
            wait_ns=self._wait_ns,
            rows=self._rows,
            errors=self._errors.total(),
            call_site=self.call_site,
            slowest=self._slowest,
            last=self._last,
            error_names=tuple(sorted(self._errors.items())),
            lanes=tuple(sorted(self._lanes.items())),
            buckets=buckets_of(self._buckets),
            loops=self.loops.records(),
            last_seen_s=self._last_seen_s,
        )
