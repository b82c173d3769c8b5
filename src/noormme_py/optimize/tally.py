"""What is counted of one shape of statement while the database is used."""

from __future__ import annotations

from collections import Counter
from time import time
from typing import Any

from noormme_py.optimize.histogram import bucket_of, buckets_of, counted
from noormme_py.optimize.loops import Loops
from noormme_py.optimize.record import StatementRecord
from noormme_py.optimize.samples import kept, with_sample
from noormme_py.query.observe import StatementFinished
from noormme_py.query.statement import Parameters, Statement

_MOST_PENDING = 256
_SAMPLED = 64

# Of what is done at once and is known well.
_LOOKED_AT_ONE_IN = 32


class Tally:
    """One shape. What is done at once is only set aside, and counted many at a time.

    Setting aside needs no mutex, since threads do not get in each other's way in one operation of a list. The
    methods are called with one held.
    """

    __slots__ = (
        "_buckets",
        "_count",
        "_errors",
        "_extra_rows",
        "_lanes",
        "_last",
        "_last_seen_s",
        "_looked_at",
        "_rows",
        "_samples",
        "_slowest",
        "_wait_ns",
        "call_site",
        "due",
        "lane",
        "last",
        "loops",
        "max_ns",
        "sql",
        "times",
        "total_ns",
    )

    def __init__(self, sql: str, call_site: str) -> None:
        self.sql = sql
        self.call_site = call_site
        self.loops = Loops()
        # What is set aside: how long each run took, and the last one that was looked at.
        self.times: list[int] = []
        self.last: Statement[Any] | None = None
        self.lane = ""
        # How many there are when the next one is looked at, and were when the last one was.
        self.due = 1
        self._looked_at = 0
        # By how much their rows differ from one each.
        self._extra_rows = 0
        self.max_ns = -1
        self.total_ns = 0
        self._count = 0
        self._wait_ns = 0
        self._rows = 0
        self._last_seen_s = 0.0
        self._buckets: Counter[int] = Counter()
        self._lanes: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._samples: tuple[Parameters, ...] = ()
        self._slowest: Parameters | None = None
        self._last: Parameters | None = None

    def note_slowest(self, elapsed_ns: int, parameters: Parameters) -> None:
        """Keep the parameters of the run that took longest."""
        self.max_ns = elapsed_ns
        self._slowest = kept(parameters)

    def note_event(self, event: StatementFinished) -> None:
        """Count a run that was observed."""
        self._wait_ns += event.wait_ns
        self._last_seen_s = time()
        if event.error is not None:
            self._errors[type(event.error).__name__] += 1
            return
        self._count += 1
        self.total_ns += event.elapsed_ns
        self._buckets[bucket_of(event.elapsed_ns)] += 1
        self._rows += event.rows
        self._lanes[_kind_of_lane(event.lane)] += 1
        if event.elapsed_ns > self.max_ns:
            self.note_slowest(event.elapsed_ns, event.parameters)
        # Every one at first, then some.
        self._note_last(event.parameters, is_sampled=self._count <= _SAMPLED or not self._count % _SAMPLED)

    def note_at_once(self, statement: Statement[Any], elapsed_ns: int, rows: int, lane: str) -> int:
        """Look at a run whose time has been set aside; return for how many it stands, which are taken to be like it."""
        runs = max(1, len(self.times) - self._looked_at)
        self._extra_rows += (rows - 1) * runs
        self._looked_at = len(self.times)
        self.lane = lane
        self.last = statement
        if elapsed_ns > self.max_ns:
            self.note_slowest(elapsed_ns, statement.parameters)
        if len(self.times) >= _MOST_PENDING or self._count < _MOST_PENDING:
            self.settle()
        return runs

    def await_next(self, *, is_watched: bool) -> None:
        """Say which run is the next to be looked at."""
        self.due = len(self.times) + (1 if is_watched or self._count < _MOST_PENDING else _LOOKED_AT_ONE_IN)

    def settle(self) -> None:
        """Count what was set aside."""
        times = _taken(self.times)
        if not times:
            return
        self.due = 1
        self._looked_at = 0
        self._count += len(times)
        self.total_ns += sum(times)
        self._buckets.update(counted(times))
        self._rows += len(times) + self._extra_rows
        self._extra_rows = 0
        self._lanes[_kind_of_lane(self.lane)] += len(times)
        self._last_seen_s = time()
        last, self.last = self.last, None
        if last is not None:
            self._note_last(last.parameters, is_sampled=True)

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

    def _note_last(self, parameters: Parameters, *, is_sampled: bool) -> None:
        self._last = kept(parameters)
        if is_sampled and self._last is not None and self._last not in self._samples:
            self._samples = with_sample(self._samples, self._last)


def _taken(values: list[int]) -> list[int]:
    """Take out what is there now, while others may append."""
    taken = values[:]
    del values[: len(taken)]
    return taken


def _kind_of_lane(name: str) -> str:
    return name.partition(" ")[0]
