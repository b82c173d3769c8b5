"""Adding up statements that come one by one, from a file or a log, into a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from noormme_py.optimize.recording.record import Record, StatementRecord
from noormme_py.optimize.workload.literals import Lifted, lifted
from noormme_py.query.placeholders import fits
from noormme_py.query.statement import Parameters

_MOST_SHAPES = 2_000
_MOST_SAMPLES = 8
_LONGEST_SAMPLE = 2_000

# Texts of one shape from a file stay apart up to this many: they may be meant so, `status = 'open'` and `'done'`.
_MOST_TEXTS = 5

# A literal of a log is taken for the code's own when it was the same this often.
_SURE = 10


@dataclass(slots=True)
class _Shape:
    first: Lifted
    has_changed: list[bool]
    texts: dict[tuple[str, ...], tuple[str, int]] = field(default_factory=dict[tuple[str, ...], tuple[str, int]])
    samples: list[Parameters] = field(default_factory=list[Parameters])
    count: int = 0
    total_ns: int = 0
    max_ns: int = 0


class Gathering:
    """Statements by shape, in bounded memory.

    In a log the values may have been written into the text: there a literal is taken for data, unless it looks like
    a constant of the program and never changes. In a file that somebody wrote it stands as it is.
    """

    def __init__(self, *, is_log: bool) -> None:
        self._is_log = is_log
        self._shapes: dict[str, _Shape] = {}
        # Texts without literals come again as they are.
        self._whole: dict[str, Lifted] = {}
        self.left_out = 0

    def add(self, sql: str, samples: Sequence[Parameters] = (), *, count: int = 1, elapsed_ns: int = 0) -> None:
        """Add runs of a statement that took `elapsed_ns` each; what cannot be bound to it is left out."""
        cut = self._cut(sql)
        found = self._shapes.get(cut.shape)
        if found is None:
            if len(self._shapes) >= _MOST_SHAPES:
                self.left_out += count
                return
            found = self._shapes[cut.shape] = _Shape(cut, [False] * len(cut.texts))
        found.count += count
        found.total_ns += elapsed_ns * count
        found.max_ns = max(found.max_ns, elapsed_ns)
        if len(found.texts) <= _MOST_TEXTS:
            text, runs = found.texts.get(cut.texts, (sql, 0))
            found.texts[cut.texts] = (text, runs + count)
        if len(cut.texts) == len(found.has_changed):
            found.has_changed = [
                changed or text != first
                for changed, text, first in zip(found.has_changed, cut.texts, found.first.texts, strict=True)
            ]
            for sample in (cut.values,) if cut.texts else samples:
                _keep(found.samples, sample)
        elif not found.has_changed and fits(found.first.pieces[0], cut.values):
            _keep(found.samples, cut.values)

    def record(self) -> Record:
        """Return all of it: the most time in total first, then the most runs."""
        statements = [statement for shape in self._shapes.values() for statement in self._statements(shape)]
        statements.sort(key=lambda one: (-one.total_ns, -one.count))
        return Record(tuple(statements))

    def _cut(self, sql: str) -> Lifted:
        cut = self._whole.get(sql)
        if cut is None:
            cut = lifted(sql)
            if not cut.texts and len(self._whole) < _MOST_SHAPES:
                self._whole[sql] = cut
        return cut

    def _statements(self, shape: _Shape) -> list[StatementRecord]:
        if not self._is_log and shape.first.texts and len(shape.texts) <= _MOST_TEXTS:
            return [StatementRecord(sql, count) for sql, count in shape.texts.values()]
        is_sure = not self._is_log or shape.count >= _SURE
        keeps = [
            is_sure and not changed and (is_constant or not self._is_log)
            for changed, is_constant in zip(shape.has_changed, shape.first.are_constants, strict=True)
        ]
        samples: list[Parameters] = []
        for sample in shape.samples:
            _keep(samples, _open(sample, keeps))
        sql = shape.first.sql(keeps)
        return [StatementRecord(sql, shape.count, tuple(samples), shape.total_ns, shape.max_ns)]


def _keep(samples: list[Parameters], sample: Parameters) -> None:
    if not sample or sample in samples or len(samples) >= _MOST_SAMPLES:
        return
    values = sample.values() if isinstance(sample, dict) else sample
    if sum(len(value) for value in values if isinstance(value, str | bytes)) <= _LONGEST_SAMPLE:
        samples.append(sample)


def _open(sample: Parameters, keeps: Sequence[bool]) -> Parameters:
    """Return the values of a sample that have no place in the text any more."""
    if isinstance(sample, dict) or not keeps:
        return sample
    return tuple(value for value, keep in zip(sample, keeps, strict=True) if not keep)
