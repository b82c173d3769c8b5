"""Keeps the record of a database: every statement is counted, by the shape of its text, and many are looked at."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic
from typing import Any

from noormme_py.errors import DatabaseBusy, Interrupted
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.recording.shape_text import is_control, statement_shape
from noormme_py.optimize.recording.tally import Tally
from noormme_py.query.observe import UNTOLD, Origin, Runs, StatementFinished
from noormme_py.query.statement import Statement, Work, nothing

MAX_SHAPES = 1_000

# Texts that are known by heart: a shape may have many, of lists that differ in length.
_MAX_TEXTS = 4 * MAX_SHAPES
_MAX_TEXT_BYTES = 8 * 1024 * 1024

# Of what is not recorded, as many may go by as ever will.
_WITHOUT_END = 1 << 60


class Recorder:
    """A StatementRecorder in memory, bounded: the shapes with the least time in total are forgotten first.

    `unit` tells who calls now, `origin` also from where, and `spot` only from where, as something to compare. `mutex`
    keeps threads from counting at the same time. `ignored` are texts that are the library's own affair.
    """

    def __init__(
        self,
        unit: Callable[[], object],
        origin: Callable[[], Origin],
        spot: Callable[[], object],
        mutex: AbstractContextManager[object],
        *,
        ignored: frozenset[str] = frozenset(),
        max_shapes: int = MAX_SHAPES,
    ) -> None:
        self._unit = unit
        self._origin = origin
        self._spot = spot
        self._mutex = mutex
        self._ignored = ignored
        self._max_shapes = max_shapes
        self._shapes: dict[str, Tally] = {}
        # None for what is not recorded.
        self._known: dict[str, Tally | None] = {}
        # Of each connection.
        self._counted: list[dict[str, Runs]] = []
        self._text_bytes = 0
        self._left_out = 0
        self._began_s = monotonic()

    def counting(self) -> dict[str, Runs]:
        """Return the runs that a new connection is to count."""
        counted: dict[str, Runs] = {}
        with self._mutex:
            self._counted.append(counted)
        return counted

    def origin_of(self, work: Work[Any] | None) -> Origin:
        """Return the origin of work that another thread is to do: of a text that is well known, of one in a few."""
        if work is None:
            return UNTOLD
        if isinstance(work, Statement):
            tally = self._known.get(work.sql)
            if tally is not None and tally.may_go_by():
                return UNTOLD
        return self._origin()

    def finished(self, event: StatementFinished, origin: Origin | None, counted: dict[str, Runs]) -> None:
        """Note a statement, and the runs that its connection has counted since it was last told of one."""
        if event.lane == "loop" and isinstance(event.error, Interrupted | DatabaseBusy):
            # It is done again on a lane.
            return
        try:
            tally = self._known[event.sql]
        except KeyError:
            tally = self._tally(event.sql, origin)
        if tally is None:
            with self._mutex:
                counted[event.sql] = Runs(event.lane)
                counted[event.sql].grant(_WITHOUT_END)
            return
        with self._mutex:
            runs = counted.get(event.sql) or tally.counting(event.lane)
            counted[event.sql] = runs
            before = runs.taken()
            tally.note(event, before)
        if event.error is None and origin is not UNTOLD:
            tally.is_watched = self._is_watched(tally, event, origin, before + 1)
        with self._mutex:
            runs.grant(tally.pause(event.elapsed_ns))

    def _is_watched(self, tally: Tally, event: StatementFinished, origin: Origin | None, runs: int) -> bool:
        statement = Statement(event.sql, event.parameters, nothing)
        if origin is None:
            return tally.loops.note(statement, self._unit(), self._origin, self._spot, runs)
        return tally.loops.note(statement, origin.unit, lambda: origin, lambda: (origin.call_site, origin.loop), runs)

    def record(self) -> Record:
        """Return what has been recorded so far."""
        with self._mutex:
            for tally in self._shapes.values():
                tally.settle()
            statements = [tally.record() for tally in self._shapes.values()]
            left_out, span_s = self._left_out, monotonic() - self._began_s
        seen = [statement for statement in statements if statement.count or statement.errors]
        seen.sort(key=lambda statement: (-statement.total_ns, statement.sql))
        return Record(tuple(seen), span_s, left_out)

    def reset(self) -> None:
        """Forget everything, and begin anew."""
        with self._mutex:
            self._shapes = {}
            self._forget_texts()
            self._left_out = 0
            self._began_s = monotonic()

    def _tally(self, sql: str, origin: Origin | None) -> Tally | None:
        """Return the tally of a text that is not known by heart, or None when it is not recorded."""
        shape = None if sql in self._ignored or is_control(sql) else statement_shape(sql)
        site = (origin or self._origin()).call_site
        with self._mutex:
            tally: Tally | None = None
            if shape is not None:
                tally = self._shapes.get(shape)
                if tally is None:
                    self._make_room()
                    tally = self._shapes[shape] = Tally(sql, site)
            if len(self._known) >= _MAX_TEXTS or self._text_bytes + len(sql) > _MAX_TEXT_BYTES:
                for known in self._shapes.values():
                    known.settle(is_last=True)
                self._forget_texts()
            self._known[sql] = tally
            self._text_bytes += len(sql)
        return tally

    def _make_room(self) -> None:
        if len(self._shapes) < self._max_shapes:
            return
        # A tenth at a time, so that the sorting is seldom done.
        by_time = sorted(self._shapes, key=lambda shape: self._shapes[shape].total_ns)
        for shape in by_time[: max(1, self._max_shapes // 10)]:
            del self._shapes[shape]
            self._left_out += 1
        kept = set(map(id, self._shapes.values()))
        for sql, tally in list(self._known.items()):
            if tally is not None and id(tally) not in kept:
                del self._known[sql]
                for counted in self._counted:
                    counted.pop(sql, None)

    def _forget_texts(self) -> None:
        self._known.clear()
        self._text_bytes = 0
        for counted in self._counted:
            counted.clear()
