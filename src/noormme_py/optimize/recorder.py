"""Keeps the record of a database: every statement is counted and timed, by the shape of its text."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic
from typing import Any

from noormme_py.errors import DatabaseBusy, Interrupted
from noormme_py.optimize.record import Record
from noormme_py.optimize.shape_text import is_control, statement_shape
from noormme_py.optimize.tally import Tally
from noormme_py.query.observe import Origin, StatementFinished
from noormme_py.query.statement import Statement, nothing, rows_affected

MAX_SHAPES = 1_000

# Texts that are known by heart: a shape may have many, of lists that differ in length.
_MAX_TEXTS = 4 * MAX_SHAPES
_MAX_TEXT_BYTES = 8 * 1024 * 1024


class Recorder:
    """A StatementRecorder in memory, bounded: the shapes with the least time in total are forgotten first.

    `origin` tells who calls now, `spot` only from where, as something to compare. `mutex` keeps threads from counting
    at the same time. `ignored` are texts that are the library's own affair.
    """

    def __init__(
        self,
        origin: Callable[[], Origin],
        spot: Callable[[], object],
        mutex: AbstractContextManager[object],
        *,
        ignored: frozenset[str] = frozenset(),
        max_shapes: int = MAX_SHAPES,
    ) -> None:
        self._origin = origin
        self._spot = spot
        self._mutex = mutex
        self._ignored = ignored
        self._max_shapes = max_shapes
        self._shapes: dict[str, Tally] = {}
        # None for what is not recorded.
        self.known: dict[str, Tally | None] = {}
        self._text_bytes = 0
        self._left_out = 0
        self._began_s = monotonic()

    def ran(
        self, statement: Statement[Any], elapsed_ns: int, answer: object, unit: object, lane: str, *, is_set_aside: bool
    ) -> None:
        """Note a statement that was done at once: each at first, then one in a few, which stands for all since."""
        if statement.sql in self.known:
            tally = self.known[statement.sql]
        else:
            tally = self._tally(statement.sql, None)
        if tally is None:
            return
        if not is_set_aside:
            tally.times.append(elapsed_ns)
        with self._mutex:
            runs = tally.note_at_once(statement, elapsed_ns, _rows(statement, answer), lane)
        is_loop = tally.loops.note(statement, unit or self._origin().unit, self._origin, self._spot, runs)
        tally.await_next(is_watched=is_loop)

    def finished(self, event: StatementFinished, origin: Origin | None) -> None:
        """Note a statement that was observed."""
        if event.lane == "loop" and isinstance(event.error, Interrupted | DatabaseBusy):
            # It is done again on a lane.
            return
        try:
            tally = self.known[event.sql]
        except KeyError:
            tally = self._tally(event.sql, origin)
        if tally is None:
            return
        with self._mutex:
            tally.note_event(event)
        if event.error is None:
            known = origin or self._origin()
            tally.loops.note(Statement(event.sql, event.parameters, nothing), known.unit, lambda: known, lambda: known)

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
            self.known.clear()
            self._text_bytes = self._left_out = 0
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
            if len(self.known) >= _MAX_TEXTS or self._text_bytes + len(sql) > _MAX_TEXT_BYTES:
                self.known.clear()
                self._text_bytes = 0
            self.known[sql] = tally
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
        for sql, tally in list(self.known.items()):
            if tally is not None and id(tally) not in kept:
                del self.known[sql]


def _rows(statement: Statement[Any], answer: object) -> int:
    if isinstance(answer, list):
        return len(answer)
    if statement.collect is rows_affected and isinstance(answer, int):
        return answer
    return int(answer is not None)
